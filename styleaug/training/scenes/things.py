"""Things on a table: still life with fruit, teapot."""

import numpy as np

from styleaug.training.scenes.canvas import Canvas
from styleaug.training.scenes.colours import Colour, Generator, choose, darker, lighter, vary
from styleaug.training.scenes.foliage import leaf_shape
from styleaug.training.scenes.ground import ground, shadow
from styleaug.training.scenes.outlines import box, oval, points, ribbon, smooth
from styleaug.training.scenes.sky import sky

DEEP_WALLS = ("#3f5f6c", "#5f5636", "#4c4a72", "#6c4238", "#3f6048")
PALE_WALLS = ("#b8ccd0", "#d8c8a0", "#c4bcd8", "#d8b8a4", "#b8ccb0")


def table(canvas: Canvas, generator: Generator, edge: float, walls: tuple[str, ...]) -> None:
    """A table whose far edge is at y = edge: before a wall with a curtain, or out of doors (always in a mood)."""
    if canvas.mood is None and generator.integers(3):
        wall = vary(generator, choose(generator, walls), 8)
        back = canvas.moved(0, 0, near=0.1)
        back.shape(box(-0.02, -0.02, 1.02, edge + 0.02), lighter(wall, 0.25), darker(wall, 0.12))
        curtain(
            canvas.moved(0, 0, 1.0, near=0.2),
            choose(generator, (0.0, 1.0)),
            vary(generator, choose(generator, ("#a8423a", "#c89a4a", "#4f6f9a")), 8),
            edge,
        )
    else:
        sky(canvas, generator, edge - 0.1)
        ground(canvas, generator, edge - 0.1, vary(generator, choose(generator, ("#7fb24a", "#93bf58", "#a8b552")), 12))
    wood = vary(generator, choose(generator, ("#a8734a", "#8d5b40", "#c4935f")), 8)
    board = canvas.earth(wood, 0.7)
    canvas.shape(box(-0.02, edge, 1.02, 1.02), lighter(board, 0.18), darker(board, 0.25), (0, 1), near=(0.45, 0.95))
    canvas.shape(box(-0.02, edge, 1.02, edge + 0.014), lighter(board, 0.4), near=0.5)


def curtain(canvas: Canvas, side: float, cloth: Colour, low: float) -> None:
    """A curtain in folds along one side (0 left, 1 right) down to y = low."""
    frame = canvas.moved(side, 0.0, 1.0, side == 1.0)
    for index in range(3):
        left = -0.02 + 0.065 * index
        fold = points(
            (left, -0.02), (left + 0.07, -0.02), (left + 0.075 - 0.02 * index, low), (left - 0.015 * index, low)
        )
        frame.shape(fold, lighter(cloth, 0.12), darker(cloth, 0.4), (1, 0))


def fruit_still_life(canvas: Canvas, generator: Generator) -> None:
    """A bowl heaped with apples, a pear, an orange, bananas and grapes; two more fruits lie on the table."""
    edge = float(generator.uniform(0.62, 0.67))
    table(canvas, generator, edge, DEEP_WALLS)
    x, scale = float(generator.uniform(0.47, 0.53)), float(generator.uniform(1.05, 1.15))
    shadow(canvas, x + 0.03, 0.86, 0.26 * scale, 0.04, 0.45)
    place = canvas.moved(x, 0.6, scale, bool(generator.integers(2)), near=0.82)
    red = choose(generator, ("#d8342f", "#c42a3a", "#e0533a"))
    green = choose(generator, ("#a8c43a", "#8fb83f", "#d8c83a"))
    banana(place, -0.04)
    banana(place, 0.04)
    pear(place.moved(0.06, -0.12), vary(generator, green, 8))
    apple(place.moved(-0.2, -0.055, 1.05), vary(generator, red, 8))
    orange(place.moved(0.215, -0.05, 1.0))
    apple(place.moved(-0.01, -0.03, 1.1), vary(generator, choose(generator, (red, green, "#f0b83a")), 8))
    bowl(
        place,
        choose(
            generator, (("#f2efe8", "#2f5f9a"), ("#c46a42", "#f0d8a8"), ("#4f8f9a", "#e8f0ea"), ("#6a5a8a", "#e8d8b0"))
        ),
    )
    grapes(place.moved(0.2, 0.0, near=0.86), choose(generator, ("#6a3a7a", "#7a9a3a", "#4a3a6a")))
    front = canvas.moved(x, 0.88, scale, bool(generator.integers(2)), near=0.92)
    for across, kind in ((-0.3, apple), (0.3, lemon)):
        spot = front.moved(across, 0.0, 0.9)
        shadow(spot, 0.02, 0.085, 0.1, 0.022, 0.45)
        kind(spot, vary(generator, red if kind is apple else "#f4d83a", 8))


