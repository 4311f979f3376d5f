"""Twelve artistic styles as image filters: what the training pictures of the bundled model are painted with.

Each style takes a plain `Scene`, a strength and a generator and gives the picture in that style. Strength 0 is the
plain picture, 1 the style as it is usually seen, 1.4 an exaggeration. Every random number is drawn whatever the
strength is, so one seed puts its strokes in the same places at every strength and the style grows under one's hand.

Marks are measured in pixels of a 256 x 256 picture and kept at 4 px or more where they carry the style: the small
autoencoder loses anything finer.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from styleaug.training.scenes import Scene

Array = NDArray[np.float32]
Flow = NDArray[np.complex64]
Number = TypeVar("Number", np.float32, np.complex64)
Style = Callable[[Scene, float, np.random.Generator], Array]

MAX_STRENGTH = 1.4


# Colour


def luminance(picture: Array) -> Array:
    """Rec. 601 luma of (..., 3) colours."""
    return picture @ np.array([0.299, 0.587, 0.114], np.float32)


def mix(first: ArrayLike, second: ArrayLike, amount: ArrayLike) -> Array:
    """first + amount * (second - first); a map of amounts (H, W) is spread over the colour channels."""
    a, b, t = (np.asarray(value, np.float32) for value in (first, second, amount))
    if t.ndim and t.shape[-1] not in (1, 3) and 3 in (a.shape[-1:] + b.shape[-1:]):
        t = t[..., None]
    return a + t * (b - a)


def saturate(picture: Array, factor: float) -> Array:
    """Move colours away from (factor > 1) or towards (factor < 1) their own grey."""
    grey = luminance(picture)[..., None]
    return np.clip(grey + factor * (picture - grey), 0, 1)


def tone(light: Array, stops: ArrayLike) -> Array:
    """Colour by lightness: evenly spaced colour stops from dark to light, through a table of 256 entries."""
    colours = np.asarray(stops, np.float32)
    levels = np.linspace(0, len(colours) - 1, 256)
    table = np.stack([np.interp(levels, np.arange(len(colours)), channel) for channel in colours.T], axis=-1)
    return table.astype(np.float32)[(np.clip(light, 0, 1) * 255).astype(np.uint8)]


def nearest_colour(colours: Array, palette: Array, chroma: float = 1.6) -> NDArray[np.intp]:
    """Index of the palette's nearest colour, in an opponent space where hue weighs `chroma` times lightness."""
    opponent = np.array([[0.299, 0.5, 0.25], [0.587, -0.5, 0.25], [0.114, 0.0, -0.5]], np.float32)
    opponent = opponent * np.array([1.0, chroma, chroma], np.float32)
    points, targets = colours @ opponent, palette @ opponent
    return np.argmin((targets**2).sum(-1) - 2 * points @ targets.T, axis=-1)


# Fields


def smoothstep(low: float, high: float, value: Array) -> Array:
    """0 below `low`, 1 above `high`, and a soft S between."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def pixels(size: int) -> tuple[Array, Array]:
    """x and y of every pixel's centre, each (size, size)."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    return x, y


def blur(field: Array, sigma: float) -> Array:
    """Gaussian blur of a (H, W) or (H, W, 3) field over its two space axes."""
    sigmas = (sigma, sigma) + (0.0,) * (field.ndim - 2)
    return ndimage.gaussian_filter(field, sigmas, mode="nearest", truncate=2.5)


def resize(field: Array, width: int, height: int) -> Array:
    """Bicubic resize of a (H, W) field."""
    return np.asarray(Image.fromarray(field).resize((width, height), Image.Resampling.BICUBIC))


def noise(generator: np.random.Generator, size: int, across: int, down: int | None = None) -> Array:
    """Smooth noise about 0 with deviation about 1: `across` x `down` random values spread over the picture."""
    rows = across if down is None else down
    return resize(generator.standard_normal((rows, across)).astype(np.float32), size, size) * np.float32(1.4)


def sky(scene: Scene) -> Array:
    """1 where the scene is far away, 0 near."""
    return 1 - smoothstep(0.06, 0.14, scene.depth)


