"""Figures with a face: robot, portrait, snowman."""

import numpy as np

from styleaug.training.scenes.canvas import Canvas
from styleaug.training.scenes.colours import Colour, Generator, choose, darker, lighter, mix, vary
from styleaug.training.scenes.foliage import conifer
from styleaug.training.scenes.ground import ground, shadow
from styleaug.training.scenes.outlines import Points, box, oval, points, ribbon, ridge, rounded, smooth
from styleaug.training.scenes.places import animal_place
from styleaug.training.scenes.sky import sky


def symmetric(half: Points) -> Points:
    """A closed smooth outline from its right half, which runs from the middle above to the middle below."""
    return smooth(np.concatenate([half, (half[1:-1] * (-1, 1))[::-1]]))


ROBOT_TINS = (  # tin, trim
    ("#a8b4c4", "#e0533a"),
    ("#5fa8b8", "#f4b83a"),
    ("#d8584a", "#f2e6c8"),
    ("#d8a04a", "#4f7f9a"),
    ("#8f86b8", "#f0d24a"),
)


def robot(canvas: Canvas, generator: Generator) -> None:
    """A tin robot that stands facing us: square head with an aerial, round shining eyes, dials on its chest."""
    animal_place(canvas, generator)
    tin_name, trim = choose(generator, ROBOT_TINS)
    x, foot = float(generator.uniform(0.46, 0.54)), float(generator.uniform(0.94, 0.965))
    scale = float(generator.uniform(0.93, 0.99))
    shadow(canvas, x, foot - 0.005, 0.24 * scale, 0.035)
    place = canvas.moved(x, foot - 0.42 * scale, scale, bool(generator.integers(2)), near=0.85)
    tin = vary(generator, tin_name, 8)
    robot_limbs(place, tin, trim, waving=bool(generator.integers(2)))
    robot_trunk(place, tin, trim)
    robot_head(place, tin, trim, choose(generator, ("#ffe45a", "#7af0f0", "#9aff8a")))


def robot_limbs(canvas: Canvas, tin: Colour, trim: Colour, waving: bool) -> None:
    """Legs on big feet, and arms that end in claws; the right one is raised when waving."""
    for side in (-1, 1):
        canvas.shape(
            box(side * 0.09 - 0.034, 0.2, side * 0.09 + 0.034, 0.38), darker(tin, 0.12), darker(tin, 0.4), (1, 0)
        )
        for y in (0.25, 0.31):
            canvas.shape(box(side * 0.09 - 0.04, y, side * 0.09 + 0.04, y + 0.014), darker(tin, 0.5))
        foot = rounded(side * 0.105 - 0.078, 0.355, side * 0.105 + 0.078, 0.425, 0.03)
        canvas.shape(foot, lighter(trim, 0.1), darker(trim, 0.35))
        raised = waving and side > 0
        elbow, hand = ((0.31, 0.06), (0.34, -0.14)) if raised else ((0.29, 0.06), (0.285, 0.2))
        for start, end in (((0.2, -0.04), elbow), (elbow, hand)):
            arm = points(start, end) * (side, 1)
            canvas.shape(ribbon(arm, 0.062, 0.058, 2), lighter(tin, 0.05), darker(tin, 0.35), (1, 0.3))
        canvas.shape(oval(side * elbow[0], elbow[1], 0.038, 0.038), lighter(trim, 0.1), darker(trim, 0.3))
        way = -1.0 if raised else 1.0
        for claw in (-1, 1):
            knots = points(
                (hand[0], hand[1]),
                (hand[0] + claw * 0.05, hand[1] + way * 0.035),
                (hand[0] + claw * 0.025, hand[1] + way * 0.095),
            )
            canvas.shape(ribbon(knots * (side, 1), 0.034, 0.02, 4), darker(tin, 0.35))
        canvas.shape(oval(side * hand[0], hand[1], 0.036, 0.036), trim, darker(trim, 0.3))


