"""City architecture, house, castle."""

import numpy as np

from styleaug.training.scenes.canvas import Canvas
from styleaug.training.scenes.colours import Colour, Generator, choose, darker, lighter, mix, vary
from styleaug.training.scenes.foliage import conifer, crown
from styleaug.training.scenes.ground import grass, ground, shadow
from styleaug.training.scenes.outlines import box, oval, points, ribbon, smooth
from styleaug.training.scenes.sky import sky


def window_colour(canvas: Canvas, generator: Generator, wall: Colour, lit: float = 0.6) -> Colour:
    """Warm light in moods with lit windows, otherwise glass a little darker than the wall; already under the light."""
    if canvas.mood is not None and canvas.mood.lit_windows and generator.uniform() < lit:
        return choose(generator, ("#ffd76a", "#ffc04a", "#fff0b0"))
    return canvas.ink(choose(generator, (darker(wall, 0.5), darker(wall, 0.38), mix(wall, "#cfeaf7", 0.55))))


def city(canvas: Canvas, generator: Generator) -> None:
    """A skyline of towers with windows on both sides of a street or river that runs to the horizon."""
    horizon = 0.72
    sky(canvas, generator, horizon)
    walls = choose(
        generator,
        (
            ("#6f86a8", "#8fa8c4", "#b98a78", "#d9c4a0"),
            ("#c46a50", "#d9a070", "#7f8fa8", "#e6d0b0"),
            ("#5f8f9a", "#a8bcc0", "#7a7f9f", "#d9b48a"),
            ("#8a7aa8", "#c79ab0", "#6f8fb8", "#e0c8b8"),
        ),
    )
    hazy = canvas.moved(0, 0, near=0.2).group()
    for x in np.arange(0.0, 1.0, 0.085):
        top = float(generator.uniform(0.36, 0.56))
        hazy.shape(box(x, top, x + 0.075, horizon), mix(walls[0], "#c8d8e6", 0.5))
    quay = canvas.earth("#8f9698", 0.8)
    canvas.shape(box(-0.02, horizon, 1.02, 1.02), lighter(quay, 0.1), darker(quay, 0.2), (0, 1), near=(0.35, 0.95))
    centre = float(generator.uniform(0.44, 0.56))
    street(canvas, generator, centre, horizon)
    for distance, shift, width, low, tall in (
        (0.45, 0.1, 0.12, 0.73, 0.4),
        (0.6, 0.21, 0.15, 0.77, 0.54),
        (0.75, 0.37, 0.2, 0.83, 0.6),
    ):
        for side in (-1, 1):
            height = tall * float(generator.uniform(0.8, 1.14))
            place = canvas.moved(centre + side * shift, low, near=distance)
            tower(place, generator, choose(generator, walls), width, height, -side)


def street(canvas: Canvas, generator: Generator, centre: float, horizon: float) -> None:
    """A road with lane marks, or a river with glints, narrowing towards the horizon."""
    way = points((centre - 0.03, horizon), (centre + 0.03, horizon), (centre + 0.34, 1.02), (centre - 0.34, 1.02))
    if generator.integers(2):
        canvas.shape(way, "#9fd0e0", "#2f7099", (0, 1), near=(0.35, 0.9))
        glints = canvas.group()
        for y in np.linspace(horizon + 0.04, 0.98, 7):
            x = centre + float(generator.uniform(-0.6, 0.6)) * (y - horizon)
            glints.shape(oval(x, y, 0.12 * (y - horizon) + 0.01, 0.005), "#dff3f7", near=0.7)
        return
    canvas.shape(way, canvas.earth("#7a7c86", 0.6), canvas.earth("#4a4a58", 0.6), (0, 1), near=(0.35, 0.9))
    marks = canvas.group()
    for start, end in ((0.06, 0.15), (0.26, 0.42), (0.6, 0.86)):
        top, low = horizon + 0.3 * start, horizon + 0.3 * end
        marks.shape(
            points(
                (centre - 0.02 * start, top),
                (centre + 0.02 * start, top),
                (centre + 0.02 * end, low),
                (centre - 0.02 * end, low),
            ),
            "#f4e6b0",
            near=0.7,
        )


