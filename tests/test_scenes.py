"""styleaug.training.scenes: a seed decides every byte, every subject goes with every mood, the three maps agree."""

import itertools

import numpy as np
import pytest

from styleaug.training.scenes import MOODS, SUBJECTS, Scene, draw_scene

SIZE = 64
EVERY_PAIR = list(itertools.product(SUBJECTS, (None, *MOODS)))


def drawn(subject: str, mood: str | None = None, seed: int = 0, size: int = SIZE) -> Scene:
    return draw_scene(subject, () if mood is None else (mood,), np.random.default_rng(seed), size)


def parts(scene: Scene) -> tuple[bytes, bytes, bytes]:
    return scene.picture.tobytes(), scene.regions.tobytes(), scene.depth.tobytes()


def test_the_vocabulary_is_the_one_the_bundled_model_promises() -> None:
    assert set(SUBJECTS) == {
        "dog", "cat", "temple hidden in the jungle", "pyramid", "city architecture", "house",
        "castle", "mountain", "boat", "tree", "flower", "bird", "lake", "forest", "fish", "horse", "car", "train",
        "bridge", "lighthouse", "windmill", "robot", "portrait", "moon", "still life with fruit", "rocket", "snowman",
        "teapot",
    }  # fmt: skip
    assert set(MOODS) == {"doomsday", "alien invasion", "night", "snow", "sunset", "rain"}


@pytest.mark.parametrize(("subject", "mood"), EVERY_PAIR)
def test_the_seed_alone_decides_every_byte(subject: str, mood: str | None) -> None:
    np.random.seed(1)
    first = parts(drawn(subject, mood, seed=3))
    np.random.seed(2)
    drawn("dog", "snow", seed=9)
    assert parts(drawn(subject, mood, seed=3)) == first
    assert parts(drawn(subject, mood, seed=4))[0] != first[0]


@pytest.mark.parametrize(("subject", "mood"), EVERY_PAIR)
def test_shapes_kinds_and_ranges(subject: str, mood: str | None) -> None:
    scene = drawn(subject, mood, seed=5)
    assert scene.picture.shape == (SIZE, SIZE, 3) and scene.picture.dtype == np.float32
    assert scene.regions.shape == (SIZE, SIZE) and scene.regions.dtype == np.int32
    assert scene.depth.shape == (SIZE, SIZE) and scene.depth.dtype == np.float32
    for values in (scene.picture, scene.depth):
        assert np.isfinite(values).all() and values.min() >= 0.0 and values.max() <= 1.0
    assert scene.regions.min() >= 1, "every pixel belongs to a shape"
    assert len(np.unique(scene.regions)) >= 8
    assert scene.picture.std() > 0.05


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_subject_is_large_and_nearer_than_the_sky(subject: str) -> None:
    depth = drawn(subject, seed=6).depth
    assert (depth > 0.4).mean() > 0.2
    assert depth[: SIZE // 16].mean() < depth[-SIZE // 4 :].mean()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_mood_changes_the_picture_its_own_way(subject: str) -> None:
    pictures = [drawn(subject, mood, seed=7).picture for mood in (None, *MOODS)]
    for one, other in itertools.combinations(pictures, 2):
        assert np.abs(one - other).mean() > 0.04


@pytest.mark.parametrize("subject", SUBJECTS)
def test_moods_look_like_their_names(subject: str) -> None:
    plain, doomsday, night, snow, sunset, rain = (
        np.mean([drawn(subject, mood, seed).picture.mean(axis=(0, 1)) for seed in range(4)], axis=0)
        for mood in (None, "doomsday", "night", "snow", "sunset", "rain")
    )
    assert night.mean() < plain.mean() < snow.mean()
    assert doomsday[0] - doomsday[2] > 0.1, "doomsday is red"
    assert night[2] > night[0], "night is blue"
    assert sunset[0] - sunset[2] > 0.1, "sunset is red"
    assert sunset.mean() > doomsday.mean() + 0.05, "sunset is not the end of the world"
    assert rain.mean() < plain.mean() or subject == "moon", "rain is dim, beside any sky but the moon's own dusk"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_rain_is_greyer(subject: str) -> None:
    plain, rain = (
        np.mean([np.ptp(drawn(subject, mood, seed).picture, axis=-1).mean() for seed in range(4)])
        for mood in (None, "rain")
    )
    assert rain < plain


def test_any_two_subjects_differ_clearly() -> None:
    """As far apart, on average over seeds, as two subjects are that nobody confuses; the sky alone would not do."""
    pictures = {
        subject: np.stack([drawn(subject, seed=seed, size=32).picture for seed in range(8)]) for subject in SUBJECTS
    }
    for one, other in itertools.combinations(pictures, 2):
        assert np.abs(pictures[one] - pictures[other]).mean() > 0.07, (one, other)


def test_the_moon_shines_alone() -> None:
    """Where the moon is the subject, the night's own small moon stays away: only stars are bright in the corners."""

    def brightness(subject: str) -> float:
        corners = np.stack(
            [drawn(subject, "night", seed).picture[:17, [*range(18), *range(46, 64)]] for seed in range(6)]
        )
        return float((corners.mean(axis=-1) > 0.7).mean())

    assert brightness("moon") < 0.02 < 0.05 < brightness("boat")


@pytest.mark.parametrize("size", [16, 48, 256])
def test_the_size_is_respected_and_the_scene_stays_the_same(size: int) -> None:
    scene = drawn("castle", seed=8, size=size)
    assert scene.picture.shape == (size, size, 3)
    assert scene.regions.shape == scene.depth.shape == (size, size)
    coarse = drawn("castle", seed=8, size=16).picture
    shrunk = scene.picture.reshape(16, size // 16, 16, size // 16, 3).mean(axis=(1, 3))
    assert np.abs(shrunk - coarse).mean() < 0.06


@pytest.mark.parametrize(
    ("subject", "mood", "size", "word"),
    [
        ("submarine", None, 64, "subject"),
        ("dog", "spring", 64, "mood"),
        ("dog", "", 64, "mood"),
        ("dog", None, 8, "size"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(subject: str, mood: str | None, size: int, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        draw_scene(subject, () if mood is None else (mood,), np.random.default_rng(0), size)


def test_the_tables_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        SUBJECTS["submarine"] = SUBJECTS["dog"]  # type: ignore[index]
    with pytest.raises(TypeError):
        MOODS["spring"] = MOODS["snow"]  # type: ignore[index]
