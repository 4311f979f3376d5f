"""Drawings in line and tone, almost without colour: pencil sketch, charcoal, blueprint."""

import numpy as np
from PIL import Image, ImageDraw

from styleaug.training.scenes import Scene
from styleaug.training.styles.colour import Array, from_image, luminance, mix
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
    resize,
    sky,
    smoothstep,
)


def pencil_sketch(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """Graphite on off-white paper: contour lines drawn over twice, tones laid as hatching, no colour at all.

    Darker tones add hatching in further directions; each shape is hatched at an angle of its own.
    """
    size = scene.picture.shape[0]
    x, y = pixels(size)
    light = luminance(scene.picture)
    spread = (light - light.min()) / max(float(np.ptp(light)), 1e-3)
    dark = 1 - (0.4 * light + 0.6 * spread)
    dark = dark * mix(1.0, 0.5, sky(scene))
    wobble = 1.2 * noise(generator, size, 10)
    turn = 0.45 * np.sin(scene.regions * 2.4).astype(np.float32)
    shadow = np.zeros_like(light)
    for base, floor, period in ((-0.8, 0.12, 6.5), (0.75, 0.45, 6.5), (-0.1, 0.68, 5.5)):
        angle = base + turn
        phase = (x * np.sin(angle) + y * np.cos(angle) + wobble) * (2 * np.pi / period)
        press = np.clip((dark - floor) * 1.7 + 0.1 * noise(generator, size, 24), 0, 1)
        stroke = smoothstep(0.15, 0.95, np.sin(phase) + 0.5 * press) * smoothstep(0, 0.12, press)
        shadow = 1 - (1 - shadow) * (1 - stroke * (0.2 + 0.6 * press))
    found = boundaries(scene, 0.045)
    jitter = np.clip(2.2 + 0.9 * noise(generator, size, 14), 1.0, 3.8)
    again = np.roll(found, tuple(generator.integers(-3, 4, 2)), axis=(0, 1))
    contour = np.maximum(0.85 * lines(found, jitter * strength), 0.4 * lines(again, 1.1 * strength))
    smudge = 0.22 * blur(dark, 2.0) ** 1.5
    graphite = np.maximum(np.maximum(shadow, contour), smudge)
    tooth = 1 + 0.12 * noise(generator, size, 80)
    paper = np.array([0.955, 0.945, 0.92], np.float32)
    drawing = paper * (1 - np.clip(graphite * tooth * (0.85 + 0.15 * strength), 0, 0.92))[..., None]
    drawing = mix(luminance(drawing)[..., None], drawing, 0.5)
    drawing = drawing ** (1 + 1.2 * max(0.0, strength - 1))
    return mix(scene.picture, drawing, 1 - (1 - min(1.0, strength)) ** 2)


def charcoal(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """Charcoal and white chalk on toned paper: broad soft masses in deep black, rubbed with a finger.

    The side of the stick is dragged slantwise, one way over the ground and the other over the figure, and catches the
    paper's tooth, so that tones break into grain; contours are thick, soft and lost in places; chalk sets the lights;
    the drawing leaves a ragged margin.
    Where pencil is thin hatching on white, charcoal is black mass on buff.
    """
    size = scene.picture.shape[0]
    light = luminance(blur(scene.picture, 1.0))
    low, high = np.quantile(light, (0.03, 0.93))
    spread = np.clip((light - low) / max(float(high - low), 0.08), 0, 1)
    kind = kinds(scene)
    dark = (1 - (0.3 * light + 0.7 * spread)) * np.where(kind == BACKDROP, np.float32(0.82), np.float32(1))
    tooth = 0.8 * noise(generator, size, size // 4) + 0.4 * noise(generator, size, size // 3)
    drag = dragged(size, generator)
    drag = np.where(kind == FIGURE, drag[:, ::-1], drag)
    mass = np.clip(0.65 * dark + 0.35 * blur(dark, 5.0) + 0.10 * drag, 0, 1)
    mass = smoothstep(0.06, 0.96, mass + (0.30 * tooth + 0.25 * drag) * mass * (1 - mass))
    found = boundaries(scene, 0.06)
    press = np.clip(3.8 + 1.8 * noise(generator, size, 12), 1.2, 6.5)
    contour = blur(lines(found, press * strength), 0.9) * smoothstep(-2.4, 0.0, tooth)
    margin = smoothstep(0, 9, inset(size) + 4 * noise(generator, size, 10) + 3 * drag - 9)
    coal = np.maximum(0.16 * blur(dark, 6.0) + 0.82 * mass, 0.92 * contour) * margin
    paper = mix((0.80, 0.73, 0.62), (0.86, 0.80, 0.70), 0.5 + 0.35 * noise(generator, size, 20))
    chalk = smoothstep(0.80, 0.98, spread) * smoothstep(-2.2, 0.4, tooth + 0.5 * drag) * margin
    drawing = mix(paper, (0.98, 0.97, 0.94), 0.85 * chalk)
    drawing = mix(drawing, (0.07, 0.065, 0.06), np.clip(coal * (0.8 + 0.2 * strength), 0, 1))
    return mix(scene.picture, drawing, 1 - max(0.0, 1 - strength) ** 2)


def dragged(size: int, generator: np.random.Generator) -> Array:
    """Noise about 0 in broad slanted streaks: a stick of charcoal dragged on its side."""
    broad, fine = (generator.standard_normal((count, 5)).astype(np.float32) for count in (40, 110))
    streaks = resize(broad, size, 2 * size) + 0.8 * resize(fine, size, 2 * size)
    across = np.arange(size)
    return streaks[across[:, None] + (7 * across // 10)[None, :], across[None, :]]


def blueprint(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """A technical drawing: white-cyan lines on Prussian blue paper with a faint grid.

    Dimension lines with ticks measure the subject, dash-dotted centre lines cross it, and its shaded faces are
    hatched at 45 degrees as sections are.
    """
    size = scene.picture.shape[0]
    x, y = pixels(size)
    light = luminance(scene.picture)
    paper = mix((0.04, 0.17, 0.42), (0.06, 0.24, 0.54), 0.5 + 0.25 * noise(generator, size, 4))
    paper = paper + 0.14 * (light - 0.5)[..., None]
    offset = generator.integers(0, 16, 2)
    minor = ((x + offset[0]) % 16 < 1) | ((y + offset[1]) % 16 < 1)
    major = ((x + offset[0]) % 64 < 2) | ((y + offset[1]) % 64 < 2)
    grid = np.maximum(0.16 * minor, 0.26 * major)
    hatch = np.clip(1.2 - np.abs((x + y) % 9 - 4.5), 0, 1) * smoothstep(0.50, 0.38, light) * (scene.depth > 0.3)
    contour = lines(boundaries(scene, 0.05), 2.8 * strength)
    drawn = np.maximum(np.maximum(grid, 0.32 * hatch), dimensions(scene, generator) * 0.75)
    canvas = mix(scene.picture, paper, min(1.0, 1.1 * strength))
    canvas = mix(canvas, (0.62, 0.86, 1.0), np.clip(drawn * strength, 0, 1))
    return mix(canvas, (0.90, 0.98, 1.0), contour * min(1.0, strength))


def dimensions(scene: Scene, generator: np.random.Generator) -> Array:
    """Dimension lines with ticks around the nearest shapes' bounding box, and dash-dotted lines through its middle."""
    size = scene.depth.shape[0]
    rows, columns = np.nonzero(boundaries(scene, 0.08) & (scene.depth > 0.4))
    if len(rows) == 0:
        rows = columns = np.array([size // 4, 3 * size // 4])
    top, bottom = np.quantile(rows, (0.03, 0.97)) * 2
    left, right = np.quantile(columns, (0.05, 0.95)) * 2
    sheet = Image.new("L", (2 * size, 2 * size))
    pen = ImageDraw.Draw(sheet)
    edge = 2 * size
    under, beside = min(bottom + 24, edge - 16), max(left - 24, 16)
    gap = generator.uniform(0.35, 0.6)
    for here in (left, right):
        pen.line((here, gap * edge, here, edge), fill=150, width=2)
        pen.line((here - 8, under + 8, here + 8, under - 8), fill=255, width=4)
    for here in (top, bottom):
        pen.line((0, here, gap * edge, here), fill=150, width=2)
        pen.line((beside - 8, here + 8, beside + 8, here - 8), fill=255, width=4)
    pen.line((left, under, right, under), fill=255, width=3)
    pen.line((beside, top, beside, bottom), fill=255, width=3)
    across, down = (left + right) / 2, (top + bottom) / 2
    for start in range(0, edge, 40):
        for begin, end in ((0, 24), (30, 34)):
            pen.line((across, start + begin, across, start + end), fill=190, width=2)
            pen.line((start + begin, down, start + end, down), fill=190, width=2)
    return from_image(sheet.reduce(2))
