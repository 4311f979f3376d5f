"""The twenty styles: what every one of them promises whatever it looks like."""

import hashlib
import os
import subprocess
import sys
from collections.abc import MutableMapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from styleaug.training.scenes import Scene
from styleaug.training.styles import MAX_STRENGTH, STYLES, apply_style

NAMES = (
    "Monet style",
    "van Gogh",
    "cyberpunk",
    "futuristic high tech",
    "ukiyo-e",
    "pencil sketch",
    "watercolor",
    "pop art",
    "stained glass",
    "pixel art",
    "pointillism",
    "blueprint",
    "cubism",
    "charcoal",
    "mosaic",
    "Klimt gold",
    "art deco",
    "comic",
    "low poly",
    "De Stijl",
)
FIRST_PORTABLE = NAMES.index("cubism")  # from here on no style weighs colours through BLAS


def landscape(size: int = 128) -> Scene:
    """A red square hut and a sun on green ground below a blue sky, each softly shaded."""
    y, x = np.mgrid[0:size, 0:size] / size
    regions = np.ones((size, size), np.int32)
    regions[np.hypot(x - 0.8, y - 0.2) < 0.08] = 2
    regions[y > 0.65] = 3
    regions[(abs(x - 0.4) < 0.2) & (y > 0.35) & (y < 0.8)] = 4
    colours = np.array([(0, 0, 0), (0.5, 0.72, 0.9), (1, 0.9, 0.6), (0.4, 0.6, 0.3), (0.75, 0.3, 0.25)])
    depth = np.array([0, 0.0, 0.02, 0.5, 0.8], np.float32)[regions]
    picture = np.clip(colours[regions] * (1.1 - 0.25 * x - 0.1 * y)[..., None], 0, 1).astype(np.float32)
    return Scene(picture=picture, regions=regions, depth=depth)


def paint(style: str, strength: float, seed: int = 0) -> np.ndarray:
    return apply_style(style, landscape(), strength, np.random.default_rng(seed))


def difference(first: np.ndarray, second: np.ndarray) -> float:
    """Mean absolute difference after averaging over 4 x 4 pixels, as at thumbnail size."""
    small = [image.reshape(32, 4, 32, 4, 3).mean((1, 3)) for image in (first, second)]
    return float(np.abs(small[0] - small[1]).mean())


def test_the_styles_are_the_ones_agreed_and_cannot_be_changed() -> None:
    assert tuple(STYLES) == NAMES
    assert not isinstance(STYLES, MutableMapping)


@pytest.mark.parametrize("style", NAMES)
def test_strength_zero_is_a_copy_of_the_plain_picture(style: str) -> None:
    scene = landscape()
    before = scene.picture.copy()
    styled = apply_style(style, scene, 0, np.random.default_rng(0))
    assert np.array_equal(styled, scene.picture)
    styled[:] = 0
    assert np.array_equal(scene.picture, before)


@pytest.mark.parametrize("style", NAMES)
@pytest.mark.parametrize("strength", [0.05, 0.5, 1.0, MAX_STRENGTH])
def test_the_picture_is_well_formed_and_the_scene_untouched(style: str, strength: float) -> None:
    scene = landscape()
    copies = [field.copy() for field in (scene.picture, scene.regions, scene.depth)]
    styled = apply_style(style, scene, strength, np.random.default_rng(1))
    assert styled.shape == scene.picture.shape
    assert styled.dtype == np.float32
    assert np.isfinite(styled).all()
    assert styled.min() >= 0
    assert styled.max() <= 1
    for field, copy in zip((scene.picture, scene.regions, scene.depth), copies, strict=True):
        assert np.array_equal(field, copy)


@pytest.mark.parametrize("style", NAMES)
def test_the_same_seed_gives_the_same_bytes(style: str) -> None:
    assert paint(style, 0.8, seed=5).tobytes() == paint(style, 0.8, seed=5).tobytes()


def digests() -> list[str]:
    """What the styles whose bytes hold on every processor paint, whole and half strength, as uint8."""
    pictures = [
        np.rint(paint(style, strength, seed=3) * 255) for style in NAMES[FIRST_PORTABLE:] for strength in (0.5, 1.0)
    ]
    return [hashlib.sha256(picture.astype(np.uint8).tobytes()).hexdigest() for picture in pictures]


