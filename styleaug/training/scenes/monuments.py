"""Temple hidden in the jungle, and pyramid."""

import numpy as np

from styleaug.training.scenes.canvas import Canvas
from styleaug.training.scenes.colours import Colour, Generator, choose, darker, lighter, mix, vary
from styleaug.training.scenes.foliage import crown, leaf_shape, palm
from styleaug.training.scenes.outlines import box, oval, points, ribbon, ridge, smooth
from styleaug.training.scenes.sky import sky


def temple(canvas: Canvas, generator: Generator) -> None:
    """Stepped stone towers half hidden by trees, palms, lianas and big leaves in front."""
    leaf = vary(generator, choose(generator, ("#3f8f45", "#2f7f55", "#5f9a3a")), 10)
    stone = vary(generator, choose(generator, ("#dcc08c", "#d2b898", "#e0ae7c", "#c2bfa4")), 8)
    sky(canvas, generator, 0.6, clouds=False)
    back = canvas.moved(0, 0, near=0.2)
    for x, y in ((0.05, 0.42), (0.28, 0.47), (0.72, 0.47), (0.95, 0.4)):
        crown(back, generator, x, y + float(generator.uniform(-0.06, 0.06)), 0.2, 0.2, mix(leaf, "#9fc8b8", 0.4), 11)
    floor = canvas.earth(darker(leaf, 0.3), 0.5)
    canvas.shape(ridge(generator, 0.58, 0.02, 3.0), floor, darker(floor, 0.4), (0, 1), near=(0.2, 0.6))
    x = float(generator.uniform(0.46, 0.54))
    for side in (-1, 1):
        temple_tower(canvas.moved(x + side * 0.24, 0.74, float(generator.uniform(0.56, 0.66)), near=0.55), stone, leaf)
    temple_tower(canvas.moved(x, 0.76, float(generator.uniform(0.92, 1.02)), near=0.7), stone, leaf)
    base = canvas.moved(x, 0.76, near=0.72)
    for step in range(3):
        half, top = 0.3 + 0.045 * step, -0.03 + 0.045 * step
        base.shape(box(-half, top, half, top + 0.055), lighter(stone, 0.1), darker(stone, 0.35), (1, 0.3))
    for step in range(5):
        half, top = 0.06 + 0.006 * step, -0.03 + 0.03 * step
        base.shape(box(-half, top, half, top + 0.03), lighter(stone, 0.35), darker(stone, 0.2), (0, 1))
    jungle_front(canvas, generator, leaf)


def temple_tower(canvas: Canvas, stone: Colour, leaf: Colour) -> None:
    """A Khmer tower on (0, 0): a block with a door, five shrinking tiers, a bud on top."""
    canvas.shape(box(-0.16, -0.2, 0.16, 0.0), lighter(stone, 0.12), darker(stone, 0.3), (1, 0.4))
    for side in (-1, 1):
        canvas.shape(
            box(side * 0.115 - 0.018, -0.19, side * 0.115 + 0.018, 0.0), lighter(stone, 0.2), darker(stone, 0.3), (1, 0)
        )
    canvas.shape(points((-0.085, -0.15), (0, -0.225), (0.085, -0.15)), lighter(stone, 0.25), darker(stone, 0.2))
    glow = canvas.mood is not None and canvas.mood.lit_windows
    canvas.shape(
        box(-0.045, -0.145, 0.045, 0.0),
        "#ffb84a" if glow else "#241d22",
        "#3a2a26" if not glow else "#d9702a",
        glowing=glow,
    )
    for tier in range(5):
        half, top = 0.165 - 0.021 * tier - 0.003 * tier**2, -0.2 - 0.075 * (tier + 1)
        slope = points((-half * 0.82, top), (half * 0.82, top), (half, top + 0.06), (-half, top + 0.06))
        canvas.shape(slope, lighter(stone, 0.2), darker(stone, 0.36), (1, 0.2))
        canvas.shape(
            box(-half * 1.08, top + 0.055, half * 1.08, top + 0.08), lighter(stone, 0.3), darker(stone, 0.25), (1, 0.1)
        )
        canvas.shape(leaf_shape(0.0, top + 0.06, 0.05, half * 0.3, -np.pi / 2), darker(stone, 0.36))
    bud = points((0, -0.7), (0.035, -0.63), (0.05, -0.58), (-0.05, -0.58), (-0.035, -0.63))
    canvas.shape(smooth(bud), lighter(stone, 0.2), darker(stone, 0.35), (1, 0.2))
    moss = canvas.group()
    for x, y in ((-0.12, -0.27), (0.1, -0.345), (-0.08, -0.42), (0.13, -0.2)):
        moss.shape(oval(x, y, 0.045, 0.02), canvas.earth(leaf, 0.4))


