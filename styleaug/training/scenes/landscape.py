"""Landscapes: mountain, lake, forest, moon."""

import numpy as np

from styleaug.training.scenes.canvas import Canvas
from styleaug.training.scenes.colours import Colour, Generator, choose, darker, lighter, mix, vary
from styleaug.training.scenes.foliage import conifer, crown, leaf_shape
from styleaug.training.scenes.ground import ground
from styleaug.training.scenes.outlines import Points, box, oval, points, ribbon, ridge, smooth
from styleaug.training.scenes.sky import DUSKS, cloud, sky, stars
from styleaug.training.scenes.water import WATERS, water


def peak(canvas: Canvas, generator: Generator, height: float, half: float, rock: Colour, snow: float) -> None:
    """A mountain whose foot is centred on (0, 0): lit left face, shaded right face, a jagged cap of snow."""
    jag = generator.uniform(-0.03, 0.03, 4)
    tip = (0.0, -height)
    left = points((-half, 0.0), (-half * 0.62, -height * 0.36 + jag[0]), (-half * 0.3, -height * 0.7 + jag[1]), tip)
    right = points(tip, (half * 0.3, -height * 0.66 + jag[2]), (half * 0.66, -height * 0.34 + jag[3]), (half, 0.0))
    spine = points(
        (half * 0.12, 0.0), (half * 0.02, -height * 0.3), (half * 0.14, -height * 0.55), (half * 0.02, -height * 0.8)
    )
    canvas.shape(np.concatenate([left, spine[::-1]]), lighter(rock, 0.28), rock, (0.2, 1))
    canvas.shape(np.concatenate([right, spine]), darker(rock, 0.36), darker(rock, 0.18), (0.2, 1))
    if snow <= 0:
        return
    cut = -height * (1 - snow)

    def on(edge: Points) -> tuple[float, float]:
        order = np.argsort(edge[:, 1])
        return float(np.interp(cut, edge[order, 1], edge[order, 0])), cut

    low, high = on(left), on(right)
    middle = float(np.interp(cut, np.append(spine[::-1, 1], 0.0), np.append(spine[::-1, 0], 0.0)))
    step = height * 0.075
    teeth_left = points(
        (middle, cut + step), (middle - half * 0.07, cut - step), (middle - half * 0.15, cut + 0.8 * step)
    )
    upper_left, upper_right = left[left[:, 1] < cut], right[right[:, 1] < cut]
    inner = spine[spine[:, 1] < cut][::-1]
    canvas.shape(np.concatenate([points(low), upper_left, inner, teeth_left]), "#ffffff", "#e4edf7", (0.2, 1))
    teeth_right = points((middle + half * 0.1, cut - 0.8 * step), (middle, cut + step))
    canvas.shape(np.concatenate([upper_right, points(high), teeth_right, inner[::-1]]), "#b4c6e4", "#9ab0d8", (0.2, 1))


def mountain(canvas: Canvas, generator: Generator) -> None:
    """A snow-capped peak over a lake or a forest."""
    horizon = float(generator.uniform(0.66, 0.72))
    sky(canvas, generator, horizon)
    rock = vary(generator, choose(generator, ("#6f7fa0", "#8a7f96", "#7a8a8f", "#9a7f74", "#5f7496")), 8)
    x = float(generator.uniform(0.42, 0.58))
    far = mix(rock, "#b8d0e6", 0.45)
    peak(canvas.moved(x - 0.36, horizon, near=0.2), generator, float(generator.uniform(0.28, 0.36)), 0.34, far, 0.3)
    peak(canvas.moved(x + 0.38, horizon, near=0.25), generator, float(generator.uniform(0.26, 0.38)), 0.36, far, 0.3)
    peak(
        canvas.moved(x, horizon + 0.02, near=0.5),
        generator,
        float(generator.uniform(0.52, 0.6)),
        0.46,
        rock,
        float(generator.uniform(0.36, 0.46)),
    )
    leaf = vary(generator, choose(generator, ("#3f7a55", "#4f8a4a", "#2f6a60")), 10)
    if generator.integers(2):
        tarn(canvas, generator, horizon, x, rock)
        band = canvas.earth(darker(leaf, 0.1), 0.7)
        canvas.shape(
            np.concatenate(
                [
                    ridge(generator, horizon - 0.005, 0.012, 3)[:40],
                    box(-0.02, horizon + 0.02, 1.02, horizon + 0.035)[2:],
                ]
            ),
            band,
            near=0.55,
        )
    else:
        ground(canvas, generator, horizon, vary(generator, "#86b05a", 14), far=False)
    for x in (0.05, 0.17, 0.3, 0.72, 0.85, 0.96):
        near = float(generator.uniform(0.0, 1.0)) * 0.5 + abs(x - 0.5)
        spot = canvas.moved(0, 0, near=0.7 + 0.2 * near)
        conifer(spot, x, horizon + 0.08 + 0.2 * near, 0.14 + 0.12 * near, vary(generator, leaf, 10))


