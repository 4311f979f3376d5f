"""Colour: pictures as arrays of 0..1 floats, and what can be done to every pixel by itself."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

Array = NDArray[np.float32]


def luminance(picture: Array) -> Array:
    """Rec. 601 luma of (..., 3) colours, summed in one order on every processor, which a matrix product is not."""
    red, green, blue = np.array([0.299, 0.587, 0.114], np.float32)
    weighed: Array = picture[..., 0] * red + picture[..., 1] * green + picture[..., 2] * blue
    return weighed


def mix(first: ArrayLike, second: ArrayLike, amount: ArrayLike) -> Array:
    """first + amount * (second - first); a map of amounts (H, W) is spread over the colour channels."""
    a, b, t = (np.asarray(value, np.float32) for value in (first, second, amount))
    if t.ndim and t.shape[-1] not in (1, 3) and 3 in (a.shape[-1:] + b.shape[-1:]):
        t = t[..., None]
    return a + t * (b - a)


def saturate(picture: Array, factor: float) -> Array:
    """Move colours away from (factor > 1) or towards (factor < 1) their own grey."""
    grey = luminance(picture)[..., None]
    return np.clip(grey + np.float32(factor) * (picture - grey), 0, 1)


def tone(light: Array, stops: ArrayLike) -> Array:
    """Colour by lightness: evenly spaced colour stops from dark to light, through a table of 256 entries."""
    colours = np.asarray(stops, np.float32)
    levels = np.linspace(0, len(colours) - 1, 256)
    table = np.stack([np.interp(levels, np.arange(len(colours)), channel) for channel in colours.T], axis=-1)
    return table.astype(np.float32)[(np.clip(light, 0, 1) * 255).astype(np.uint8)]


def nearest_colour(colours: Array, palette: Array, chroma: float = 1.6) -> NDArray[np.intp]:
    """Index of the palette's nearest colour, in an opponent space where hue weighs `chroma` times lightness."""

    def opponent(colour: Array) -> list[Array]:
        red, green, blue = (colour[..., channel] for channel in range(3))
        weight, half, quarter = np.float32(chroma), np.float32(0.5), np.float32(0.25)
        return [luminance(colour), weight * half * (red - green), weight * (quarter * (red + green) - half * blue)]

    points = opponent(colours)
    nearest = np.zeros(colours.shape[:-1], np.intp)
    least = np.full(colours.shape[:-1], np.inf, np.float32)
    for number, target in enumerate(np.stack(opponent(palette), axis=-1)):
        light, first, second = ((point - place) ** 2 for point, place in zip(points, target, strict=True))
        distance = light + first + second
        nearest[distance < least] = number
        least = np.minimum(least, distance)
    return nearest


def region_means(picture: Array, labels: NDArray[np.int32]) -> Array:
    """Every pixel's colour replaced by the mean over its label."""
    _, flat = np.unique(labels, return_inverse=True)
    flat = flat.reshape(-1)
    area = np.bincount(flat)
    means = np.stack([np.bincount(flat, picture[..., c].reshape(-1)) / area for c in range(3)], axis=-1)
    return means.astype(np.float32)[flat].reshape(picture.shape)


def to_image(picture: Array) -> Image.Image:
    """0..1 floats to an 8-bit RGB image."""
    return Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))


def from_image(image: Image.Image) -> Array:
    """An 8-bit image to 0..1 floats."""
    return np.asarray(image).astype(np.float32) / np.float32(255)


def label_means(picture: Array, labels: NDArray[np.int32]) -> Array:
    """Mean colour of every label from 0 on, (N, 3); a label that does not occur is black."""
    flat = labels.reshape(-1)
    area = np.maximum(np.bincount(flat), 1)
    sums = [np.bincount(flat, picture[..., c].reshape(-1)) / area for c in range(3)]
    return np.stack(sums, axis=-1).astype(np.float32)
