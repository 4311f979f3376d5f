"""Vehicles: boat, car, train, rocket."""

import numpy as np

from styleaug.training.scenes.canvas import Canvas
from styleaug.training.scenes.colours import Colour, Generator, choose, darker, lighter, mix, vary
from styleaug.training.scenes.foliage import crown
from styleaug.training.scenes.ground import ground, shadow
from styleaug.training.scenes.outlines import Points, box, oval, points, ribbon, ridge, rounded, smooth
from styleaug.training.scenes.sky import sky


def boat(canvas: Canvas, generator: Generator) -> None:
    """A sailing boat with two sails on the sea."""
    horizon = float(generator.uniform(0.6, 0.66))
    sky(canvas, generator, horizon)
    deep, shallow = choose(generator, (("#1f6a9f", "#6fbcd4"), ("#1f7f8f", "#7fd4c8"), ("#2f5a9a", "#86a8dc")))
    if generator.integers(2):
        island = points(
            (0.62, horizon + 0.005),
            (0.74, horizon - 0.07),
            (0.83, horizon - 0.05),
            (0.92, horizon - 0.09),
            (1.05, horizon + 0.005),
        )
        canvas.shape(smooth(island, closed=False), canvas.earth("#6f8f9a"), near=0.15)
    canvas.shape(box(-0.02, horizon, 1.02, 1.02), shallow, deep, (0, 1), near=(0.3, 0.95))
    waves = canvas.group()
    for x, y in generator.uniform((0.0, horizon + 0.03), (1.0, 0.98), (18, 2)):
        size = 0.03 + 0.12 * (y - horizon)
        waves.shape(oval(x, y, size, 0.15 * size), lighter(shallow, 0.45), near=float(y))
    mirrored = bool(generator.integers(2))
    place = canvas.moved(
        float(generator.uniform(0.45, 0.55)), horizon + 0.16, float(generator.uniform(0.98, 1.14)), mirrored, near=0.85
    )
    hull = vary(generator, choose(generator, ("#c4402f", "#8a5430", "#2f4f8a", "#f4efe4", "#2f8a7a")), 8)
    sail = choose(generator, ("#fbf5e6", "#f7e2b8", "#f0786a", "#ffffff", "#f4c454"))
    sailing_boat(place, hull, sail, choose(generator, ("#e8412f", "#f4c430", "#3f8fd6")))
    foam = canvas.moved(0, 0, near=0.9)
    crest = ridge(generator, horizon + 0.2, 0.014, 7.0)
    foam.shape(crest, mix(shallow, deep, 0.55), darker(deep, 0.12), (0, 1), near=(0.88, 1.0))
    gulls = canvas.moved(0, 0, near=0.1)
    for x, y in generator.uniform((0.06, 0.12), (0.3, 0.4), (2, 2)):
        gulls.shape(
            ribbon(
                points(
                    (x - 0.04, y - 0.012), (x - 0.018, y - 0.022), (x, y), (x + 0.018, y - 0.022), (x + 0.04, y - 0.012)
                ),
                0.007,
                0.007,
                4,
            ),
            "#ffffff",
        )


def sailing_boat(canvas: Canvas, hull: Colour, sail: Colour, flag: Colour) -> None:
    """Hull, mast, main sail and jib; the bow points to the right."""
    reflection = points((-0.3, 0.06), (0.36, 0.06), (0.1, 0.2), (-0.2, 0.18))
    canvas.shape(reflection, hull, opacity=0.3)
    canvas.shape(box(-0.012, -0.6, 0.012, -0.05), "#8a5f3a", "#5a3a28", (1, 0))
    main = np.concatenate(
        [smooth(points((-0.02, -0.57), (-0.16, -0.36), (-0.27, -0.11)), closed=False), points((-0.02, -0.09))]
    )
    canvas.shape(main, lighter(sail, 0.3), darker(sail, 0.12), (-0.8, 1))
    for t in (0.4, 0.7):
        y = -0.57 + 0.47 * t
        canvas.shape(
            points((-0.02, y), (-0.02 - 0.245 * t, y - 0.01), (-0.02 - 0.245 * t, y), (-0.02, y + 0.01)),
            darker(sail, 0.2),
        )
    jib = np.concatenate(
        [
            smooth(points((0.025, -0.52), (0.15, -0.3), (0.29, -0.11)), closed=False),
            points((0.14, -0.095), (0.025, -0.1)),
        ]
    )
    canvas.shape(jib, darker(sail, 0.04), darker(sail, 0.2), (1, 1))
    canvas.shape(points((-0.012, -0.6), (-0.1, -0.63), (-0.012, -0.655)), flag)
    side = points((-0.32, -0.065), (0.38, -0.085), (0.27, 0.06), (0.2, 0.085), (-0.2, 0.085), (-0.27, 0.04))
    canvas.shape(side, lighter(hull, 0.15), darker(hull, 0.4), (0.2, 1))
    canvas.shape(points((-0.325, -0.075), (0.39, -0.097), (0.365, -0.058), (-0.31, -0.038)), "#fbf3e0")
    for x in (-0.16, -0.04, 0.08):
        canvas.shape(oval(x, 0.012, 0.02, 0.02), "#ffe9b0")


