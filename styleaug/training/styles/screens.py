"""Styles of the screen: cyberpunk, futuristic high tech, pixel art."""

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from styleaug.training.scenes import Scene
from styleaug.training.styles.colour import (
    Array,
    from_image,
    luminance,
    mix,
    nearest_colour,
    region_means,
    saturate,
    tone,
)
from styleaug.training.styles.fields import blur, boundaries, lines, noise, pixels, sky, smoothstep
from styleaug.training.styles.marks import paint, scatter, straight_paths


def cyberpunk(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """Neon noir: the scene sinks into a dark violet haze and its edges burn as magenta and cyan tubes that glow.

    A hot horizon, rain, a wet ground that smears the neon downwards, and scan lines set it off from a mere night.
    """
    size = scene.picture.shape[0]
    _, y = pixels(size)
    far = sky(scene)
    dusk = tone(
        0.8 * luminance(scene.picture), [(0.02, 0.01, 0.07), (0.10, 0.04, 0.24), (0.30, 0.10, 0.46), (0.5, 0.3, 0.8)]
    )
    dusk = mix(dusk, saturate(scene.picture, 1.3) * 0.45, 0.35)
    side = smoothstep(-0.4, 0.4, noise(generator, size, 6))
    neon = mix((1.0, 0.08, 0.62), (0.05, 0.92, 1.0), side)
    found = boundaries(scene, 0.07, details=False)
    tubes = lines(found, 3.2 * strength)
    halo = 0.9 * (1 - np.exp(-1.3 * blur(tubes, 3.5) - 1.1 * blur(tubes, 11.0)))
    horizon = np.exp(-(((y / size - 0.62) / 0.22) ** 2)) * far
    ground = smoothstep(0.66, 0.8, y / size)
    smear = ndimage.uniform_filter1d(tubes, max(size // 5, 3), axis=0, origin=-(size // 12)) * ground
    smear *= 0.7 + 0.5 * np.sin(y * (2 * np.pi / 9) + 2 * noise(generator, size, 24, 6))
    shine = halo[..., None] * neon * 0.75 + smear[..., None] * neon[:, ::-1] * 1.6
    shine = shine + horizon[..., None] * np.array([0.75, 0.06, 0.50], np.float32) * 0.75
    drops = scatter(generator, size, 17.0)
    rain = straight_paths(drops, np.full(len(drops), 1.75, np.float32), 26 * generator.uniform(0.5, 1, len(drops)))
    wet = paint(np.zeros_like(scene.picture), rain, 2.2, np.full((len(drops), 3), 0.6, np.float32))
    dark = np.clip(mix(scene.picture, dusk, min(1.0, 1.15 * strength)), 0, 1)
    lit = dark + strength * (shine + wet * (0.15, 0.28, 0.38))
    lit = mix(lit, mix(neon, 1.0, 0.35), tubes * min(1.0, strength))
    scan = 1 - 0.22 * strength * (np.sin(y * (2 * np.pi / 4)) > 0)
    return lit * scan[..., None]


def display(size: int, horizon: float, weight: int, generator: np.random.Generator) -> Array:
    """A head-up display: a floor grid in perspective below the horizon, and broken arcs about the middle."""
    sheet = Image.new("L", (2 * size, 2 * size))
    pen = ImageDraw.Draw(sheet)
    unit = 2 * size
    for step in np.linspace(-2.4, 2.4, 17):
        pen.line([(unit * (0.5 + 0.12 * step), unit * horizon), (unit * (0.5 + step), unit)], fill=150, width=2)
    for step in np.linspace(0, 1, 7) ** 2:
        down = unit * (horizon + (1 - horizon) * step)
        pen.line([(0, down), (unit, down)], fill=150, width=2)
    middle = unit * generator.uniform((0.42, 0.44), (0.58, 0.56))
    for radius in (0.34, 0.40, 0.45):
        box = [*(middle - radius * unit), *(middle + radius * unit)]
        for start in generator.uniform(0, 360, 3):
            pen.arc(box, start, start + generator.uniform(30, 80), fill=255, width=weight)
    return from_image(sheet.reduce(2))


def futuristic(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """Clean high tech: everything is white, silver and ice blue with glossy gradients, under a bright even light.

    Thin luminous blue lines trace the forms; a floor grid in perspective and the arcs of a head-up display lie over
    it. The opposite of cyberpunk: nothing is dark.
    """
    size = scene.picture.shape[0]
    x, y = pixels(size)
    far = sky(scene)
    light = luminance(scene.picture)
    phase = scene.regions * 1.7 + generator.uniform(0, 6)
    gloss = smoothstep(-0.7, 0.7, np.sin((y * 0.9 + x * 0.45) / size * 14 + light * 4 + phase))
    silver = [(0.40, 0.54, 0.70), (0.60, 0.73, 0.86), (0.80, 0.89, 0.96), (0.93, 0.97, 1.0), (1.0, 1.0, 1.0)]
    shell = tone(0.78 * light + 0.34 * gloss, silver)
    air = tone(0.55 + 0.45 * y / size, silver)
    aim = mix(shell, air, far * 0.85)
    canvas = mix(scene.picture, aim, min(1.0, 1.1 * strength))
    found = boundaries(scene, 0.05)
    edge = lines(found, 1.0 + 1.2 * strength)
    halo = blur(edge, 3.0)
    canvas = mix(canvas, (0.55, 0.88, 1.0), np.clip(halo * 1.1 * strength, 0, 0.8))
    canvas = mix(canvas, (0.06, 0.58, 0.92), edge * min(0.9, strength))
    horizon = 0.72
    hud = np.clip(display(size, horizon, 3 + round(2 * strength), generator) * 0.9 * strength, 0, 1)
    return mix(canvas, (0.12, 0.70, 1.0), hud * mix(1.0, 0.55, scene.depth * (y / size < horizon)))


CONSOLE: Array = np.array(
    [
        (26, 28, 44), (93, 39, 93), (177, 62, 83), (239, 125, 87), (255, 205, 117), (167, 240, 112), (56, 183, 100),
        (37, 113, 121), (41, 54, 111), (59, 93, 201), (65, 166, 246), (115, 239, 247), (244, 244, 244), (148, 176, 194),
        (86, 108, 134), (51, 60, 87), (126, 74, 45), (205, 150, 92), (255, 232, 196), (110, 150, 50), (255, 224, 60),
        (150, 84, 190), (240, 128, 180), (72, 64, 72), (134, 126, 118),
    ],
    np.float32,
) / np.float32(255)  # fmt: skip

BAYER = np.array([(0, 8, 2, 10), (12, 4, 14, 6), (3, 11, 1, 9), (15, 7, 13, 5)], np.float32) / 16 - 0.5


def pixel_art(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """A game of the eighties: pixels of 6 x 6, few fixed colours, ordered dithering, dark outlines."""
    size = scene.picture.shape[0]
    side = 1 + 5 * strength
    shift = generator.integers(0, 4, 2)
    cell = np.floor((np.arange(size) + 0.5 - size / 2) / side).astype(np.int32)
    cell -= cell[0]
    count = int(cell[-1]) + 1
    label = cell[:, None] * count + cell[None, :]
    flat, area = label.reshape(-1), np.bincount(label.reshape(-1), minlength=count * count)
    source = mix(scene.picture, region_means(scene.picture, scene.regions), 0.4)
    sums = [np.bincount(flat, source[..., c].reshape(-1), minlength=count * count) for c in range(3)]
    means = (np.stack(sums, axis=-1) / np.maximum(area, 1)[:, None]).astype(np.float32)
    row, column = np.divmod(np.arange(count * count), count)
    dither = BAYER[(row + shift[0]) % 4, (column + shift[1]) % 4][:, None] * 0.08
    lively = saturate(means, 1.5)
    chosen = CONSOLE[nearest_colour((lively + dither).astype(np.float32), CONSOLE, chroma=1.6)]
    edge = np.bincount(flat, boundaries(scene, 0.12, details=False).reshape(-1), minlength=count * count) / np.maximum(
        area, 1
    )
    chosen = mix(chosen, chosen * 0.42, (edge > 0.12).astype(np.float32) * smoothstep(6, 30, area.astype(np.float32)))
    return mix(means, chosen, min(1.0, 1.1 * strength))[label]
