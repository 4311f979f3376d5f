"""Animals that live outdoors: bird, fish, horse."""

import numpy as np

from styleaug.training.scenes.canvas import Canvas
from styleaug.training.scenes.colours import Colour, Generator, choose, darker, lighter, vary
from styleaug.training.scenes.foliage import leaf_shape
from styleaug.training.scenes.ground import grass, ground, shadow
from styleaug.training.scenes.outlines import Points, box, oval, points, ribbon, ridge, smooth
from styleaug.training.scenes.sky import sky

BIRD_COATS = (  # back, wing, belly, beak
    ("#7a6450", "#5a4638", "#e8703a", "#5a4a3a"),
    ("#3f7fd0", "#2a559f", "#f6ead8", "#3a3a44"),
    ("#f4c82f", "#d99a1f", "#fdeea0", "#e8803a"),
    ("#d8322f", "#9a1f2a", "#f0695a", "#f4b83f"),
    ("#3fa85f", "#2f74b0", "#f4d84a", "#3a3438"),
)


def bird(canvas: Canvas, generator: Generator) -> None:
    """A plump song bird seen from the side, perched on a leafy branch."""
    sky(canvas, generator, 0.86)
    ground(canvas, generator, 0.84, vary(generator, choose(generator, ("#8fbc6a", "#7fb08a", "#b0bc6a")), 10))
    back, wing, belly, beak = choose(generator, BIRD_COATS)
    scale = float(generator.uniform(1.05, 1.25))
    x, y = float(generator.uniform(0.46, 0.54)), float(generator.uniform(0.42, 0.48))
    place = canvas.moved(x, y, scale, bool(generator.integers(2)), near=0.85)
    branch = place.moved(0, 0, near=0.75)
    leaf = place.earth(vary(generator, choose(generator, ("#5fa848", "#86b040", "#d98a3a", "#4f9a6a")), 10), 0.3)
    limb = points((-0.7, 0.33), (-0.3, 0.25), (0.05, 0.24), (0.3, 0.2), (0.6, 0.1))
    branch.shape(ribbon(limb, 0.085, 0.035), "#94683f", "#543a2a", (0, 1))
    branch.shape(ribbon(points((0.2, 0.22), (0.28, 0.3), (0.4, 0.34)), 0.03, 0.014), "#7a5434")
    for leaf_x, leaf_y, turn in (
        (0.38, 0.33, 0.3),
        (0.36, 0.33, 1.3),
        (0.36, 0.17, -1.2),
        (0.42, 0.16, 0.4),
        (-0.33, 0.25, -2.2),
        (-0.36, 0.28, 2.3),
    ):
        branch.shape(leaf_shape(leaf_x, leaf_y, 0.14, 0.036, turn), lighter(leaf, 0.22), darker(leaf, 0.25))
    perched_bird(place, vary(generator, back, 10), wing, belly, beak)