def wheel(canvas: Canvas, x: float, y: float, radius: float, rim: Colour) -> None:
    """A tyre with a bright hub."""
    canvas.shape(oval(x, y, radius, radius), "#26242c")
    canvas.shape(oval(x, y, 0.62 * radius, 0.62 * radius), lighter(rim, 0.2), darker(rim, 0.3))
    canvas.shape(oval(x, y, 0.22 * radius, 0.22 * radius), darker(rim, 0.45))


def car(canvas: Canvas, generator: Generator) -> None:
    """A car in profile on a road through meadows: a saloon or a small round one."""
    horizon = float(generator.uniform(0.58, 0.64))
    meadow = vary(generator, choose(generator, ("#7fb24a", "#93bf58", "#6fa85a", "#c4b25a")), 12)
    leaf = vary(generator, choose(generator, ("#4f9a4a", "#6fa83f", "#3f8a60")), 10)
    sky(canvas, generator, horizon)
    ground(canvas, generator, horizon, meadow)
    side = choose(generator, (-1, 1))
    for x, size in ((0.5 - side * 0.42, 0.13), (0.5 + side * 0.45, 0.09)):
        behind = canvas.moved(0, 0, near=0.45)
        behind.shape(box(x - 0.014, horizon - 0.04, x + 0.014, horizon + 0.05), "#6a4a34")
        crown(behind, generator, x, horizon - 0.1, size, 1.05 * size, leaf, 13)
    asphalt = canvas.earth("#6f717c", 0.6)
    canvas.shape(box(-0.02, 0.755, 1.02, 0.94), lighter(asphalt, 0.08), darker(asphalt, 0.25), (0, 1), near=(0.6, 0.85))
    canvas.shape(box(-0.02, 0.755, 1.02, 0.768), canvas.earth("#d8d0c0", 0.5), near=0.6)
    dashes = canvas.moved(0, 0, near=0.85).group()
    for x in np.arange(float(generator.uniform(-0.15, 0.0)), 1.0, 0.25):
        dashes.shape(box(x, 0.893, x + 0.13, 0.908), "#f6edd0")
    paint = vary(generator, choose(generator, ("#d8382f", "#2f74c4", "#f0b82a", "#3fa070", "#f0eee8", "#7a5aa8")), 8)
    x, scale = float(generator.uniform(0.47, 0.53)), float(generator.uniform(1.04, 1.14))
    shadow(canvas, x, 0.87, 0.37 * scale, 0.025, 0.4)
    place = canvas.moved(x, 0.87, scale, side < 0, near=0.85)
    if generator.integers(2):
        saloon(place, paint)
    else:
        round_car(place, paint)


def car_body(canvas: Canvas, outline: Points, panes: tuple[Points, ...], paint: Colour) -> None:
    """Coachwork standing on (0, 0): the painted outline, its window panes, a dark sill and two wheels."""
    lit = canvas.mood is not None and canvas.mood.lit_windows
    canvas.shape(box(-0.33, -0.13, 0.33, -0.055), "#2f2c36")
    canvas.shape(outline, lighter(paint, 0.25), darker(paint, 0.28), (0.1, 1))
    for pane in panes:
        canvas.shape(pane, "#d8f0f8", "#5f8fae", (0.3, 1))
    canvas.shape(box(-0.36, -0.125, 0.36, -0.105), darker(paint, 0.4))
    for x in (-0.225, 0.225):
        canvas.shape(oval(x, -0.085, 0.107, 0.107), darker(paint, 0.55))
        wheel(canvas, x, -0.082, 0.086, "#d4d8de")
    for left, right in ((-0.395, -0.335), (0.335, 0.395)):
        canvas.shape(rounded(left, -0.118, right, -0.088, 0.012), "#dfe3e8", "#8f949e", (0, 1))
    if lit:
        canvas.shape(
            points((0.37, -0.2), (0.37, -0.15), (0.8, -0.02), (0.8, -0.24)), "#fff0a0", opacity=0.4, glowing=True
        )
    canvas.shape(oval(0.365, -0.176, 0.022, 0.03), "#fff4b8", "#f4d05a", glowing=lit)
    canvas.shape(oval(-0.375, -0.18, 0.014, 0.03), "#e8302a", glowing=lit)