def robot_trunk(canvas: Canvas, tin: Colour, trim: Colour) -> None:
    """Neck and body with a panel of dials, lamps and a slot."""
    canvas.shape(box(-0.05, -0.16, 0.05, -0.08), darker(tin, 0.35), darker(tin, 0.55), (1, 0))
    canvas.shape(rounded(-0.2, -0.11, 0.2, 0.23, 0.04), lighter(tin, 0.2), darker(tin, 0.3))
    canvas.shape(rounded(-0.135, -0.065, 0.135, 0.135, 0.02), darker(tin, 0.4), darker(tin, 0.55))
    canvas.shape(oval(-0.065, 0.0, 0.048, 0.048), "#fbf6e8", "#d8d0bc")
    canvas.shape(ribbon(points((-0.065, 0.0), (-0.04, -0.03)), 0.012, 0.006, 2), "#c4302a")
    for index, colour in enumerate(("#e8483c", "#f4cf4a", "#5fd07a")):
        canvas.shape(oval(0.03 + 0.038 * index, -0.03, 0.015, 0.015), colour, glowing=True)
    canvas.shape(rounded(0.015, 0.015, 0.12, 0.04, 0.01), trim)
    slots = canvas.group()
    for y in (0.075, 0.1):
        slots.shape(box(-0.11, y, 0.11, y + 0.012), lighter(tin, 0.1))
    canvas.shape(box(-0.2, 0.165, 0.2, 0.19), trim, darker(trim, 0.25), (1, 0))


def robot_head(canvas: Canvas, tin: Colour, trim: Colour, light: Colour) -> None:
    """The head with its aerial, ears, eyes and a grille for a mouth."""
    canvas.shape(box(-0.008, -0.48, 0.008, -0.4), darker(tin, 0.4))
    canvas.shape(oval(0, -0.485, 0.026, 0.026), lighter(trim, 0.2), darker(trim, 0.2))
    for side in (-1, 1):
        canvas.shape(rounded(side * 0.185 - 0.03, -0.33, side * 0.185 + 0.03, -0.23, 0.015), trim, darker(trim, 0.3))
    canvas.shape(rounded(-0.18, -0.405, 0.18, -0.145, 0.045), lighter(tin, 0.28), darker(tin, 0.22))
    for side in (-1, 1):
        canvas.shape(oval(side * 0.078, -0.3, 0.06, 0.06), darker(tin, 0.55))
        canvas.shape(oval(side * 0.078, -0.3, 0.046, 0.046), lighter(light, 0.4), light, glowing=True)
        canvas.shape(oval(side * 0.078, -0.3, 0.018, 0.018), "#2a2430")
    canvas.shape(rounded(-0.09, -0.215, 0.09, -0.17, 0.015), darker(tin, 0.6))
    teeth = canvas.group()
    for x in (-0.06, -0.02, 0.02, 0.06):
        teeth.shape(box(x - 0.011, -0.207, x + 0.011, -0.178), "#f2ead8")


SKINS = ("#f6d0b0", "#eab890", "#d89a6c", "#b87848", "#8a5634", "#6a4028")
HAIRS = ("#2a2024", "#5a3826", "#8f5a30", "#d8a850", "#b8502a", "#b4b0b4")
CLOTHES = ("#c4423a", "#2f6a9a", "#3f8a62", "#e0a83a", "#7a4f8f", "#2f3444", "#e8e0d0")


def portrait(canvas: Canvas, generator: Generator) -> None:
    """Head and shoulders of a person facing us, before a wall or a landscape."""
    if canvas.mood is None and generator.integers(2):
        wall = vary(generator, choose(generator, ("#7f9a94", "#c4bca8", "#8a86a8", "#5a7f6a", "#6f8fae")), 8)
        back = canvas.moved(0, 0, near=0.05)
        back.shape(box(-0.02, -0.02, 1.02, 1.02), lighter(wall, 0.2), darker(wall, 0.3))
    else:
        horizon = float(generator.uniform(0.58, 0.66))
        sky(canvas, generator, horizon)
        ground(canvas, generator, horizon, vary(generator, choose(generator, ("#7fb24a", "#8fb860", "#b5b553")), 12))
    skin, hair = vary(generator, choose(generator, SKINS), 5), vary(generator, choose(generator, HAIRS), 6)
    cloth = vary(generator, choose(generator, CLOTHES), 8)
    x, scale = float(generator.uniform(0.48, 0.52)), float(generator.uniform(1.1, 1.2))
    place = canvas.moved(x, float(generator.uniform(0.44, 0.47)), scale, bool(generator.integers(2)), near=0.85)
    cut = choose(generator, ("long", "bob", "short", "bun", "curls"))
    hair_behind(place.moved(0, 0, near=0.8), cut, hair)
    bust(place, skin, cloth)
    face(place, skin, hair, choose(generator, ("#4a78a8", "#5f8a4a", "#6a4426", "#3a2a26")))
    if cut == "short" and generator.integers(2):
        beard(place, hair)
    hair_before(place, cut, hair)


