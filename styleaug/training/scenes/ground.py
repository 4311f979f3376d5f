"""The ground: rolling land, shadows on it, grass."""

from styleaug.training.scenes.canvas import Canvas
from styleaug.training.scenes.colours import Colour, Generator, darker, lighter, mix
from styleaug.training.scenes.outlines import oval, points, ridge


def ground(
    canvas: Canvas, generator: Generator, y: float, colour: Colour, height: float = 0.015, far: bool = True
) -> None:
    """Rolling ground from y down to the lower edge, with a paler hill or two behind it."""
    if far:
        pale = canvas.earth(mix(darker(colour, 0.1), "#9cc0d8", 0.45), 0.8)
        canvas.shape(ridge(generator, y - 0.06, 0.035, 2.2), pale, lighter(pale, 0.2), (0, 1), near=0.15)
        canvas.shape(ridge(generator, y - 0.025, 0.02, 3.0), canvas.earth(mix(colour, "#9cc0d8", 0.2)), near=0.25)
    base = canvas.earth(colour)
    canvas.shape(ridge(generator, y, height, 1.6), lighter(base, 0.18), darker(base, 0.22), (0, 1), near=(0.35, 0.95))
    if canvas.mood is not None and canvas.mood.on_ground is not None:
        canvas.mood.on_ground(canvas, generator, y + 0.02)


def shadow(canvas: Canvas, x: float, y: float, width: float, height: float, strength: float = 0.28) -> None:
    """The soft shadow a thing throws on the ground."""
    for grow in (1.0, 0.8):
        canvas.shape(oval(x, y, width * grow, height * grow), "#14122e", opacity=strength * 0.6)


def grass(canvas: Canvas, generator: Generator, y: float, count: int, colour: Colour) -> None:
    """Tufts of blades scattered from y to the lower edge."""
    colour = canvas.earth(colour, 0.75)
    tufts = canvas.group()
    for x, down in generator.uniform(0, 1, (count, 2)):
        foot, size = y + down * (1.0 - y), 0.02 + 0.03 * down
        for lean in (-0.6, 0.1, 0.7):
            tip = (x + lean * size, foot - size)
            near = float(0.4 + 0.5 * down)
            tufts.shape(points((x - size * 0.15, foot), tip, (x + size * 0.15, foot)), colour, near=near)
