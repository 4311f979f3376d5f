"""Fields over the picture: noise, blur, outlines of shapes, and directions to paint along."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from scipy import ndimage

from styleaug.training.scenes import Scene
from styleaug.training.styles.colour import Array

Flow = NDArray[np.complex64]


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


def inset(size: int) -> Array:
    """Distance in pixels from the picture's border."""
    x, y = pixels(size)
    return np.minimum(np.minimum(x, size - 1 - x), np.minimum(y, size - 1 - y))


BACKDROP, LAND, FIGURE = 0, 1, 2


def kinds(scene: Scene) -> NDArray[np.intp]:
    """What each pixel belongs to: the backdrop (sky, wall), the land that runs into depth, or an upright figure.

    A figure's shapes have one depth all over; land is near below and far above, or lies in the distance.
    """
    labels, depth = scene.regions.reshape(-1), scene.depth.reshape(-1).astype(np.float64)
    area = np.maximum(np.bincount(labels), 1)
    mean = np.bincount(labels, depth) / area
    spread = np.bincount(labels, depth**2) / area - mean**2
    kind = np.where(mean < 0.16, BACKDROP, np.where((spread < 4e-4) & (mean > 0.3), FIGURE, LAND))
    return kind[scene.regions]