def perched_bird(canvas: Canvas, back: Colour, wing: Colour, belly: Colour, beak: Colour) -> None:
    """The bird itself, looking to the right."""
    canvas.shape(
        points((-0.12, 0.04), (-0.4, 0.16), (-0.43, 0.235), (-0.36, 0.235), (-0.1, 0.13)),
        wing,
        darker(wing, 0.35),
        (0, 1),
    )
    canvas.shape(points((-0.15, 0.07), (-0.42, 0.2), (-0.41, 0.21), (-0.13, 0.1)), darker(wing, 0.45))
    for x in (0.0, 0.055):
        canvas.shape(ribbon(points((x, 0.12), (x + 0.012, 0.225)), 0.014, 0.012, 2), "#8a5a3a")
        canvas.shape(
            ribbon(points((x - 0.02, 0.225), (x + 0.012, 0.215), (x + 0.045, 0.225)), 0.014, 0.01, 4), "#8a5a3a"
        )
    canvas.shape(
        points((0.215, -0.185), (0.325, -0.135), (0.215, -0.105)), lighter(beak, 0.15), darker(beak, 0.2), (0, 1)
    )
    body = points(
        (-0.18, 0.06),
        (-0.08, -0.07),
        (0.02, -0.2),
        (0.12, -0.255),
        (0.21, -0.22),
        (0.24, -0.135),
        (0.205, -0.03),
        (0.15, 0.09),
        (0.04, 0.165),
        (-0.09, 0.16),
    )
    canvas.shape(smooth(body), lighter(back, 0.2), darker(back, 0.2))
    front = points(
        (0.215, -0.1),
        (0.2, -0.02),
        (0.15, 0.085),
        (0.04, 0.16),
        (-0.08, 0.155),
        (-0.02, 0.08),
        (0.08, 0.0),
        (0.13, -0.09),
    )
    canvas.shape(smooth(front), lighter(belly, 0.12), darker(belly, 0.16))
    feathers = points(
        (0.07, -0.08),
        (0.085, 0.0),
        (0.03, 0.085),
        (-0.12, 0.13),
        (-0.29, 0.15),
        (-0.19, 0.05),
        (-0.08, -0.06),
        (0.01, -0.11),
    )
    canvas.shape(smooth(feathers), lighter(wing, 0.16), darker(wing, 0.3))
    for shift in (0.0, 0.05, 0.1):
        line = points(
            (0.05 - shift * 0.4, -0.01 + shift * 0.6),
            (-0.06 - shift * 0.4, 0.05 + shift * 0.5),
            (-0.2 + shift * 0.3, 0.1 + shift * 0.35),
        )
        canvas.shape(ribbon(line, 0.012, 0.004), darker(wing, 0.42))
    canvas.shape(oval(0.155, -0.165, 0.031, 0.031), lighter(back, 0.6))
    canvas.shape(oval(0.158, -0.165, 0.023, 0.023), "#17121a")
    canvas.shape(oval(0.15, -0.173, 0.008, 0.008), "#ffffff")


FISH_COATS = (  # body, belts, fins, belted
    ("#f4782a", "#fff6ea", "#f08a2a", True),
    ("#fcd23a", "#3a3440", "#f0a82a", True),
    ("#f0a030", "#ffd27a", "#e8602a", False),
    ("#e8483c", "#ffb09a", "#c42f4a", False),
    ("#f48ab0", "#fff0f4", "#d85a9a", True),
)

SEAS = (("#8fdcec", "#1f6fa8"), ("#8fe6d8", "#1a7a8a"), ("#9cc8f4", "#2a4f9f"))  # near the surface, deep


def fish(canvas: Canvas, generator: Generator) -> None:
    """A large fish under water seen from the side, the sky above the surface, sand, weed and corals below."""
    surface = 0.21
    sky(canvas, generator, 0.34, clouds=False)
    shallow, deep = choose(generator, SEAS)
    canvas.shape(ridge(generator, surface, 0.012, 5.0), shallow, deep, (0, 1), near=(0.7, 0.76))
    canvas.shape(ribbon(ridge(generator, surface + 0.012, 0.01, 5.0)[:40], 0.014, 0.014, 2), "#eefafa", near=0.7)
    for x, lean in ((0.2, -0.1), (0.48, 0.02), (0.74, 0.1)):
        beam = points(
            (x - 0.03, surface + 0.04), (x + 0.05, surface + 0.04), (x + 0.16 + lean, 0.86), (x - 0.12 + lean, 0.86)
        )
        canvas.shape(beam, "#ffffff", opacity=0.12)
    sand = vary(generator, "#ecd29a", 8)
    canvas.shape(ridge(generator, 0.87, 0.018, 2.0), lighter(sand, 0.2), darker(sand, 0.2), (0, 1), near=(0.75, 0.95))
    seabed(canvas, generator)
    scale, flip = float(generator.uniform(1.05, 1.18)), bool(generator.integers(2))
    x, y = float(generator.uniform(0.5, 0.54)), float(generator.uniform(0.52, 0.57))
    x = 1.0 - x if flip else x
    body, belts, fins, belted = choose(generator, FISH_COATS)
    swimmer = canvas.moved(x, y, scale, flip, near=0.82)
    swimming_fish(swimmer, vary(generator, body, 8), belts, fins, belted)
    for along, up, size in ((0.36, -0.1, 0.022), (0.385, -0.17, 0.015), (0.35, -0.23, 0.019)):
        swimmer.shape(oval(along, up, size, size), "#f4ffff")
        swimmer.shape(oval(along, up, 0.68 * size, 0.68 * size), "#a8e0ec")