def tarn(canvas: Canvas, generator: Generator, horizon: float, x: float, rock: Colour) -> None:
    """A mountain lake: still water with the reflection of the peak and a few glints."""
    canvas.shape(box(-0.02, horizon, 1.02, 1.02), "#9ccbe0", "#2f6a9a", (0, 1), near=(0.4, 0.95))
    image = points(
        (x - 0.4, horizon + 0.02),
        (x + 0.4, horizon + 0.02),
        (x + 0.12, horizon + 0.2),
        (x, horizon + 0.27),
        (x - 0.14, horizon + 0.18),
    )
    canvas.shape(image, darker(rock, 0.1), opacity=0.35)
    glints = canvas.group()
    for x_, y in generator.uniform((0.1, horizon + 0.06), (0.9, 0.98), (9, 2)):
        glints.shape(oval(x_, y, 0.04 + 0.05 * (y - horizon), 0.004), "#d8eef4", near=0.7)


def lake(canvas: Canvas, generator: Generator) -> None:
    """A round lake in a meadow: woods on the far shore and in the water's mirror, a jetty, a swan, reeds."""
    horizon = float(generator.uniform(0.4, 0.46))
    meadow = vary(generator, choose(generator, ("#7fb24a", "#8fb860", "#6fa85a", "#a8b552")), 10)
    leaf = vary(generator, choose(generator, ("#2f7a55", "#3f8a4a", "#2f6a60", "#b8742f")), 10)
    sky(canvas, generator, horizon)
    ground(canvas, generator, horizon, meadow)
    woods = canvas.moved(0, 0, near=0.35)
    for x in np.arange(0.03, 1.0, 0.078):
        conifer(woods, float(x), horizon + 0.06, float(generator.uniform(0.11, 0.18)), vary(generator, leaf, 12))
    far, near = choose(generator, WATERS)
    x, phase = float(generator.uniform(0.47, 0.53)), float(generator.uniform(0, 2 * np.pi))
    canvas.shape(lakeshore(x, phase, 1.06), canvas.earth("#ecdcae", 0.7), near=0.4)
    canvas.shape(lakeshore(x, phase), far, near, (0, 1), near=(0.42, 0.8))
    arc = lakeshore(x, phase)[26:45]
    teeth = arc + np.where(np.arange(len(arc)) % 2 == 0, 0.085, 0.03)[:, None] * (0.0, 1.0)
    canvas.shape(np.concatenate([arc, teeth[::-1]]), darker(leaf, 0.2), opacity=0.45)
    glints = canvas.group()
    for shift, y in generator.uniform((-0.3, 0.66), (0.3, 0.84), (7, 2)):
        glints.shape(oval(x + float(shift), float(y), 0.05, 0.0045), lighter(far, 0.6), near=0.6)
    side = choose(generator, (-1, 1))
    jetty(canvas, x + side * 0.12, side)
    swan(canvas.moved(x - side * 0.17, 0.72, float(generator.uniform(0.95, 1.15)), side > 0, near=0.75))
    reeds(canvas, generator, 0.0 if side > 0 else 1.0)


