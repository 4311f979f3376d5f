"""Tree and flower."""

import numpy as np

from styleaug.training.scenes.canvas import Canvas
from styleaug.training.scenes.colours import Colour, Generator, choose, darker, lighter, mix, rgb, vary
from styleaug.training.scenes.foliage import conifer, crown, leaf_shape
from styleaug.training.scenes.ground import grass, ground, shadow
from styleaug.training.scenes.outlines import oval, points, ribbon, smooth
from styleaug.training.scenes.sky import sky


def tree(canvas: Canvas, generator: Generator) -> None:
    """One great tree on a hill: a round crown in the colours of a season, or a fir."""
    horizon = float(generator.uniform(0.66, 0.72))
    sky(canvas, generator, horizon)
    meadow = vary(generator, choose(generator, ("#86b552", "#a4c060", "#6fa85a", "#c4b860")), 10)
    ground(canvas, generator, horizon, meadow)
    x, foot = float(generator.uniform(0.44, 0.56)), 0.86
    hill = canvas.earth(darker(meadow, 0.08))
    mound = smooth(
        points((x - 0.7, 1.05), (x - 0.4, 0.92), (x, foot - 0.03), (x + 0.4, 0.92), (x + 0.7, 1.05)), closed=False
    )
    canvas.shape(mound, lighter(hill, 0.22), darker(hill, 0.22), near=0.6)
    shadow(canvas, x + 0.08, foot + 0.015, 0.26, 0.03)
    place = canvas.moved(x, foot, float(generator.uniform(0.96, 1.08)), bool(generator.integers(2)), near=0.8)
    if generator.uniform() < 0.25:
        conifer(place, 0.0, 0.02, 0.76, vary(generator, choose(generator, ("#2f7a55", "#3f8a4a", "#2f6f6a")), 10))
        return
    leaf = vary(generator, choose(generator, ("#4f9f45", "#6fb03f", "#e08a2f", "#d9542f", "#f0a8c0", "#3f8f5a")), 10)
    bark = vary(generator, "#7a5238", 10)
    trunk = points(
        (-0.11, 0.02), (-0.05, -0.05), (-0.042, -0.3), (0.042, -0.3), (0.05, -0.05), (0.11, 0.02), (0.0, 0.0)
    )
    place.shape(trunk, lighter(bark, 0.2), darker(bark, 0.35), (1, 0.1))
    for side, rise in ((-1, -0.4), (1, -0.36)):
        branch = points((0.0, -0.2), (side * 0.08, -0.28), (side * 0.18, rise))
        place.shape(ribbon(branch, 0.055, 0.02), darker(bark, 0.12 if side > 0 else 0.0))
    crown(place, generator, 0.0, -0.46, 0.36, 0.27, leaf, 22)
    if generator.integers(2):
        fruit = place.group()
        for a, d in generator.uniform((0, 0.2), (2 * np.pi, 0.8), (9, 2)):
            fruit.shape(oval(0.31 * d * np.cos(a), -0.45 + 0.23 * d * np.sin(a), 0.017, 0.017), "#e03c34")
    grass(canvas, generator, 0.9, 8, darker(meadow, 0.28))


def flower(canvas: Canvas, generator: Generator) -> None:
    """One large blossom, often with two smaller ones, on leafy stems: daisy, sunflower, tulip or poppy."""
    horizon = float(generator.uniform(0.62, 0.74))
    meadow = vary(generator, choose(generator, ("#7fb552", "#5fa860", "#9cc060", "#4f9a6a")), 10)
    sky(canvas, generator, horizon)
    ground(canvas, generator, horizon, meadow)
    grass(canvas, generator, horizon + 0.05, 12, darker(meadow, 0.22))
    kind = choose(generator, (daisy, sunflower, tulip, poppy))
    petal = choose(generator, ("#e8413c", "#f0719a", "#9a5fc4", "#f4b02f", "#f48a4a", "#5f7fe0", "#fdf6ee"))
    x = float(generator.uniform(0.45, 0.55))
    places = [(x, 0.36, 1.0)]
    if generator.integers(2):
        places = [(x - 0.29, 0.56, 0.55), (x + 0.29, 0.5, 0.6), *places]
    for index, (across, y, size) in enumerate(places):
        size *= float(generator.uniform(0.95, 1.1))
        stalk(canvas.moved(0, 0, near=0.75 + 0.05 * index), across, y, size)
        kind(canvas.moved(across, y, size, bool(generator.integers(2)), near=0.8 + 0.05 * index), generator, petal)