def seabed(canvas: Canvas, generator: Generator) -> None:
    """Ribbons of weed and a coral in both lower corners, clear of the middle."""
    low = canvas.moved(0, 0, near=0.8)
    weed = vary(generator, choose(generator, ("#3f9a5a", "#6fa83a", "#2f8a7a")), 10)
    coral = choose(generator, ("#f0707a", "#f49a5a", "#c46ac0"))
    side = choose(generator, (0.0, 1.0))
    for index in range(4):
        x = abs(side - 0.045 - 0.055 * index)
        top = 0.56 + 0.07 * index + float(generator.uniform(-0.04, 0.04))
        sway = 0.025 if index % 2 else -0.025
        knots = points((x, 1.0), (x + sway, 0.9), (x - sway, 0.9 - 0.45 * (0.9 - top)), (x + sway, top))
        low.shape(ribbon(knots, 0.034, 0.008), lighter(weed, 0.12 * (index % 2)), darker(weed, 0.25), (0, 1))
    root = abs(side - 0.86)
    for tip, high in ((-0.1, 0.73), (-0.04, 0.68), (0.03, 0.7), (0.09, 0.75)):
        knots = points((root, 1.0), (root + 0.35 * tip, 0.87), (root + tip, high))
        low.shape(ribbon(knots, 0.04, 0.026), coral, darker(coral, 0.25), (0, 1))
        low.shape(oval(root + tip, high, 0.021, 0.021), lighter(coral, 0.2))


def swimming_fish(canvas: Canvas, coat: Colour, belts: Colour, fins: Colour, belted: bool) -> None:
    """The fish itself, looking to the right."""
    tail = points((-0.21, 0.0), (-0.31, -0.11), (-0.42, -0.16), (-0.37, 0.0), (-0.42, 0.16), (-0.31, 0.11))
    back = points((-0.16, -0.08), (-0.12, -0.2), (-0.01, -0.265), (0.1, -0.22), (0.14, -0.12), (0.0, -0.1))
    keel = points((-0.13, 0.08), (-0.12, 0.19), (-0.04, 0.22), (0.05, 0.12))
    for fin in (tail, back, keel):
        canvas.shape(smooth(fin), lighter(fins, 0.12), darker(fins, 0.22), (0, 1))
    rays = canvas.group()
    for start, end in (
        ((-0.25, -0.03), (-0.37, -0.11)), ((-0.25, 0.03), (-0.37, 0.11)), ((-0.08, -0.12), (-0.07, -0.21)),
        ((0.0, -0.15), (0.01, -0.23)), ((0.07, -0.14), (0.085, -0.19)),
    ):  # fmt: skip
        rays.shape(ribbon(points(start, end), 0.01, 0.005, 2), darker(fins, 0.3))
    outline = smooth(
        points(
            (-0.24, 0.0), (-0.2, -0.055), (-0.09, -0.13), (0.05, -0.165), (0.17, -0.135), (0.25, -0.07), (0.285, 0.01),
            (0.25, 0.07), (0.17, 0.12), (0.05, 0.15), (-0.09, 0.115), (-0.2, 0.05),
        )
    )  # fmt: skip
    canvas.shape(outline, lighter(coat, 0.2), darker(coat, 0.2), (0.1, 1))
    if belted:
        for x, width in ((-0.165, 0.05), (-0.02, 0.085), (0.11, 0.06)):
            canvas.shape(belt(outline, x, width), belts, darker(belts, 0.16), (0, 1))
    else:
        scales = canvas.group()
        for column in range(5):
            for row in range(3):
                x, y = -0.14 + 0.055 * column, -0.06 + 0.055 * row + 0.0275 * (column % 2)
                scales.shape(oval(x, y, 0.018, 0.02, steps=12), belts)
    canvas.shape(ribbon(points((0.155, -0.1), (0.13, 0.0), (0.15, 0.09)), 0.008, 0.008), darker(coat, 0.35))
    canvas.shape(leaf_shape(0.09, 0.02, 0.16, 0.05, np.pi - 0.55), lighter(fins, 0.2), darker(fins, 0.22), (0, 1))
    canvas.shape(oval(0.2, -0.045, 0.038, 0.038), "#ffffff")
    canvas.shape(oval(0.207, -0.043, 0.024, 0.024), "#1a151d")
    canvas.shape(oval(0.2, -0.052, 0.008, 0.008), "#ffffff")
    canvas.shape(ribbon(points((0.286, 0.025), (0.26, 0.04), (0.24, 0.035)), 0.009, 0.006), darker(coat, 0.5))