def lakeshore(x: float, phase: float, size: float = 1.0) -> Points:
    """The outline of the lake, 50 points from its right end through its near shore; size scales it about its middle."""
    angle = np.linspace(0.0, 2.0 * np.pi, 50, endpoint=False)
    radius = size * (1.0 + 0.05 * np.sin(2 * angle + phase) + 0.03 * np.sin(3 * angle + 2 * phase))
    return np.stack([x + 0.45 * radius * np.cos(angle), 0.71 + 0.2 * radius * np.sin(angle)], axis=1)


def jetty(canvas: Canvas, x: float, side: int) -> None:
    """Planks on posts, from the near shore out onto the water."""
    wood = canvas.moved(x, 0.0, 1.0, side < 0, near=0.9)
    for left, y in ((-0.075, 0.74), (0.045, 0.74), (-0.05, 0.86), (0.12, 0.86)):
        wood.shape(box(left, y - 0.03, left + 0.022, y + 0.06), "#5f412c", "#3f2a22", (1, 0))
    deck = points((-0.065, 0.735), (0.055, 0.735), (0.2, 1.02), (-0.03, 1.02))
    wood.shape(deck, wood.earth("#c89a62", 0.8), wood.earth("#94683f", 0.8), (0, 1))
    planks = wood.group()
    for t in (0.14, 0.3, 0.48, 0.68, 0.9):
        left, right, y = -0.065 + 0.035 * t, 0.055 + 0.145 * t, 0.735 + 0.285 * t
        planks.shape(box(left, y, right, y + 0.007), "#5f412c")


def swan(canvas: Canvas) -> None:
    """A swan that swims to the right, its waterline at (0, 0)."""
    canvas.shape(oval(0.0, 0.022, 0.1, 0.014), "#1f3f6a", opacity=0.3)
    neck = points((0.06, -0.03), (0.095, -0.075), (0.07, -0.125), (0.095, -0.16))
    canvas.shape(ribbon(neck, 0.042, 0.03), "#ffffff", "#d8e0ea", (1, 0))
    body = points((-0.12, -0.06), (-0.05, -0.07), (0.04, -0.06), (0.09, -0.03), (0.07, 0.015), (-0.06, 0.015))
    canvas.shape(smooth(body), "#ffffff", "#ccd6e4")
    canvas.shape(leaf_shape(0.05, -0.03, 0.15, 0.035, np.pi + 0.25), "#f2f5fa", "#c4cedd")
    canvas.shape(oval(0.103, -0.163, 0.026, 0.02), "#ffffff")
    canvas.shape(points((0.118, -0.175), (0.16, -0.153), (0.118, -0.15)), "#f08a2a")


def reeds(canvas: Canvas, generator: Generator, edge: float) -> None:
    """Bulrushes in one lower corner; edge is 0 for the left one and 1 for the right one."""
    green = canvas.earth("#4f8a3f", 0.4)
    clump = canvas.moved(edge, 1.02, 1.0, edge == 1.0, near=0.97)
    for index in range(6):
        x, height = 0.02 + 0.035 * index, float(generator.uniform(0.22, 0.34)) - 0.02 * index
        lean = float(generator.uniform(-0.03, 0.05))
        blade = leaf_shape(x, 0.0, 0.85 * height, 0.014, 0.25 - np.pi / 2)
        clump.shape(blade, lighter(green, 0.15), darker(green, 0.2))
        clump.shape(ribbon(points((x, 0.0), (x + lean, -height)), 0.01, 0.008, 2), darker(green, 0.15))
        clump.shape(oval(x + lean, -height, 0.014, 0.042), "#7a4a2a", "#4f2f20", (1, 0))