def boundaries(scene: Scene, contrast: float = 0.05, details: bool = True) -> NDArray[np.bool_]:
    """Pixels where one shape meets another whose colour differs by at least `contrast` (less in the dark).

    Crumbs have no boundary. Without details, shapes that are hardly wider than a bold line (windows, snowflakes) have
    none either, nor have places where boundaries crowd (leaves): a thick outline tells the large forms and drowns
    nothing.
    """
    labels, threshold = scene.regions, 0.7 * contrast * min(1.0, 0.3 + 1.5 * float(scene.picture.mean()))
    area = np.maximum(np.bincount(labels.reshape(-1)), 1)
    crumb = area < labels.size // 700
    steps = [labels[:-1] != labels[1:], labels[:, :-1] != labels[:, 1:]]
    if not details:
        rim = np.zeros(labels.shape, bool)
        rim[:-1] |= steps[0]
        rim[:, :-1] |= steps[1]
        crumb |= np.bincount(labels[rim], minlength=len(area)) > 0.36 * area
    crumbs, found = crumb[labels], np.zeros(labels.shape, bool)
    for axis, meet in enumerate(steps):
        near, far = (np.s_[:-1], np.s_[1:]) if axis == 0 else (np.s_[:, :-1], np.s_[:, 1:])
        colours = scene.picture[near] - scene.picture[far]
        energy = ndimage.maximum_filter1d(np.einsum("ijk,ijk->ij", colours, colours), 3, axis=axis)
        found[near] |= meet & ~crumbs[near] & ~crumbs[far] & (energy > threshold**2)
    return found if details else found & (crowd(found) < 0.22)


def crowd(found: NDArray[np.bool_]) -> Array:
    """The share of boundary pixels in every pixel's neighbourhood."""
    return ndimage.uniform_filter(found.astype(np.float32), 13)


def lines(found: NDArray[np.bool_], width: ArrayLike) -> Array:
    """Antialiased lines of a given width (a number or a map) along the pixels found, finer where they crowd."""
    if not found.any():
        return np.zeros(found.shape, np.float32)
    distance = ndimage.distance_transform_edt(~found).astype(np.float32)
    half = np.asarray(width, np.float32) / 2 * (1 - 0.7 * smoothstep(0.14, 0.34, crowd(found)))
    return np.clip(half + 0.5 - distance, 0, 1) * np.clip(half * 2, 0, 1)


# A direction without a sign (a stroke looks the same drawn either way) is kept as a complex number of twice its angle:
# so directions can be mixed by mixing the numbers.


def contour_flow(light: Array, sigma: float) -> tuple[Flow, Array]:
    """Direction along the contours from the structure tensor, and how clear it is (0..1)."""
    dy, dx = (np.asarray(slope, np.float32) for slope in np.gradient(blur(light, 1.5)))
    across = blur(dx * dx - dy * dy, sigma) + 1j * blur(2 * dx * dy, sigma)
    energy = np.abs(across)
    return (-across / (energy + 1e-9)).astype(np.complex64), (energy / (energy + 2e-5)).astype(np.float32)


def flow_of(angle: ArrayLike) -> Flow:
    """Angles (radians) as a flow."""
    return np.exp(2j * np.asarray(angle, np.float32)).astype(np.complex64)


def angle_of(flow: Flow) -> Array:
    """A flow's angles in radians, within a half turn."""
    return 0.5 * np.angle(flow)


# Marks


def scatter(generator: np.random.Generator, size: int, spacing: float) -> Array:
    """Points (N, 2) on a jittered hexagonal grid that covers the picture, in a random order."""
    count = int(np.ceil(size / spacing)) + 1
    row, column = np.mgrid[0:count, 0:count].astype(np.float32)
    points = np.stack([column + 0.5 * (row % 2), row], axis=-1).reshape(-1, 2) * spacing
    points += generator.uniform(-0.4, 0.4, points.shape) * spacing
    return generator.permutation(points).astype(np.float32)


