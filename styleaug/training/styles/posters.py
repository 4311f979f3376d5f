"""Poster art: art deco."""

import numpy as np
from PIL import Image, ImageDraw

from styleaug.training.scenes import Scene
from styleaug.training.styles.colour import Array, from_image, label_means, luminance, mix, tone
from styleaug.training.styles.fields import BACKDROP, LAND, blur, boundaries, kinds, lines, pixels, smoothstep

COOL = ((0.02, 0.05, 0.11), (0.03, 0.20, 0.27), (0.10, 0.45, 0.45), (0.60, 0.76, 0.64), (0.99, 0.95, 0.83))
WARM = ((0.08, 0.03, 0.07), (0.38, 0.07, 0.09), (0.84, 0.36, 0.20), (0.93, 0.70, 0.34), (0.99, 0.95, 0.83))


def art_deco(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """A poster of the twenties: streamlined shapes, airbrushed from light to dark, before a sunburst.

    Midnight, teal, jade, coral, gold and ivory and nothing else; thin gold contours; the land lies in level bands;
    a black frame with a double gold line and stepped corners, as on a facade of the time.
    """
    size = scene.picture.shape[0]
    kind = kinds(scene)
    means = label_means(scene.picture, scene.regions)
    warmth = smoothstep(-0.05, 0.22, means[:, 0] - means[:, 2])[scene.regions]
    own = luminance(means)[scene.regions]
    light = own + 2.2 * (luminance(blur(scene.picture, 2.0)) - own)
    light = 0.12 + 0.85 * light + 0.34 * airbrush(scene)
    shapes = mix(tone(light, COOL), tone(light, WARM), warmth)
    shapes = mix(shapes, terraces(size), 0.75 * (kind == LAND))
    canvas = mix(shapes, sunburst(size, generator), 0.92 * (kind == BACKDROP))
    canvas = mix(scene.picture, canvas, min(1.0, 1.1 * strength))
    rim = boundaries(scene, 0.05, details=False)
    canvas = mix(canvas, (0.02, 0.04, 0.09), lines(rim, 5.0 * strength) * min(1.0, 1.2 * strength))
    canvas = mix(canvas, (0.93, 0.75, 0.36), lines(rim, 2.3 * strength) * min(1.0, 1.2 * strength))
    frame, mask = stepped_frame(size, strength)
    return mix(canvas, frame, mask * min(1.0, 1.3 * strength))


def terraces(size: int) -> Array:
    """The lower half of the picture in six level bands, each with a gilt upper edge."""
    y = pixels(size)[1]
    fall = np.clip(y / size - 0.55, 0, 1).astype(np.float64) / 0.45
    band = (6 * fall * (1.3 - 0.3 * fall)).astype(np.float32)
    step = np.floor(band).astype(np.float32)
    shades = tone(0.62 - 0.09 * step + 0.10 * (band - step), COOL)
    gilt = np.clip(1.2 - (band - step) * (0.075 * size), 0, 1) * (step > 0)
    return mix(shades, (0.86, 0.66, 0.28), gilt)


def airbrush(scene: Scene) -> Array:
    """Light on the upper left rim of each shape (to 0.5), shadow on its lower right (to -0.5)."""
    reach = 7
    padded = np.pad(scene.regions, reach, mode="edge")
    size = scene.regions.shape[0]
    before, after = (padded[at : at + size, at : at + size] != scene.regions for at in (0, 2 * reach))
    return blur(before.astype(np.float32) - after.astype(np.float32), 2.5) * 0.5


def sunburst(size: int, generator: np.random.Generator) -> Array:
    """Rays of teal, midnight and gold from a point low in the middle, brighter towards it."""
    unit, count = 2 * size, 28
    centre = generator.uniform((0.4, 0.6), (0.6, 0.7)) * unit
    turns = (np.arange(count + 1) + generator.uniform()) * (2 * np.pi / count)
    tips = centre + 1.5 * unit * np.stack([np.cos(turns), np.sin(turns)], axis=-1)
    sheet = Image.new("RGB", (unit, unit))
    pen = ImageDraw.Draw(sheet)
    inks = ((8, 46, 66), (232, 200, 120), (10, 82, 92), (246, 232, 196))
    for ray in range(count):
        pen.polygon([*centre.tolist(), *tips[ray].tolist(), *tips[ray + 1].tolist()], fill=inks[ray % 4])
    x, y = pixels(size)
    away = np.sqrt((x - centre[0] / 2) ** 2 + (y - centre[1] / 2) ** 2) / size
    return from_image(sheet.reduce(2)) * (1.1 - 0.45 * away)[..., None].astype(np.float32)


def stepped_frame(size: int, strength: float) -> tuple[Array, Array]:
    """A black frame with two gold lines, whose corners step inwards: its colours and its mask."""
    unit = 2 * size
    sheet, mask = Image.new("RGB", (unit, unit), (10, 12, 20)), Image.new("L", (unit, unit))
    pens = ImageDraw.Draw(sheet), ImageDraw.Draw(mask)
    thick = 0.05 * unit * min(strength, 1.2)
    for depth, wide in ((1.0, 3.4), (1.7, 2.2), (2.4, 1.0)):
        for across, down in ((depth, wide), (wide, depth)):
            w, h = thick * across, thick * down
            for left in (0.0, unit - w):
                for top in (0.0, unit - h):
                    pens[1].rectangle((left, top, left + w, top + h), fill=255)
    pens[1].rectangle((0, 0, unit - 1, unit - 1), outline=255, width=max(round(thick), 1))
    gold = (222, 178, 84)
    for at in (0.35, 0.8):
        edge = thick * at
        pens[0].rectangle((edge, edge, unit - 1 - edge, unit - 1 - edge), outline=gold, width=max(unit // 170, 1))
    return from_image(sheet.reduce(2)), from_image(mask.reduce(2))