def forest(canvas: Canvas, generator: Generator) -> None:
    """A path into a wood of firs or of leaf trees: rows from small and hazy to tall and dark, two trunks in front."""
    horizon = 0.58
    leaf = vary(generator, choose(generator, ("#2f7a4f", "#4f943f", "#3f8a5f", "#7a9a35")), 8)
    floor = vary(generator, choose(generator, ("#7a9a4a", "#6f8f50", "#94904a")), 8)
    plant = choose(generator, (conifer, leaf_tree))
    sky(canvas, generator, horizon, clouds=False)
    for y, height, haze in ((0.4, 0.03, 0.62), (0.48, 0.025, 0.45)):
        hazy = canvas.earth(mix(leaf, "#cfe4dc", haze), 0.6)
        canvas.shape(ridge(generator, y, height, 6.0), hazy, near=0.2)
    base = canvas.earth(floor)
    canvas.shape(
        ridge(generator, horizon, 0.008, 2.0), lighter(base, 0.2), darker(base, 0.35), (0, 1), near=(0.35, 0.9)
    )
    if canvas.mood is not None and canvas.mood.on_ground is not None:
        canvas.mood.on_ground(canvas, generator, horizon + 0.1)
    bend = choose(generator, (-1.0, 1.0))
    path(canvas, 0.5, horizon, bend)
    for foot, height, gap, step, haze in (
        (0.61, 0.34, 0.07, 0.1, 0.42),
        (0.68, 0.5, 0.16, 0.14, 0.2),
        (0.8, 0.74, 0.29, 0.19, 0.0),
    ):
        row = canvas.moved(0, 0, near=0.75 - 0.6 * haze)
        for side in (-1.0, 1.0):
            for place in np.arange(gap, 0.6, step):
                x = 0.5 + side * (float(place) + float(generator.uniform(-0.015, 0.015)))
                tall = height * float(generator.uniform(0.88, 1.1))
                plant(
                    row,
                    x,
                    foot + 0.02 * float(generator.uniform(-1, 1)),
                    tall,
                    mix(vary(generator, leaf, 10), "#c4dcd2", haze),
                )
    bark = vary(generator, "#6a4a36", 8)
    front = canvas.moved(0, 0, near=0.92)
    for x, lean in ((0.03, 0.03), (0.97, -0.03)):
        trunk = points((x, 1.04), (x + 0.3 * lean, 0.8), (x + lean, -0.04))
        front.shape(ribbon(trunk, 0.19, 0.1), lighter(bark, 0.12), darker(bark, 0.5), (1, 0))
    for x in (0.1, 0.24, 0.78, 0.92):
        crown(front, generator, x, 0.99 - 0.1 * abs(x - 0.5), 0.12, 0.07, darker(leaf, 0.15), 9)


def path(canvas: Canvas, x: float, y: float, bend: float) -> None:
    """A sandy path from the lower edge to (x, y), with one bend."""
    left = points(
        (x - 0.012, y), (x + 0.035 * bend - 0.03, y + 0.08), (x - 0.03 * bend - 0.09, y + 0.22), (x - 0.2, 1.04)
    )
    right = points(
        (x + 0.012, y), (x + 0.035 * bend + 0.03, y + 0.08), (x - 0.03 * bend + 0.09, y + 0.22), (x + 0.2, 1.04)
    )
    outline = np.concatenate([smooth(left, closed=False), smooth(right, closed=False)[::-1]])
    canvas.shape(outline, canvas.earth("#f2dfae", 0.7), canvas.earth("#c49f68", 0.7), (0, 1), near=(0.4, 0.85))


def leaf_tree(canvas: Canvas, x: float, y: float, height: float, colour: Colour) -> None:
    """A slender tree with an egg-shaped crown, standing at (x, y)."""
    leaf = canvas.earth(colour, 0.35)
    trunk = box(x - 0.035 * height, y - 0.5 * height, x + 0.035 * height, y)
    canvas.shape(trunk, lighter("#6f4f3a", 0.1), darker("#6f4f3a", 0.3), (1, 0))
    for across, up, wide, tall, tone in (
        (0.0, 0.64, 0.22, 0.36, darker(leaf, 0.22)),
        (-0.03, 0.67, 0.17, 0.29, leaf),
        (-0.06, 0.73, 0.1, 0.17, lighter(leaf, 0.2)),
    ):
        canvas.shape(oval(x + across * height, y - up * height, wide * height, tall * height), tone)


