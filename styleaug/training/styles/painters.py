"""Painters' styles: Monet, van Gogh, pointillism, watercolor."""

import numpy as np
from scipy import ndimage

from styleaug.training.scenes import Scene
from styleaug.training.styles.colour import Array, luminance, mix, region_means, saturate, tone
from styleaug.training.styles.fields import (
    Flow,
    angle_of,
    blur,
    boundaries,
    contour_flow,
    flow_of,
    lines,
    noise,
    pixels,
    sky,
    smoothstep,
)
from styleaug.training.styles.marks import flowing_paths, paint, relief, sample, scatter, spots, straight_paths


def monet(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """Impressionism: short broken dabs, mostly level, that follow the form only loosely.

    Shadows are lavender and blue-green and never black, light is pink and gold, edges dissolve in haze, and
    neighbouring dabs differ in hue, so that colours mix in the eye.
    """
    size = scene.picture.shape[0]
    light = 0.17 + 0.83 * luminance(scene.picture) ** 0.8
    palette = [(0.22, 0.20, 0.52), (0.26, 0.40, 0.68), (0.44, 0.66, 0.66), (0.94, 0.72, 0.72), (1.0, 0.92, 0.68)]
    aim = mix(saturate(scene.picture, 1.9), tone(light, palette), 0.58)
    colour = blur(mix(scene.picture, aim, strength), 2.0 * strength)
    flow, clarity = contour_flow(light, 5)
    flow = 1 + 0.6 * clarity * (flow - 1)  # 1 is level
    shades = np.array([(0.50, 0.40, 0.86), (0.20, 0.62, 0.66), (0.28, 0.42, 0.86), (0.74, 0.50, 0.80)], np.float32)
    lights = np.array([(1.0, 0.62, 0.66), (1.0, 0.84, 0.42), (0.76, 0.72, 0.96), (0.98, 0.76, 0.56)], np.float32)
    canvas = colour
    for spacing, length, width in ((10.0, 25.0, 10.0), (7.0, 16.0, 5.5)):
        points = scatter(generator, size, spacing)
        wander = generator.normal(0, 0.22, len(points)).astype(np.float32)
        choice = generator.integers(0, 4, len(points))
        share = generator.uniform(0, 0.75, (len(points), 1)) ** 1.5
        value = generator.normal(0, 0.035, (len(points), 1)).astype(np.float32)
        dabs = sample(colour, points) + value * strength
        lit = sample(light, points) > 0.6
        accent = np.where(lit[:, None], lights[choice], shades[choice])
        accent = accent + 0.75 * (luminance(dabs) - luminance(accent))[:, None]
        paths = straight_paths(points, angle_of(sample(flow, points)) + wander, length * (0.3 + 0.7 * strength), 0.06)
        canvas = paint(canvas, paths, width * (0.25 + 0.75 * strength), mix(dabs, accent, share * strength))
    return canvas


def whirls(swirl: Flow, generator: np.random.Generator) -> tuple[Flow, Array]:
    """Three spirals let into a flow in the upper third, and how near each pixel is to one of their hearts (0..1)."""
    size = swirl.shape[0]
    x, y = pixels(size)
    centres = generator.uniform((0.1, 0.08), (0.9, 0.36), (3, 2)) * size
    glow = np.zeros_like(x)
    radii = generator.uniform(0.10, 0.17, 3) * size
    for (cx, cy), radius in zip(centres.tolist(), radii.tolist(), strict=True):
        away = (x - cx) + 1j * (y - cy)
        squared = away.real**2 + away.imag**2 + 1e-3
        # The minus is a quarter turn away from the radius; the last factor leads the spiral a little inwards.
        around = -(away * away) / squared * complex(np.exp(0.5j))
        swirl = swirl + np.exp(-((squared / (1.6 * radius) ** 2) ** 2)) * (around - swirl)
        glow = np.maximum(glow, np.exp(-squared / (0.62 * radius) ** 2))
    return swirl, glow


def van_gogh(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """Post-impressionism after the Starry Night: long thick strokes that stream along a flow field.

    The sky turns in whirls with glowing yellow hearts; shadows are cobalt, light is chrome yellow; forms carry a
    dark Prussian contour; the paint stands up in ridges.
    """
    size = scene.picture.shape[0]
    x, y = pixels(size)
    far = sky(scene)
    light = luminance(scene.picture)
    palette = [(0.03, 0.06, 0.26), (0.07, 0.20, 0.60), (0.20, 0.50, 0.62), (0.94, 0.70, 0.12), (1.0, 0.94, 0.55)]
    aim = mix(saturate(scene.picture, 1.9), tone(light, palette), 0.55)
    swirl = flow_of(0.35 * np.sin(2 * np.pi * (x / size * 1.3 + generator.uniform())) + 0.2 * noise(generator, size, 4))
    night = mix((0.10, 0.26, 0.66), (0.30, 0.52, 0.84), y / size)
    swirl, glow = whirls(swirl, generator)
    night = mix(night, (1.0, 0.86, 0.30), np.clip(glow * 1.1, 0, 1))
    red, blue = scene.picture[..., 0], scene.picture[..., 2]
    warm = smoothstep(0.0, 0.5, (red - blue) / (red + 0.1))
    aim = mix(aim, night, far * (0.85 - 0.65 * warm * (1 - glow)))
    colour = np.clip(mix(scene.picture, aim, strength), 0, 1)
    along, clarity = contour_flow(light, 4)
    slanted = 0.65 * flow_of(0.9) + 0.35 * swirl
    flow = slanted + clarity * (along - slanted)
    flow = flow + far * (swirl - flow)
    canvas = colour
    for spacing, step, width in ((11.0, 8.5, 8.5), (8.5, 7.0, 5.0)):
        points = scatter(generator, size, spacing)
        value = generator.normal(0, 0.12, (len(points), 1)).astype(np.float32)
        hue = generator.normal(0, 0.06, (len(points), 3)).astype(np.float32)
        dabs = sample(colour, points) * (1 + value * strength) + (value * 0.4 + hue) * strength
        paths = flowing_paths(points, flow, step * (0.25 + 0.75 * strength), 5)
        canvas = paint(canvas, paths, width * (0.3 + 0.7 * strength), dabs)
    contour = lines(boundaries(scene, 0.12, details=False), 3.2 * strength) * (1 - 0.9 * far)
    canvas = mix(canvas, (0.04, 0.07, 0.22), contour * min(0.85, strength))
    return relief(canvas, 1.3 * strength)


def pointillism(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """Seurat: separate round dots of pure colour on a warm ground that shows between them.

    A tone is split into its own hue made pure, its neighbours and, now and then, its complement; the eye mixes them.
    """
    size = scene.picture.shape[0]
    ground = np.array([0.96, 0.87, 0.68], np.float32)
    plain = scene.picture
    canvas = mix(plain, mix(ground, blur(plain, 3.0), 0.55 - 0.4 * blur(luminance(plain), 3.0)), min(1.0, strength))
    for spacing, radius in ((6.2, 2.9), (7.6, 2.6)):
        points = scatter(generator, size, spacing)
        kind = generator.uniform(size=(len(points), 1))
        turn = generator.normal(0, 0.07, (len(points), 3)).astype(np.float32)
        scale = generator.uniform(0.85, 1.15, len(points)).astype(np.float32)
        own = sample(plain, points)
        pure = saturate(own, 2.4)
        bright = mix(pure, (1.0, 0.80, 0.25), 0.4 * (luminance(own) > 0.5)[:, None])
        cool = mix(pure, (0.20, 0.28, 0.78), 0.42)
        complement = saturate(mix(1 - own, own, 0.25), 2.2)
        split = np.where(kind < 0.58, pure, np.where(kind < 0.78, bright, np.where(kind < 0.93, cool, complement)))
        colour = np.clip(mix(own, split + turn, strength), 0, 1)
        canvas = spots(canvas, points, radius * scale * (0.35 + 0.65 * strength), colour)
    return canvas


def watercolor(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """Transparent washes on white paper: shapes run a little out of their lines and dry with a darker rim.

    Pigment pools in blooms and granulates in the paper's grain; slivers between the shapes and a ragged border stay
    unpainted. Light comes from the paper, so the colours are high and clear.
    """
    size = scene.picture.shape[0]
    x, y = pixels(size)
    run = strength * (1.3 * noise(generator, size, 22) + 2.0 * noise(generator, size, 9))
    fall = strength * (1.3 * noise(generator, size, 22) + 2.0 * noise(generator, size, 9))
    row = np.clip(y + fall, 0, size - 1).astype(np.intp)
    column = np.clip(x + run, 0, size - 1).astype(np.intp)
    picture, regions = scene.picture[row, column], scene.regions[row, column]
    bled = Scene(picture, regions, scene.depth[row, column])
    wash = mix(blur(picture, 1 + 3.0 * strength), region_means(picture, regions), 0.45)
    hue = np.stack([noise(generator, size, 5) for _ in range(3)], axis=-1)
    wash = saturate(wash, 1 + 0.8 * strength) + 0.05 * strength * hue
    pigment = np.clip(1 - mix(wash, 1.0, 0.16 * strength), 0, 1)
    edge = boundaries(bled, 0.06, details=False)
    distance = (
        ndimage.distance_transform_edt(~edge).astype(np.float32)
        if edge.any()
        else np.full((size, size), 99.0, np.float32)
    )
    rim = np.exp(-(((distance - 2.2) / 1.8) ** 2))
    gap = blur(np.clip(1.6 * strength - distance, 0, 1), 0.8) * smoothstep(0.0, 0.8, noise(generator, size, 16))
    pool = 0.15 * noise(generator, size, 6) + 0.11 * noise(generator, size, 14)
    bloom = np.exp(-((pool / 0.035) ** 2))
    grain = 0.09 * noise(generator, size, 64)
    density = 1 + strength * (0.75 * rim + pool + 0.22 * bloom * (distance > 5) + grain - 0.12)
    inset = np.minimum(np.minimum(x, size - 1 - x), np.minimum(y, size - 1 - y))
    ragged = inset + 3.5 * noise(generator, size, 14) - 12 * strength
    painted = mix(1.0, smoothstep(-1.5, 1.5, ragged), min(1.0, 1.5 * strength))
    density = (density + 0.5 * strength * np.exp(-(((ragged - 2.5) / 2.2) ** 2))) * painted * (1 - gap)
    paper = np.array([0.995, 0.99, 0.975], np.float32)
    washed = paper * np.clip(1 - pigment * np.clip(density, 0, 1.45)[..., None], 0, 1)
    return mix(scene.picture, washed, min(1.0, 2.5 * strength))
