"""Foliage: crowns, firs, palms and single leaves."""

import numpy as np

from styleaug.training.scenes.canvas import Canvas
from styleaug.training.scenes.colours import Colour, Generator, darker, lighter, mix, rgb
from styleaug.training.scenes.outlines import Points, box, oval, ovals, points, ribbon, smooth


def crown(
    canvas: Canvas, generator: Generator, x: float, y: float, width: float, height: float, leaf: Colour, puffs: int = 16
) -> None:
    """A round mass of leaves: dark puffs behind, light ones towards the upper left."""
    leaf = canvas.earth(leaf, 0.35)
    layers = (
        (darker(leaf, 0.35), 0.0, 1.0, 0.36),
        (rgb(leaf), -0.1, 0.86, 0.3),
        (lighter(leaf, 0.25), -0.24, 0.62, 0.21),
    )
    for index, (colour, shift, spread, radius) in enumerate(layers):
        if index == 0:
            canvas.shape(oval(x, y, width * 0.9, height * 0.9), colour)
        count = puffs - 4 * index
        angle = np.linspace(0, 2 * np.pi, count, endpoint=False) + generator.uniform(-0.2, 0.2, count)
        distance = np.where(np.arange(count) % 3 == 0, 0.4, 0.72) * spread * generator.uniform(0.9, 1.1, count)
        across, down = x + width * (shift + distance * np.cos(angle)), y + height * (shift + distance * np.sin(angle))
        size = radius * generator.uniform(0.8, 1.15, count)
        canvas.shapes(ovals(np.stack([across, down], axis=1), width * size, height * size), colour)


def conifer(canvas: Canvas, x: float, y: float, height: float, colour: Colour) -> None:
    """A fir standing at (x, y): skirts of branches, lit on the left."""
    colour = canvas.earth(colour, 0.4)
    canvas.shape(box(x - height * 0.04, y - height * 0.14, x + height * 0.04, y), "#5b3d29")
    skirts: tuple[tuple[float, float, float], ...] = ((0.1, 0.58, 0.3), (0.34, 0.8, 0.23), (0.58, 1.0, 0.16))
    if height > 0.5:
        skirts = ((0.1, 0.42, 0.34), (0.25, 0.6, 0.29), (0.41, 0.76, 0.235), (0.57, 0.9, 0.175), (0.73, 1.0, 0.115))
    for low, top, half in skirts:
        tip, base, reach = (x, y - top * height), y - low * height, half * height
        droop = base + 0.03 * height
        canvas.shape(
            points(tip, (x + reach, droop), (x, base), (x - reach, droop)), lighter(colour, 0.22), darker(colour, 0.05)
        )
        canvas.shape(
            points(tip, (x + reach, droop), (x + 0.1 * reach, base)), darker(colour, 0.12), darker(colour, 0.36)
        )


def leaf_shape(x: float, y: float, length: float, width: float, turn: float) -> Points:
    """A pointed leaf growing from (x, y) in the direction `turn` (radians, 0 is to the right)."""
    t = np.linspace(0.0, 1.0, 9)
    half = width * np.sin(np.pi * t**0.8)
    along = np.concatenate([t * length, (t * length)[::-1][1:-1]])
    aside = np.concatenate([half, -half[::-1][1:-1]])
    cosine, sine = np.cos(turn), np.sin(turn)
    return np.stack([x + along * cosine - aside * sine, y + along * sine + aside * cosine], axis=1)


def palm(canvas: Canvas, generator: Generator, x: float, y: float, height: float, lean: float, leaf: Colour) -> None:
    """A palm with a bent trunk from (x, y) up and drooping fronds."""
    top = (x + lean, y - height)
    canvas.shape(
        ribbon(points((x, y), (x + 0.25 * lean, y - 0.5 * height), top), 0.066 * height, 0.04 * height),
        "#9a7448",
        "#5a4230",
    )
    leaf = canvas.earth(leaf, 0.4)
    fronds = canvas.group()
    for index, turn in enumerate(np.linspace(-np.pi - 0.45, 0.45, 8)):
        reach = height * 0.42 * float(generator.uniform(0.85, 1.1))
        middle = (top[0] + 0.6 * reach * np.cos(turn), top[1] + 0.6 * reach * np.sin(turn) - 0.04)
        tip = (top[0] + reach * np.cos(turn), top[1] + reach * np.sin(turn) + 0.09)
        colour = mix(darker(leaf, 0.15), lighter(leaf, 0.2), index % 2)
        knots = smooth(points(top, middle, tip), closed=False, steps=5)
        below = knots + np.sin(np.linspace(0, np.pi, len(knots)))[:, None] * (0.012, 0.045)
        fronds.shape(np.concatenate([knots, below[::-1]]), colour)