def tower(canvas: Canvas, generator: Generator, wall: Colour, width: float, height: float, lit_side: int) -> None:
    """A tower on (0, 0) with a darker side wall towards the street, rows of windows and one of four roofs."""
    wall = vary(generator, wall, 10)
    half, side = width / 2.0, width * 0.26
    front = (-half, half - side) if lit_side > 0 else (-half + side, half)
    flank = (half - side, half) if lit_side > 0 else (-half, -half + side)
    roof = int(generator.integers(4))
    middle = (front[0] + front[1]) / 2
    if roof == 0:
        canvas.shape(ribbon(points((0, -height - 0.12), (0, -height)), 0.006, 0.014, 2), darker(wall, 0.4))
    elif roof == 1:
        canvas.shape(
            points((-half, -height), (0, -height - 0.1), (half, -height)), lighter(wall, 0.1), darker(wall, 0.4), (1, 0)
        )
    elif roof == 2:
        canvas.shape(
            box(-half * 0.6, -height - 0.045, half * 0.6, -height), lighter(wall, 0.1), darker(wall, 0.3), (1, 0)
        )
        canvas.shape(box(-half * 0.3, -height - 0.085, half * 0.3, -height - 0.04), wall, darker(wall, 0.3), (1, 0))
    else:
        canvas.shape(oval(0, -height, half, half * 0.7), lighter(wall, 0.15), darker(wall, 0.35), (1, 0.2))
    canvas.shape(box(front[0], -height, front[1], 0), lighter(wall, 0.22), wall, (0.3, 1))
    canvas.shape(box(flank[0], -height, flank[1], 0), darker(wall, 0.28), darker(wall, 0.42), (0, 1))
    canvas.shape(box(middle - width * 0.08, -0.04, middle + width * 0.08, 0), darker(wall, 0.6))
    columns, rows = 3, max(3, round(height / 0.062))
    pitch, rise = (front[1] - front[0]) / columns, (height - 0.06) / rows
    corners = [
        (
            front[0] + (c + 0.2) * pitch,
            -height + (r + 0.3) * rise,
            front[0] + (c + 0.8) * pitch,
            -height + (r + 0.85) * rise,
        )
        for r in range(rows)
        for c in range(columns)
    ]
    canvas.tiles(corners, [window_colour(canvas, generator, wall) for _ in corners])
    flanks = [
        (flank[0] + 0.25 * side, -height + (r + 0.3) * rise, flank[1] - 0.25 * side, -height + (r + 0.8) * rise)
        for r in range(rows)
    ]
    canvas.tiles(flanks, [window_colour(canvas, generator, darker(wall, 0.3), 0.4) for _ in flanks])


def house(canvas: Canvas, generator: Generator) -> None:
    """A cosy house seen from the corner: gable, long roof, chimney, door, windows, path and trees."""
    horizon = float(generator.uniform(0.6, 0.66))
    grass_colour = vary(generator, choose(generator, ("#7fb24a", "#93bf58", "#6fa85a", "#a8b552")), 12)
    sky(canvas, generator, horizon)
    ground(canvas, generator, horizon, grass_colour)
    mirrored = bool(generator.integers(2))
    place = canvas.moved(float(generator.uniform(0.46, 0.54)), 0.82, float(generator.uniform(0.94, 1.1)), mirrored)
    leaf = vary(generator, choose(generator, ("#4f9a4a", "#6fa83f", "#d98a3a", "#3f8a60")), 10)
    behind = place.moved(0, 0, near=0.5)
    behind.shape(box(0.405, -0.22, 0.435, -0.02), "#6a4a34")
    crown(behind, generator, 0.42, -0.3, 0.13, 0.15, leaf, 14)
    shadow(place, 0.06, 0.0, 0.4, 0.035)
    wall, roof = choose(
        generator,
        (
            ("#f4e3c0", "#c4503c"),
            ("#e89a7a", "#6a4a5a"),
            ("#a8cfe0", "#3f5f8f"),
            ("#f7efe2", "#4f7a5a"),
            ("#f0cf6a", "#9a4a38"),
        ),
    )
    house_body(place.moved(0, 0, near=0.75), generator, wall, roof)
    path = points((-0.18, 0.0), (-0.1, 0.0), (-0.02, 0.22), (-0.24, 0.22))
    canvas_path = place.moved(0, 0, near=0.8)
    canvas_path.shape(path, place.earth("#e6d3a8", 0.7), place.earth("#c4a878", 0.7), (0, 1))
    for x in (-0.32, 0.06, 0.16, 0.26):
        crown(place.moved(0, 0, near=0.85), generator, x, 0.0, 0.055, 0.045, darker(leaf, 0.08), 10)
    grass(canvas, generator, 0.9, 8, darker(grass_colour, 0.25))


