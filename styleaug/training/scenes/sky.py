"""The sky: three colours, the hour of the day, sun and clouds, or whatever the mood hangs there."""

import numpy as np

from styleaug.training.scenes.canvas import Canvas
from styleaug.training.scenes.colours import Colour, Generator, choose, darker, lighter, mix, rgb
from styleaug.training.scenes.outlines import box, oval, ovals

Hour = tuple[str, str, str, tuple[float, float, float]]  # top, middle, horizon, light on things

HOURS: tuple[Hour, ...] = (
    ("#3f8fd6", "#8cc4ee", "#dff1f7", (1.0, 1.0, 1.0)),
    ("#2f7fc4", "#74b7e6", "#f3ecd2", (1.0, 0.99, 0.96)),
    ("#5ab4d8", "#a5dbe6", "#f7f3dc", (1.0, 1.0, 0.98)),
    ("#5a7cc0", "#f2b49a", "#ffdf9e", (1.0, 0.93, 0.86)),
    ("#6a5aa8", "#e88f8c", "#ffc98a", (1.0, 0.88, 0.84)),
    ("#8fb6cf", "#c3d8e0", "#eef0ea", (0.97, 0.99, 1.0)),
)

DUSKS: tuple[Hour, ...] = (
    ("#16235c", "#34539a", "#86a8d8", (0.62, 0.7, 0.95)),
    ("#231b58", "#54489c", "#b890c8", (0.68, 0.64, 0.9)),
    ("#0f3350", "#2a6a90", "#86c0c8", (0.62, 0.78, 0.88)),
)


def sky(
    canvas: Canvas,
    generator: Generator,
    horizon: float = 0.7,
    clouds: bool = True,
    hours: tuple[Hour, ...] = HOURS,
    lamp: bool = True,
) -> None:
    """A three-colour sky with sun and clouds, or the mood's own sky; sets the light of the whole scene.

    Without `lamp` there is no sun and no moon in it: a subject that is one brings its own.
    """
    top, middle, low, light = choose(generator, hours)
    middle_y = horizon * 0.55
    if canvas.mood is not None:
        top, middle, low = choose(generator, canvas.mood.skies)
        light = (1.0, 1.0, 1.0)
    canvas.light = light
    heaven = canvas.moved(0, 0, near=0.0).group()
    below = (0.0, 1.0)
    heaven.shape(box(-0.02, -0.02, 1.02, middle_y), top, middle, towards=below, glowing=True)
    heaven.shape(box(-0.02, middle_y, 1.02, 1.02), middle, low, towards=below, glowing=True)
    if canvas.mood is not None:
        hung = canvas.moved(0, 0, near=0.05)
        canvas.mood.backdrop(hung, generator, horizon)
        if lamp and canvas.mood.lamp is not None:
            canvas.mood.lamp(hung, generator, horizon)
        return
    if lamp:
        sun(canvas.moved(0, 0, near=0.02), generator, low)
    for _ in range(int(generator.integers(1, 4)) if clouds else 0):
        x, y = generator.uniform(0.0, 1.0), generator.uniform(0.06, horizon * 0.5)
        cloud(canvas.moved(0, 0, near=0.05), generator, x, y, generator.uniform(0.1, 0.18), mix("#ffffff", low, 0.25))


def sun(canvas: Canvas, generator: Generator, low: Colour) -> None:
    """A disc with a soft halo, in one of the upper corners."""
    x, y = choose(generator, (0.14, 0.2, 0.8, 0.86)), generator.uniform(0.1, 0.22)
    canvas.glow(x, y, 0.3, lighter(low, 0.6), 0.75)
    canvas.shape(oval(x, y, 0.055, 0.055), mix("#fff2b0", low, 0.25), glowing=True)


def cloud(canvas: Canvas, generator: Generator, x: float, y: float, width: float, colour: Colour) -> None:
    """A flat-bottomed heap of round puffs, in shadow below."""
    offsets = np.array([-0.75, -0.35, 0.1, 0.5, 0.85])
    sizes = np.array([0.3, 0.45, 0.55, 0.42, 0.27]) * generator.uniform(0.85, 1.15, 5)
    for layer, drop in ((darker(colour, 0.1), 0.07), (rgb(colour), 0.0)):
        puffs = canvas.group()
        for offset, radius in zip(offsets * width, sizes * width, strict=True):
            puffs.shape(oval(x + offset, y + drop * width - radius * 0.35, radius, radius * 0.62), layer, glowing=True)


def stars(canvas: Canvas, generator: Generator, count: int, colour: Colour) -> None:
    """Small stars over the upper part of the sky."""
    size = generator.uniform(0.003, 0.0075, count)
    diamonds = ovals(generator.uniform((0, 0), (1, 0.6), (count, 2)), size, size, steps=4)
    canvas.shapes(diamonds, colour, glowing=True)
