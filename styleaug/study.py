"""The paper's figures made again, and the sheet of everything a model was taught. Pictures to look at, not numbers.

It draws on the engine as any user would; it knows nothing of how pictures come about.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from styleaug.engine import StyleEngine
from styleaug.request import Direction, Mode, Request
from styleaug.sheet import sheet, theta_label

SEED = 7


@dataclass(frozen=True)
class Row:
    """One row of a figure: the same prompt under one way of applying θ."""

    label: str
    mode: Mode
    direction: Direction = Direction.CONTRAST
    sign: int = 1
    """−1 turns the figure's θ around."""


@dataclass(frozen=True)
class Figure:
    """One figure of the paper: its prompt and style word for word, its θ, and our rows."""

    number: int
    prompt: str
    style: str
    thetas: tuple[float, ...]
    rows: tuple[Row, ...]


TENTHS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)  # the θ of Figures 6 to 8
EIGHTHS = tuple(step / 8 for step in range(9))
AUGMENTED = (
    Row("augment, phrase", Mode.AUGMENT, Direction.PHRASE),  # the paper's reading of v
    Row("augment, contrast", Mode.AUGMENT),
    Row("guide, contrast", Mode.GUIDE),  # the paper's future work
)

FIGURES = (
    Figure(5, "a dog", "a cat", EIGHTHS, (Row("interpolate", Mode.INTERPOLATE),)),
    Figure(6, "doomsday pyramid cyberpunk alien invasion", "cyberpunk", TENTHS, AUGMENTED),
    Figure(7, "futuristic high tech city architecture", "futuristic high tech", TENTHS, AUGMENTED),
    Figure(8, "temple hidden in the jungle Monet style", "Monet style", TENTHS, AUGMENTED),
    Figure(
        9,
        "temple hidden in the jungle Monet style",
        "Monet style",
        (0.0, 0.2, 0.4, 0.6, 0.8, 1.0),
        (
            Row("augment by -θ", Mode.AUGMENT, sign=-1),
            Row("weaken", Mode.WEAKEN),
            Row("guide by -θ", Mode.GUIDE, sign=-1),
        ),
    ),
)


def request_on(engine: StyleEngine, *, live: bool = False, **fields: Any) -> Request:
    """A request with the steps and the guidance that the engine's model, or its live variant, was made for."""
    return Request.from_dict({**engine.model.variant(live).settings, "live": live, **fields})


def draw_figure(engine: StyleEngine, figure: Figure, seed: int = SEED) -> Image.Image:
    """One figure as a labelled sheet: a row for each way of applying θ, a column for each θ."""
    rows = []
    for row in figure.rows:
        request = request_on(
            engine, prompt=figure.prompt, style=figure.style, mode=row.mode, direction=row.direction, seed=seed
        )
        thetas = [row.sign * theta for theta in figure.thetas]
        rows.append([picture.image for picture in engine.sweep(request, thetas)])
    joint = "to" if figure.rows[0].mode is Mode.INTERPOLATE else "+"
    return sheet(
        rows,
        row_labels=[row.label for row in figure.rows],
        column_labels=[theta_label(theta) for theta in figure.thetas],
        caption=f"Figure {figure.number}: {figure.prompt} {joint} {figure.style}, seed {seed}",
    )


def draw_school(engine: StyleEngine, seed: int = SEED, size: int = 72) -> Image.Image:
    """Every subject (rows) without a style and in every style (columns), `size` pixels a picture."""
    vocabulary = engine.model.vocabulary
    if vocabulary is None:
        raise ValueError(f"the model {engine.model.name} lists no subjects and styles to draw")

    def picture(subject: str, style: str, theta: float) -> Image.Image:
        request = request_on(engine, prompt=subject, style=style, mode=Mode.WEAKEN, theta=theta, seed=seed)
        return engine.render(request).image.resize((size, size), Image.Resampling.LANCZOS)

    # weaken at θ = 0 is the prompt with the style, at θ = 1 without it
    rows = [
        [picture(subject, vocabulary.styles[0], 1.0), *(picture(subject, style, 0.0) for style in vocabulary.styles)]
        for subject in vocabulary.subjects
    ]
    return sheet(rows, row_labels=vocabulary.subjects, column_labels=("no style", *vocabulary.styles))


def write_figures(engine: StyleEngine, folder: Path, wrote: Callable[[Path], None]) -> None:
    """All five figures and the school sheet as PNG files in `folder`; `wrote` is told of each."""
    folder.mkdir(parents=True, exist_ok=True)
    for figure in FIGURES:
        path = folder / f"figure-{figure.number}.png"
        draw_figure(engine, figure).save(path)
        wrote(path)
    if engine.model.vocabulary is not None:
        path = folder / "school.png"
        draw_school(engine).save(path)
        wrote(path)