def moon(canvas: Canvas, generator: Generator) -> None:
    """A great moon, full or crescent, in a dusky sky over hills with firs, or over the sea."""
    horizon = 0.73
    sky(canvas, generator, horizon, clouds=False, hours=DUSKS, lamp=False)
    if canvas.mood is None:
        stars(canvas.moved(0, 0, near=0.05), generator, 30, "#fff6d8")
    x, y = float(generator.uniform(0.44, 0.56)), float(generator.uniform(0.36, 0.41))
    size = float(generator.uniform(0.25, 0.29))
    canvas.glow(x, y, 0.52, "#fff0c0", 0.5)
    disc = canvas.moved(x, y, size, bool(generator.integers(2)), near=0.3)
    if generator.integers(3):
        full_moon(disc)
    else:
        crescent(disc, float(generator.uniform(-0.5, 0.1)))
    veil = canvas.ink("#c4cae4")
    for shift, down in ((-0.3, 0.17), (0.28, 0.02)):
        place = canvas.moved(0, 0, near=0.32)
        cloud(place, generator, x + shift, y + down + float(generator.uniform(-0.05, 0.05)), 0.13, veil)
    if generator.integers(2):
        water(canvas, generator, horizon, choose(generator, WATERS), 10)
        glitter = canvas.group()
        for down, wide in ((0.03, 0.06), (0.07, 0.1), (0.12, 0.08), (0.17, 0.13), (0.23, 0.1)):
            glitter.shape(oval(x, horizon + down, wide, 0.011), "#fff0b8", near=0.6, glowing=True)
        return
    meadow = vary(generator, choose(generator, ("#6f9a5a", "#5f8f70", "#8a9a5a")), 10)
    ground(canvas, generator, horizon, meadow)
    firs = canvas.moved(0, 0, near=0.85)
    for across in (0.04, 0.15, 0.27, 0.76, 0.87, 0.97):
        tall = 0.15 + 0.3 * abs(across - 0.5) * float(generator.uniform(0.8, 1.1))
        conifer(firs, across, horizon + 0.1 + 0.15 * abs(across - 0.5), tall, "#3f7a5f")


def full_moon(canvas: Canvas) -> None:
    """A full moon of radius 1 about (0, 0) with its seas."""
    canvas.shape(oval(0, 0, 1, 1, steps=48), "#fff6cf", "#ecc96e", glowing=True)
    seas = canvas.group()
    for x, y, wide, high in (
        (-0.38, -0.3, 0.3, 0.25), (0.3, -0.42, 0.16, 0.14), (0.42, 0.18, 0.27, 0.22), (-0.2, 0.42, 0.2, 0.16),
        (-0.62, 0.2, 0.12, 0.13), (0.06, -0.02, 0.11, 0.1), (0.18, 0.66, 0.14, 0.1),
    ):  # fmt: skip
        seas.shape(oval(x, y, wide, high), "#e2be6c", "#f0d48a", glowing=True)


def crescent(canvas: Canvas, turn: float) -> None:
    """A crescent within the circle of radius 1 about (0, 0), turned by `turn` radians."""
    outer = np.linspace(0.32 * np.pi, 1.68 * np.pi, 40)
    inner = np.linspace(1.5 * np.pi, 0.5 * np.pi, 30)
    rim = np.stack([np.cos(outer), np.sin(outer)], axis=1)
    hollow = np.stack([0.544 + 0.844 * np.cos(inner), 0.844 * np.sin(inner)], axis=1)
    x, y = np.concatenate([rim, hollow]).T
    x = x + 0.25
    cosine, sine = np.cos(turn), np.sin(turn)
    turned = np.stack([x * cosine - y * sine, x * sine + y * cosine], axis=1)
    canvas.shape(turned, "#fff6cf", "#ecc35e", (0.4, 1), glowing=True)