def saloon(canvas: Canvas, paint: Colour) -> None:
    """A long car with bonnet, cabin and boot."""
    body = smooth(
        points(
            (-0.385, -0.11), (-0.395, -0.2), (-0.35, -0.24), (-0.24, -0.255), (-0.15, -0.365), (-0.05, -0.39),
            (0.06, -0.38), (0.17, -0.265), (0.3, -0.245), (0.375, -0.21), (0.39, -0.11), (0.0, -0.1),
        )
    )  # fmt: skip
    rear = points((-0.205, -0.255), (-0.135, -0.345), (-0.06, -0.362), (-0.06, -0.255))
    front = points((-0.03, -0.255), (-0.03, -0.363), (0.05, -0.355), (0.135, -0.255))
    car_body(canvas, body, (rear, front), paint)
    for x in (-0.045, 0.15):
        canvas.shape(box(x - 0.003, -0.25, x + 0.003, -0.13), darker(paint, 0.4))
    canvas.shape(rounded(-0.03, -0.226, 0.02, -0.212, 0.006), "#e8ecf0")


def round_car(canvas: Canvas, paint: Colour) -> None:
    """A small car like a beetle: one arched roof and bulging wings."""
    for x in (-0.235, 0.235):
        canvas.shape(oval(x, -0.11, 0.15, 0.125), lighter(paint, 0.1), darker(paint, 0.35), (0.1, 1))
    body = smooth(
        points(
            (-0.36, -0.11), (-0.34, -0.2), (-0.26, -0.3), (-0.15, -0.39), (0.0, -0.425), (0.12, -0.385), (0.19, -0.28),
            (0.3, -0.235), (0.36, -0.17), (0.37, -0.11), (0.0, -0.1),
        )
    )  # fmt: skip
    rear = smooth(points((-0.225, -0.265), (-0.14, -0.36), (-0.045, -0.388), (-0.045, -0.265)))
    front = smooth(points((-0.015, -0.265), (-0.015, -0.39), (0.085, -0.36), (0.135, -0.265)))
    car_body(canvas, body, (rear, front), paint)
    canvas.shape(box(-0.033, -0.26, -0.027, -0.13), darker(paint, 0.4))
    canvas.shape(rounded(-0.01, -0.235, 0.035, -0.221, 0.006), "#e8ecf0")


def train(canvas: Canvas, generator: Generator) -> None:
    """A steam locomotive in profile with the first carriage behind it, on an embankment, smoke above."""
    horizon = float(generator.uniform(0.62, 0.67))
    meadow = vary(generator, choose(generator, ("#86b552", "#9cc060", "#6fa85a", "#b8b45a")), 10)
    sky(canvas, generator, horizon)
    ground(canvas, generator, horizon, meadow)
    gravel = canvas.earth("#a89c90", 0.7)
    bank = points((-0.02, 0.84), (1.02, 0.84), (1.02, 0.95), (-0.02, 0.95))
    canvas.shape(bank, lighter(gravel, 0.15), darker(gravel, 0.2), (0, 1), near=(0.7, 0.85))
    sleepers = canvas.moved(0, 0, near=0.8).group()
    for x in np.arange(0.0, 1.0, 0.075):
        sleepers.shape(box(float(x), 0.862, float(x) + 0.042, 0.885), "#5f4534")
    canvas.shape(box(-0.02, 0.845, 1.02, 0.862), "#c8ccd4", "#7a7f8c", (0, 1), near=0.8)
    paint, trim = choose(
        generator, (("#2f6a4a", "#d8382f"), ("#2f4f8a", "#e0a52a"), ("#3a3842", "#d8382f"), ("#a8342f", "#2f3f5a"))
    )
    x, scale = float(generator.uniform(0.48, 0.52)), float(generator.uniform(0.94, 1.0))
    flip = bool(generator.integers(2))
    place = canvas.moved(1.0 - x if flip else x, 0.847, scale, flip, near=0.85)
    carriage(place, choose(generator, ("#c4483a", "#d89a3a", "#5f8f5a", "#7a4f3a")))
    steam(place.moved(0, 0, near=0.4), generator)
    locomotive(place, vary(generator, paint, 6), trim)


