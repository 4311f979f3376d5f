"""Where an animal sits: a meadow, a beach, a room."""

from styleaug.training.scenes.canvas import Canvas
from styleaug.training.scenes.colours import Generator, choose, darker, lighter, vary
from styleaug.training.scenes.ground import grass, ground, shadow
from styleaug.training.scenes.outlines import box, oval
from styleaug.training.scenes.sky import sky


def animal_place(canvas: Canvas, generator: Generator) -> None:
    """Where an animal sits: a meadow, a beach or (by day and calm) a room."""
    kind = int(generator.integers(3 if canvas.mood is None else 2))
    horizon = float(generator.uniform(0.56, 0.66))
    if kind == 0:
        meadow = vary(generator, choose(generator, ("#7fb24a", "#8fbf5a", "#5fa052", "#b5b553")), 14)
        sky(canvas, generator, horizon)
        ground(canvas, generator, horizon, meadow)
        grass(canvas, generator, horizon + 0.06, 14, darker(meadow, 0.25))
    elif kind == 1:
        sky(canvas, generator, horizon)
        sea = canvas.moved(0, 0, near=0.2)
        sea.shape(box(-0.02, horizon - 0.02, 1.02, 1.02), "#2f86b0", "#7fd0d0", (0, 1), near=(0.1, 0.4))
        ground(canvas, generator, horizon + 0.1, vary(generator, "#ecd29a", 10), far=False)
    else:
        room(canvas, generator, horizon + 0.06)


def room(canvas: Canvas, generator: Generator, floor: float) -> None:
    """A quiet room: wall, window or picture, floor boards and a round rug."""
    wall, boards, rug = choose(
        generator,
        (
            ("#8fb8b0", "#a8734a", "#d9694f"),
            ("#e3bfa0", "#8d5b40", "#4f7f8f"),
            ("#9aa7cf", "#b98a5e", "#f0d27a"),
            ("#e8d48a", "#946446", "#5f8f6a"),
        ),
    )
    back = canvas.moved(0, 0, near=0.1)
    back.shape(box(-0.02, -0.02, 1.02, floor), lighter(wall, 0.15), darker(wall, 0.12))
    x = choose(generator, (0.17, 0.83))
    back.shape(box(x - 0.14, 0.1, x + 0.14, 0.46), "#f7f1e4")
    back.shape(box(x - 0.12, 0.12, x + 0.12, 0.44), "#6fb4e4", "#d8f0f4", (0, 1))
    back.shape(box(x - 0.008, 0.12, x + 0.008, 0.44), "#f7f1e4")
    back.shape(box(x - 0.12, 0.27, x + 0.12, 0.285), "#f7f1e4")
    canvas.shape(box(-0.02, floor, 1.02, 1.02), lighter(boards, 0.1), darker(boards, 0.2), (0, 1), near=(0.3, 0.9))
    canvas.shape(box(-0.02, floor - 0.022, 1.02, floor), "#f4ecdc", near=0.15)
    canvas.shape(oval(0.5, 0.88, 0.4, 0.09), darker(rug, 0.15), near=0.6)
    canvas.shape(oval(0.5, 0.88, 0.35, 0.072), rug, near=0.6)


def animal_spot(canvas: Canvas, generator: Generator) -> Canvas:
    """The frame in which the animal sits, its paws near the lower edge, and the shadow below it."""
    scale = float(generator.uniform(0.98, 1.18))
    x, foot = float(generator.uniform(0.44, 0.56)), float(generator.uniform(0.9, 0.95))
    shadow(canvas, x, foot - 0.01, 0.27 * scale, 0.045)
    return canvas.moved(x, foot - 0.37 * scale, scale, mirrored=bool(generator.integers(2)), near=0.85)