def stalk(canvas: Canvas, x: float, y: float, size: float) -> None:
    """A bent stem from the blossom at (x, y) down to the lower edge, with two leaves."""
    green = canvas.earth("#4a9440", 0.2)
    middle = (x + 0.02 * size, (y + 1.0) / 2)
    canvas.shape(
        ribbon(points((x, y), middle, (x - 0.01, 1.03)), 0.034 * size, 0.042 * size),
        lighter(green, 0.1),
        darker(green, 0.3),
        (1, 0),
    )
    for turn, down in ((-0.55, 0.72), (-np.pi + 0.5, 0.6)):
        foot = y + down * (1.0 - y) + 0.1 * (1 - size)
        leaf = leaf_shape(x + 0.012, foot, 0.26 * size, 0.05 * size, turn)
        canvas.shape(leaf, lighter(green, 0.25), darker(green, 0.3))
        vein = ribbon(points(tuple(leaf[0]), tuple(leaf[8])), 0.007, 0.002, 2)
        canvas.shape(vein, darker(green, 0.35))


def petals(canvas: Canvas, count: int, length: float, width: float, colour: Colour, turn: float = 0.0) -> None:
    """A ring of pointed petals around (0, 0), alternately lighter and darker."""
    for index in range(count):
        angle = turn + 2 * np.pi * index / count
        tone = lighter(colour, 0.16) if index % 2 else rgb(colour)
        canvas.shape(leaf_shape(0, 0, length, width, angle), tone, darker(tone, 0.16))


def daisy(canvas: Canvas, generator: Generator, petal: Colour) -> None:
    """Long rounded petals around a yellow heart."""
    turn = float(generator.uniform(0, 1))
    for index in range(12):
        angle = turn + 2 * np.pi * index / 12
        tone = lighter(petal, 0.25) if index % 2 else rgb(petal)
        canvas.shape(oval(0.15 * np.cos(angle), 0.15 * np.sin(angle), 0.105, 0.042, angle), tone, darker(tone, 0.18))
    canvas.shape(oval(0, 0, 0.088, 0.088), "#e0952a")
    canvas.shape(oval(-0.006, -0.008, 0.075, 0.075), "#ffdf5a", "#f0a830")


def sunflower(canvas: Canvas, generator: Generator, petal: Colour) -> None:
    """Two rings of golden petals around a large brown heart."""
    turn = float(generator.uniform(0, 1))
    petals(canvas, 14, 0.275, 0.045, "#e89a1f", turn)
    petals(canvas, 14, 0.25, 0.042, "#fcc92f", turn + np.pi / 14)
    canvas.shape(oval(0, 0, 0.125, 0.125), "#4f2f1c")
    canvas.shape(oval(0, 0, 0.105, 0.105), "#8a5428", "#5a3420")
    seeds = canvas.group()
    for ring, count in ((0.04, 6), (0.075, 11)):
        for angle in np.linspace(0, 2 * np.pi, count, endpoint=False):
            seeds.shape(oval(ring * np.cos(angle), ring * np.sin(angle), 0.011, 0.011, steps=10), "#c48a3a")


def tulip(canvas: Canvas, generator: Generator, petal: Colour) -> None:
    """A closed cup of three petals."""
    for side in (-1, 1):
        back = points(
            (0.02 * side, 0.14), (0.14 * side, 0.06), (0.17 * side, -0.08), (0.14 * side, -0.24), (0.04 * side, -0.1)
        )
        canvas.shape(smooth(back), darker(petal, 0.04 if side < 0 else 0.14), darker(petal, 0.3))
    middle = points((0.0, 0.165), (-0.11, 0.09), (-0.12, -0.05), (0.0, -0.25), (0.12, -0.05), (0.11, 0.09))
    canvas.shape(smooth(middle), lighter(petal, 0.25), darker(petal, 0.12))
    canvas.shape(ribbon(points((0, -0.17), (0.006, 0.0), (0, 0.12)), 0.006, 0.012), darker(petal, 0.12))


def poppy(canvas: Canvas, generator: Generator, petal: Colour) -> None:
    """Five broad overlapping petals around a dark heart."""
    turn = float(generator.uniform(0, 1))
    for index in range(5):
        angle = turn + 2 * np.pi * index / 5
        tone = mix(petal, lighter(petal, 0.3), (index % 3) / 2)
        canvas.shape(
            oval(0.125 * np.cos(angle), 0.125 * np.sin(angle), 0.125, 0.115, angle),
            lighter(tone, 0.1),
            darker(tone, 0.24),
        )
    canvas.glow(0, 0, 0.16, darker(petal, 0.5), 0.7)
    canvas.shape(oval(0, 0, 0.06, 0.06), "#2a2030", "#4a3a4a")
    stamens = canvas.group()
    for angle in np.linspace(0, 2 * np.pi, 9, endpoint=False):
        stamens.shape(oval(0.085 * np.cos(angle), 0.085 * np.sin(angle), 0.012, 0.012, steps=10), "#f4cf5a")
