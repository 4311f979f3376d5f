"""Water: a sea, a lake or a river, with flat waves on it."""

from styleaug.training.scenes.canvas import Canvas
from styleaug.training.scenes.colours import Colour, Generator, lighter
from styleaug.training.scenes.outlines import box, oval

WATERS = (("#6fbcd4", "#1f6a9f"), ("#7fd4c8", "#1f7f8f"), ("#86a8dc", "#2f5a9a"))  # far off, near by


def water(canvas: Canvas, generator: Generator, y: float, colours: tuple[Colour, Colour], waves: int = 16) -> None:
    """Open water from y down to the lower edge, darker and with longer waves towards us."""
    far, near = colours
    canvas.shape(box(-0.02, y, 1.02, 1.02), far, near, (0, 1), near=(0.3, 0.95))
    crests = canvas.group()
    for x, down in generator.uniform(0.0, 1.0, (waves, 2)):
        size = 0.025 + 0.05 * float(down)
        foot = y + (0.06 + 0.92 * float(down)) * (1.0 - y)
        crests.shape(oval(float(x), foot, size, 0.13 * size), lighter(far, 0.45), near=0.35 + 0.5 * float(down))
