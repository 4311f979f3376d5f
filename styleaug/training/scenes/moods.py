"""Moods: what is in the sky, on the ground and in the air, and the light on all of it."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from PIL import Image

from styleaug.training.scenes.canvas import Canvas, Mood
from styleaug.training.scenes.colours import Generator, choose, mix
from styleaug.training.scenes.outlines import oval, ovals, points, ribbon
from styleaug.training.scenes.sky import cloud, stars


def both(first: Mood, second: Mood) -> Mood:
    """Two moods in one picture: the first one's sky, the objects of both, the light between the two."""

    def backdrop(canvas: Canvas, generator: Generator, horizon: float) -> None:
        first.backdrop(canvas, generator, horizon)
        second.backdrop(canvas, generator, horizon)

    def overlay(canvas: Canvas, generator: Generator) -> None:
        first.overlay(canvas, generator)
        second.overlay(canvas, generator)

    red, green, blue = ((one + two) / 2 for one, two in zip(first.light, second.light, strict=True))
    return Mood(
        skies=first.skies,
        backdrop=backdrop,
        overlay=overlay,
        light=(red, green, blue),
        saturation=(first.saturation + second.saturation) / 2,
        lit_windows=first.lit_windows or second.lit_windows,
        snow=max(first.snow, second.snow),
        on_ground=first.on_ground if first.on_ground is not None else second.on_ground,
        lamp=first.lamp if first.lamp is not None else second.lamp,
    )


def burning_sky(canvas: Canvas, generator: Generator, horizon: float) -> None:
    """Fire on the horizon, pillars of smoke and a lid of black cloud."""
    for x in generator.uniform(0.0, 1.0, 3):
        canvas.glow(float(x), horizon, 0.4, "#ffb030", 0.75)
    for x in (float(generator.uniform(0.04, 0.22)), float(generator.uniform(0.78, 0.96))):
        smoke = canvas.group()
        for step in range(9):
            puff = 0.035 + 0.011 * step
            drift = 0.02 * np.sin(step * 1.3 + x * 9)
            smoke.shape(
                oval(x + drift, horizon - 0.07 * step, puff, puff * 0.9),
                mix("#4a1f1a", "#1c1216", step / 9),
                glowing=True,
            )
    lid = canvas.group()
    for x in np.linspace(0, 1, 9):
        radius = float(generator.uniform(0.09, 0.15))
        lid.shape(oval(float(x), 0.01, radius * 1.3, radius), "#2a1518", glowing=True)
    for x in np.linspace(0, 1, 9):
        radius = float(generator.uniform(0.06, 0.1))
        lid.shape(oval(float(x), -0.01, radius * 1.3, radius), "#120b10", glowing=True)


def cracks(canvas: Canvas, generator: Generator, y: float) -> None:
    """Glowing fissures in the ground below y."""
    fissures = canvas.group()
    for x in generator.uniform(0.05, 0.95, 4):
        knots = [(float(x), y + 0.01)]
        while knots[-1][1] < 1.02:
            knots.append((knots[-1][0] + float(generator.uniform(-0.09, 0.09)), knots[-1][1] + 0.07))
        for width, colour in ((0.02, "#e8401a"), (0.009, "#ffd04a")):
            outline = ribbon(points(*knots), width * 0.4, width * 1.4, steps=1)
            fissures.shape(outline, colour, glowing=True, near=0.6)


def meteors(canvas: Canvas, generator: Generator) -> None:
    """Burning stones falling through the upper part, an orange rim on everything, embers in the air."""
    canvas.frost("#ff7a2a", 0.012, 0.6)
    falling = canvas.moved(0, 0, near=0.9)
    for x, y in (
        (generator.uniform(0.06, 0.24), generator.uniform(0.12, 0.32)),
        (generator.uniform(0.76, 0.94), generator.uniform(0.1, 0.3)),
    ):
        for length, width, colour in ((0.24, 0.055, "#d8361a"), (0.18, 0.036, "#ff8a2a"), (0.12, 0.02, "#ffe08a")):
            falling.shape(ribbon(points((x, y), (x + length, y - length * 0.8)), width, 0.002, 2), colour, glowing=True)
        falling.shape(oval(x, y, 0.03, 0.03), "#3a1a18", "#1a0f12", glowing=True)
    size = generator.uniform(0.003, 0.007, 34)
    embers = ovals(generator.uniform(0, 1, (34, 2)), size, size, steps=8)
    canvas.moved(0, 0, near=0.95).shapes(embers, "#ffb84a", glowing=True)


def strange_sky(canvas: Canvas, generator: Generator, horizon: float) -> None:
    """A green glow on the horizon, a few stars and a small saucer far off."""
    canvas.glow(0.5, horizon, 0.7, "#7affc0", 0.45)
    stars(canvas, generator, 22, "#d8ffe8")
    saucer(canvas.moved(float(generator.uniform(0.4, 0.6)), 0.08, 0.35, near=0.1))