def hair_behind(canvas: Canvas, cut: str, hair: Colour) -> None:
    """The hair that lies behind head and neck."""
    shade = darker(hair, 0.25)
    if cut in ("long", "bob"):
        low = 0.46 if cut == "long" else 0.2
        half = points(
            (0.0, -0.3),
            (0.13, -0.275),
            (0.215, -0.16),
            (0.23, 0.02),
            (0.235, 0.6 * low),
            (0.2, low),
            (0.09, low + 0.02),
            (0.0, low),
        )
        canvas.shape(symmetric(half), hair, shade, (0.2, 1))
    elif cut == "bun":
        canvas.shape(oval(0, -0.3, 0.085, 0.07), lighter(hair, 0.08), shade)
        canvas.shape(oval(0, -0.09, 0.2, 0.2), hair, shade)
    elif cut == "curls":
        curls = canvas.group()
        for angle in np.linspace(0.85 * np.pi, 2.15 * np.pi, 13):
            curls.shape(oval(0.2 * np.cos(angle), -0.06 + 0.21 * np.sin(angle), 0.085, 0.085), mix(hair, shade, 0.4))


def bust(canvas: Canvas, skin: Colour, cloth: Colour) -> None:
    """Neck and shoulders in a garment with an open collar."""
    canvas.shape(
        points((-0.085, 0.1), (0.085, 0.1), (0.1, 0.36), (-0.1, 0.36)), darker(skin, 0.12), darker(skin, 0.3), (1, 0.4)
    )
    half = points(
        (0.0, 0.4), (0.07, 0.325), (0.12, 0.29), (0.27, 0.345), (0.37, 0.42), (0.41, 0.56), (0.42, 0.7), (0.0, 0.7)
    )
    body = np.concatenate([smooth(half, closed=False), (smooth(half, closed=False) * (-1, 1))[::-1]])
    canvas.shape(body, lighter(cloth, 0.15), darker(cloth, 0.28), (0.5, 1))
    for side in (-1, 1):
        collar = points((0.125, 0.27), (0.175, 0.315), (0.075, 0.44), (0.0, 0.405), (0.07, 0.33)) * (side, 1)
        canvas.shape(collar, lighter(cloth, 0.35), darker(cloth, 0.05))


def face(canvas: Canvas, skin: Colour, hair: Colour, iris: Colour) -> None:
    """Ears, face, eyes under brows, nose and smiling mouth."""
    for side in (-1, 1):
        canvas.shape(oval(side * 0.178, 0.0, 0.034, 0.052), darker(skin, 0.06), darker(skin, 0.22))
    half = points(
        (0.0, -0.25), (0.1, -0.23), (0.165, -0.14), (0.178, -0.01), (0.155, 0.11), (0.095, 0.195), (0.0, 0.23)
    )
    canvas.shape(symmetric(half), lighter(skin, 0.16), darker(skin, 0.16))
    for side in (-1, 1):
        canvas.shape(oval(side * 0.105, 0.075, 0.042, 0.032), "#e0503f", opacity=0.14)
        canvas.shape(oval(side * 0.074, -0.018, 0.043, 0.027), "#ffffff", "#e4e4ea", (0, 1))
        canvas.shape(oval(side * 0.072, -0.017, 0.0235, 0.025), iris)
        canvas.shape(oval(side * 0.072, -0.017, 0.012, 0.013), "#17131a")
        canvas.shape(oval(side * 0.072 - 0.008, -0.026, 0.006, 0.006), "#ffffff")
        lid = points((side * 0.032, -0.02), (side * 0.074, -0.05), (side * 0.118, -0.024))
        canvas.shape(ribbon(lid, 0.011, 0.014, 4), "#3a2628")
        brow = points((side * 0.034, -0.086), (side * 0.08, -0.1), (side * 0.13, -0.078))
        canvas.shape(ribbon(brow, 0.022, 0.01, 4), darker(hair, 0.25))
    nose = points((0.0, -0.01), (0.022, 0.055), (0.03, 0.078), (0.0, 0.09), (-0.028, 0.08))
    canvas.shape(smooth(nose), darker(skin, 0.1), darker(skin, 0.24), (1, 1))
    canvas.shape(ribbon(points((-0.026, 0.084), (0.0, 0.093), (0.026, 0.084)), 0.01, 0.01, 4), darker(skin, 0.42))
    lips = mix(skin, "#c42f3f", 0.6)
    upper = points((-0.074, 0.126), (-0.025, 0.121), (0.0, 0.128), (0.025, 0.121), (0.074, 0.126), (0.0, 0.155))
    lower = points((-0.068, 0.132), (0.0, 0.15), (0.068, 0.132), (0.032, 0.17), (-0.032, 0.17))
    canvas.shape(smooth(lower), lighter(lips, 0.12), lips, (0, 1))
    canvas.shape(smooth(upper), darker(lips, 0.12))
    canvas.shape(ribbon(points((-0.08, 0.122), (0.0, 0.152), (0.08, 0.122)), 0.008, 0.008, 4), darker(lips, 0.5))


