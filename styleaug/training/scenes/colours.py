"""Colours: what the drawings mix their paints from."""

from typing import TypeVar

import numpy as np
from PIL import ImageColor

Colour = str | tuple[float, ...]
Generator = np.random.Generator
T = TypeVar("T")


def rgb(colour: Colour) -> tuple[float, float, float]:
    """A "#rrggbb" string or a triple as three numbers in 0..255."""
    red, green, blue = (ImageColor.getrgb(colour) if isinstance(colour, str) else colour)[:3]
    return float(red), float(green), float(blue)


def mix(first: Colour, second: Colour, amount: float) -> tuple[float, float, float]:
    """The colour `amount` (0..1) of the way from first to second."""
    one, two = rgb(first), rgb(second)
    return (
        one[0] + (two[0] - one[0]) * amount,
        one[1] + (two[1] - one[1]) * amount,
        one[2] + (two[2] - one[2]) * amount,
    )


def lighter(colour: Colour, amount: float = 0.25) -> tuple[float, float, float]:
    """The colour moved towards a warm white."""
    return mix(colour, "#fffaf0", amount)


def darker(colour: Colour, amount: float = 0.25) -> tuple[float, float, float]:
    """The colour moved towards a deep blue-violet, as shadows are."""
    return mix(colour, "#1a1636", amount)


def vary(generator: Generator, colour: Colour, amount: float = 12.0) -> tuple[float, float, float]:
    """The colour with each channel moved by up to `amount` of 255."""
    red, green, blue = rgb(colour)
    shift = generator.uniform(-amount, amount, 3)
    return (red + float(shift[0]), green + float(shift[1]), blue + float(shift[2]))


def choose(generator: Generator, options: tuple[T, ...]) -> T:
    """One of the options, each as likely."""
    return options[int(generator.integers(len(options)))]