def saucer(canvas: Canvas) -> None:
    """A flying saucer centred on (0, 0): dome, metal disc, a ring of lights."""
    canvas.shape(oval(0, -0.045, 0.09, 0.085), "#d8fff4", "#4fc4b0", glowing=True)
    canvas.shape(oval(0, 0.005, 0.21, 0.062), "#e4e8f4", "#5a5f80", (0.2, 1), glowing=True)
    canvas.shape(oval(0, 0.024, 0.15, 0.036), "#5a4f7a", "#2a2440", (0, 1), glowing=True)
    lights = canvas.group()
    for index, angle in enumerate(np.linspace(0.25, np.pi - 0.25, 6)):
        colour = "#8affa0" if index % 2 else "#f48aff"
        lights.shape(
            oval(0.175 * np.cos(angle), 0.012 + 0.036 * np.sin(angle), 0.015, 0.013, steps=12), colour, glowing=True
        )


def invasion(canvas: Canvas, generator: Generator) -> None:
    """A large saucer in each upper corner, their green and violet beams mostly behind the subject."""
    before, depth = canvas.colour.copy(), np.asarray(canvas.depth)
    first = bool(generator.integers(2))
    places = []
    for x, y, size, beam in ((0.19, 0.15, 0.95, "#7dff9a"), (0.84, 0.2, 0.72, "#d88aff")):
        x, y = x + float(generator.uniform(-0.03, 0.03)), y + float(generator.uniform(-0.03, 0.03))
        place = canvas.moved(x if first else 1.0 - x, y, size, mirrored=not first, near=0.95)
        for half, opacity in ((0.17, 0.28), (0.1, 0.26)):
            lean = 0.04
            cone = points((-half * 0.6, 0.03), (half * 0.6, 0.03), (half * 1.5 + lean, 0.8), (-half * 1.5 + lean, 0.8))
            place.shape(cone, beam, opacity=opacity, glowing=True)
        place.glow(0, 0.03, 0.26, beam, 0.6)
        places.append(place)
    shielded = Image.fromarray((np.clip(depth * 5.0 - 3.0, 0.0, 0.65) * 255).astype(np.uint8))
    canvas.colour.paste(before, (0, 0), shielded.resize(before.size, Image.Resampling.BILINEAR))
    for place in places:
        saucer(place)


def starry_sky(canvas: Canvas, generator: Generator, horizon: float) -> None:
    """Many stars."""
    stars(canvas, generator, 46, "#fff6d8")


def small_moon(canvas: Canvas, generator: Generator, horizon: float) -> None:
    """A full moon with a halo, in one of the upper corners."""
    x, y = choose(generator, (0.16, 0.22, 0.78, 0.84)), float(generator.uniform(0.13, 0.2))
    canvas.glow(x, y, 0.27, "#b8ccff", 0.5)
    canvas.shape(oval(x, y, 0.075, 0.075), "#fff8dc", "#e8dcae", glowing=True)
    for dx, dy, size in ((-0.025, -0.02, 0.016), (0.025, 0.012, 0.02), (-0.012, 0.034, 0.011)):
        canvas.shape(oval(x + dx, y + dy, size, size), "#dccf9f", glowing=True)


def moonlight(canvas: Canvas, generator: Generator) -> None:
    """A thin silver rim on the upper edges of things."""
    canvas.frost("#a8c0f4", 0.008, 0.55)


def snow_clouds(canvas: Canvas, generator: Generator, horizon: float) -> None:
    """Pale heavy clouds."""
    for x in (0.15, 0.55, 0.9):
        y = float(generator.uniform(0.06, 0.2))
        cloud(
            canvas,
            generator,
            x + float(generator.uniform(-0.1, 0.1)),
            y,
            float(generator.uniform(0.15, 0.22)),
            "#eef2f8",
        )


def snowfall(canvas: Canvas, generator: Generator) -> None:
    """Snow lying on every upper edge, and flakes in the air."""
    canvas.frost("#fbfdff", 0.022, 1.0)
    size = generator.uniform(0.005, 0.011, 60)
    flakes = ovals(generator.uniform(0, 1, (60, 2)), size, size, steps=10)
    canvas.moved(0, 0, near=1.0).shapes(flakes, "#ffffff", glowing=True)


def evening_clouds(canvas: Canvas, generator: Generator, horizon: float) -> None:
    """Long flat clouds, violet above and lit from below."""
    for y in (0.1, 0.24, 0.38):
        x, down = float(generator.uniform(0.0, 1.0)), (y + float(generator.uniform(-0.04, 0.04))) * horizon / 0.65
        length = float(generator.uniform(0.22, 0.34))
        for shift, rise, share, thick in ((0.0, 0.0, 1.0, 0.02), (0.12, -0.018, 0.55, 0.02), (-0.2, 0.012, 0.6, 0.014)):
            bank = canvas.group()
            across, height = x + shift * length, down + rise
            bank.shape(oval(across, height + 0.012, share * length, thick), "#ffd27a", glowing=True)
            bank.shape(oval(across, height, share * length, thick), "#a8487e", glowing=True)


