"""The gallery: lessons that hang, the paper's figures word for word, thumbnails of both."""

from pathlib import Path

import numpy as np
import pytest
from browser.fake_engine import FakeEngine
from PIL import Image

from styleaug import Mode
from styleaug.lessons import FIGURE_LESSONS, LESSONS
from styleaug.loading import load_model
from styleaug.panels import theta_range
from styleaug.registry import BUNDLED
from styleaug.thumbnails import SIZE, draw_thumbnail, write_thumbnails

EVERY = (*LESSONS, *FIGURE_LESSONS)


@pytest.mark.parametrize("lesson", EVERY, ids=lambda lesson: lesson.name)
def test_every_lesson_hangs_at_its_theta(lesson):
    low, high = theta_range(lesson.mode)
    assert low <= lesson.theta <= high
    assert len(lesson.hang().at(lesson.theta)) == len(lesson.style.split(";")) * (4 if lesson.mode == "all" else 1)
    assert lesson.text.endswith((".", "?"))


def test_names_are_those_of_files_and_each_is_another():
    names = [lesson.name for lesson in EVERY]
    assert len(set(names)) == len(names)
    assert all(name.replace("-", "").isalnum() for name in names)


def test_the_bundled_model_knows_every_word_of_them():
    model = load_model("tiny")
    for lesson in EVERY:
        assert model.unknown_words(f"{lesson.prompt} {lesson.style}".replace(";", "")) == ()


def test_the_figures_are_the_papers_word_for_word():
    assert [(lesson.title[:6], lesson.prompt, lesson.style, lesson.mode) for lesson in FIGURE_LESSONS] == [
        ("Fig. 5", "a dog", "a cat", Mode.INTERPOLATE),
        ("Fig. 6", "doomsday pyramid cyberpunk alien invasion", "cyberpunk", Mode.AUGMENT),
        ("Fig. 7", "futuristic high tech city architecture", "futuristic high tech", Mode.AUGMENT),
        ("Fig. 8", "temple hidden in the jungle Monet style", "Monet style", Mode.AUGMENT),
        ("Fig. 9", "temple hidden in the jungle Monet style", "Monet style", Mode.WEAKEN),
    ]


@pytest.mark.parametrize("lesson", EVERY, ids=lambda lesson: lesson.name)
def test_every_thumbnail_is_in_the_repository(lesson):
    file = BUNDLED.parent / "lessons" / f"{lesson.name}.webp"
    with Image.open(file) as image:
        assert image.format == "WEBP" and image.width == image.height
        assert np.asarray(image).std() > 10


def test_a_thumbnail_shows_every_panel():
    nine = next(lesson for lesson in LESSONS if len(lesson.hang().panels) == 9)
    engine = FakeEngine()
    thumbnail = draw_thumbnail(engine, nine)
    assert thumbnail.size == (SIZE // 3 * 3,) * 2
    assert [request.style for request in engine.rendered] == [panel.name for panel in nine.hang().panels]
    cells = [thumbnail.crop((x, y, x + SIZE // 3, y + SIZE // 3)) for y in (0, SIZE // 3) for x in (0, SIZE // 3)]
    assert len({cell.tobytes() for cell in cells}) == 4  # the bar codes differ


def test_thumbnails_are_written_and_told_of(tmp_path: Path):
    written: list[Path] = []
    write_thumbnails(FakeEngine(), tmp_path / "lessons", written.append)
    assert [path.stem for path in written] == [lesson.name for lesson in EVERY]
    assert all(path.is_file() for path in written)