def beard(canvas: Canvas, hair: Colour) -> None:
    """A short beard round the chin, the mouth left free."""
    outer = points((0.182, 0.02), (0.168, 0.12), (0.1, 0.215), (0.0, 0.255))
    inner = points((0.0, 0.185), (0.06, 0.175), (0.105, 0.115), (0.13, 0.09))
    half = np.concatenate([outer, inner])
    for side in (-1, 1):
        canvas.shape(half * (side, 1), darker(hair, 0.08), darker(hair, 0.3), (0, 1))
        whisker = points((0.0, 0.104), (side * 0.05, 0.108), (side * 0.1, 0.14))
        canvas.shape(ribbon(whisker, 0.024, 0.014, 4), darker(hair, 0.12))


def hair_before(canvas: Canvas, cut: str, hair: Colour) -> None:
    """The hair over forehead and temples."""
    light, shade = lighter(hair, 0.16), darker(hair, 0.15)
    if cut == "curls":
        curls = canvas.group()
        for x, y in ((-0.155, -0.14), (-0.1, -0.215), (-0.035, -0.25), (0.035, -0.25), (0.1, -0.215), (0.155, -0.14)):
            curls.shape(oval(x, y, 0.068, 0.06), mix(light, shade, (x + 0.155) / 0.31))
        return
    if cut in ("long", "bun"):  # parted in the middle
        for side in (-1, 1):
            lock = points(
                (-0.01, -0.29),
                (0.1, -0.275),
                (0.19, -0.19),
                (0.205, -0.04),
                (0.185, 0.06),
                (0.165, -0.05),
                (0.11, -0.15),
                (0.0, -0.215),
            )
            canvas.shape(smooth(lock * (side, 1)), light if side < 0 else hair, shade)
        return
    low = -0.115 if cut == "bob" else -0.16
    fringe = points(
        (-0.2, 0.03),
        (-0.212, -0.13),
        (-0.14, -0.265),
        (0.0, -0.305),
        (0.14, -0.27),
        (0.212, -0.13),
        (0.2, 0.03),
        (0.165, -0.06),
        (0.14, low),
        (0.0, low - 0.02),
        (-0.13, low + 0.01),
        (-0.165, -0.05),
    )
    canvas.shape(smooth(fringe), light, shade)