def apple(canvas: Canvas, skin: Colour) -> None:
    """An apple of radius 0.1 about (0, 0)."""
    half = points(
        (0.0, -0.07), (0.035, -0.09), (0.085, -0.07), (0.105, 0.0), (0.08, 0.065), (0.035, 0.094), (0.0, 0.085)
    )
    outline = smooth(np.concatenate([half, (half[1:-1] * (-1, 1))[::-1]]))
    canvas.shape(outline, lighter(skin, 0.22), darker(skin, 0.4))
    canvas.shape(oval(-0.042, -0.035, 0.022, 0.03, 0.5), lighter(skin, 0.6))
    canvas.shape(ribbon(points((0.0, -0.068), (0.012, -0.115)), 0.014, 0.01, 2), "#5a3a28")
    canvas.shape(leaf_shape(0.008, -0.095, 0.075, 0.02, -0.35), "#6fb03f", "#3f7a2f")


def pear(canvas: Canvas, skin: Colour) -> None:
    """A pear, its belly about (0, 0)."""
    half = points((0.0, -0.2), (0.038, -0.185), (0.05, -0.12), (0.095, -0.03), (0.1, 0.045), (0.06, 0.1), (0.0, 0.11))
    outline = smooth(np.concatenate([half, (half[1:-1] * (-1, 1))[::-1]]))
    canvas.shape(outline, lighter(skin, 0.3), darker(skin, 0.35))
    canvas.shape(oval(-0.045, -0.01, 0.018, 0.04, 0.25), lighter(skin, 0.6))
    canvas.shape(ribbon(points((0.0, -0.19), (0.02, -0.245)), 0.014, 0.011, 2), "#5a3a28")


def orange(canvas: Canvas) -> None:
    """An orange of radius 0.1 about (0, 0)."""
    canvas.shape(oval(0, 0, 0.102, 0.1), "#ffb04a", "#c8601a")
    canvas.shape(oval(-0.038, -0.04, 0.024, 0.02), "#ffdc9a")
    canvas.shape(oval(0.012, -0.07, 0.012, 0.008), "#8a6a2a")


def lemon(canvas: Canvas, skin: Colour) -> None:
    """A lemon lying on its side about (0, 0)."""
    outline = points(
        (-0.125, 0.03),
        (-0.09, 0.0),
        (-0.03, -0.045),
        (0.045, -0.04),
        (0.1, 0.0),
        (0.13, 0.02),
        (0.1, 0.055),
        (0.04, 0.088),
        (-0.04, 0.086),
        (-0.095, 0.055),
    )
    canvas.shape(smooth(outline), lighter(skin, 0.25), darker(skin, 0.35))
    canvas.shape(oval(-0.03, -0.005, 0.03, 0.014, -0.2), lighter(skin, 0.65))


def banana(canvas: Canvas, shift: float) -> None:
    """A banana that leans out of the bowl to the upper left."""
    outer = smooth(
        points((-0.05 + shift, -0.06), (-0.13 + shift, -0.14), (-0.17 + shift, -0.24), (-0.165 + shift, -0.32)),
        closed=False,
    )
    inner = smooth(
        points((-0.135 + shift, -0.325), (-0.105 + shift, -0.25), (-0.05 + shift, -0.17), (0.05 + shift, -0.1)),
        closed=False,
    )
    canvas.shape(np.concatenate([outer, inner]), "#ffe26a", "#d8a42a", (0.4, 1))
    canvas.shape(ribbon(points((-0.15 + shift, -0.315), (-0.155 + shift, -0.35)), 0.03, 0.022, 2), "#6a4f28")


def grapes(canvas: Canvas, skin: Colour) -> None:
    """A bunch that hangs over the rim of the bowl at (0, 0)."""
    for row, count in enumerate((3, 4, 3, 2, 1)):
        for index in range(count):
            x, y = 0.046 * (index - (count - 1) / 2), -0.045 + 0.04 * row
            canvas.shape(oval(x, y, 0.028, 0.028, steps=16), lighter(skin, 0.35), darker(skin, 0.35))


def bowl(canvas: Canvas, glaze: tuple[Colour, Colour]) -> None:
    """A wide bowl whose rim is at y = 0, on a foot at y = 0.24."""
    base, stripe = glaze
    canvas.shape(points((-0.1, 0.19), (0.1, 0.19), (0.125, 0.24), (-0.125, 0.24)), base, darker(base, 0.4), (1, 0.2))
    side = points(
        (-0.33, 0.0), (0.33, 0.0), (0.3, 0.09), (0.22, 0.17), (0.1, 0.205), (-0.1, 0.205), (-0.22, 0.17), (-0.3, 0.09)
    )
    canvas.shape(side, lighter(base, 0.2), darker(base, 0.38), (1, 0.5))
    canvas.shape(
        points((-0.312, 0.055), (0.312, 0.055), (0.296, 0.098), (-0.296, 0.098)), stripe, darker(stripe, 0.3), (1, 0.2)
    )
    canvas.shape(
        points((-0.34, -0.015), (0.34, -0.015), (0.33, 0.018), (-0.33, 0.018)),
        lighter(base, 0.4),
        darker(base, 0.15),
        (1, 0),
    )