def low_sun(canvas: Canvas, generator: Generator, horizon: float) -> None:
    """A great sun low at one side, in a wide halo."""
    x, y = choose(generator, (0.15, 0.85)), 0.74 * horizon + float(generator.uniform(-0.02, 0.03))
    canvas.glow(x, y, 0.55, "#ffb04a", 0.8)
    canvas.shape(oval(x, y, 0.105, 0.105, steps=36), "#ffe9a0", glowing=True)
    canvas.shape(oval(x, y, 0.09, 0.09, steps=36), "#fff3c4", "#ffc850", (0, 1), glowing=True)


def golden_rim(canvas: Canvas, generator: Generator) -> None:
    """A broad golden rim on the upper edges of things."""
    canvas.frost("#ffc75a", 0.012, 0.65)


def rain_clouds(canvas: Canvas, generator: Generator, horizon: float) -> None:
    """A lid of dark heavy clouds."""
    for colour, y in (("#7d8998", 0.17), ("#5d6979", 0.08), ("#485363", 0.0)):
        for x in (0.08, 0.42, 0.8):
            across = x + float(generator.uniform(-0.1, 0.1))
            cloud(canvas, generator, across, y, float(generator.uniform(0.2, 0.26)), colour)


def puddles(canvas: Canvas, generator: Generator, y: float) -> None:
    """Pools on the ground below y, with rings in them."""
    for x, down in generator.uniform((0.08, 0.3), (0.92, 0.95), (4, 2)):
        foot, size = y + float(down) * (1.0 - y), 0.05 + 0.07 * float(down)
        pool = canvas.moved(0, 0, near=0.5 + 0.4 * float(down)).group()
        pool.shape(oval(float(x), foot, size, 0.26 * size), "#8fa3b4", "#c8d6de", (0, 1))
        pool.shape(oval(float(x), foot, 0.5 * size, 0.12 * size), "#e4edf2")
        pool.shape(oval(float(x), foot, 0.4 * size, 0.085 * size), "#a4b6c4")


def rainfall(canvas: Canvas, generator: Generator) -> None:
    """Slanting streaks of rain everywhere."""
    count, lean = 95, choose(generator, (-0.3, 0.3))
    feet, length = generator.uniform((-0.05, 0.0), (1.05, 1.1), (count, 2)), generator.uniform(0.05, 0.1, count)
    heads = feet - np.stack([lean * length, length], axis=1)
    half = np.array((0.0035, 0.0))
    streaks = np.stack([heads, feet + half, feet - half], axis=1)
    canvas.moved(0, 0, near=1.0).shapes(streaks, "#dbe8f2", glowing=True)


MOODS: Mapping[str, Mood] = MappingProxyType(
    {
        "doomsday": Mood(
            skies=(
                ("#1c0c10", "#8f2418", "#ff8a2a"),
                ("#240e14", "#a83418", "#ffb040"),
                ("#180a14", "#7a1a24", "#f46a2a"),
            ),
            backdrop=burning_sky,
            overlay=meteors,
            light=(0.86, 0.66, 0.56),
            saturation=0.95,
            lit_windows=True,
            on_ground=cracks,
        ),
        "alien invasion": Mood(
            skies=(
                ("#1f1450", "#4a3f9a", "#5fd8b0"),
                ("#10304f", "#1f7a80", "#b4f08a"),
                ("#2a1250", "#7a3a9a", "#8ae8b8"),
            ),
            backdrop=strange_sky,
            overlay=invasion,
            light=(0.72, 0.84, 0.9),
            saturation=0.9,
        ),
        "night": Mood(
            skies=(
                ("#070d2c", "#14245c", "#2f4f8f"),
                ("#0a0a2a", "#1f1f5a", "#4a4490"),
                ("#04142c", "#0f3358", "#2f6a8a"),
            ),
            backdrop=starry_sky,
            lamp=small_moon,
            overlay=moonlight,
            light=(0.5, 0.58, 0.84),
            saturation=1.0,
            lit_windows=True,
        ),
        "snow": Mood(
            skies=(
                ("#a8bcd4", "#c8d6e6", "#eaf0f6"),
                ("#9ab4d0", "#c4d8ea", "#f4f2ee"),
                ("#b4bccc", "#d0d6e0", "#eef0f4"),
            ),
            backdrop=snow_clouds,
            overlay=snowfall,
            light=(0.95, 0.98, 1.05),
            saturation=0.85,
            snow=0.9,
        ),
        "sunset": Mood(
            skies=(
                ("#3b2a6e", "#d9527a", "#ffb54a"),
                ("#53307f", "#f0685a", "#ffd05e"),
                ("#33408c", "#e8648c", "#ffbf78"),
            ),
            backdrop=evening_clouds,
            lamp=low_sun,
            overlay=golden_rim,
            light=(1.0, 0.74, 0.6),
            saturation=1.0,
        ),
        "rain": Mood(
            skies=(
                ("#5a6675", "#8a97a4", "#b8c3c8"),
                ("#52606f", "#7f909c", "#a9b8bc"),
                ("#5c6378", "#868fa0", "#b4bac4"),
            ),
            backdrop=rain_clouds,
            overlay=rainfall,
            light=(0.74, 0.8, 0.87),
            saturation=0.74,
            lit_windows=True,
            on_ground=puddles,
        ),
    }
)
