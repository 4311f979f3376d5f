"""styleaug.study: the paper's figures word for word, as labelled sheets; every subject in every style."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import parts
import pytest
from PIL import Image

from styleaug.engine import StyleEngine
from styleaug.model import Model
from styleaug.request import Direction, Mode
from styleaug.study import FIGURES, draw_figure, draw_school, write_figures


@pytest.fixture
def engine(random_model: Model) -> StyleEngine:
    return StyleEngine(replace(random_model, num_inference_steps=2))


def test_the_figures_are_the_papers_word_for_word() -> None:
    asked = {figure.number: (figure.prompt, figure.style, figure.rows[0].mode) for figure in FIGURES}
    assert asked == {
        5: ("a dog", "a cat", Mode.INTERPOLATE),
        6: ("doomsday pyramid cyberpunk alien invasion", "cyberpunk", Mode.AUGMENT),
        7: ("futuristic high tech city architecture", "futuristic high tech", Mode.AUGMENT),
        8: ("temple hidden in the jungle Monet style", "Monet style", Mode.AUGMENT),
        9: ("temple hidden in the jungle Monet style", "Monet style", Mode.AUGMENT),
    }
    assert all(figure.rows[0].direction is Direction.PHRASE for figure in FIGURES[1:4])
    assert all(figure.thetas == (0.0, 0.1, 0.2, 0.3, 0.4, 0.5) for figure in FIGURES[1:4])


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: f"figure {figure.number}")
def test_every_theta_of_a_figure_is_one_the_mode_has(figure) -> None:
    for row in figure.rows:
        low, high = row.mode.theta_range
        assert all(low <= row.sign * theta <= high for theta in figure.thetas)


def test_a_figure_has_a_row_for_each_way_and_a_column_for_each_theta(engine: StyleEngine) -> None:
    figure = replace(FIGURES[1], prompt="temple cyberpunk night", thetas=(0.0, 0.5))
    drawn = draw_figure(engine, figure)
    height, width = engine.model.image_size
    assert drawn.width > 2 * width and drawn.height > 3 * height
    # θ = 0 is the same picture in all three rows, and was rendered three times at most
    assert engine.stats.decodes <= 6


def test_the_school_shows_every_subject_plain_and_in_every_style(engine: StyleEngine) -> None:
    drawn = draw_school(engine, size=16)
    vocabulary = parts.vocabulary()
    assert engine.stats.decodes == len(vocabulary.subjects) * (1 + len(vocabulary.styles))
    assert drawn.width > 16 * (1 + len(vocabulary.styles))
    assert np.asarray(drawn).std() > 0


def test_the_figures_are_written_and_told_of(
    random_model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The random parts read 16 tokens, too few for the letters of words they never saw: their figures are shorter."""
    short = tuple(replace(figure, prompt="a dog", style="cat", thetas=(0.0, 0.5)) for figure in FIGURES)
    monkeypatch.setattr("styleaug.study.FIGURES", short)
    engine = StyleEngine(replace(random_model, num_inference_steps=1, vocabulary=None))
    written: list[Path] = []
    write_figures(engine, tmp_path / "figures", written.append)
    assert [path.name for path in written] == [f"figure-{number}.png" for number in range(5, 10)]
    for path in written:
        with Image.open(path) as image:
            assert image.format == "PNG"


def test_a_model_without_a_vocabulary_has_no_school(random_model: Model) -> None:
    with pytest.raises(ValueError, match="lists no subjects"):
        draw_school(StyleEngine(replace(random_model, vocabulary=None)))
