"""Landmarks: bridge, lighthouse, windmill."""

import itertools

import numpy as np

from styleaug.training.scenes.canvas import Canvas
from styleaug.training.scenes.colours import Colour, Generator, choose, darker, lighter, vary
from styleaug.training.scenes.foliage import crown
from styleaug.training.scenes.ground import ground, shadow
from styleaug.training.scenes.outlines import Points, box, oval, points, ribbon, ridge, rounded, shifted, smooth
from styleaug.training.scenes.sky import sky
from styleaug.training.scenes.water import WATERS, water


def bridge(canvas: Canvas, generator: Generator) -> None:
    """A bridge over a broad river from bank to bank: stone arches, or a suspension bridge."""
    horizon = 0.58
    meadow = vary(generator, choose(generator, ("#7fb24a", "#8fb860", "#6fa85a", "#a8b552")), 10)
    leaf = vary(generator, choose(generator, ("#4f9a4a", "#6fa83f", "#d98a3a", "#3f8a60")), 10)
    sky(canvas, generator, horizon)
    ground(canvas, generator, horizon - 0.01, meadow)
    water(canvas, generator, horizon + 0.04, choose(generator, WATERS))
    if generator.integers(2):
        stone_bridge(canvas.moved(0, float(generator.uniform(-0.02, 0.02)), near=0.75), generator)
    else:
        suspension_bridge(canvas.moved(0, float(generator.uniform(-0.02, 0.02)), near=0.75), generator)
    for side in (0.0, 1.0):
        bank = points((side - 0.3, 1.05), (side - 0.16, 0.9), (side, 0.84), (side + 0.16, 0.9), (side + 0.3, 1.05))
        base = canvas.earth(meadow)
        canvas.shape(smooth(bank), lighter(base, 0.15), darker(base, 0.25), (0, 1), near=0.9)
        bush = canvas.moved(0, 0, near=0.92)
        crown(bush, generator, abs(side - 0.03), 0.9, 0.1, 0.09, leaf, 11)


def arched(left: float, right: float, piers: tuple[float, ...], deck: Points, foot: float, rise: float) -> Points:
    """A bridge as one outline: the deck's upper edge from left to right, back along the arches between the piers.

    piers holds the left and right edge of every opening, in order; the arches spring at foot and reach up by rise.
    """
    turn = np.linspace(0.0, np.pi, 18)
    below = [points((right, foot + 0.1))]
    for start, end in reversed(list(zip(piers[::2], piers[1::2], strict=True))):
        half, middle = (end - start) / 2, (start + end) / 2
        arch = np.stack([middle + half * np.cos(turn), foot - rise * np.sin(turn)], axis=1)
        below += [points((end, foot + 0.1)), arch, points((start, foot + 0.1))]
    return np.concatenate([deck, *below, points((left, foot + 0.1))])


def stone_bridge(canvas: Canvas, generator: Generator) -> None:
    """Two or three arches of stone under a gently humped road."""
    stone = vary(generator, choose(generator, ("#d2b48c", "#c9bfae", "#b98a70", "#b0aebc")), 8)
    foot = 0.7
    piers = choose(generator, ((0.1, 0.46, 0.54, 0.9), (0.06, 0.29, 0.36, 0.64, 0.71, 0.94)))
    rise = 0.225 if len(piers) == 4 else 0.19
    x = np.linspace(-0.02, 1.02, 27)
    deck = np.stack([x, 0.4 + 0.34 * (x - 0.5) ** 2], axis=1)
    mirror = shifted(deck * (1.0, -0.45), 0.0, 1.45 * foot + 0.1)
    canvas.shape(
        np.concatenate([points((-0.02, foot + 0.09), (1.02, foot + 0.09)), mirror[::-1]]),
        darker(stone, 0.3),
        opacity=0.35,
    )
    inner = canvas.moved(0.03, -0.012, near=0.7)
    inner.shape(arched(-0.05, 0.99, piers, shifted(deck, -0.03, 0.03), foot, rise), darker(stone, 0.5))
    canvas.shape(arched(-0.02, 1.02, piers, deck, foot, rise), lighter(stone, 0.15), darker(stone, 0.25), (0.1, 1))
    turn = np.linspace(0.0, np.pi, 12)
    for start, end in zip(piers[::2], piers[1::2], strict=True):
        half, middle = (end - start) / 2, (start + end) / 2
        ring = np.stack([middle + (half + 0.012) * np.cos(turn), foot - (rise + 0.012) * np.sin(turn)], axis=1)
        canvas.shape(ribbon(ring, 0.03, 0.03, 2), lighter(stone, 0.35), darker(stone, 0.1), (0, 1))
    canvas.shape(np.concatenate([shifted(deck, 0.0, 0.052), shifted(deck, 0.0, 0.064)[::-1]]), darker(stone, 0.4))
    canvas.shape(
        np.concatenate([shifted(deck, 0.0, -0.012), shifted(deck, 0.0, 0.012)[::-1]]),
        lighter(stone, 0.4),
        stone,
        (0, 1),
    )
    for edge in (piers[1], *piers[3:-1:2]):
        pier = box(edge - 0.004, foot - 0.01, edge + 0.084 if len(piers) == 4 else edge + 0.074, foot + 0.105)
        canvas.shape(pier, lighter(stone, 0.05), darker(stone, 0.4), (0, 1))