def sample(field: NDArray[Number], points: Array) -> NDArray[Number]:
    """The field's values at points (N, 2) given as x, y; points outside take the border's."""
    size = field.shape[0]
    x, y = np.clip(points.astype(np.int32), 0, size - 1).T
    return field[y, x]


def straight_paths(points: Array, angles: Array, lengths: ArrayLike, bends: ArrayLike = 0.0) -> Array:
    """Strokes (N, 4, 2) centred on points; `bends` is how far the middle bows out, as a share of the length."""
    along = np.stack([np.cos(angles), np.sin(angles)], axis=-1)[:, None] * np.asarray(lengths).reshape(-1, 1, 1)
    across = np.stack([-along[..., 1], along[..., 0]], axis=-1) * np.asarray(bends).reshape(-1, 1, 1)
    steps = np.array([-0.5, -0.17, 0.17, 0.5])[None, :, None]
    return (points[:, None] + along * steps + across * (0.25 - steps**2) * 4).astype(np.float32)


def flowing_paths(points: Array, flow: Flow, step: float, count: int) -> Array:
    """Strokes (N, count, 2) that follow a flow from points on, `step` pixels at a time."""
    path: list[Array] = [points]
    heading = np.zeros_like(points)
    for _ in range(count - 1):
        here = angle_of(sample(flow, path[-1]))
        ahead = np.stack([np.cos(here), np.sin(here)], axis=-1)
        ahead *= np.where((ahead * heading).sum(-1, keepdims=True) < 0, -1, 1)
        path.append((path[-1] + step * ahead).astype(np.float32))
        heading = ahead
    return np.stack(path, axis=1).astype(np.float32)


def paint(canvas: Array, paths: Array, widths: ArrayLike, colours: Array) -> Array:
    """Lay opaque strokes (N, K, 2) with tapered ends over a canvas, the last on top."""
    size = canvas.shape[0]
    image = to_image(canvas).resize((2 * size, 2 * size), Image.Resampling.BILINEAR)
    pen = ImageDraw.Draw(image)
    along = np.gradient(paths, axis=1)
    along /= np.linalg.norm(along, axis=-1, keepdims=True) + 1e-6
    count = paths.shape[1]
    profile = np.sqrt(1 - 0.8 * np.linspace(-1, 1, count) ** 4)[None, :, None] * 0.5
    side = np.stack([-along[..., 1], along[..., 0]], axis=-1) * profile * np.asarray(widths).reshape(-1, 1, 1)
    outline = 2 * np.concatenate([paths + side, (paths - side)[:, ::-1]], axis=1).reshape(len(paths), -1)
    inks = (np.clip(colours, 0, 1) * 255).astype(np.uint8)
    for points, ink in zip(outline.tolist(), inks.tolist(), strict=True):
        pen.polygon(points, fill=tuple(ink))
    return from_image(image.reduce(2))


def relief(canvas: Array, depth: float) -> Array:
    """Light thick paint from the upper left, taking its lightness for its height."""
    light = luminance(canvas)
    slope = light - np.roll(light, (2, 2), axis=(0, 1))
    slope[:2], slope[:, :2] = 0, 0
    return np.clip(canvas + depth * np.clip(slope, -0.2, 0.2)[..., None], 0, 1)


def to_image(picture: Array) -> Image.Image:
    """0..1 floats to an 8-bit RGB image."""
    return Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))


def from_image(image: Image.Image) -> Array:
    """An 8-bit image to 0..1 floats."""
    return np.asarray(image).astype(np.float32) / np.float32(255)


def region_means(picture: Array, labels: NDArray[np.int32]) -> Array:
    """Every pixel's colour replaced by the mean over its label."""
    _, flat = np.unique(labels, return_inverse=True)
    flat = flat.reshape(-1)
    area = np.bincount(flat)
    means = np.stack([np.bincount(flat, picture[..., c].reshape(-1)) / area for c in range(3)], axis=-1)
    return means.astype(np.float32)[flat].reshape(picture.shape)


# Styles


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