def house_body(canvas: Canvas, generator: Generator, wall: Colour, roof: Colour) -> None:
    """Gable wall to the left (lit), long wall and roof to the right (in shade)."""
    top, eaves, ridge_y = -0.52, -0.27, -0.5
    canvas.shape(box(0.17, -0.58, 0.235, -0.4), "#b0604a", "#7a3c34", (1, 0))
    canvas.shape(box(0.16, -0.6, 0.245, -0.57), "#d98a6a")
    smoke = canvas.moved(0, 0, near=0.4).group()
    if canvas.mood is None or canvas.mood.snow:
        for step in range(4):
            smoke.shape(
                oval(0.21 + 0.035 * step, -0.64 - 0.05 * step, 0.022 + 0.008 * step, 0.02 + 0.006 * step), "#eef0f2"
            )
    canvas.shape(box(0.0, eaves, 0.34, 0.0), darker(wall, 0.16), darker(wall, 0.32), (1, 0.3))
    gable = points((-0.28, 0.0), (-0.28, eaves), (-0.14, ridge_y), (0.0, eaves), (0.0, 0.0))
    canvas.shape(gable, lighter(wall, 0.2), wall, (0.3, 1))
    slope = points((-0.14, top), (0.24, top), (0.38, eaves + 0.015), (0.02, eaves + 0.015))
    canvas.shape(slope, lighter(roof, 0.12), darker(roof, 0.25), (0.4, 1))
    rows = canvas.group()
    for t in (0.25, 0.5, 0.75):
        left, right, y = -0.14 + 0.16 * t, 0.24 + 0.14 * t, top + t * (eaves + 0.015 - top)
        rows.shape(box(left, y, right, y + 0.008), darker(roof, 0.3))
    canvas.shape(points((-0.14, top), (-0.14, top + 0.05), (-0.3, eaves + 0.03), (-0.33, eaves + 0.01)), roof)
    canvas.shape(
        points((-0.14, top), (-0.14, top + 0.05), (0.0, eaves + 0.03), (0.03, eaves + 0.01)), darker(roof, 0.2)
    )
    canvas.shape(box(-0.185, -0.17, -0.095, 0.0), darker(roof, 0.1), darker(roof, 0.35))
    canvas.shape(oval(-0.112, -0.08, 0.008, 0.008), "#f4cf5a")
    lit = canvas.mood is not None and canvas.mood.lit_windows
    for left, upper, width, height in ((-0.18, -0.36, 0.08, 0.085), (0.05, -0.19, 0.09, 0.1), (0.2, -0.19, 0.09, 0.1)):
        canvas.shape(box(left - 0.012, upper - 0.012, left + width + 0.012, upper + height + 0.014), "#fdf8ee")
        glass = ("#ffdf7a", "#ffb84a") if lit else ("#bfe4f4", "#5f9ac0")
        canvas.shape(box(left, upper, left + width, upper + height), *glass, glowing=lit)
        canvas.shape(box(left + width / 2 - 0.005, upper, left + width / 2 + 0.005, upper + height), "#fdf8ee")
        canvas.shape(box(left, upper + height / 2 - 0.005, left + width, upper + height / 2 + 0.005), "#fdf8ee")


