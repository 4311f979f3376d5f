"""Marks: where they are put, the paths they take, and laying them on a canvas."""

from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw

from styleaug.training.styles.colour import Array, from_image, luminance, to_image
from styleaug.training.styles.fields import Flow, angle_of

Number = TypeVar("Number", np.float32, np.complex64)


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


def relief(canvas: Array, depth: float) -> Array:
    """Light thick paint from the upper left, taking its lightness for its height."""
    light = luminance(canvas)
    slope = light - np.roll(light, (2, 2), axis=(0, 1))
    slope[:2], slope[:, :2] = 0, 0
    return np.clip(canvas + depth * np.clip(slope, -0.2, 0.2)[..., None], 0, 1)


def polygons(canvas: Array, corners: Array, colours: Array) -> Array:
    """Fill polygons (N, K, 2) over a canvas, the last on top."""
    size = canvas.shape[0]
    image = to_image(canvas).resize((2 * size, 2 * size), Image.Resampling.BILINEAR)
    pen = ImageDraw.Draw(image)
    inks = (np.clip(colours, 0, 1) * 255).astype(np.uint8)
    for outline, ink in zip((2 * corners).reshape(len(corners), -1).tolist(), inks.tolist(), strict=True):
        pen.polygon(outline, fill=tuple(ink))
    return from_image(image.reduce(2))
