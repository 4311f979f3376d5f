"""Outlines: closed polygons as arrays of (x, y), shape (n, 2).

Coordinates run from 0 to 1, x to the right and y downwards, so that a scene is free of its size in pixels.
"""

import numpy as np
import numpy.typing as npt

from styleaug.training.scenes.colours import Generator

Points = npt.NDArray[np.float64]


def points(*pairs: tuple[float, float]) -> Points:
    """(x, y) pairs as an array of shape (n, 2)."""
    return np.array(pairs, dtype=np.float64)


def box(left: float, top: float, right: float, bottom: float) -> Points:
    """The corners of an upright rectangle."""
    return points((left, top), (right, top), (right, bottom), (left, bottom))


def rounded(left: float, top: float, right: float, bottom: float, radius: float) -> Points:
    """An upright rectangle with round corners."""
    turn = np.linspace(0.0, np.pi / 2, 6)
    corners = []
    for x, y, start in (
        (right - radius, bottom - radius, 0.0),
        (left + radius, bottom - radius, np.pi / 2),
        (left + radius, top + radius, np.pi),
        (right - radius, top + radius, 1.5 * np.pi),
    ):
        corners.append(np.stack([x + radius * np.cos(start + turn), y + radius * np.sin(start + turn)], axis=1))
    return np.concatenate(corners)


def oval(x: float, y: float, width: float, height: float, turn: float = 0.0, steps: int = 28) -> Points:
    """An ellipse with the given half-axes, turned by `turn` radians."""
    angle = np.linspace(0.0, 2.0 * np.pi, steps, endpoint=False)
    across, down = width * np.cos(angle), height * np.sin(angle)
    cosine, sine = np.cos(turn), np.sin(turn)
    return np.stack([x + across * cosine - down * sine, y + across * sine + down * cosine], axis=1)


def ovals(centres: Points, widths: Points, heights: Points, steps: int = 14) -> Points:
    """Many upright ellipses at once, shape (n, steps, 2); centres is (n, 2), the half-axes are (n,)."""
    angle = np.linspace(0.0, 2.0 * np.pi, steps, endpoint=False)
    ring = np.stack([widths[:, None] * np.cos(angle), heights[:, None] * np.sin(angle)], axis=2)
    return centres[:, None, :] + ring


def shifted(outline: Points, across: float, down: float) -> Points:
    """The outline moved to the right by `across` and down by `down`."""
    return outline + np.array((across, down))


def smooth(knots: Points, closed: bool = True, steps: int = 6) -> Points:
    """A Catmull-Rom curve through the knots."""
    if closed:
        padded = np.concatenate([knots[-1:], knots, knots[:2]])
    else:
        padded = np.concatenate([knots[:1], knots, knots[-1:]])
    before, start, end, after = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = np.linspace(0.0, 1.0, steps, endpoint=False)[None, :, None]
    before, start, end, after = (part[:, None, :] for part in (before, start, end, after))
    curve = 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    ).reshape(-1, 2)
    return curve if closed else np.concatenate([curve, knots[-1:]])


def ribbon(knots: Points, start_width: float, end_width: float, steps: int = 6) -> Points:
    """The outline of a band along a smooth curve, its width running from one value to the other."""
    curve = smooth(knots, closed=False, steps=steps)
    along = np.gradient(curve, axis=0)
    along /= np.maximum(np.hypot(along[:, :1], along[:, 1:]), 1e-9)
    half = np.linspace(start_width, end_width, len(curve))[:, None] / 2.0
    aside = np.stack([-along[:, 1], along[:, 0]], axis=1) * half
    return np.concatenate([curve + aside, (curve - aside)[::-1]])


def ridge(generator: Generator, y: float, height: float, waves: float = 2.0, steps: int = 40) -> Points:
    """A rolling line from left to right around y, closed below the picture: hills, dunes, tree lines."""
    x = np.linspace(-0.02, 1.02, steps)
    phase = generator.uniform(0.0, 2.0 * np.pi, 2)
    line = y + height * (0.7 * np.sin(waves * np.pi * x + phase[0]) + 0.3 * np.sin(2.3 * waves * np.pi * x + phase[1]))
    return np.concatenate([np.stack([x, line], axis=1), points((1.02, 1.05), (-0.02, 1.05))])