def jungle_front(canvas: Canvas, generator: Generator, leaf: Colour) -> None:
    """Palms at the sides, bushes below, lianas above and large leaves in the lower corners."""
    trees = canvas.moved(0, 0, near=0.85)
    first = int(generator.integers(2))
    palm(
        trees,
        generator,
        0.12 if first else 0.88,
        0.98,
        float(generator.uniform(0.62, 0.74)),
        0.04 if first else -0.04,
        leaf,
    )
    side = 0.95 if first else 0.05
    trees.shape(ribbon(points((side, 1.0), (side, 0.55)), 0.05, 0.035, 2), "#6a4a34", "#43302a", (1, 0))
    crown(trees, generator, side, 0.47, 0.17, 0.19, darker(leaf, 0.12), 13)
    for x in (0.06, 0.25, 0.42, 0.6, 0.77, 0.94):
        y = 0.93 + 0.03 * float(generator.uniform(-1, 1)) + (0.03 if 0.3 < x < 0.7 else -0.02)
        crown(trees, generator, x, y, 0.14, 0.09, vary(generator, leaf, 20), 10)
    vines = canvas.moved(0, 0, near=0.95).group()
    for x in generator.uniform(0.02, 0.3, 2).tolist() + generator.uniform(0.7, 0.98, 2).tolist():
        drop = float(generator.uniform(0.16, 0.34))
        vines.shape(ribbon(points((x, -0.02), (x + 0.015, drop * 0.5), (x, drop)), 0.009, 0.005), darker(leaf, 0.45))
        for y in np.arange(0.03, drop, 0.045):
            vines.shape(leaf_shape(x, y, 0.035, 0.012, 0.6 + 2.0 * float(y * 22 % 2 > 1)), canvas.earth(leaf, 0.3))
    for corner, turns in ((-0.01, (-1.35, -0.9, -0.4)), (1.01, (-1.8, -2.25, -2.75))):
        for index, turn in enumerate(turns):
            blade = leaf_shape(corner, 1.02, 0.27 - 0.02 * index, 0.045, turn)
            canvas.shape(blade, canvas.earth(lighter(leaf, 0.22), 0.4), darker(leaf, 0.3), near=1.0)


def pyramid(canvas: Canvas, generator: Generator) -> None:
    """One or three pyramids in the desert, each with a lit and a shaded face, behind dunes."""
    horizon = float(generator.uniform(0.62, 0.68))
    sand = vary(generator, choose(generator, ("#e6bf78", "#e8c88c", "#dda566", "#edd09a")), 8)
    sky(canvas, generator, horizon)
    far = canvas.earth(mix(sand, "#d9c8c0", 0.4), 0.9)
    canvas.shape(ridge(generator, horizon - 0.01, 0.015, 2.5), far, near=0.2)
    stone = vary(generator, choose(generator, ("#e2b56a", "#d9a860", "#e6c084")), 8)
    x = float(generator.uniform(0.44, 0.56))
    if generator.integers(2):
        stone_pyramid(canvas.moved(x - 0.33, horizon + 0.03, 0.5, near=0.45), mix(stone, "#d8c8c8", 0.2))
        stone_pyramid(canvas.moved(x + 0.35, horizon + 0.04, 0.6, near=0.5), mix(stone, "#d8c8c8", 0.12))
    stone_pyramid(canvas.moved(x, horizon + 0.1, float(generator.uniform(0.95, 1.15)), near=0.7), stone)
    for index, y in enumerate((horizon + 0.09, horizon + 0.2)):
        dune = canvas.earth(darker(sand, 0.08 * index))
        crest = ridge(generator, y, 0.025, 1.5 + index)
        canvas.shape(crest, lighter(dune, 0.25), darker(dune, 0.15), (0, 1), near=(0.72 + 0.1 * index, 0.95))
    if canvas.mood is not None and canvas.mood.on_ground is not None:
        canvas.mood.on_ground(canvas, generator, horizon + 0.16)
    if generator.integers(2):
        side = choose(generator, (0.1, 0.9))
        for shift, height in ((0.0, 0.36), (0.07, 0.28)):
            palm(canvas.moved(0, 0, near=0.92), generator, side + shift - 0.035, 0.93, height, 0.03, "#5f9a4a")


def stone_pyramid(canvas: Canvas, stone: Colour) -> None:
    """A pyramid whose foot is centred on (0, 0): two faces, courses of stone, a pale cap."""
    tip, left, right, edge = (0.0, -0.52), (-0.42, 0.0), (0.42, 0.0), (0.13, 0.03)
    canvas.shape(points(tip, left, edge), lighter(stone, 0.3), stone, (0.3, 1))
    canvas.shape(points(tip, edge, right), darker(stone, 0.42), darker(stone, 0.3), (0.3, 1))
    courses = canvas.group()
    for t in np.linspace(0.16, 0.94, 10):
        lines = ((left, edge, darker(stone, 0.14)), (edge, right, darker(stone, 0.52)))
        for start, end, colour in lines:
            one = (tip[0] + t * (start[0] - tip[0]), tip[1] + t * (start[1] - tip[1]))
            two = (tip[0] + t * (end[0] - tip[0]), tip[1] + t * (end[1] - tip[1]))
            courses.shape(points(one, two, (two[0], two[1] + 0.006), (one[0], one[1] + 0.006)), colour)