def belt(outline: Points, x: float, width: float) -> Points:
    """A bulging belt round a body, across its outline from back to belly."""
    across = x + width * np.linspace(-0.5, 0.5, 6)
    edges = []
    for half in (outline[outline[:, 1] <= 0.004], outline[outline[:, 1] >= -0.004]):
        order = np.argsort(half[:, 0], kind="stable")
        edges.append(np.interp(across, half[order, 0], half[order, 1]))
    bulge = 0.03 * np.sin(np.linspace(0.0, np.pi, 7))[1:-1]
    height = np.linspace(0.0, 1.0, 7)[1:-1]
    right = np.stack([across[-1] + bulge, edges[0][-1] + height * (edges[1][-1] - edges[0][-1])], axis=1)
    left = np.stack([across[0] + bulge, edges[0][0] + height * (edges[1][0] - edges[0][0])], axis=1)
    top, bottom = np.stack([across, edges[0]], axis=1), np.stack([across, edges[1]], axis=1)
    return np.concatenate([top, right, bottom[::-1], left[::-1]])


HORSE_COATS = (  # coat, mane and tail, muzzle and socks
    ("#a8623a", "#4a2a22", "#f0e2cc"),
    ("#8a4a30", "#2a1f22", "#2a1f22"),
    ("#d8a860", "#fbf0d8", "#fbf6ea"),
    ("#f2eee6", "#b8b4b4", "#c8bcb4"),
    ("#4a4048", "#241e26", "#332b33"),
    ("#8f94a0", "#e4e6ea", "#5f626e"),
)


def horse(canvas: Canvas, generator: Generator) -> None:
    """A horse in profile in a pasture, one fore leg raised."""
    horizon = float(generator.uniform(0.54, 0.6))
    grass_colour = vary(generator, choose(generator, ("#86b552", "#9cc060", "#6fa85a", "#c4b860")), 10)
    sky(canvas, generator, horizon)
    ground(canvas, generator, horizon, grass_colour)
    if generator.integers(2):
        fence(canvas.moved(0, 0, near=0.45), horizon + 0.13)
    coat, mane, pale = choose(generator, HORSE_COATS)
    scale = float(generator.uniform(1.0, 1.06))
    x, foot = float(generator.uniform(0.47, 0.53)), float(generator.uniform(0.945, 0.965))
    shadow(canvas, x, foot - 0.005, 0.31 * scale, 0.035)
    place = canvas.moved(x, foot - 0.37 * scale, scale, bool(generator.integers(2)), near=0.85)
    standing_horse(place, vary(generator, coat, 8), mane, pale)
    grass(canvas, generator, 0.94, 7, darker(grass_colour, 0.28))


def fence(canvas: Canvas, y: float) -> None:
    """Two rails on posts, from side to side; y is where the posts stand."""
    wood = canvas.earth("#e8dcc4", 0.5)
    for x in (0.02, 0.27, 0.52, 0.77, 1.0):
        canvas.shape(box(x - 0.014, y - 0.15, x + 0.014, y), wood, darker(wood, 0.3), (1, 0))
    for up in (0.125, 0.07):
        canvas.shape(box(-0.02, y - up, 1.02, y - up + 0.022), wood, darker(wood, 0.18), (0, 1))


def horse_leg(canvas: Canvas, knots: Points, coat: Colour, sock: Colour, top: float) -> None:
    """A leg along four knots, from a thick thigh or shoulder (width `top`) to fetlock and hoof."""
    canvas.shape(ribbon(knots[:2], top, 0.058, 2), lighter(coat, 0.06), darker(coat, 0.16))
    knee_x, knee_y = knots[1]
    canvas.shape(oval(knee_x, knee_y, 0.029, 0.03), coat)
    canvas.shape(ribbon(knots[1:], 0.052, 0.036, 4), lighter(coat, 0.06), darker(coat, 0.2))
    low, foot = knots[-2] + 0.55 * (knots[-1] - knots[-2]), knots[-1]
    canvas.shape(ribbon(np.stack([low, foot]), 0.042, 0.044, 2), sock)
    along = (foot - low) / np.hypot(*(foot - low))
    canvas.shape(ribbon(np.stack([foot, foot + 0.034 * along]), 0.046, 0.062, 2), "#2c2428")