def suspension_bridge(canvas: Canvas, generator: Generator) -> None:
    """Two tall towers, a road, and cables in curves from tower to tower and down to both banks."""
    steel = vary(generator, choose(generator, ("#c8452f", "#8f3f3a", "#b86a48", "#a8763a", "#3f8a7a")), 8)
    left, right, top, road = 0.25, 0.75, float(generator.uniform(0.14, 0.18)), 0.6
    t = np.linspace(-1.0, 1.0, 25)
    sag = np.stack([0.5 + 0.25 * t, road - 0.05 - (road - 0.05 - top) * t**2], axis=1)
    t = np.linspace(0.0, 1.0, 12)
    ends = [
        np.stack([left - 0.3 * t, top + (road + 0.02 - top) * (1.35 * t - 0.35 * t**2)], axis=1),
        np.stack([right + 0.3 * t, top + (road + 0.02 - top) * (1.35 * t - 0.35 * t**2)], axis=1),
    ]
    hangers = canvas.group()
    for curve in (sag, *ends):
        for x, y in curve[1:-1:2]:
            hangers.shape(box(float(x) - 0.003, float(y), float(x) + 0.003, road), darker(steel, 0.2))
    canvas.shape(box(-0.02, road, 1.02, road + 0.026), lighter(steel, 0.2), darker(steel, 0.1), (0, 1))
    canvas.shape(box(-0.02, road + 0.026, 1.02, road + 0.048), darker(steel, 0.4))
    for curve in (sag, *ends):
        canvas.shape(ribbon(curve, 0.018, 0.018, 1), darker(steel, 0.15))
    for x in (left, right):
        canvas.shape(oval(x, 0.865, 0.06, 0.012), "#14122e", opacity=0.3)
        canvas.shape(box(x - 0.055, 0.78, x + 0.055, 0.865), "#c4bcb0", "#8f8a8c", (1, 0))
        for side in (-1, 1):
            leg = points(
                (x + side * 0.024 - 0.014, top - 0.03),
                (x + side * 0.024 + 0.014, top - 0.03),
                (x + side * 0.036 + 0.016, 0.8),
                (x + side * 0.036 - 0.016, 0.8),
            )
            canvas.shape(leg, lighter(steel, 0.2), darker(steel, 0.3), (1, 0.2))
        for y in (top - 0.02, top + 0.14, top + 0.29, road + 0.05):
            canvas.shape(box(x - 0.045, y, x + 0.045, y + 0.032), lighter(steel, 0.1), darker(steel, 0.25), (0, 1))


def lighthouse(canvas: Canvas, generator: Generator) -> None:
    """A striped lighthouse on a rock in the sea, a keeper's hut at its foot."""
    horizon = float(generator.uniform(0.64, 0.7))
    sky(canvas, generator, horizon)
    water(canvas, generator, horizon, choose(generator, WATERS))
    x, flip = float(generator.uniform(0.46, 0.54)), bool(generator.integers(2))
    rock = vary(generator, choose(generator, ("#8a7a70", "#7a7f8a", "#9a8468")), 8)
    place = canvas.moved(x, 0.84, float(generator.uniform(0.98, 1.08)), flip, near=0.8)
    cliff = points(
        (-0.62, 0.2), (-0.44, 0.06), (-0.36, 0.08), (-0.26, -0.02), (-0.1, -0.045), (0.14, -0.04), (0.27, 0.0),
        (0.33, 0.07), (0.45, 0.1), (0.6, 0.2),
    )  # fmt: skip
    stone = canvas.earth(rock, 0.4)
    base = place.moved(0, 0, near=0.75)
    base.shape(cliff, lighter(stone, 0.2), darker(stone, 0.35))
    for facet in (
        points((-0.26, -0.02), (-0.1, -0.045), (-0.14, 0.06), (-0.3, 0.13)),
        points((0.14, -0.04), (0.27, 0.0), (0.2, 0.14), (0.08, 0.07)),
    ):
        base.shape(facet, lighter(stone, 0.34), stone)
    base.shape(
        smooth(points((-0.3, -0.02), (-0.1, -0.065), (0.16, -0.06), (0.28, 0.0), (0.0, 0.005))), place.earth("#86b05a")
    )
    keepers_hut(place)
    stripe = choose(generator, ("#d8382f", "#d8382f", "#2f5f9a", "#3a3842"))
    lamp_tower(place, stripe)
    surf = canvas.moved(0, 0, near=0.9)
    for across, size in ((-0.34, 0.12), (-0.12, 0.15), (0.14, 0.14), (0.36, 0.12)):
        surf.shape(oval(x + across, 0.965 + 0.01 * float(generator.uniform(-1, 1)), size, 0.022), "#f0f8fa")