TEAPOTS = (  # glaze, trim, the walls it stands out from
    ("#f2efe8", "#2f5f9a", DEEP_WALLS),
    ("#d8483c", "#f6ead0", PALE_WALLS),
    ("#3f8a9a", "#f6f0dc", PALE_WALLS),
    ("#f0c04a", "#a8483a", DEEP_WALLS),
    ("#7a5f9a", "#f0d8a0", PALE_WALLS),
    ("#4f8a4a", "#f6ecc8", PALE_WALLS),
)


def teapot(canvas: Canvas, generator: Generator) -> None:
    """A round teapot with spout, handle and lid on a table, steaming, a cup beside it."""
    edge = float(generator.uniform(0.6, 0.66))
    glaze, trim, walls = choose(generator, TEAPOTS)
    table(canvas, generator, edge, walls)
    x, scale = float(generator.uniform(0.45, 0.49)), float(generator.uniform(1.0, 1.08))
    flip = bool(generator.integers(2))
    x = 1.0 - x if flip else x
    shadow(canvas, x, 0.85, 0.25 * scale, 0.04, 0.45)
    place = canvas.moved(x, 0.63, scale, flip, near=0.85)
    pot(place, vary(generator, glaze, 8), trim)
    cup = place.moved(0.31, 0.22, near=0.93)
    shadow(cup, 0.0, 0.07, 0.13, 0.025, 0.4)
    tea_cup(cup, glaze, trim)
    for index, across in enumerate((0.375, 0.425)):
        wisp = points((across, -0.22), (across - 0.03, -0.29), (across + 0.02, -0.36), (across - 0.02 * index, -0.43))
        place.shape(ribbon(wisp, 0.012, 0.026), "#ffffff", opacity=0.55)


def pot(canvas: Canvas, glaze: Colour, trim: Colour) -> None:
    """The pot about (0, 0): handle to the left, spout to the right, lid above."""
    handle = points((-0.17, -0.1), (-0.29, -0.15), (-0.365, -0.08), (-0.345, 0.03), (-0.19, 0.11))
    canvas.shape(ribbon(handle, 0.045, 0.04), lighter(glaze, 0.05), darker(glaze, 0.4))
    spout = points(
        (0.15, 0.1),
        (0.15, -0.03),
        (0.26, -0.05),
        (0.32, -0.15),
        (0.365, -0.195),
        (0.405, -0.175),
        (0.375, -0.1),
        (0.32, 0.03),
        (0.24, 0.11),
    )
    canvas.shape(smooth(spout), lighter(glaze, 0.1), darker(glaze, 0.35))
    canvas.shape(
        points((-0.12, 0.16), (0.12, 0.16), (0.14, 0.205), (-0.14, 0.205)),
        darker(glaze, 0.1),
        darker(glaze, 0.45),
        (1, 0),
    )
    body = points((0.0, -0.19), (0.12, -0.175), (0.21, -0.1), (0.235, 0.01), (0.2, 0.12), (0.12, 0.18), (0.0, 0.19))
    outline = smooth(np.concatenate([body, (body[1:-1] * (-1, 1))[::-1]]))
    canvas.shape(outline, lighter(glaze, 0.28), darker(glaze, 0.35))
    canvas.shape(
        points((-0.229, 0.02), (0.229, 0.02), (0.222, 0.07), (-0.222, 0.07)), trim, darker(trim, 0.25), (1, 0.2)
    )
    dots = canvas.group()
    for x in (-0.17, -0.085, 0.0, 0.085, 0.17):
        dots.shape(oval(x, 0.045, 0.016, 0.016), glaze)
    canvas.shape(oval(-0.1, -0.075, 0.03, 0.05, 0.6), lighter(glaze, 0.65))
    lid = points((-0.125, -0.165), (-0.11, -0.2), (-0.05, -0.235), (0.05, -0.235), (0.11, -0.2), (0.125, -0.165))
    canvas.shape(smooth(lid, closed=False), lighter(glaze, 0.2), darker(glaze, 0.3))
    canvas.shape(box(-0.13, -0.178, 0.13, -0.158), trim, darker(trim, 0.3), (1, 0))
    canvas.shape(oval(0, -0.255, 0.032, 0.03), lighter(trim, 0.1), darker(trim, 0.35))


def tea_cup(canvas: Canvas, glaze: Colour, trim: Colour) -> None:
    """A cup on a saucer about (0, 0), with tea in it."""
    canvas.shape(oval(0, 0.07, 0.135, 0.026), lighter(glaze, 0.2), darker(glaze, 0.2))
    canvas.shape(
        ribbon(points((0.08, -0.03), (0.135, -0.03), (0.12, 0.03), (0.06, 0.045)), 0.02, 0.02), darker(glaze, 0.15)
    )
    canvas.shape(
        smooth(points((-0.095, -0.05), (0.095, -0.05), (0.08, 0.03), (0.04, 0.07), (-0.04, 0.07), (-0.08, 0.03))),
        lighter(glaze, 0.25),
        darker(glaze, 0.3),
    )
    canvas.shape(oval(0, -0.05, 0.096, 0.024), trim)
    canvas.shape(oval(0, -0.049, 0.08, 0.017), "#a8622a", "#6a3a1c")