def standing_horse(canvas: Canvas, coat: Colour, mane: Colour, pale: Colour) -> None:
    """The horse itself, looking to the right, its hooves at y = 0.37."""
    far, sock = darker(coat, 0.24), darker(pale, 0.24)
    horse_leg(canvas, points((0.16, -0.02), (0.185, 0.13), (0.195, 0.23), (0.2, 0.33)), far, sock, 0.09)
    horse_leg(canvas, points((-0.2, -0.02), (-0.15, 0.12), (-0.17, 0.22), (-0.135, 0.33)), far, sock, 0.12)
    tail = points(
        (-0.26, -0.17), (-0.33, -0.155), (-0.385, -0.04), (-0.385, 0.1), (-0.345, 0.2), (-0.325, 0.06), (-0.285, -0.07)
    )  # fmt: skip
    canvas.shape(smooth(tail), lighter(mane, 0.1), darker(mane, 0.2), (0, 1))
    trunk = points(
        (-0.295, -0.08), (-0.27, -0.16), (-0.18, -0.195), (-0.05, -0.165), (0.05, -0.165), (0.12, -0.2), (0.2, -0.15),
        (0.245, -0.05), (0.21, 0.03), (0.1, 0.065), (-0.03, 0.06), (-0.14, 0.025), (-0.23, 0.03),
    )  # fmt: skip
    canvas.shape(smooth(trunk), lighter(coat, 0.2), darker(coat, 0.25), (0.1, 1))
    horse_leg(canvas, points((-0.215, -0.06), (-0.225, 0.11), (-0.265, 0.2), (-0.23, 0.33)), coat, pale, 0.15)
    canvas.shape(oval(-0.21, -0.075, 0.088, 0.1), lighter(coat, 0.14), darker(coat, 0.08), (0.1, 1))
    horse_leg(canvas, points((0.16, -0.03), (0.245, 0.09), (0.22, 0.18), (0.195, 0.255)), coat, pale, 0.11)
    neck = points(
        (0.03, -0.165), (0.1, -0.25), (0.16, -0.35), (0.22, -0.42), (0.262, -0.38), (0.262, -0.29), (0.265, -0.17),
        (0.248, -0.05), (0.19, 0.005), (0.1, -0.04),
    )  # fmt: skip
    canvas.shape(smooth(neck), lighter(coat, 0.18), darker(coat, 0.1))
    hair = points(
        (0.235, -0.45), (0.165, -0.415), (0.095, -0.315), (0.045, -0.225), (0.03, -0.145), (0.08, -0.15),
        (0.12, -0.225), (0.165, -0.295), (0.205, -0.36),
    )  # fmt: skip
    canvas.shape(smooth(hair), lighter(mane, 0.08), darker(mane, 0.15))
    canvas.shape(points((0.228, -0.415), (0.226, -0.487), (0.266, -0.425)), coat, darker(coat, 0.3))
    horse_head(canvas, coat, mane, pale)


def horse_head(canvas: Canvas, coat: Colour, mane: Colour, pale: Colour) -> None:
    """The head of the horse, in the frame of its body."""
    head = points(
        (0.213, -0.4), (0.255, -0.438), (0.31, -0.4), (0.366, -0.318), (0.402, -0.258), (0.394, -0.216), (0.35, -0.207),
        (0.3, -0.245), (0.24, -0.285),
    )  # fmt: skip
    canvas.shape(smooth(head), lighter(coat, 0.2), darker(coat, 0.14), (0.2, 1))
    muzzle = points((0.365, -0.287), (0.402, -0.258), (0.395, -0.217), (0.35, -0.21), (0.34, -0.25))
    canvas.shape(smooth(muzzle), pale, darker(pale, 0.1))
    canvas.shape(leaf_shape(0.252, -0.44, 0.08, 0.018, 0.95), mane)
    canvas.shape(oval(0.298, -0.358, 0.015, 0.016), "#1a1418")
    canvas.shape(oval(0.294, -0.363, 0.005, 0.005), "#ffffff")
    canvas.shape(oval(0.384, -0.253, 0.008, 0.01), "#3a2a2c")