def keepers_hut(canvas: Canvas) -> None:
    """A white hut with a red roof, to the right of the tower."""
    lit = canvas.mood is not None and canvas.mood.lit_windows
    canvas.shape(box(0.06, -0.15, 0.25, -0.03), "#fbf5ea", "#cfc6bc")
    canvas.shape(points((0.04, -0.145), (0.085, -0.225), (0.225, -0.225), (0.27, -0.145)), "#c4503c", "#8a3430", (0, 1))
    for x in (0.11, 0.18):
        canvas.shape(box(x, -0.115, x + 0.04, -0.07), "#ffcf5a" if lit else "#4f6f8a", glowing=lit)


def lamp_tower(canvas: Canvas, stripe: Colour) -> None:
    """The tower on (0, -0.03): broad stripes, a gallery, the lamp with its beams, a cap."""
    lit = canvas.mood is not None and canvas.mood.lit_windows
    foot, top = -0.03, -0.55
    canvas.glow(0, -0.62, 0.2, "#fff0a0", 0.8)
    if lit:
        for side in (-1, 1):
            beam = points((0, -0.635), (0, -0.605), (side * 0.8, -0.5), (side * 0.8, -0.74))
            canvas.shape(beam, "#fff0a0", opacity=0.5, glowing=True)
    edges = np.linspace(0.0, 1.0, 6)
    for index, (low, high) in enumerate(itertools.pairwise(edges)):
        wide, narrow = 0.105 - 0.04 * float(low), 0.105 - 0.04 * float(high)
        bottom, upper = foot + (top - foot) * float(low), foot + (top - foot) * float(high)
        band = points((-wide, bottom), (-narrow, upper), (narrow, upper), (wide, bottom))
        colour = stripe if index % 2 == 0 else "#fbf6ee"
        canvas.shape(band, lighter(colour, 0.18), darker(colour, 0.38), (1, 0.05))
    canvas.shape(rounded(-0.035, -0.125, 0.035, -0.03, 0.02), "#4a3a34")
    for y in (-0.27, -0.44):
        canvas.shape(rounded(-0.018, y, 0.018, y + 0.055, 0.012), "#ffcf5a" if lit else "#34404f", glowing=lit)
    canvas.shape(rounded(-0.1, top - 0.022, 0.1, top + 0.012, 0.01), "#3f3d48", "#26242e", (0, 1))
    canvas.shape(box(-0.048, -0.665, 0.048, top - 0.02), "#fff6c0", "#ffd24a", (0, 1), glowing=True)
    for x in (-0.045, 0.0, 0.045):
        canvas.shape(box(x - 0.004, -0.665, x + 0.004, top - 0.02), "#3f3d48")
    cap = points((-0.07, -0.66), (-0.045, -0.705), (0.0, -0.735), (0.045, -0.705), (0.07, -0.66))
    canvas.shape(cap, lighter(stripe, 0.15), darker(stripe, 0.4), (1, 0.1))
    canvas.shape(oval(0, -0.745, 0.014, 0.014), darker(stripe, 0.2))