def steam(canvas: Canvas, generator: Generator) -> None:
    """Puffs from the chimney at (0.27, -0.5), growing as they trail behind."""
    for colour, down in ((canvas.ink("#c4c8d2"), 0.016), (canvas.ink("#f2f4f6"), 0.0)):
        puffs = canvas.group()
        for step in range(7):
            x, y = 0.265 - 0.085 * step - 0.006 * step**2, -0.53 - 0.035 * step + 0.002 * step**2
            size = (0.034 + 0.013 * step) * (1.0 + 0.15 * (step % 2))
            puffs.shape(oval(x, y + down, 1.2 * size, size), colour, glowing=True)


def carriage(canvas: Canvas, paint: Colour) -> None:
    """The carriage behind the engine, cut off by the picture's edge."""
    lit = canvas.mood is not None and canvas.mood.lit_windows
    canvas.shape(box(-0.46, -0.12, -0.36, -0.09), "#2f2c36")
    canvas.shape(box(-1.1, -0.1, -0.4, -0.06), "#2f2c36")
    canvas.shape(box(-1.1, -0.38, -0.4, -0.09), lighter(paint, 0.15), darker(paint, 0.25), (0, 1))
    canvas.shape(rounded(-1.12, -0.42, -0.38, -0.37, 0.02), "#e6dcc6", "#a89c88", (0, 1))
    for x in (-0.53, -0.69):
        glass = ("#ffdf7a", "#ffb84a") if lit else ("#dff2f8", "#7fa8c0")
        canvas.shape(rounded(x, -0.33, x + 0.1, -0.22, 0.015), *glass, glowing=lit)
    wheel(canvas, -0.5, -0.05, 0.05, "#8f949e")


def locomotive(canvas: Canvas, paint: Colour, trim: Colour) -> None:
    """The engine itself: boiler, chimney, dome, cab, wheels and cowcatcher, its wheels on (·, 0), facing right."""
    lit = canvas.mood is not None and canvas.mood.lit_windows
    canvas.shape(points((0.235, -0.4), (0.22, -0.5), (0.32, -0.5), (0.305, -0.4)), "#4a4652", "#2a2832", (1, 0))
    canvas.shape(rounded(0.21, -0.525, 0.33, -0.49, 0.012), trim, darker(trim, 0.3), (1, 0))
    canvas.shape(rounded(0.06, -0.445, 0.15, -0.36, 0.04), "#f0c85a", "#b07f2a", (1, 0.2))
    canvas.shape(rounded(-0.02, -0.415, 0.035, -0.36, 0.025), lighter(paint, 0.1), darker(paint, 0.3), (1, 0.2))
    canvas.shape(box(-0.12, -0.4, 0.34, -0.17), lighter(paint, 0.3), darker(paint, 0.35), (0, 1))
    for x in (0.0, 0.17):
        canvas.shape(box(x, -0.4, x + 0.014, -0.17), "#f0c85a", "#b07f2a", (0, 1))
    canvas.shape(rounded(0.3, -0.41, 0.375, -0.16, 0.03), "#5a5662", "#2a2832", (0, 1))
    canvas.shape(oval(0.385, -0.34, 0.024, 0.03), "#fff4b8", "#f4cf5a", glowing=lit)
    canvas.shape(box(-0.36, -0.52, -0.1, -0.12), lighter(paint, 0.18), darker(paint, 0.2), (0.2, 1))
    canvas.shape(rounded(-0.4, -0.565, -0.06, -0.515, 0.018), trim, darker(trim, 0.3), (0, 1))
    glass = ("#ffdf7a", "#ffb84a") if lit else ("#dff2f8", "#7fa8c0")
    canvas.shape(rounded(-0.31, -0.47, -0.15, -0.34, 0.02), *glass, glowing=lit)
    canvas.shape(box(-0.38, -0.16, 0.39, -0.115), trim, darker(trim, 0.3), (0, 1))
    canvas.shape(
        points((0.36, -0.13), (0.395, -0.13), (0.485, -0.01), (0.34, -0.01)), darker(trim, 0.1), darker(trim, 0.45)
    )
    for x, radius in ((-0.265, 0.098), (-0.05, 0.098), (0.15, 0.07), (0.285, 0.07)):
        canvas.shape(oval(x, -radius, radius, radius), "#26242c")
        canvas.shape(oval(x, -radius, 0.76 * radius, 0.76 * radius), lighter(trim, 0.1), darker(trim, 0.2))
        canvas.shape(oval(x, -radius, 0.3 * radius, 0.3 * radius), "#26242c")
    canvas.shape(box(-0.275, -0.088, 0.16, -0.066), "#e4e8ee", "#8f949e", (0, 1))