def test_threads_and_the_processor_of_the_linear_algebra_change_no_byte() -> None:
    """The same in a process of another thread count, whose OpenBLAS (if numpy has it) takes an older machine's code."""
    other = {
        **os.environ,
        "OMP_NUM_THREADS": "2",
        "OPENBLAS_CORETYPE": "Nehalem",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    command = [sys.executable, "-c", "from tests.test_styles import digests; print(*digests())"]
    there = subprocess.run(command, env=other, capture_output=True, text=True, check=True).stdout
    assert there.split() == digests()


@pytest.mark.parametrize("style", NAMES)
def test_as_many_random_numbers_are_drawn_at_every_strength(style: str) -> None:
    states = []
    for strength in (0.1, 1.0, MAX_STRENGTH):
        generator = np.random.default_rng(2)
        apply_style(style, landscape(), strength, generator)
        states.append(generator.bit_generator.state)
    assert states[0] == states[1] == states[2]


@pytest.mark.parametrize("style", NAMES)
def test_the_style_grows_with_strength(style: str) -> None:
    plain = landscape().picture
    away = [float(np.abs(paint(style, strength) - plain).mean()) for strength in (0, 0.25, 0.5, 0.75, 1.0)]
    assert away == sorted(away)
    assert difference(paint(style, 1.0), plain) > 0.03
    assert difference(paint(style, MAX_STRENGTH), paint(style, 1.0)) > 0.01


@pytest.mark.parametrize("style", NAMES)
def test_a_small_step_in_strength_is_a_small_step_in_the_picture(style: str) -> None:
    assert difference(paint(style, 0.60), paint(style, 0.62)) < 0.25 * difference(paint(style, 0.3), paint(style, 1.0))


def test_any_two_styles_differ_clearly() -> None:
    painted = {style: paint(style, 1.0) for style in NAMES}
    for number, first in enumerate(NAMES):
        for second in NAMES[:number]:
            assert difference(painted[first], painted[second]) > 0.05, (first, second)


def test_pencil_is_nearly_grey_and_its_paper_is_light() -> None:
    drawing = paint("pencil sketch", 1.0)
    assert np.ptp(drawing, axis=-1).max() < 0.05
    assert np.quantile(drawing, 0.9) > 0.8


def test_pixel_art_has_few_colours() -> None:
    colours = np.unique((paint("pixel art", 1.0) * 255).astype(np.uint8).reshape(-1, 3), axis=0)
    assert len(colours) <= 48  # the palette, and its outline shades


def test_cubism_has_hardly_any_colour_and_breaks_the_forms() -> None:
    plain, broken = landscape().picture, paint("cubism", 1.0)
    assert np.ptp(broken, axis=-1).mean() < 0.5 * np.ptp(plain, axis=-1).mean()
    inside = [image[6:-6, 6:-6] for image in (plain, broken)]
    steps = [np.abs(np.diff(image.mean(-1), axis=0)).mean() for image in inside]
    assert steps[1] > 1.5 * steps[0]


def test_charcoal_is_grey_and_darker_than_pencil() -> None:
    charcoal, pencil = paint("charcoal", 1.0), paint("pencil sketch", 1.0)
    assert np.ptp(charcoal, axis=-1).max() < 0.25
    assert charcoal.mean() < pencil.mean() - 0.05
    assert (charcoal < 0.2).all(-1).mean() > 0.05


def test_low_poly_is_flat_within_its_triangles() -> None:
    triangles = paint("low poly", 1.0)
    assert (np.abs(np.diff(triangles, axis=1)).max(-1) < 1e-6).mean() > 0.7
    assert len(np.unique((triangles * 255).astype(np.uint8).reshape(-1, 3), axis=0)) > 60


def test_de_stijl_has_level_and_upright_edges_only() -> None:
    """Where the picture changes, it changes across or down, but hardly ever both at once."""
    painted = paint("De Stijl", 1.0).mean(-1)
    across, down = np.abs(np.diff(painted, axis=1))[:-1] > 0.05, np.abs(np.diff(painted, axis=0))[:, :-1] > 0.05
    assert (across & down).sum() < 0.15 * (across | down).sum()


def test_de_stijl_paints_in_primaries_black_white_and_grey() -> None:
    painted = paint("De Stijl", 1.0).reshape(-1, 3)
    primaries = np.array([(0.86, 0.10, 0.10), (0.98, 0.83, 0.10), (0.07, 0.22, 0.62)])
    near = (np.abs(painted[:, None] - primaries) < 0.02).all(-1).any(-1)
    grey = np.ptp(painted, axis=-1) < 0.12
    assert (near | grey).mean() > 0.85
    assert near.mean() > 0.05


def test_klimts_sky_is_gold() -> None:
    red, green, blue = paint("Klimt gold", 1.0)[:20].mean((0, 1))
    assert red > green + 0.1 > blue + 0.3


def test_mosaic_shows_its_mortar_between_stones() -> None:
    floor = paint("mosaic", 1.0)
    mortar = (np.abs(floor - (0.52, 0.47, 0.40)) < 0.06).all(-1)
    assert 0.05 < mortar.mean() < 0.45


def test_a_comic_panel_has_a_white_gutter_and_art_deco_a_black_frame() -> None:
    assert paint("comic", 1.0)[0].min() > 0.9
    assert paint("art deco", 1.0)[0].max() < 0.1


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(NAMES), st.integers(24, 70), st.floats(0.01, MAX_STRENGTH), st.booleans())
def test_any_size_works_even_with_a_single_region(style: str, size: int, strength: float, near: bool) -> None:
    blank = Scene(
        picture=np.full((size, size, 3), 0.5, np.float32),
        regions=np.ones((size, size), np.int32),
        depth=np.full((size, size), float(near), np.float32),
    )
    styled = apply_style(style, blank, strength, np.random.default_rng(0))
    assert styled.shape == (size, size, 3)
    assert np.isfinite(styled).all()


def test_an_unknown_style_is_named() -> None:
    with pytest.raises(ValueError, match=r"style must be one of Monet style.*'baroque'"):
        paint("baroque", 1.0)


@pytest.mark.parametrize("strength", [-0.1, 1.41, float("nan"), float("inf")])
def test_a_strength_out_of_range_is_named(strength: float) -> None:
    with pytest.raises(ValueError, match=rf"strength must be between 0 and 1.4, got {strength}"):
        paint("pop art", strength)