def snowman(canvas: Canvas, generator: Generator) -> None:
    """A snowman of three balls with a carrot nose, a scarf and a hat, in a snowy field before dark firs."""
    horizon = float(generator.uniform(0.6, 0.66))
    sky(canvas, generator, horizon)
    woods = vary(generator, choose(generator, ("#4f8a72", "#5f86a0", "#6a8f5f")), 8)
    canvas.shape(ridge(generator, horizon - 0.06, 0.03, 2.4), lighter(canvas.earth(woods, 0.5), 0.3), near=0.15)
    firs = canvas.moved(0, 0, near=0.35)
    for x in (0.03, 0.14, 0.25, 0.75, 0.86, 0.97):
        tall = float(generator.uniform(0.2, 0.32))
        conifer(firs, x, horizon + 0.03, tall, darker(woods, 0.25))
    canvas.shape(ridge(generator, horizon, 0.012, 1.6), "#dfe9f6", "#a4b8da", (0, 1), near=(0.4, 0.95))
    if canvas.mood is not None and canvas.mood.on_ground is not None:
        canvas.mood.on_ground(canvas, generator, horizon + 0.06)
    x, scale = float(generator.uniform(0.47, 0.53)), float(generator.uniform(0.96, 1.03))
    shadow(canvas, x + 0.04, 0.95, 0.27 * scale, 0.035, 0.4)
    place = canvas.moved(x, 0.95, scale, bool(generator.integers(2)), near=0.85)
    for side, rise in ((-1, -0.52), (1, -0.47)):
        arm = points((side * 0.14, -0.37), (side * 0.25, -0.42), (side * 0.33, rise))
        place.shape(ribbon(arm, 0.022, 0.014), "#5f4230")
        for tip in ((side * 0.36, rise + 0.01), (side * 0.3, rise - 0.06)):
            place.shape(ribbon(points((side * 0.31, rise + 0.025), tip), 0.013, 0.008, 2), "#5f4230")
    for y, radius in ((-0.165, 0.215), (-0.42, 0.158)):
        place.shape(oval(0, y, radius, 0.95 * radius, steps=36), "#ffffff", "#94aad0")
    for y in (-0.46, -0.385, -0.22, -0.13):
        place.shape(oval(0.012, y, 0.021, 0.021), "#2a2630")
    place.shape(oval(0, -0.615, 0.118, 0.112, steps=32), "#ffffff", "#a4b8da")
    snowmans_face(place)
    colour = vary(generator, choose(generator, ("#d8382f", "#2f74c4", "#3fa05a", "#e09a2a", "#9a4fb0")), 8)
    scarf(place, colour)
    if generator.integers(2):
        top_hat(place, choose(generator, ("#2f2c38", "#4a3a52", "#5f3a30")), colour)
    else:
        woollen_hat(place, colour)


def snowmans_face(canvas: Canvas) -> None:
    """Coal eyes and mouth, and the carrot."""
    for side in (-1, 1):
        canvas.shape(oval(side * 0.045, -0.645, 0.017, 0.019), "#1f1b24")
    for x, y in ((-0.058, -0.572), (-0.03, -0.557), (0.002, -0.552), (0.034, -0.557), (0.062, -0.572)):
        canvas.shape(oval(x, y, 0.0095, 0.0095), "#2a2630")
    canvas.shape(points((-0.005, -0.63), (0.16, -0.598), (-0.005, -0.587)), "#f4923a", "#d0581f", (0, 1))


def scarf(canvas: Canvas, colour: Colour) -> None:
    """A scarf round the neck with one end hanging down."""
    canvas.shape(
        ribbon(points((-0.12, -0.53), (0.0, -0.497), (0.12, -0.53)), 0.055, 0.055),
        lighter(colour, 0.1),
        darker(colour, 0.2),
    )
    canvas.shape(
        points((-0.1, -0.52), (-0.04, -0.505), (-0.06, -0.33), (-0.12, -0.345)), colour, darker(colour, 0.25), (0, 1)
    )
    for y in (-0.45, -0.4):
        canvas.shape(
            points((-0.105, y - 0.012), (-0.052, y), (-0.054, y + 0.018), (-0.108, y + 0.006)), lighter(colour, 0.5)
        )


def top_hat(canvas: Canvas, felt: Colour, band: Colour) -> None:
    """A tall hat with a band."""
    canvas.shape(
        points((-0.085, -0.7), (-0.095, -0.88), (0.095, -0.88), (0.085, -0.7)),
        lighter(felt, 0.15),
        darker(felt, 0.3),
        (1, 0.1),
    )
    canvas.shape(box(-0.088, -0.755, 0.088, -0.715), band, darker(band, 0.25), (1, 0))
    canvas.shape(rounded(-0.145, -0.725, 0.145, -0.695, 0.014), lighter(felt, 0.1), darker(felt, 0.3), (1, 0))


def woollen_hat(canvas: Canvas, wool: Colour) -> None:
    """A bobble hat."""
    cap = points((-0.112, -0.67), (-0.1, -0.76), (-0.04, -0.81), (0.04, -0.81), (0.1, -0.76), (0.112, -0.67))
    canvas.shape(smooth(cap, closed=False), lighter(wool, 0.12), darker(wool, 0.25))
    canvas.shape(rounded(-0.125, -0.705, 0.125, -0.655, 0.022), lighter(wool, 0.5), lighter(wool, 0.15), (1, 0))
    canvas.shape(oval(0, -0.835, 0.042, 0.042), "#ffffff", "#ccd6e6")