def castle(canvas: Canvas, generator: Generator) -> None:
    """A castle on a hill: round towers with cone roofs and flags, crenellated walls, a keep and a gate."""
    horizon = 0.68
    sky(canvas, generator, horizon)
    meadow = vary(generator, choose(generator, ("#7fae50", "#8fb860", "#6fa05f")), 10)
    ground(canvas, generator, horizon + 0.06, meadow)
    x = float(generator.uniform(0.46, 0.54))
    hill = canvas.earth(darker(meadow, 0.12))
    mound = smooth(
        points(
            (x - 0.62, 1.05), (x - 0.42, 0.84), (x - 0.3, 0.775), (x + 0.3, 0.775), (x + 0.42, 0.84), (x + 0.62, 1.05)
        ),
        closed=False,
    )
    canvas.shape(mound, lighter(hill, 0.2), darker(hill, 0.25), near=0.6)
    stone = vary(generator, choose(generator, ("#c9c2b8", "#d9c09a", "#b0b4c4", "#e0d6c8")), 6)
    roof = vary(generator, choose(generator, ("#c4483c", "#3f62a8", "#6a4f9a", "#3f8a7a", "#d98a3a")), 10)
    place = canvas.moved(x, 0.8, float(generator.uniform(0.95, 1.08)), near=0.7)
    flag = choose(generator, ("#e8412f", "#f4c430", "#3f8fd6"))
    castle_tower(place.moved(-0.13, 0, near=0.66), stone, roof, flag, 0.085, 0.42)
    castle_tower(place.moved(0.14, 0, near=0.66), stone, roof, flag, 0.085, 0.38)
    castle_tower(place.moved(0.0, 0, near=0.68), lighter(stone, 0.1), roof, flag, 0.125, 0.47)
    battlement(place.moved(0, 0, near=0.74), stone, -0.29, 0.29, 0.22)
    castle_tower(place.moved(-0.3, 0.015, near=0.8), stone, roof, flag, 0.115, 0.31)
    castle_tower(place.moved(0.3, 0.015, near=0.8), stone, roof, flag, 0.115, 0.31)
    gate = place.moved(0, 0, near=0.78)
    battlement(gate, lighter(stone, 0.12), -0.1, 0.1, 0.265)
    arch = np.concatenate(
        [points((-0.058, 0.0)), oval(0, -0.12, 0.058, 0.065)[14:], points((0.058, -0.12), (0.058, 0.0))]
    )
    gate.shape(arch, "#5a3a2a", "#2c1d1c", (0, 1))
    for bar in (-0.03, 0.0, 0.03):
        gate.shape(box(bar - 0.004, -0.165, bar + 0.004, 0.0), "#8f7a5f")
    path = points((-0.058, 0.0), (0.058, 0.0), (0.085, 0.08), (0.16, 0.25), (-0.12, 0.25), (-0.07, 0.08))
    gate.shape(path, gate.earth("#ecd9ae", 0.7), gate.earth("#bfa274", 0.7), (0, 1))
    for side in (0.07, 0.93):
        conifer(canvas.moved(0, 0, near=0.85), side, 0.95, float(generator.uniform(0.24, 0.34)), "#3f7a4f")


def battlement(canvas: Canvas, stone: Colour, left: float, right: float, height: float) -> None:
    """A wall on the ground line with merlons on top."""
    wall = canvas.group()
    colours = (lighter(stone, 0.1), darker(stone, 0.28))
    wall.shape(box(left, -height, right, 0.02), *colours)
    for x in np.arange(left, right - 0.01, 0.05):
        wall.shape(box(x, -height - 0.03, x + 0.028, -height + 0.005), colours[0])
    canvas.shape(box(left, -height + 0.025, right, -height + 0.036), darker(stone, 0.35))


def castle_tower(canvas: Canvas, stone: Colour, roof: Colour, flag: Colour, width: float, height: float) -> None:
    """A round tower with a cone roof, a flag and slit windows."""
    half = width / 2
    canvas.shape(box(-half, -height, half, 0.02), lighter(stone, 0.25), darker(stone, 0.45), (1, 0.1))
    canvas.shape(
        box(-half * 1.22, -height, half * 1.22, -height + 0.035), lighter(stone, 0.3), darker(stone, 0.35), (1, 0.1)
    )
    peak = -height - 1.5 * width
    pole = canvas.group()
    pole.shape(box(-0.004, peak - 0.075, 0.004, peak + 0.01), "#4a3a34")
    canvas.shape(points((0.004, peak - 0.075), (0.075, peak - 0.056), (0.004, peak - 0.032)), flag)
    canvas.shape(
        points((-half * 1.4, -height + 0.004), (0, peak), (half * 1.4, -height + 0.004)),
        lighter(roof, 0.22),
        darker(roof, 0.42),
        (1, 0.1),
    )
    lit = canvas.mood is not None and canvas.mood.lit_windows
    for y in (-height + 0.07, -height * 0.45):
        slit = np.concatenate(
            [points((-0.014, y + 0.045)), oval(0, y + 0.012, 0.014, 0.018)[14:], points((0.014, y + 0.045))]
        )
        canvas.shape(slit, "#ffcf5a" if lit else "#2c2433", glowing=lit)