def stained_glass(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """A leaded window: shapes cut into panes of saturated, luminous glass, held by thick dark cames.

    Every pane has its own hue and thickness and is brightest in its middle, where daylight comes through.
    """
    size = scene.picture.shape[0]
    seeds = np.ones((size, size), bool)
    spots = np.clip(scatter(generator, size, size / 7.5), 0, size - 1).astype(np.intp)
    seeds[spots[:, 1], spots[:, 0]] = False
    near = ndimage.distance_transform_edt(seeds, return_distances=False, return_indices=True)
    cells = (near[0] * size + near[1]).astype(np.int32)
    shapes = boundaries(scene, 0.1, details=False)
    shapes &= crowd(shapes) < 0.17  # glass cannot be cut finer
    panes = cells * 64 + scene.regions % 64
    cut = np.zeros((size, size), bool)
    cut[:-1] |= cells[:-1] != cells[1:]
    cut[:, :-1] |= cells[:, :-1] != cells[:, 1:]
    cut |= shapes
    colour = np.clip(saturate(region_means(scene.picture, panes), 2.6) * 1.05, 0, 1)
    peak = colour.max(-1, keepdims=True)
    colour = colour * mix(1.0, np.maximum(0.85 / np.maximum(peak, 0.05), 1), 0.55)
    tint = generator.normal(0, 0.13, (size, 3)).astype(np.float32)[(cells * 7 + scene.regions) % size]
    colour = np.clip(colour + tint, 0.03, 1)
    distance = ndimage.distance_transform_edt(~cut).astype(np.float32)
    glow = 0.62 + 0.55 * smoothstep(0, 11, distance)
    streak = 1 + 0.07 * noise(generator, size, 40, 9)
    glass = np.clip(colour * (glow * streak)[..., None] + 0.16 * smoothstep(4, 14, distance)[..., None], 0, 1)
    canvas = mix(scene.picture, glass, min(1.0, 1.1 * strength))
    lead = np.maximum(np.clip(1.7 * strength + 0.5 - distance, 0, 1), lines(shapes, 5.4 * strength))
    came = np.float32(0.05) + 0.13 * np.exp(-((distance - 0.4) ** 2))[..., None]
    return mix(canvas, came + np.zeros_like(canvas), lead * min(1.0, 1.5 * strength))


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


def spots(canvas: Array, centres: Array, radii: Array, colours: Array) -> Array:
    """Lay opaque round dots over a canvas, the last on top."""
    size = canvas.shape[0]
    image = to_image(canvas).resize((2 * size, 2 * size), Image.Resampling.BILINEAR)
    pen = ImageDraw.Draw(image)
    boxes = 2 * np.concatenate([centres - radii[:, None], centres + radii[:, None]], axis=1)
    inks = (np.clip(colours, 0, 1) * 255).astype(np.uint8)
    for box, ink in zip(boxes.tolist(), inks.tolist(), strict=True):
        pen.ellipse(box, fill=tuple(ink))
    return from_image(image.reduce(2))


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


STYLES: Mapping[str, Style] = MappingProxyType(
    {
        "Monet style": monet,
        "van Gogh": van_gogh,
        "cyberpunk": cyberpunk,
        "futuristic high tech": futuristic,
        "ukiyo-e": ukiyo_e,
        "pencil sketch": pencil_sketch,
        "watercolor": watercolor,
        "pop art": pop_art,
        "stained glass": stained_glass,
        "pixel art": pixel_art,
        "pointillism": pointillism,
        "blueprint": blueprint,
    }
)


def apply_style(style: str, scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """The scene's picture in a style, float32 (size, size, 3) in 0..1.

    style: a key of `STYLES`. strength: 0 (exactly the plain picture) to 1.4 (exaggerated). The same generator state
    gives the same picture. Raises ValueError for an unknown style or a strength out of range.
    """
    if style not in STYLES:
        raise ValueError(f"style must be one of {', '.join(STYLES)}, got {style!r}")
    if not 0 <= strength <= MAX_STRENGTH:
        raise ValueError(f"strength must be between 0 and {MAX_STRENGTH}, got {strength!r}")
    if strength == 0:
        return scene.picture.copy()
    return np.clip(STYLES[style](scene, float(strength), generator), 0, 1).astype(np.float32)