def windmill(canvas: Canvas, generator: Generator) -> None:
    """A Dutch windmill with four large sails, in a meadow or behind rows of tulips."""
    horizon = float(generator.uniform(0.68, 0.73))
    meadow = vary(generator, choose(generator, ("#7fb24a", "#93bf58", "#6fa85a", "#b5b553")), 10)
    sky(canvas, generator, horizon)
    ground(canvas, generator, horizon, meadow)
    x, foot = float(generator.uniform(0.47, 0.53)), 0.88
    if generator.integers(2):
        tulip_rows(canvas, generator, horizon + 0.1)
    shadow(canvas, x + 0.05, foot, 0.25, 0.03)
    place = canvas.moved(x, foot, float(generator.uniform(0.9, 0.96)), near=0.8)
    wall, cap = choose(
        generator,
        (
            ("#f4ead6", "#8a4a38"),
            ("#b5694a", "#3f3a44"),
            ("#e8dcc4", "#4f7a5a"),
            ("#8f6a4a", "#5a3a30"),
            ("#9ab4c4", "#a8483a"),
        ),
    )
    mill_tower(place, wall, cap)
    turn = float(generator.uniform(0.15, 1.4))
    sails(place.moved(0.0, -0.5, near=0.9), turn, choose(generator, ("#fbf4e2", "#f4e0b8", "#ffffff")))


def tulip_rows(canvas: Canvas, generator: Generator, y: float) -> None:
    """Bands of flowers across the meadow, broader towards us."""
    colours = ("#e8413c", "#f4c430", "#f0719a", "#f08a3a", "#b06ad0")
    first = int(generator.integers(len(colours)))
    for index, (down, thick) in enumerate(((0.0, 0.02), (0.055, 0.03), (0.125, 0.045))):
        row = canvas.earth(colours[(first + index) % len(colours)], 0.6)
        band = ridge(generator, y + down, 0.006, 1.5)[:40]
        canvas.shape(
            np.concatenate([band, shifted(band, 0.0, thick)[::-1]]),
            lighter(row, 0.12),
            darker(row, 0.12),
            (0, 1),
            near=0.6 + down,
        )


def mill_tower(canvas: Canvas, wall: Colour, cap: Colour) -> None:
    """The tapering body on (0, 0) with gallery, door and windows, and the cap on top."""
    lit = canvas.mood is not None and canvas.mood.lit_windows
    canvas.shape(
        points((-0.18, 0.0), (-0.095, -0.46), (0.095, -0.46), (0.18, 0.0)),
        lighter(wall, 0.2),
        darker(wall, 0.42),
        (1, 0.1),
    )
    canvas.shape(
        points((-0.06, 0.0), (-0.032, -0.46), (0.032, -0.46), (0.06, 0.0)),
        lighter(wall, 0.28),
        darker(wall, 0.05),
        (1, 0),
    )
    dome = points(
        (-0.12, -0.45), (-0.115, -0.52), (-0.06, -0.585), (0.0, -0.6), (0.06, -0.585), (0.115, -0.52), (0.12, -0.45)
    )
    canvas.shape(smooth(dome, closed=False), lighter(cap, 0.15), darker(cap, 0.4), (1, 0.2))
    for y in (-0.36, -0.15):
        canvas.shape(rounded(-0.028, y - 0.03, 0.028, y + 0.035, 0.01), "#fdf6e6")
        canvas.shape(box(-0.018, y - 0.02, 0.018, y + 0.025), "#ffcf5a" if lit else "#3f5468", glowing=lit)
    canvas.shape(box(-0.19, -0.215, 0.19, -0.185), lighter(cap, 0.1), darker(cap, 0.3), (0, 1))
    rail = canvas.group()
    for x in np.linspace(-0.18, 0.18, 7):
        rail.shape(box(float(x) - 0.004, -0.255, float(x) + 0.004, -0.2), darker(cap, 0.2))
    rail.shape(box(-0.185, -0.258, 0.185, -0.246), darker(cap, 0.2))
    canvas.shape(box(-0.04, -0.09, 0.04, 0.0), darker(cap, 0.15), darker(cap, 0.4), (0, 1))


def sails(canvas: Canvas, turn: float, cloth: Colour) -> None:
    """Four sails about (0, 0), the first one turned by `turn` radians."""
    for index in range(4):
        angle = turn + index * np.pi / 2
        frame = np.array(((np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))))
        sail = box(0.08, 0.006, 0.41, 0.088)
        canvas.shape(sail @ frame, cloth, darker(cloth, 0.14))
        bars = canvas.group()
        for along in (0.08, 0.16, 0.24, 0.32, 0.4):
            bars.shape(box(along, -0.012, along + 0.009, 0.088) @ frame, "#6a4a34")
        bars.shape(box(0.08, 0.08, 0.41, 0.089) @ frame, "#6a4a34")
        bars.shape(box(0.0, -0.011, 0.42, 0.011) @ frame, "#4f3628")
    canvas.shape(oval(0, 0, 0.034, 0.034), "#5f4232", "#34241f")
    canvas.shape(oval(0, 0, 0.015, 0.015), "#d8b070")