def rocket(canvas: Canvas, generator: Generator) -> None:
    """A rocket that has just left the ground: pointed nose, round window, three fins, fire and clouds of smoke."""
    sky(canvas, generator, 0.78)
    ground(canvas, generator, 0.86, vary(generator, choose(generator, ("#86b552", "#d9b878", "#a89c90")), 10))
    x, scale = float(generator.uniform(0.47, 0.53)), float(generator.uniform(0.98, 1.08))
    hull, trim = choose(
        generator,
        (
            ("#f2f2f0", "#d8382f"),
            ("#f2f2f0", "#2f74c4"),
            ("#e0e4ea", "#f08a2a"),
            ("#d8382f", "#f4d24a"),
            ("#4f9ad0", "#f2f2f0"),
        ),
    )
    place = canvas.moved(x, 0.4, scale, near=0.85)
    canvas.glow(x, 0.74, 0.3, "#ffd27a", 0.8)
    smoke = canvas.moved(x, 0.95, scale, near=0.7)
    for colour, down in (("#b4b4c0", 0.02), ("#eef0f2", 0.0)):
        puffs = smoke.group()
        for index, across in enumerate((-0.44, -0.32, -0.2, -0.09, 0.0, 0.09, 0.2, 0.32, 0.44)):
            size = (0.085, 0.115, 0.105, 0.08, 0.07)[min(index, 8 - index)] * float(generator.uniform(0.9, 1.1))
            puffs.shape(oval(across, down - 0.4 * size, 1.1 * size, size), colour)
    for wide, long, colour in ((0.105, 0.34, "#f0562a"), (0.075, 0.26, "#ffa42f"), (0.042, 0.17, "#fff0a0")):
        flame = points(
            (-wide, 0.22),
            (wide, 0.22),
            (0.8 * wide, 0.22 + 0.5 * long),
            (0.0, 0.22 + long),
            (-0.8 * wide, 0.22 + 0.5 * long),
        )
        place.shape(smooth(flame), colour, glowing=True)
    spaceship(place, hull, trim)


def spaceship(canvas: Canvas, hull: Colour, trim: Colour) -> None:
    """The rocket itself, its nose up, its nozzle at (0, 0.25)."""
    for side in (-1, 1):
        fin = points((0.09, 0.02), (0.17, 0.1), (0.225, 0.2), (0.225, 0.3), (0.16, 0.235), (0.08, 0.21)) * (side, 1)
        canvas.shape(smooth(fin), lighter(trim, 0.12) if side < 0 else darker(trim, 0.12), darker(trim, 0.4))
    canvas.shape(points((-0.07, 0.2), (0.07, 0.2), (0.095, 0.26), (-0.095, 0.26)), "#6a6672", "#34303c", (1, 0))
    half = points((0.0, -0.36), (0.06, -0.29), (0.115, -0.17), (0.135, -0.03), (0.125, 0.1), (0.09, 0.215))
    body = np.concatenate([smooth(half, closed=False), (smooth(half, closed=False) * (-1, 1))[::-1]])
    canvas.shape(body, lighter(hull, 0.25), darker(hull, 0.38), (1, 0.1))
    cap = body[np.abs(body[:, 1] + 0.29) < 0.075]
    canvas.shape(cap, lighter(trim, 0.2), darker(trim, 0.35), (1, 0.1))
    canvas.shape(points((-0.118, 0.12), (0.118, 0.12), (0.1, 0.185), (-0.1, 0.185)), trim, darker(trim, 0.4), (1, 0.1))
    canvas.shape(oval(0, -0.07, 0.074, 0.074), lighter(trim, 0.1), darker(trim, 0.35))
    lit = canvas.mood is not None and canvas.mood.lit_windows
    glass = ("#fff0a0", "#ffc04a") if lit else ("#c4ecf8", "#3f7fa8")
    canvas.shape(oval(0, -0.07, 0.052, 0.052), *glass, glowing=lit)
    canvas.shape(oval(-0.018, -0.088, 0.014, 0.014), "#ffffff")
    middle = smooth(points((0.0, 0.06), (0.022, 0.15), (0.016, 0.29), (-0.016, 0.29), (-0.022, 0.15)))
    canvas.shape(middle, lighter(trim, 0.05), darker(trim, 0.35), (1, 0))
