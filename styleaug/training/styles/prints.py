"""Printed styles: ukiyo-e, pop art, comic."""

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from styleaug.training.scenes import Scene
from styleaug.training.styles.colour import (
    Array,
    from_image,
    label_means,
    luminance,
    mix,
    nearest_colour,
    region_means,
    saturate,
    to_image,
    tone,
)
from styleaug.training.styles.fields import (
    BACKDROP,
    FIGURE,
    blur,
    boundaries,
    inset,
    kinds,
    lines,
    noise,
    pixels,
    sky,
    smoothstep,
)

WOODBLOCK = np.array(
    [
        (0.10, 0.13, 0.24), (0.13, 0.25, 0.44), (0.30, 0.47, 0.60), (0.62, 0.72, 0.70), (0.94, 0.88, 0.73),
        (0.98, 0.94, 0.83), (0.80, 0.26, 0.16), (0.88, 0.55, 0.42), (0.80, 0.60, 0.26), (0.50, 0.36, 0.22),
        (0.42, 0.50, 0.30), (0.25, 0.36, 0.27), (0.47, 0.33, 0.52), (0.84, 0.60, 0.64), (0.50, 0.50, 0.47),
    ],
    np.float32,
)  # fmt: skip


def ukiyo_e(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """Japanese woodblock print: flat shapes in indigo, vermilion, ochre and cream, held by dark swelling outlines.

    The sky is a bokashi, wiped from indigo at the top through cream to a warm horizon, crossed by bands of mist with
    round ends; a red seal sits in a corner and a margin of cream paper runs round.
    """
    size = scene.picture.shape[0]
    x, y = pixels(size)
    flat = region_means(scene.picture, scene.regions)
    shade = luminance(scene.picture) - luminance(flat)
    step = np.where(shade < -0.07, 0.80, 1.0).astype(np.float32)
    print_ = WOODBLOCK[nearest_colour(saturate(flat, 1.5) * step[..., None], WOODBLOCK)]
    open_sky = (scene.depth < 0.01).astype(np.float32)
    heaven = flat[open_sky > 0].mean(0) if open_sky.any() else np.ones(3, np.float32)
    clear = [(0.09, 0.20, 0.42), (0.30, 0.48, 0.62), (0.90, 0.87, 0.75), (0.96, 0.90, 0.76), (0.90, 0.62, 0.45)]
    burning = [(0.30, 0.08, 0.12), (0.72, 0.20, 0.13), (0.88, 0.45, 0.22), (0.95, 0.74, 0.45), (0.96, 0.88, 0.70)]
    bokashi = mix(tone(y / (0.7 * size), clear), tone(y / (0.7 * size), burning), 0.9 * (heaven[0] > heaven[2] + 0.06))
    print_ = mix(print_, bokashi * min(1.0, 0.5 + 0.8 * float(heaven.mean())), open_sky)
    sun = (scene.depth > 0.01) & (scene.depth < 0.04)
    print_ = mix(print_, (0.80, 0.22, 0.14), sun.astype(np.float32))
    mist = mist_bands(size, generator) * open_sky * min(1.0, 0.4 + float(heaven.mean()))
    print_ = mix(print_, (0.97, 0.93, 0.81), mist)
    grain = noise(generator, size, 6, 64) * 0.018
    canvas = mix(scene.picture, print_ + grain[..., None], min(1.0, 1.1 * strength))
    swell = np.clip(2.6 + 1.1 * noise(generator, size, 12), 1.4, 5) * strength
    contour = lines(boundaries(scene, 0.05, details=False), swell)
    canvas = mix(canvas, (0.06, 0.07, 0.14), contour * min(1.0, 1.3 * strength))
    inset = np.minimum(np.minimum(x, size - 1 - x), np.minimum(y, size - 1 - y))
    margin = np.clip(0.03 * size * strength - inset, 0, 1)
    canvas = mix(canvas, (0.97, 0.93, 0.82), margin)
    return stamp_seal(canvas, strength, generator)


def mist_bands(size: int, generator: np.random.Generator) -> Array:
    """Three level bands with round ends, as clouds and mist are drawn in old Japanese pictures."""
    sheet = Image.new("L", (2 * size, 2 * size))
    pen = ImageDraw.Draw(sheet)
    thick = 0.055 * 2 * size
    for height in (0.14, 0.25, 0.40):
        left, width = 2 * size * generator.uniform(-0.25, 0.75), 2 * size * generator.uniform(0.35, 0.6)
        top = 2 * size * (height + generator.uniform(-0.03, 0.03))
        pen.rounded_rectangle((left, top, left + width, top + thick), thick / 2, 255)
    return from_image(sheet.reduce(2))


def stamp_seal(canvas: Array, strength: float, generator: np.random.Generator) -> Array:
    """A small vermilion seal with cream marks, in one of the lower corners."""
    size = canvas.shape[0]
    seal = to_image(canvas)
    pen = ImageDraw.Draw(seal)
    side, tall = 0.075 * size, 0.11 * size
    left = size * (0.07 if generator.uniform() < 0.5 else 0.855)
    top = 0.81 * size
    pen.rectangle((left, top, left + side, top + tall), fill=(196, 40, 28))
    for row in (0.25, 0.5, 0.75):
        pen.line(
            (left + 0.25 * side, top + row * tall, left + 0.75 * side, top + row * tall), fill=(248, 232, 205), width=2
        )
    pen.line((left + side / 2, top + 0.15 * tall, left + side / 2, top + 0.85 * tall), fill=(248, 232, 205), width=2)
    return mix(canvas, from_image(seal), min(1.0, strength))


LOUD = np.array(
    [
        (1.0, 0.87, 0.05), (0.93, 0.09, 0.14), (0.05, 0.35, 0.85), (1.0, 0.36, 0.66), (0.10, 0.72, 0.90),
        (0.0, 0.65, 0.32), (1.0, 1.0, 1.0), (1.0, 0.52, 0.05), (0.40, 0.12, 0.60),
    ],
    np.float32,
)  # fmt: skip


def pop_art(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """Lichtenstein and Warhol: every shape one loud flat colour, thick black outlines, large Ben-Day dots.

    Dots grow with the darkness below them, on a white sky as on a shaded form, as in a cheap comic print.
    """
    size = scene.picture.shape[0]
    x, y = pixels(size)
    far = sky(scene)
    flat = region_means(scene.picture, scene.regions)
    lifted = np.clip(saturate(flat, 3.0) * 1.2 + 0.08, 0, 1)
    loud = LOUD[nearest_colour(lifted, LOUD, chroma=2.2)]
    shade = luminance(flat) - luminance(blur(scene.picture, 1.5))
    ground = mix(loud, (1.0, 1.0, 1.0), far)
    sky_ink = LOUD[generator.choice([1, 2, 3, 4])]
    ink = mix(loud * 0.62, mix(loud, sky_ink, loud.min(-1) > 0.9), far)
    period = 13.0
    u, v = (x + y) / period, (x - y) / period
    off = np.hypot(u - np.round(u), v - np.round(v))
    reach = np.clip(0.30 + 1.6 * shade, 0, 0.42) * (shade > 0.02) * (1 - far)
    reach = np.maximum(reach, far * (0.26 + 0.22 * (1 - y / size)))
    reach = reach * min(strength, 1.15)
    dots = np.clip((reach - off) * period * 0.8 + 0.5, 0, 1) * (reach > 0.02)
    canvas = mix(ground, ink, dots)
    canvas = mix(scene.picture, canvas, min(1.0, strength * 1.1))
    return mix(canvas, (0.02, 0.02, 0.03), lines(boundaries(scene, 0.05, details=False), 4.6 * strength))


def comic(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """A comic book panel: inked outlines, bold round the figure and fine inside it, over flat cel colours.

    Shadows are solid black with feathered edges; colours stay those of the things themselves, in two tones each.
    A white gutter and a black border make the panel; a speech balloon and a yellow caption box say what it is. Pop
    art is the same print blown up: there colours are arbitrary, outlines even, and dots stand for tone.
    """
    size = scene.picture.shape[0]
    x, y = pixels(size)
    means = label_means(scene.picture, scene.regions)
    kind = kinds(scene)
    shade = luminance(blur(scene.picture, 1.5)) - luminance(means)[scene.regions]
    flat = np.clip(saturate(means, 1.7) * 1.08 + 0.02, 0, 1)[scene.regions]
    cel = mix(flat, flat * (0.66, 0.66, 0.80), smoothstep(-0.02, -0.035, shade) * (kind != BACKDROP))
    figure = ndimage.binary_opening(kind == FIGURE, np.ones((7, 7), bool))
    lee = figure & ~np.roll(figure, (-7, -7), axis=(0, 1))  # the side away from the light at the upper left
    feather = (0.60 * np.abs((x - 0.8 * y) / 8 % 1 - 0.5)).astype(np.float32)
    spot = smoothstep(0.50, 0.62, blur(lee.astype(np.float32), 2.5) + feather) * figure
    found = boundaries(scene, 0.03, details=False)
    leap = ndimage.maximum_filter(scene.depth, 3) - ndimage.minimum_filter(scene.depth, 3)
    rim = found & (leap > 0.12)
    ink = np.maximum(lines(rim, 4.6 * strength), lines(found & ~rim, 2.4 * strength))
    ink = np.maximum(ink, spot * min(1.0, strength))
    canvas = mix(scene.picture, cel, min(1.0, 1.1 * strength))
    canvas = mix(canvas, (0.03, 0.03, 0.05), ink * min(1.0, 1.3 * strength))
    paper, words = lettering(scene.depth, generator)
    shown = min(1.0, 1.1 * strength)
    canvas = mix(canvas, paper, words * shown)
    border = inset(size)
    canvas = mix(canvas, (0.03, 0.03, 0.05), np.clip(0.045 * size * strength - border, 0, 1) * shown)
    return mix(canvas, (0.99, 0.98, 0.95), np.clip(0.028 * size * strength - border, 0, 1))


def lettering(depth: Array, generator: np.random.Generator) -> tuple[Array, Array]:
    """A speech balloon in the emptier upper corner, a caption box in the lower one across: colours, and their mask."""
    size, unit = depth.shape[0], 2 * depth.shape[0]
    thick, ink = max(unit // 110, 2), (0, 0, 0, 255)
    sheet = Image.new("RGBA", (unit, unit), (255, 255, 255, 0))
    pen = ImageDraw.Draw(sheet)
    right, foot = 0.07 + generator.uniform(0.29, 0.34), 0.07 + generator.uniform(0.15, 0.18)
    root, tip = (foot - 0.04) * unit, (foot + 0.05) * unit
    tail = [(0.17 * unit, root), (0.36 * unit, tip), (0.27 * unit, root)]
    pen.polygon(tail, fill="white")
    pen.line(tail, fill=ink, width=thick)
    pen.ellipse((0.07 * unit, 0.07 * unit, right * unit, foot * unit), fill="white", outline=ink, width=thick)
    pen.polygon([tail[0], (0.265 * unit, foot * unit), tail[2]], fill="white")
    pen.rectangle((0.58 * unit, 0.86 * unit, 0.95 * unit, 0.95 * unit), fill=(255, 222, 70), outline=ink, width=thick)
    wide, high = right - 0.07, foot - 0.07
    rows = ((0.07, 0.33), (0.07, 0.62))
    for left, level, length in (*((x + 0.2 * wide, 0.07 + y * high, 0.6 * wide) for x, y in rows), (0.62, 0.905, 0.29)):
        for begin in np.arange(4) * (length / 4) + left:
            end = begin + length / 4 * generator.uniform(0.5, 0.8)
            pen.line((begin * unit, level * unit, end * unit, level * unit), fill=ink, width=2 * thick)
    top = depth[: size // 3]
    if top[:, : size // 2].sum() > top[:, size // 2 :].sum():
        sheet = sheet.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    drawn = from_image(sheet.reduce(2))
    return drawn[..., :3], drawn[..., 3]
