"""Procedural picture-book scenes: a subject, a mood and a random generator become one picture.

Everything random comes from the generator that is passed in, so equal seeds give equal bytes. This file knows
nothing about styles, captions or models: it draws the plain rendering, and hands out two aligned maps (`regions`,
`depth`) so that painterly filters can find outlines, panes of glass and distance.

Coordinates run from 0 to 1, x to the right and y downwards, so that a scene is free of its size in pixels.
"""

from __future__ import annotations

import copy
import functools
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor, ImageDraw, ImageFilter

Points = npt.NDArray[np.float64]
Colour = str | tuple[float, ...]
Generator = np.random.Generator
T = TypeVar("T")

SNOW_WHITE = "#f1f6fd"
LIGHT_FROM = (0.55, 0.85)  # where shape shading runs to: lit at the upper left, in shadow at the lower right


@dataclass(frozen=True)
class Scene:
    """One drawn picture and its two aligned maps.

    picture: float32 (size, size, 3) in 0..1, the plain rendering.
    regions: int32 (size, size), the number of the shape painted last at each pixel.
    depth: float32 (size, size), 0 far (sky) to 1 near (foreground).
    """

    picture: npt.NDArray[np.float32]
    regions: npt.NDArray[np.int32]
    depth: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Mood:
    """What a mood changes: the sky, the light on every colour, the ground, and what is painted over the subject."""

    skies: tuple[tuple[str, str, str], ...]  # top, middle, horizon
    backdrop: Callable[[Canvas, Generator, float], None]  # painted onto the sky, before the subject
    overlay: Callable[[Canvas, Generator], None]  # painted after the subject
    light: tuple[float, float, float]  # multiplies every colour that does not glow
    saturation: float
    lit_windows: bool = False
    snow: float = 0.0  # how far ground colours move towards white
    on_ground: Callable[[Canvas, Generator, float], None] | None = None


def both(first: Mood, second: Mood) -> Mood:
    """Two moods in one picture: the first one's sky, the objects of both, the light between the two."""

    def backdrop(canvas: Canvas, generator: Generator, horizon: float) -> None:
        first.backdrop(canvas, generator, horizon)
        second.backdrop(canvas, generator, horizon)

    def overlay(canvas: Canvas, generator: Generator) -> None:
        first.overlay(canvas, generator)
        second.overlay(canvas, generator)

    red, green, blue = ((one + two) / 2 for one, two in zip(first.light, second.light, strict=True))
    return Mood(
        skies=first.skies,
        backdrop=backdrop,
        overlay=overlay,
        light=(red, green, blue),
        saturation=(first.saturation + second.saturation) / 2,
        lit_windows=first.lit_windows or second.lit_windows,
        snow=max(first.snow, second.snow),
        on_ground=first.on_ground if first.on_ground is not None else second.on_ground,
    )


# ---------------------------------------------------------------------------------------------- colours


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


# ---------------------------------------------------------------------------------------------- outlines


def points(*pairs: tuple[float, float]) -> Points:
    """(x, y) pairs as an array of shape (n, 2)."""
    return np.array(pairs, dtype=np.float64)


def box(left: float, top: float, right: float, bottom: float) -> Points:
    """The corners of an upright rectangle."""
    return points((left, top), (right, top), (right, bottom), (left, bottom))


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


# ---------------------------------------------------------------------------------------------- the canvas


class Canvas:
    """Three aligned images: colour at twice the size, region numbers and depth at the size itself."""

    def __init__(self, size: int, mood: Mood | None) -> None:
        self.size = size
        self.mood = mood
        self.light: tuple[float, float, float] = (1.0, 1.0, 1.0)
        self.colour = Image.new("RGB", (2 * size, 2 * size))
        self.regions = Image.new("I", (size, size))
        self.depth = Image.new("F", (size, size))
        self._pens = [ImageDraw.Draw(image) for image in (self.colour, self.regions, self.depth)]
        self._numbers = itertools.count(1)
        self._number: int | None = None
        self._frame = (0.0, 0.0, 1.0, 1.0)
        self.near = 0.8

    def moved(
        self, x: float, y: float, scale: float = 1.0, mirrored: bool = False, near: float | None = None
    ) -> Canvas:
        """The same images seen through a frame whose origin is (x, y); `near` is the depth of what is painted."""
        left, top, width, height = self._frame
        other = copy.copy(self)
        other._frame = (left + x * width, top + y * height, width * scale * (-1.0 if mirrored else 1.0), height * scale)
        other.near = self.near if near is None else near
        return other

    def group(self) -> Canvas:
        """The same canvas, where every further shape counts as one region."""
        other = copy.copy(self)
        other._number = next(self._numbers)
        return other

    def ink(self, colour: Colour, glowing: bool = False) -> tuple[int, int, int]:
        """The colour under this scene's light: moods and hours of the day tint all that does not glow."""
        channels = rgb(colour)
        if not glowing:
            channels = (channels[0] * self.light[0], channels[1] * self.light[1], channels[2] * self.light[2])
            if self.mood is not None:
                grey = 0.3 * channels[0] + 0.6 * channels[1] + 0.1 * channels[2]
                pairs = zip(channels, self.mood.light, strict=True)
                red, green, blue = ((grey + (value - grey) * self.mood.saturation) * factor for value, factor in pairs)
                channels = (red, green, blue)
        red_, green_, blue_ = (max(0, min(255, round(value))) for value in channels)
        return red_, green_, blue_

    def earth(self, colour: Colour, amount: float = 1.0) -> tuple[float, float, float]:
        """A ground or leaf colour, snowed in where the mood says so."""
        return mix(colour, SNOW_WHITE, self.mood.snow * amount if self.mood is not None else 0.0)

    def _pixels(self, outline: Points, factor: int) -> Points:
        left, top, width, height = self._frame
        return (outline * (width, height) + (left, top)) * (factor * self.size) - 0.5

    def shape(
        self,
        outline: Points,
        colour: Colour,
        shade: Colour | None = None,
        towards: tuple[float, float] = LIGHT_FROM,
        near: float | tuple[float, float] | None = None,
        opacity: float = 1.0,
        glowing: bool = False,
    ) -> None:
        """Fill a polygon. `shade` makes a gradient from colour to shade in the direction `towards`. A pair `near`
        runs from its top to its bottom. Shapes that are not opaque (shadows, beams) leave regions and depth alone."""
        big = self._pixels(outline, 2)
        if shade is None and opacity == 1.0:
            self._pens[0].polygon(big.ravel().tolist(), fill=self.ink(colour, glowing))
        else:
            self._fill_gradient(big, colour, colour if shade is None else shade, towards, opacity, glowing)
        if opacity == 1.0:
            self._mark(outline, self.near if near is None else near)

    def _fill_gradient(
        self, big: Points, colour: Colour, shade: Colour, towards: tuple[float, float], opacity: float, glowing: bool
    ) -> None:
        left, top = (int(v) for v in np.clip(np.floor(big.min(axis=0)), 0, 2 * self.size))
        right, bottom = (int(v) for v in np.clip(np.ceil(big.max(axis=0)) + 1, 0, 2 * self.size))
        if right <= left or bottom <= top:
            return
        extent = (right - left, bottom - top)
        mask = Image.new("L", extent)
        local = (big - (left, top)).ravel().tolist()
        ImageDraw.Draw(mask).polygon(local, fill=round(255 * opacity))
        across, down = towards
        if self._frame[2] < 0 and towards != LIGHT_FROM:
            across = -across
        total = abs(across) + abs(down)
        low = min(0.0, across) + min(0.0, down)
        ramp = [(corner - low) / total for corner in (0.0, across, down, across + down)]
        fill = Image.new("RGB", (2, 2))
        fill.putdata([self.ink(mix(colour, shade, t), glowing) for t in ramp])
        fill = fill.resize(extent, Image.Resampling.BILINEAR, box=(0.5, 0.5, 1.5, 1.5))
        self.colour.paste(fill, (left, top), mask)

    def _mark(self, outline: Points, near: float | tuple[float, float]) -> None:
        small = self._pixels(outline, 1)
        flat = small.ravel().tolist()
        number = next(self._numbers) if self._number is None else self._number
        self._pens[1].polygon(flat, fill=number)
        if isinstance(near, float):
            self._pens[2].polygon(flat, fill=near)
            return
        top, bottom = int(max(small[:, 1].min(), 0)), int(min(small[:, 1].max() + 1, self.size))
        if bottom <= top:
            return
        mask = Image.new("L", (self.size, bottom - top))
        ImageDraw.Draw(mask).polygon((small - (0, top)).ravel().tolist(), fill=255)
        fill = Image.fromarray(np.linspace(near[0], near[1], bottom - top, dtype=np.float32)[:, None])
        self.depth.paste(fill.resize(mask.size, Image.Resampling.NEAREST), (0, top), mask)

    def shapes(self, outlines: Points, colour: Colour, glowing: bool = False) -> None:
        """Fill many polygons, shape (n, corners, 2), with one colour and as one region."""
        number = next(self._numbers) if self._number is None else self._number
        fills: list[float | tuple[int, ...]] = [self.ink(colour, glowing), number, self.near]
        for pen, factor, fill in zip(self._pens, (2, 1, 1), fills, strict=True):
            for flat in self._pixels(outlines, factor).reshape(len(outlines), -1).tolist():
                pen.polygon(flat, fill=fill)

    def tiles(self, corners: Iterable[tuple[float, float, float, float]], colours: Iterable[Colour]) -> None:
        """Many small glowing or plain upright rectangles as one region (windows): colours are taken as final."""
        number = next(self._numbers)
        rectangles = np.array(list(corners), dtype=np.float64).reshape(-1, 2)
        big = np.sort(self._pixels(rectangles, 2).reshape(-1, 2, 2), axis=1).reshape(-1, 4).tolist()
        small = np.sort(self._pixels(rectangles, 1).reshape(-1, 2, 2), axis=1).reshape(-1, 4).tolist()
        for large, little, colour in zip(big, small, colours, strict=True):
            self._pens[0].rectangle(large, fill=self.ink(colour, glowing=True))
            self._pens[1].rectangle(little, fill=number)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float = 0.8) -> None:
        """A soft round light, laid over the colours only."""
        centre = self._pixels(points((x, y)), 2)[0]
        reach = max(1, round(radius * abs(self._frame[2]) * 2 * self.size))
        grid = np.linspace(-1.0, 1.0, 32)
        falloff = np.clip(1.0 - np.hypot(grid[:, None], grid[None, :]), 0.0, 1.0) ** 1.7
        mask = Image.fromarray((255 * strength * falloff).astype(np.uint8))
        mask = mask.resize((2 * reach, 2 * reach), Image.Resampling.BILINEAR)
        self.colour.paste(self.ink(colour, True), (round(centre[0]) - reach, round(centre[1]) - reach), mask)

    def frost(self, colour: Colour, thickness: float, opacity: float) -> None:
        """Colour a band below every upper edge of a nearer thing: fallen snow, or the rim light of a moon."""
        shift = max(1, round(thickness * self.size))
        depth = np.asarray(self.depth)
        above = np.pad(depth, ((shift, 0), (0, 0)), mode="edge")[: self.size]
        mask = Image.fromarray(((depth - above > 0.1) * 255).astype(np.uint8))
        wide = mask.resize(self.colour.size, Image.Resampling.BILINEAR).filter(ImageFilter.BoxBlur(1))
        self.colour.paste(self.ink(colour, True), (0, 0), wide.point(lambda value: value * opacity))
        if opacity > 0.7:
            self.regions.paste(next(self._numbers), (0, 0), mask)


# ---------------------------------------------------------------------------------------------- sky, ground, plants

# top, middle, horizon, light on things
HOURS: tuple[tuple[str, str, str, tuple[float, float, float]], ...] = (
    ("#3f8fd6", "#8cc4ee", "#dff1f7", (1.0, 1.0, 1.0)),
    ("#2f7fc4", "#74b7e6", "#f3ecd2", (1.0, 0.99, 0.96)),
    ("#5ab4d8", "#a5dbe6", "#f7f3dc", (1.0, 1.0, 0.98)),
    ("#5a7cc0", "#f2b49a", "#ffdf9e", (1.0, 0.93, 0.86)),
    ("#6a5aa8", "#e88f8c", "#ffc98a", (1.0, 0.88, 0.84)),
    ("#8fb6cf", "#c3d8e0", "#eef0ea", (0.97, 0.99, 1.0)),
)


def sky(canvas: Canvas, generator: Generator, horizon: float = 0.7, clouds: bool = True) -> None:
    """A three-colour sky with sun and clouds, or the mood's own sky; sets the light of the whole scene."""
    top, middle, low, light = choose(generator, HOURS)
    middle_y = horizon * 0.55
    if canvas.mood is not None:
        top, middle, low = choose(generator, canvas.mood.skies)
        light = (1.0, 1.0, 1.0)
    canvas.light = light
    heaven = canvas.moved(0, 0, near=0.0).group()
    below = (0.0, 1.0)
    heaven.shape(box(-0.02, -0.02, 1.02, middle_y), top, middle, towards=below, glowing=True)
    heaven.shape(box(-0.02, middle_y, 1.02, 1.02), middle, low, towards=below, glowing=True)
    if canvas.mood is not None:
        canvas.mood.backdrop(canvas.moved(0, 0, near=0.05), generator, horizon)
        return
    sun(canvas.moved(0, 0, near=0.02), generator, low)
    for _ in range(int(generator.integers(1, 4)) if clouds else 0):
        x, y = generator.uniform(0.0, 1.0), generator.uniform(0.06, horizon * 0.5)
        cloud(canvas.moved(0, 0, near=0.05), generator, x, y, generator.uniform(0.1, 0.18), mix("#ffffff", low, 0.25))


def sun(canvas: Canvas, generator: Generator, low: Colour) -> None:
    """A disc with a soft halo, in one of the upper corners."""
    x, y = choose(generator, (0.14, 0.2, 0.8, 0.86)), generator.uniform(0.1, 0.22)
    canvas.glow(x, y, 0.3, lighter(low, 0.6), 0.75)
    canvas.shape(oval(x, y, 0.055, 0.055), mix("#fff2b0", low, 0.25), glowing=True)


def cloud(canvas: Canvas, generator: Generator, x: float, y: float, width: float, colour: Colour) -> None:
    """A flat-bottomed heap of round puffs, in shadow below."""
    offsets = np.array([-0.75, -0.35, 0.1, 0.5, 0.85])
    sizes = np.array([0.3, 0.45, 0.55, 0.42, 0.27]) * generator.uniform(0.85, 1.15, 5)
    for layer, drop in ((darker(colour, 0.1), 0.07), (rgb(colour), 0.0)):
        puffs = canvas.group()
        for offset, radius in zip(offsets * width, sizes * width, strict=True):
            puffs.shape(oval(x + offset, y + drop * width - radius * 0.35, radius, radius * 0.62), layer, glowing=True)


def ground(
    canvas: Canvas, generator: Generator, y: float, colour: Colour, height: float = 0.015, far: bool = True
) -> None:
    """Rolling ground from y down to the lower edge, with a paler hill or two behind it."""
    if far:
        pale = canvas.earth(mix(darker(colour, 0.1), "#9cc0d8", 0.45), 0.8)
        canvas.shape(ridge(generator, y - 0.06, 0.035, 2.2), pale, lighter(pale, 0.2), (0, 1), near=0.15)
        canvas.shape(ridge(generator, y - 0.025, 0.02, 3.0), canvas.earth(mix(colour, "#9cc0d8", 0.2)), near=0.25)
    base = canvas.earth(colour)
    canvas.shape(ridge(generator, y, height, 1.6), lighter(base, 0.18), darker(base, 0.22), (0, 1), near=(0.35, 0.95))
    if canvas.mood is not None and canvas.mood.on_ground is not None:
        canvas.mood.on_ground(canvas, generator, y + 0.02)


def shadow(canvas: Canvas, x: float, y: float, width: float, height: float, strength: float = 0.28) -> None:
    """The soft shadow a thing throws on the ground."""
    for grow in (1.0, 0.8):
        canvas.shape(oval(x, y, width * grow, height * grow), "#14122e", opacity=strength * 0.6)


def crown(
    canvas: Canvas, generator: Generator, x: float, y: float, width: float, height: float, leaf: Colour, puffs: int = 16
) -> None:
    """A round mass of leaves: dark puffs behind, light ones towards the upper left."""
    leaf = canvas.earth(leaf, 0.35)
    layers = (
        (darker(leaf, 0.35), 0.0, 1.0, 0.36),
        (rgb(leaf), -0.1, 0.86, 0.3),
        (lighter(leaf, 0.25), -0.24, 0.62, 0.21),
    )
    for index, (colour, shift, spread, radius) in enumerate(layers):
        if index == 0:
            canvas.shape(oval(x, y, width * 0.9, height * 0.9), colour)
        count = puffs - 4 * index
        angle = np.linspace(0, 2 * np.pi, count, endpoint=False) + generator.uniform(-0.2, 0.2, count)
        distance = np.where(np.arange(count) % 3 == 0, 0.4, 0.72) * spread * generator.uniform(0.9, 1.1, count)
        across, down = x + width * (shift + distance * np.cos(angle)), y + height * (shift + distance * np.sin(angle))
        size = radius * generator.uniform(0.8, 1.15, count)
        canvas.shapes(ovals(np.stack([across, down], axis=1), width * size, height * size), colour)


def conifer(canvas: Canvas, x: float, y: float, height: float, colour: Colour) -> None:
    """A fir standing at (x, y): skirts of branches, lit on the left."""
    colour = canvas.earth(colour, 0.4)
    canvas.shape(box(x - height * 0.04, y - height * 0.14, x + height * 0.04, y), "#5b3d29")
    skirts: tuple[tuple[float, float, float], ...] = ((0.1, 0.58, 0.3), (0.34, 0.8, 0.23), (0.58, 1.0, 0.16))
    if height > 0.5:
        skirts = ((0.1, 0.42, 0.34), (0.25, 0.6, 0.29), (0.41, 0.76, 0.235), (0.57, 0.9, 0.175), (0.73, 1.0, 0.115))
    for low, top, half in skirts:
        tip, base, reach = (x, y - top * height), y - low * height, half * height
        droop = base + 0.03 * height
        canvas.shape(
            points(tip, (x + reach, droop), (x, base), (x - reach, droop)), lighter(colour, 0.22), darker(colour, 0.05)
        )
        canvas.shape(
            points(tip, (x + reach, droop), (x + 0.1 * reach, base)), darker(colour, 0.12), darker(colour, 0.36)
        )


def leaf_shape(x: float, y: float, length: float, width: float, turn: float) -> Points:
    """A pointed leaf growing from (x, y) in the direction `turn` (radians, 0 is to the right)."""
    t = np.linspace(0.0, 1.0, 9)
    half = width * np.sin(np.pi * t**0.8)
    along = np.concatenate([t * length, (t * length)[::-1][1:-1]])
    aside = np.concatenate([half, -half[::-1][1:-1]])
    cosine, sine = np.cos(turn), np.sin(turn)
    return np.stack([x + along * cosine - aside * sine, y + along * sine + aside * cosine], axis=1)


def palm(canvas: Canvas, generator: Generator, x: float, y: float, height: float, lean: float, leaf: Colour) -> None:
    """A palm with a bent trunk from (x, y) up and drooping fronds."""
    top = (x + lean, y - height)
    canvas.shape(
        ribbon(points((x, y), (x + 0.25 * lean, y - 0.5 * height), top), 0.066 * height, 0.04 * height),
        "#9a7448",
        "#5a4230",
    )
    leaf = canvas.earth(leaf, 0.4)
    fronds = canvas.group()
    for index, turn in enumerate(np.linspace(-np.pi - 0.45, 0.45, 8)):
        reach = height * 0.42 * float(generator.uniform(0.85, 1.1))
        middle = (top[0] + 0.6 * reach * np.cos(turn), top[1] + 0.6 * reach * np.sin(turn) - 0.04)
        tip = (top[0] + reach * np.cos(turn), top[1] + reach * np.sin(turn) + 0.09)
        colour = mix(darker(leaf, 0.15), lighter(leaf, 0.2), index % 2)
        knots = smooth(points(top, middle, tip), closed=False, steps=5)
        below = knots + np.sin(np.linspace(0, np.pi, len(knots)))[:, None] * (0.012, 0.045)
        fronds.shape(np.concatenate([knots, below[::-1]]), colour)


def grass(canvas: Canvas, generator: Generator, y: float, count: int, colour: Colour) -> None:
    """Tufts of blades scattered from y to the lower edge."""
    colour = canvas.earth(colour, 0.75)
    tufts = canvas.group()
    for x, down in generator.uniform(0, 1, (count, 2)):
        foot, size = y + down * (1.0 - y), 0.02 + 0.03 * down
        for lean in (-0.6, 0.1, 0.7):
            tip = (x + lean * size, foot - size)
            near = float(0.4 + 0.5 * down)
            tufts.shape(points((x - size * 0.15, foot), tip, (x + size * 0.15, foot)), colour, near=near)


# ---------------------------------------------------------------------------------------------- dog and cat


def animal_place(canvas: Canvas, generator: Generator) -> None:
    """Where an animal sits: a meadow, a beach or (by day and calm) a room."""
    kind = int(generator.integers(3 if canvas.mood is None else 2))
    horizon = float(generator.uniform(0.56, 0.66))
    if kind == 0:
        meadow = vary(generator, choose(generator, ("#7fb24a", "#8fbf5a", "#5fa052", "#b5b553")), 14)
        sky(canvas, generator, horizon)
        ground(canvas, generator, horizon, meadow)
        grass(canvas, generator, horizon + 0.06, 14, darker(meadow, 0.25))
    elif kind == 1:
        sky(canvas, generator, horizon)
        sea = canvas.moved(0, 0, near=0.2)
        sea.shape(box(-0.02, horizon - 0.02, 1.02, 1.02), "#2f86b0", "#7fd0d0", (0, 1), near=(0.1, 0.4))
        ground(canvas, generator, horizon + 0.1, vary(generator, "#ecd29a", 10), far=False)
    else:
        room(canvas, generator, horizon + 0.06)


def room(canvas: Canvas, generator: Generator, floor: float) -> None:
    """A quiet room: wall, window or picture, floor boards and a round rug."""
    wall, boards, rug = choose(
        generator,
        (
            ("#8fb8b0", "#a8734a", "#d9694f"),
            ("#e3bfa0", "#8d5b40", "#4f7f8f"),
            ("#9aa7cf", "#b98a5e", "#f0d27a"),
            ("#e8d48a", "#946446", "#5f8f6a"),
        ),
    )
    back = canvas.moved(0, 0, near=0.1)
    back.shape(box(-0.02, -0.02, 1.02, floor), lighter(wall, 0.15), darker(wall, 0.12))
    x = choose(generator, (0.17, 0.83))
    back.shape(box(x - 0.14, 0.1, x + 0.14, 0.46), "#f7f1e4")
    back.shape(box(x - 0.12, 0.12, x + 0.12, 0.44), "#6fb4e4", "#d8f0f4", (0, 1))
    back.shape(box(x - 0.008, 0.12, x + 0.008, 0.44), "#f7f1e4")
    back.shape(box(x - 0.12, 0.27, x + 0.12, 0.285), "#f7f1e4")
    canvas.shape(box(-0.02, floor, 1.02, 1.02), lighter(boards, 0.1), darker(boards, 0.2), (0, 1), near=(0.3, 0.9))
    canvas.shape(box(-0.02, floor - 0.022, 1.02, floor), "#f4ecdc", near=0.15)
    canvas.shape(oval(0.5, 0.88, 0.4, 0.09), darker(rug, 0.15), near=0.6)
    canvas.shape(oval(0.5, 0.88, 0.35, 0.072), rug, near=0.6)


def animal_spot(canvas: Canvas, generator: Generator) -> Canvas:
    """The frame in which the animal sits, its paws near the lower edge, and the shadow below it."""
    scale = float(generator.uniform(0.98, 1.18))
    x, foot = float(generator.uniform(0.44, 0.56)), float(generator.uniform(0.9, 0.95))
    shadow(canvas, x, foot - 0.01, 0.27 * scale, 0.045)
    return canvas.moved(x, foot - 0.37 * scale, scale, mirrored=bool(generator.integers(2)), near=0.85)


def sitting_body(canvas: Canvas, coat: Colour, bib: Colour, socks: Colour, width: float) -> None:
    """Haunches, chest and front legs of an animal that sits facing us; width scales it sideways."""
    w = width
    for side in (-1, 1):
        canvas.shape(oval(side * 0.135 * w, 0.26, 0.085 * w, 0.105, side * 0.25), darker(coat, 0.18), darker(coat, 0.3))
        canvas.shape(oval(side * 0.165 * w, 0.35, 0.06 * w, 0.028), darker(socks, 0.15))
    trunk = points((-0.1, -0.08), (0.1, -0.08), (0.145, 0.1), (0.15, 0.26), (0.09, 0.34), (-0.09, 0.34), (-0.15, 0.26))
    outline = smooth(np.concatenate([trunk, points((-0.145, 0.1))])) * (w, 1.0)
    canvas.shape(outline, lighter(coat, 0.1), darker(coat, 0.25))
    canvas.shape(
        smooth(points((-0.07, -0.05), (0.07, -0.05), (0.075, 0.08), (0, 0.18), (-0.075, 0.08))) * (w, 1.0), bib
    )
    canvas.shape(ribbon(points((0, 0.17), (0, 0.34)), 0.012, 0.02), darker(coat, 0.45))
    for side in (-1, 1):
        leg = points((side * 0.07 * w, 0.08), (side * 0.066 * w, 0.22), (side * 0.062 * w, 0.35))
        canvas.shape(ribbon(leg, 0.085 * w, 0.075 * w), lighter(coat, 0.14), darker(coat, 0.12))
        paw = canvas.group()
        paw.shape(oval(side * 0.066 * w, 0.352, 0.056 * w, 0.033), socks, darker(socks, 0.12))
        for toe in (-0.018, 0.018):
            paw.shape(
                box(side * 0.066 * w + toe - 0.003, 0.352, side * 0.066 * w + toe + 0.003, 0.38), darker(socks, 0.45)
            )


DOG_COATS = (  # coat, ears, muzzle and bib
    ("#c98a4b", "#8a5428", "#f4dfbd"),
    ("#e0b878", "#b98443", "#fbf0d8"),
    ("#8c5a3a", "#553221", "#e6c39a"),
    ("#f1e9dc", "#8d5a3c", "#ffffff"),
    ("#5a4a48", "#322a2e", "#d9a066"),
    ("#f3efe8", "#3c3a42", "#ffffff"),
)


def dog(canvas: Canvas, generator: Generator) -> None:
    """A sitting dog facing us: floppy ears, long pale muzzle, big nose, tongue out, collar."""
    animal_place(canvas, generator)
    coat_name, ears, pale = choose(generator, DOG_COATS)
    coat = vary(generator, coat_name, 8)
    brush = animal_spot(canvas, generator)
    tail = points((0.1, 0.28), (0.22, 0.24), (0.27, 0.12), (0.24, 0.04))
    brush.shape(ribbon(tail, 0.06, 0.03), coat, darker(coat, 0.2))
    sitting_body(brush, coat, pale, pale, 1.05)
    collar = choose(generator, ("#d8412f", "#2f7fc4", "#3fa45a", "#e0a020"))
    brush.shape(ribbon(points((-0.11, -0.055), (0, -0.02), (0.11, -0.055)), 0.034, 0.034), collar)
    brush.shape(oval(0, 0.012, 0.022, 0.024), "#f4cf5a", "#b98a20")
    dog_head(brush.moved(0, 0.005, 1.1), generator, coat, ears, pale)


def dog_head(canvas: Canvas, generator: Generator, coat: Colour, ears: Colour, pale: Colour) -> None:
    """The head of the dog, in the frame of its body."""
    skull = points((0, -0.34), (0.09, -0.325), (0.15, -0.26), (0.155, -0.17), (0.1, -0.075), (0.0, -0.035))
    outline = np.concatenate([skull, (skull[1:-1] * (-1, 1))[::-1]])
    canvas.shape(smooth(outline), lighter(coat, 0.14), darker(coat, 0.16))
    if generator.integers(2):
        canvas.shape(oval(0.068, -0.215, 0.055, 0.062, 0.3), ears)
    blaze = points((0, -0.32), (0.024, -0.25), (0.035, -0.17), (-0.035, -0.17), (-0.024, -0.25))
    canvas.shape(smooth(blaze), pale)
    tongue = smooth(points((-0.03, -0.07), (0.03, -0.07), (0.032, -0.005), (0, 0.022), (-0.032, -0.005)))
    canvas.shape(oval(0, -0.06, 0.05, 0.036), "#4a1f26")
    canvas.shape(tongue, "#f07f8a", "#d4566a", (0, 1))
    for side in (-1, 1):
        canvas.shape(oval(side * 0.045, -0.105, 0.06, 0.052), lighter(pale, 0.3), darker(pale, 0.12))
    canvas.shape(oval(0, -0.135, 0.052, 0.045), lighter(pale, 0.25))
    canvas.shape(
        smooth(points((-0.042, -0.158), (0, -0.17), (0.042, -0.158), (0.02, -0.118), (-0.02, -0.118))), "#231c22"
    )
    canvas.shape(oval(-0.014, -0.153, 0.012, 0.006), "#8d8894")
    canvas.shape(box(-0.004, -0.12, 0.004, -0.085), "#3a2b2e")
    for side in (-1, 1):
        ear = points(
            (0.085, -0.325), (0.16, -0.32), (0.225, -0.23), (0.235, -0.1), (0.19, -0.05), (0.15, -0.12), (0.135, -0.22)
        )
        canvas.shape(smooth(ear * (side, 1)), lighter(ears, 0.08), darker(ears, 0.3))
        canvas.shape(oval(side * 0.066, -0.21, 0.027, 0.031), "#1d1519")
        canvas.shape(oval(side * 0.066 - 0.008, -0.221, 0.01, 0.011), "#ffffff")


CAT_COATS = (  # coat, stripes, muzzle and bib, eyes
    ("#e8913c", "#b9601e", "#fdeed8", "#5fae4a"),
    ("#9a9aa6", "#5f5f70", "#f2f2f4", "#d9b62c"),
    ("#3b3844", "#24222c", "#55515f", "#e6cf3a"),
    ("#f5f0e6", "#d9cdb9", "#ffffff", "#4aa0d8"),
    ("#a87f58", "#5f4228", "#f0ddc0", "#7fb83a"),
    ("#e9d8bd", "#6a4c3c", "#f6ecdc", "#3f94d6"),
)


def cat(canvas: Canvas, generator: Generator) -> None:
    """A sitting cat facing us: pointed ears, slit eyes, whiskers, stripes and a long curled tail."""
    animal_place(canvas, generator)
    coat_name, stripes, pale, eyes = choose(generator, CAT_COATS)
    coat = vary(generator, coat_name, 8)
    brush = animal_spot(canvas, generator)
    tail = points((0.1, 0.32), (0.23, 0.32), (0.29, 0.2), (0.24, 0.07), (0.29, -0.03))
    brush.shape(ribbon(tail, 0.055, 0.045), coat, darker(coat, 0.2))
    for x, y, turn in ((0.262, 0.27, 2.3), (0.28, 0.18, 3.1), (0.25, 0.1, 3.4)):
        brush.shape(oval(x, y, 0.027, 0.011, turn), stripes)
    brush.shape(oval(0.291, -0.035, 0.024, 0.032, 0.5), stripes)
    sitting_body(brush, coat, pale, pale, 0.88)
    for side in (-1, 1):
        for y in (0.03, 0.08, 0.24):
            brush.shape(leaf_shape(side * 0.13, y, 0.06, 0.01, np.pi / 2 + side * 1.2), stripes)
    cat_head(brush, coat, stripes, pale, eyes)


def cat_head(canvas: Canvas, coat: Colour, stripes: Colour, pale: Colour, eyes: Colour) -> None:
    """The head of the cat, in the frame of its body."""
    for side in (-1, 1):
        ear = points((0.165, -0.2), (0.172, -0.4), (0.14, -0.385), (0.03, -0.285)) * (side, 1)
        canvas.shape(ear, coat, darker(coat, 0.22))
        canvas.shape(points((0.143, -0.25), (0.15, -0.36), (0.07, -0.285)) * (side, 1), "#f0a3a0", "#c87078")
    half = points((0, -0.305), (0.1, -0.29), (0.165, -0.22), (0.185, -0.13), (0.12, -0.06), (0.0, -0.035))
    canvas.shape(smooth(np.concatenate([half, (half[1:-1] * (-1, 1))[::-1]])), lighter(coat, 0.14), darker(coat, 0.16))
    for x, length in ((-0.04, 0.06), (0.0, 0.08), (0.04, 0.06)):
        canvas.shape(leaf_shape(x, -0.3, length, 0.012, np.pi / 2), stripes)
    for side in (-1, 1):
        for y in (-0.15, -0.115):
            canvas.shape(leaf_shape(side * 0.178, y, 0.055, 0.009, np.pi / 2 + side * 1.45), stripes)
        canvas.shape(oval(side * 0.036, -0.095, 0.05, 0.04), lighter(pale, 0.2), darker(pale, 0.06))
        canvas.shape(oval(side * 0.075, -0.185, 0.043, 0.038, side * -0.25), "#221c26")
        canvas.shape(oval(side * 0.075, -0.185, 0.037, 0.033, side * -0.25), lighter(eyes, 0.15), eyes, (0, 1))
        canvas.shape(oval(side * 0.075, -0.185, 0.01, 0.031), "#17121c")
        canvas.shape(oval(side * 0.075 - 0.012, -0.198, 0.008, 0.008), "#ffffff")
    canvas.shape(points((-0.024, -0.136), (0.024, -0.136), (0, -0.108)), "#e8788a")
    for side in (-1, 1):
        smile = points((0, -0.108), (side * 0.012, -0.086), (side * 0.045, -0.082))
        canvas.shape(ribbon(smile, 0.008, 0.005), "#5a3238")
        for index in (-1, 0, 1):
            whisker = points(
                (side * 0.06, -0.1 + index * 0.012),
                (side * 0.15, -0.1 + index * 0.03),
                (side * 0.25, -0.09 + index * 0.055),
            )
            canvas.shape(ribbon(whisker, 0.006, 0.003, 4), lighter(pale, 0.5))


# ---------------------------------------------------------------------------------------------- temple, pyramid


def temple(canvas: Canvas, generator: Generator) -> None:
    """Stepped stone towers half hidden by trees, palms, lianas and big leaves in front."""
    leaf = vary(generator, choose(generator, ("#3f8f45", "#2f7f55", "#5f9a3a")), 10)
    stone = vary(generator, choose(generator, ("#dcc08c", "#d2b898", "#e0ae7c", "#c2bfa4")), 8)
    sky(canvas, generator, 0.6, clouds=False)
    back = canvas.moved(0, 0, near=0.2)
    for x, y in ((0.05, 0.42), (0.28, 0.47), (0.72, 0.47), (0.95, 0.4)):
        crown(back, generator, x, y + float(generator.uniform(-0.06, 0.06)), 0.2, 0.2, mix(leaf, "#9fc8b8", 0.4), 11)
    floor = canvas.earth(darker(leaf, 0.3), 0.5)
    canvas.shape(ridge(generator, 0.58, 0.02, 3.0), floor, darker(floor, 0.4), (0, 1), near=(0.2, 0.6))
    x = float(generator.uniform(0.46, 0.54))
    for side in (-1, 1):
        temple_tower(canvas.moved(x + side * 0.24, 0.74, float(generator.uniform(0.56, 0.66)), near=0.55), stone, leaf)
    temple_tower(canvas.moved(x, 0.76, float(generator.uniform(0.92, 1.02)), near=0.7), stone, leaf)
    base = canvas.moved(x, 0.76, near=0.72)
    for step in range(3):
        half, top = 0.3 + 0.045 * step, -0.03 + 0.045 * step
        base.shape(box(-half, top, half, top + 0.055), lighter(stone, 0.1), darker(stone, 0.35), (1, 0.3))
    for step in range(5):
        half, top = 0.06 + 0.006 * step, -0.03 + 0.03 * step
        base.shape(box(-half, top, half, top + 0.03), lighter(stone, 0.35), darker(stone, 0.2), (0, 1))
    jungle_front(canvas, generator, leaf)


def temple_tower(canvas: Canvas, stone: Colour, leaf: Colour) -> None:
    """A Khmer tower on (0, 0): a block with a door, five shrinking tiers, a bud on top."""
    canvas.shape(box(-0.16, -0.2, 0.16, 0.0), lighter(stone, 0.12), darker(stone, 0.3), (1, 0.4))
    for side in (-1, 1):
        canvas.shape(
            box(side * 0.115 - 0.018, -0.19, side * 0.115 + 0.018, 0.0), lighter(stone, 0.2), darker(stone, 0.3), (1, 0)
        )
    canvas.shape(points((-0.085, -0.15), (0, -0.225), (0.085, -0.15)), lighter(stone, 0.25), darker(stone, 0.2))
    glow = canvas.mood is not None and canvas.mood.lit_windows
    canvas.shape(
        box(-0.045, -0.145, 0.045, 0.0),
        "#ffb84a" if glow else "#241d22",
        "#3a2a26" if not glow else "#d9702a",
        glowing=glow,
    )
    for tier in range(5):
        half, top = 0.165 - 0.021 * tier - 0.003 * tier**2, -0.2 - 0.075 * (tier + 1)
        slope = points((-half * 0.82, top), (half * 0.82, top), (half, top + 0.06), (-half, top + 0.06))
        canvas.shape(slope, lighter(stone, 0.2), darker(stone, 0.36), (1, 0.2))
        canvas.shape(
            box(-half * 1.08, top + 0.055, half * 1.08, top + 0.08), lighter(stone, 0.3), darker(stone, 0.25), (1, 0.1)
        )
        canvas.shape(leaf_shape(0.0, top + 0.06, 0.05, half * 0.3, -np.pi / 2), darker(stone, 0.36))
    bud = points((0, -0.7), (0.035, -0.63), (0.05, -0.58), (-0.05, -0.58), (-0.035, -0.63))
    canvas.shape(smooth(bud), lighter(stone, 0.2), darker(stone, 0.35), (1, 0.2))
    moss = canvas.group()
    for x, y in ((-0.12, -0.27), (0.1, -0.345), (-0.08, -0.42), (0.13, -0.2)):
        moss.shape(oval(x, y, 0.045, 0.02), canvas.earth(leaf, 0.4))


def jungle_front(canvas: Canvas, generator: Generator, leaf: Colour) -> None:
    """Palms at the sides, bushes below, lianas above and large leaves in the lower corners."""
    trees = canvas.moved(0, 0, near=0.85)
    first = int(generator.integers(2))
    palm(
        trees,
        generator,
        0.12 if first else 0.88,
        0.98,
        float(generator.uniform(0.62, 0.74)),
        0.04 if first else -0.04,
        leaf,
    )
    side = 0.95 if first else 0.05
    trees.shape(ribbon(points((side, 1.0), (side, 0.55)), 0.05, 0.035, 2), "#6a4a34", "#43302a", (1, 0))
    crown(trees, generator, side, 0.47, 0.17, 0.19, darker(leaf, 0.12), 13)
    for x in (0.06, 0.25, 0.42, 0.6, 0.77, 0.94):
        y = 0.93 + 0.03 * float(generator.uniform(-1, 1)) + (0.03 if 0.3 < x < 0.7 else -0.02)
        crown(trees, generator, x, y, 0.14, 0.09, vary(generator, leaf, 20), 10)
    vines = canvas.moved(0, 0, near=0.95).group()
    for x in generator.uniform(0.02, 0.3, 2).tolist() + generator.uniform(0.7, 0.98, 2).tolist():
        drop = float(generator.uniform(0.16, 0.34))
        vines.shape(ribbon(points((x, -0.02), (x + 0.015, drop * 0.5), (x, drop)), 0.009, 0.005), darker(leaf, 0.45))
        for y in np.arange(0.03, drop, 0.045):
            vines.shape(leaf_shape(x, y, 0.035, 0.012, 0.6 + 2.0 * float(y * 22 % 2 > 1)), canvas.earth(leaf, 0.3))
    for corner, turns in ((-0.01, (-1.35, -0.9, -0.4)), (1.01, (-1.8, -2.25, -2.75))):
        for index, turn in enumerate(turns):
            blade = leaf_shape(corner, 1.02, 0.27 - 0.02 * index, 0.045, turn)
            canvas.shape(blade, canvas.earth(lighter(leaf, 0.22), 0.4), darker(leaf, 0.3), near=1.0)


def pyramid(canvas: Canvas, generator: Generator) -> None:
    """One or three pyramids in the desert, each with a lit and a shaded face, behind dunes."""
    horizon = float(generator.uniform(0.62, 0.68))
    sand = vary(generator, choose(generator, ("#e6bf78", "#e8c88c", "#dda566", "#edd09a")), 8)
    sky(canvas, generator, horizon)
    far = canvas.earth(mix(sand, "#d9c8c0", 0.4), 0.9)
    canvas.shape(ridge(generator, horizon - 0.01, 0.015, 2.5), far, near=0.2)
    stone = vary(generator, choose(generator, ("#e2b56a", "#d9a860", "#e6c084")), 8)
    x = float(generator.uniform(0.44, 0.56))
    if generator.integers(2):
        stone_pyramid(canvas.moved(x - 0.33, horizon + 0.03, 0.5, near=0.45), mix(stone, "#d8c8c8", 0.2))
        stone_pyramid(canvas.moved(x + 0.35, horizon + 0.04, 0.6, near=0.5), mix(stone, "#d8c8c8", 0.12))
    stone_pyramid(canvas.moved(x, horizon + 0.1, float(generator.uniform(0.95, 1.15)), near=0.7), stone)
    for index, y in enumerate((horizon + 0.09, horizon + 0.2)):
        dune = canvas.earth(darker(sand, 0.08 * index))
        crest = ridge(generator, y, 0.025, 1.5 + index)
        canvas.shape(crest, lighter(dune, 0.25), darker(dune, 0.15), (0, 1), near=(0.72 + 0.1 * index, 0.95))
    if canvas.mood is not None and canvas.mood.on_ground is not None:
        canvas.mood.on_ground(canvas, generator, horizon + 0.16)
    if generator.integers(2):
        side = choose(generator, (0.1, 0.9))
        for shift, height in ((0.0, 0.36), (0.07, 0.28)):
            palm(canvas.moved(0, 0, near=0.92), generator, side + shift - 0.035, 0.93, height, 0.03, "#5f9a4a")


def stone_pyramid(canvas: Canvas, stone: Colour) -> None:
    """A pyramid whose foot is centred on (0, 0): two faces, courses of stone, a pale cap."""
    tip, left, right, edge = (0.0, -0.52), (-0.42, 0.0), (0.42, 0.0), (0.13, 0.03)
    canvas.shape(points(tip, left, edge), lighter(stone, 0.3), stone, (0.3, 1))
    canvas.shape(points(tip, edge, right), darker(stone, 0.42), darker(stone, 0.3), (0.3, 1))
    courses = canvas.group()
    for t in np.linspace(0.16, 0.94, 10):
        lines = ((left, edge, darker(stone, 0.14)), (edge, right, darker(stone, 0.52)))
        for start, end, colour in lines:
            one = (tip[0] + t * (start[0] - tip[0]), tip[1] + t * (start[1] - tip[1]))
            two = (tip[0] + t * (end[0] - tip[0]), tip[1] + t * (end[1] - tip[1]))
            courses.shape(points(one, two, (two[0], two[1] + 0.006), (one[0], one[1] + 0.006)), colour)


# ---------------------------------------------------------------------------------------------- buildings


def window_colour(canvas: Canvas, generator: Generator, wall: Colour, lit: float = 0.6) -> Colour:
    """Warm light in moods with lit windows, otherwise glass a little darker than the wall; already under the light."""
    if canvas.mood is not None and canvas.mood.lit_windows and generator.uniform() < lit:
        return choose(generator, ("#ffd76a", "#ffc04a", "#fff0b0"))
    return canvas.ink(choose(generator, (darker(wall, 0.5), darker(wall, 0.38), mix(wall, "#cfeaf7", 0.55))))


def city(canvas: Canvas, generator: Generator) -> None:
    """A skyline of towers with windows on both sides of a street or river that runs to the horizon."""
    horizon = 0.72
    sky(canvas, generator, horizon)
    walls = choose(
        generator,
        (
            ("#6f86a8", "#8fa8c4", "#b98a78", "#d9c4a0"),
            ("#c46a50", "#d9a070", "#7f8fa8", "#e6d0b0"),
            ("#5f8f9a", "#a8bcc0", "#7a7f9f", "#d9b48a"),
            ("#8a7aa8", "#c79ab0", "#6f8fb8", "#e0c8b8"),
        ),
    )
    hazy = canvas.moved(0, 0, near=0.2).group()
    for x in np.arange(0.0, 1.0, 0.085):
        top = float(generator.uniform(0.36, 0.56))
        hazy.shape(box(x, top, x + 0.075, horizon), mix(walls[0], "#c8d8e6", 0.5))
    quay = canvas.earth("#8f9698", 0.8)
    canvas.shape(box(-0.02, horizon, 1.02, 1.02), lighter(quay, 0.1), darker(quay, 0.2), (0, 1), near=(0.35, 0.95))
    centre = float(generator.uniform(0.44, 0.56))
    street(canvas, generator, centre, horizon)
    for distance, shift, width, low, tall in (
        (0.45, 0.1, 0.12, 0.73, 0.4),
        (0.6, 0.21, 0.15, 0.77, 0.54),
        (0.75, 0.37, 0.2, 0.83, 0.6),
    ):
        for side in (-1, 1):
            height = tall * float(generator.uniform(0.8, 1.14))
            place = canvas.moved(centre + side * shift, low, near=distance)
            tower(place, generator, choose(generator, walls), width, height, -side)


def street(canvas: Canvas, generator: Generator, centre: float, horizon: float) -> None:
    """A road with lane marks, or a river with glints, narrowing towards the horizon."""
    way = points((centre - 0.03, horizon), (centre + 0.03, horizon), (centre + 0.34, 1.02), (centre - 0.34, 1.02))
    if generator.integers(2):
        canvas.shape(way, "#9fd0e0", "#2f7099", (0, 1), near=(0.35, 0.9))
        glints = canvas.group()
        for y in np.linspace(horizon + 0.04, 0.98, 7):
            x = centre + float(generator.uniform(-0.6, 0.6)) * (y - horizon)
            glints.shape(oval(x, y, 0.12 * (y - horizon) + 0.01, 0.005), "#dff3f7", near=0.7)
        return
    canvas.shape(way, canvas.earth("#7a7c86", 0.6), canvas.earth("#4a4a58", 0.6), (0, 1), near=(0.35, 0.9))
    marks = canvas.group()
    for start, end in ((0.06, 0.15), (0.26, 0.42), (0.6, 0.86)):
        top, low = horizon + 0.3 * start, horizon + 0.3 * end
        marks.shape(
            points(
                (centre - 0.02 * start, top),
                (centre + 0.02 * start, top),
                (centre + 0.02 * end, low),
                (centre - 0.02 * end, low),
            ),
            "#f4e6b0",
            near=0.7,
        )


def tower(canvas: Canvas, generator: Generator, wall: Colour, width: float, height: float, lit_side: int) -> None:
    """A tower on (0, 0) with a darker side wall towards the street, rows of windows and one of four roofs."""
    wall = vary(generator, wall, 10)
    half, side = width / 2.0, width * 0.26
    front = (-half, half - side) if lit_side > 0 else (-half + side, half)
    flank = (half - side, half) if lit_side > 0 else (-half, -half + side)
    roof = int(generator.integers(4))
    middle = (front[0] + front[1]) / 2
    if roof == 0:
        canvas.shape(ribbon(points((0, -height - 0.12), (0, -height)), 0.006, 0.014, 2), darker(wall, 0.4))
    elif roof == 1:
        canvas.shape(
            points((-half, -height), (0, -height - 0.1), (half, -height)), lighter(wall, 0.1), darker(wall, 0.4), (1, 0)
        )
    elif roof == 2:
        canvas.shape(
            box(-half * 0.6, -height - 0.045, half * 0.6, -height), lighter(wall, 0.1), darker(wall, 0.3), (1, 0)
        )
        canvas.shape(box(-half * 0.3, -height - 0.085, half * 0.3, -height - 0.04), wall, darker(wall, 0.3), (1, 0))
    else:
        canvas.shape(oval(0, -height, half, half * 0.7), lighter(wall, 0.15), darker(wall, 0.35), (1, 0.2))
    canvas.shape(box(front[0], -height, front[1], 0), lighter(wall, 0.22), wall, (0.3, 1))
    canvas.shape(box(flank[0], -height, flank[1], 0), darker(wall, 0.28), darker(wall, 0.42), (0, 1))
    canvas.shape(box(middle - width * 0.08, -0.04, middle + width * 0.08, 0), darker(wall, 0.6))
    columns, rows = 3, max(3, round(height / 0.062))
    pitch, rise = (front[1] - front[0]) / columns, (height - 0.06) / rows
    corners = [
        (
            front[0] + (c + 0.2) * pitch,
            -height + (r + 0.3) * rise,
            front[0] + (c + 0.8) * pitch,
            -height + (r + 0.85) * rise,
        )
        for r in range(rows)
        for c in range(columns)
    ]
    canvas.tiles(corners, [window_colour(canvas, generator, wall) for _ in corners])
    flanks = [
        (flank[0] + 0.25 * side, -height + (r + 0.3) * rise, flank[1] - 0.25 * side, -height + (r + 0.8) * rise)
        for r in range(rows)
    ]
    canvas.tiles(flanks, [window_colour(canvas, generator, darker(wall, 0.3), 0.4) for _ in flanks])


def house(canvas: Canvas, generator: Generator) -> None:
    """A cosy house seen from the corner: gable, long roof, chimney, door, windows, path and trees."""
    horizon = float(generator.uniform(0.6, 0.66))
    grass_colour = vary(generator, choose(generator, ("#7fb24a", "#93bf58", "#6fa85a", "#a8b552")), 12)
    sky(canvas, generator, horizon)
    ground(canvas, generator, horizon, grass_colour)
    mirrored = bool(generator.integers(2))
    place = canvas.moved(float(generator.uniform(0.46, 0.54)), 0.82, float(generator.uniform(0.94, 1.1)), mirrored)
    leaf = vary(generator, choose(generator, ("#4f9a4a", "#6fa83f", "#d98a3a", "#3f8a60")), 10)
    behind = place.moved(0, 0, near=0.5)
    behind.shape(box(0.405, -0.22, 0.435, -0.02), "#6a4a34")
    crown(behind, generator, 0.42, -0.3, 0.13, 0.15, leaf, 14)
    shadow(place, 0.06, 0.0, 0.4, 0.035)
    wall, roof = choose(
        generator,
        (
            ("#f4e3c0", "#c4503c"),
            ("#e89a7a", "#6a4a5a"),
            ("#a8cfe0", "#3f5f8f"),
            ("#f7efe2", "#4f7a5a"),
            ("#f0cf6a", "#9a4a38"),
        ),
    )
    house_body(place.moved(0, 0, near=0.75), generator, wall, roof)
    path = points((-0.18, 0.0), (-0.1, 0.0), (-0.02, 0.22), (-0.24, 0.22))
    canvas_path = place.moved(0, 0, near=0.8)
    canvas_path.shape(path, place.earth("#e6d3a8", 0.7), place.earth("#c4a878", 0.7), (0, 1))
    for x in (-0.32, 0.06, 0.16, 0.26):
        crown(place.moved(0, 0, near=0.85), generator, x, 0.0, 0.055, 0.045, darker(leaf, 0.08), 10)
    grass(canvas, generator, 0.9, 8, darker(grass_colour, 0.25))


def house_body(canvas: Canvas, generator: Generator, wall: Colour, roof: Colour) -> None:
    """Gable wall to the left (lit), long wall and roof to the right (in shade)."""
    top, eaves, ridge_y = -0.52, -0.27, -0.5
    canvas.shape(box(0.17, -0.58, 0.235, -0.4), "#b0604a", "#7a3c34", (1, 0))
    canvas.shape(box(0.16, -0.6, 0.245, -0.57), "#d98a6a")
    smoke = canvas.moved(0, 0, near=0.4).group()
    if canvas.mood is None or canvas.mood.snow:
        for step in range(4):
            smoke.shape(
                oval(0.21 + 0.035 * step, -0.64 - 0.05 * step, 0.022 + 0.008 * step, 0.02 + 0.006 * step), "#eef0f2"
            )
    canvas.shape(box(0.0, eaves, 0.34, 0.0), darker(wall, 0.16), darker(wall, 0.32), (1, 0.3))
    gable = points((-0.28, 0.0), (-0.28, eaves), (-0.14, ridge_y), (0.0, eaves), (0.0, 0.0))
    canvas.shape(gable, lighter(wall, 0.2), wall, (0.3, 1))
    slope = points((-0.14, top), (0.24, top), (0.38, eaves + 0.015), (0.02, eaves + 0.015))
    canvas.shape(slope, lighter(roof, 0.12), darker(roof, 0.25), (0.4, 1))
    rows = canvas.group()
    for t in (0.25, 0.5, 0.75):
        left, right, y = -0.14 + 0.16 * t, 0.24 + 0.14 * t, top + t * (eaves + 0.015 - top)
        rows.shape(box(left, y, right, y + 0.008), darker(roof, 0.3))
    canvas.shape(points((-0.14, top), (-0.14, top + 0.05), (-0.3, eaves + 0.03), (-0.33, eaves + 0.01)), roof)
    canvas.shape(
        points((-0.14, top), (-0.14, top + 0.05), (0.0, eaves + 0.03), (0.03, eaves + 0.01)), darker(roof, 0.2)
    )
    canvas.shape(box(-0.185, -0.17, -0.095, 0.0), darker(roof, 0.1), darker(roof, 0.35))
    canvas.shape(oval(-0.112, -0.08, 0.008, 0.008), "#f4cf5a")
    lit = canvas.mood is not None and canvas.mood.lit_windows
    for left, upper, width, height in ((-0.18, -0.36, 0.08, 0.085), (0.05, -0.19, 0.09, 0.1), (0.2, -0.19, 0.09, 0.1)):
        canvas.shape(box(left - 0.012, upper - 0.012, left + width + 0.012, upper + height + 0.014), "#fdf8ee")
        glass = ("#ffdf7a", "#ffb84a") if lit else ("#bfe4f4", "#5f9ac0")
        canvas.shape(box(left, upper, left + width, upper + height), *glass, glowing=lit)
        canvas.shape(box(left + width / 2 - 0.005, upper, left + width / 2 + 0.005, upper + height), "#fdf8ee")
        canvas.shape(box(left, upper + height / 2 - 0.005, left + width, upper + height / 2 + 0.005), "#fdf8ee")


def castle(canvas: Canvas, generator: Generator) -> None:
    """A castle on a hill: round towers with cone roofs and flags, crenellated walls, a keep and a gate."""
    horizon = 0.68
    sky(canvas, generator, horizon)
    meadow = vary(generator, choose(generator, ("#7fae50", "#8fb860", "#6fa05f")), 10)
    ground(canvas, generator, horizon + 0.06, meadow)
    x = float(generator.uniform(0.46, 0.54))
    hill = canvas.earth(darker(meadow, 0.12))
    mound = smooth(
        points(
            (x - 0.62, 1.05), (x - 0.42, 0.84), (x - 0.3, 0.775), (x + 0.3, 0.775), (x + 0.42, 0.84), (x + 0.62, 1.05)
        ),
        closed=False,
    )
    canvas.shape(mound, lighter(hill, 0.2), darker(hill, 0.25), near=0.6)
    stone = vary(generator, choose(generator, ("#c9c2b8", "#d9c09a", "#b0b4c4", "#e0d6c8")), 6)
    roof = vary(generator, choose(generator, ("#c4483c", "#3f62a8", "#6a4f9a", "#3f8a7a", "#d98a3a")), 10)
    place = canvas.moved(x, 0.8, float(generator.uniform(0.95, 1.08)), near=0.7)
    flag = choose(generator, ("#e8412f", "#f4c430", "#3f8fd6"))
    castle_tower(place.moved(-0.13, 0, near=0.66), stone, roof, flag, 0.085, 0.42)
    castle_tower(place.moved(0.14, 0, near=0.66), stone, roof, flag, 0.085, 0.38)
    castle_tower(place.moved(0.0, 0, near=0.68), lighter(stone, 0.1), roof, flag, 0.125, 0.47)
    battlement(place.moved(0, 0, near=0.74), stone, -0.29, 0.29, 0.22)
    castle_tower(place.moved(-0.3, 0.015, near=0.8), stone, roof, flag, 0.115, 0.31)
    castle_tower(place.moved(0.3, 0.015, near=0.8), stone, roof, flag, 0.115, 0.31)
    gate = place.moved(0, 0, near=0.78)
    battlement(gate, lighter(stone, 0.12), -0.1, 0.1, 0.265)
    arch = np.concatenate(
        [points((-0.058, 0.0)), oval(0, -0.12, 0.058, 0.065)[14:], points((0.058, -0.12), (0.058, 0.0))]
    )
    gate.shape(arch, "#5a3a2a", "#2c1d1c", (0, 1))
    for bar in (-0.03, 0.0, 0.03):
        gate.shape(box(bar - 0.004, -0.165, bar + 0.004, 0.0), "#8f7a5f")
    path = points((-0.058, 0.0), (0.058, 0.0), (0.085, 0.08), (0.16, 0.25), (-0.12, 0.25), (-0.07, 0.08))
    gate.shape(path, gate.earth("#ecd9ae", 0.7), gate.earth("#bfa274", 0.7), (0, 1))
    for side in (0.07, 0.93):
        conifer(canvas.moved(0, 0, near=0.85), side, 0.95, float(generator.uniform(0.24, 0.34)), "#3f7a4f")


def battlement(canvas: Canvas, stone: Colour, left: float, right: float, height: float) -> None:
    """A wall on the ground line with merlons on top."""
    wall = canvas.group()
    colours = (lighter(stone, 0.1), darker(stone, 0.28))
    wall.shape(box(left, -height, right, 0.02), *colours)
    for x in np.arange(left, right - 0.01, 0.05):
        wall.shape(box(x, -height - 0.03, x + 0.028, -height + 0.005), colours[0])
    canvas.shape(box(left, -height + 0.025, right, -height + 0.036), darker(stone, 0.35))


def castle_tower(canvas: Canvas, stone: Colour, roof: Colour, flag: Colour, width: float, height: float) -> None:
    """A round tower with a cone roof, a flag and slit windows."""
    half = width / 2
    canvas.shape(box(-half, -height, half, 0.02), lighter(stone, 0.25), darker(stone, 0.45), (1, 0.1))
    canvas.shape(
        box(-half * 1.22, -height, half * 1.22, -height + 0.035), lighter(stone, 0.3), darker(stone, 0.35), (1, 0.1)
    )
    peak = -height - 1.5 * width
    pole = canvas.group()
    pole.shape(box(-0.004, peak - 0.075, 0.004, peak + 0.01), "#4a3a34")
    canvas.shape(points((0.004, peak - 0.075), (0.075, peak - 0.056), (0.004, peak - 0.032)), flag)
    canvas.shape(
        points((-half * 1.4, -height + 0.004), (0, peak), (half * 1.4, -height + 0.004)),
        lighter(roof, 0.22),
        darker(roof, 0.42),
        (1, 0.1),
    )
    lit = canvas.mood is not None and canvas.mood.lit_windows
    for y in (-height + 0.07, -height * 0.45):
        slit = np.concatenate(
            [points((-0.014, y + 0.045)), oval(0, y + 0.012, 0.014, 0.018)[14:], points((0.014, y + 0.045))]
        )
        canvas.shape(slit, "#ffcf5a" if lit else "#2c2433", glowing=lit)


# ---------------------------------------------------------------------------------------------- landscape and sea


def peak(canvas: Canvas, generator: Generator, height: float, half: float, rock: Colour, snow: float) -> None:
    """A mountain whose foot is centred on (0, 0): lit left face, shaded right face, a jagged cap of snow."""
    jag = generator.uniform(-0.03, 0.03, 4)
    tip = (0.0, -height)
    left = points((-half, 0.0), (-half * 0.62, -height * 0.36 + jag[0]), (-half * 0.3, -height * 0.7 + jag[1]), tip)
    right = points(tip, (half * 0.3, -height * 0.66 + jag[2]), (half * 0.66, -height * 0.34 + jag[3]), (half, 0.0))
    spine = points(
        (half * 0.12, 0.0), (half * 0.02, -height * 0.3), (half * 0.14, -height * 0.55), (half * 0.02, -height * 0.8)
    )
    canvas.shape(np.concatenate([left, spine[::-1]]), lighter(rock, 0.28), rock, (0.2, 1))
    canvas.shape(np.concatenate([right, spine]), darker(rock, 0.36), darker(rock, 0.18), (0.2, 1))
    if snow <= 0:
        return
    cut = -height * (1 - snow)

    def on(edge: Points) -> tuple[float, float]:
        order = np.argsort(edge[:, 1])
        return float(np.interp(cut, edge[order, 1], edge[order, 0])), cut

    low, high = on(left), on(right)
    middle = float(np.interp(cut, np.append(spine[::-1, 1], 0.0), np.append(spine[::-1, 0], 0.0)))
    step = height * 0.075
    teeth_left = points(
        (middle, cut + step), (middle - half * 0.07, cut - step), (middle - half * 0.15, cut + 0.8 * step)
    )
    upper_left, upper_right = left[left[:, 1] < cut], right[right[:, 1] < cut]
    inner = spine[spine[:, 1] < cut][::-1]
    canvas.shape(np.concatenate([points(low), upper_left, inner, teeth_left]), "#ffffff", "#e4edf7", (0.2, 1))
    teeth_right = points((middle + half * 0.1, cut - 0.8 * step), (middle, cut + step))
    canvas.shape(np.concatenate([upper_right, points(high), teeth_right, inner[::-1]]), "#b4c6e4", "#9ab0d8", (0.2, 1))


def mountain(canvas: Canvas, generator: Generator) -> None:
    """A snow-capped peak over a lake or a forest."""
    horizon = float(generator.uniform(0.66, 0.72))
    sky(canvas, generator, horizon)
    rock = vary(generator, choose(generator, ("#6f7fa0", "#8a7f96", "#7a8a8f", "#9a7f74", "#5f7496")), 8)
    x = float(generator.uniform(0.42, 0.58))
    far = mix(rock, "#b8d0e6", 0.45)
    peak(canvas.moved(x - 0.36, horizon, near=0.2), generator, float(generator.uniform(0.28, 0.36)), 0.34, far, 0.3)
    peak(canvas.moved(x + 0.38, horizon, near=0.25), generator, float(generator.uniform(0.26, 0.38)), 0.36, far, 0.3)
    peak(
        canvas.moved(x, horizon + 0.02, near=0.5),
        generator,
        float(generator.uniform(0.52, 0.6)),
        0.46,
        rock,
        float(generator.uniform(0.36, 0.46)),
    )
    leaf = vary(generator, choose(generator, ("#3f7a55", "#4f8a4a", "#2f6a60")), 10)
    if generator.integers(2):
        lake(canvas, generator, horizon, x, rock)
        band = canvas.earth(darker(leaf, 0.1), 0.7)
        canvas.shape(
            np.concatenate(
                [
                    ridge(generator, horizon - 0.005, 0.012, 3)[:40],
                    box(-0.02, horizon + 0.02, 1.02, horizon + 0.035)[2:],
                ]
            ),
            band,
            near=0.55,
        )
    else:
        ground(canvas, generator, horizon, vary(generator, "#86b05a", 14), far=False)
    for x in (0.05, 0.17, 0.3, 0.72, 0.85, 0.96):
        near = float(generator.uniform(0.0, 1.0)) * 0.5 + abs(x - 0.5)
        spot = canvas.moved(0, 0, near=0.7 + 0.2 * near)
        conifer(spot, x, horizon + 0.08 + 0.2 * near, 0.14 + 0.12 * near, vary(generator, leaf, 10))


def lake(canvas: Canvas, generator: Generator, horizon: float, x: float, rock: Colour) -> None:
    """Still water with the reflection of the peak and a few glints."""
    canvas.shape(box(-0.02, horizon, 1.02, 1.02), "#9ccbe0", "#2f6a9a", (0, 1), near=(0.4, 0.95))
    image = points(
        (x - 0.4, horizon + 0.02),
        (x + 0.4, horizon + 0.02),
        (x + 0.12, horizon + 0.2),
        (x, horizon + 0.27),
        (x - 0.14, horizon + 0.18),
    )
    canvas.shape(image, darker(rock, 0.1), opacity=0.35)
    glints = canvas.group()
    for x_, y in generator.uniform((0.1, horizon + 0.06), (0.9, 0.98), (9, 2)):
        glints.shape(oval(x_, y, 0.04 + 0.05 * (y - horizon), 0.004), "#d8eef4", near=0.7)


def boat(canvas: Canvas, generator: Generator) -> None:
    """A sailing boat with two sails on the sea."""
    horizon = float(generator.uniform(0.6, 0.66))
    sky(canvas, generator, horizon)
    deep, shallow = choose(generator, (("#1f6a9f", "#6fbcd4"), ("#1f7f8f", "#7fd4c8"), ("#2f5a9a", "#86a8dc")))
    if generator.integers(2):
        island = points(
            (0.62, horizon + 0.005),
            (0.74, horizon - 0.07),
            (0.83, horizon - 0.05),
            (0.92, horizon - 0.09),
            (1.05, horizon + 0.005),
        )
        canvas.shape(smooth(island, closed=False), canvas.earth("#6f8f9a"), near=0.15)
    canvas.shape(box(-0.02, horizon, 1.02, 1.02), shallow, deep, (0, 1), near=(0.3, 0.95))
    waves = canvas.group()
    for x, y in generator.uniform((0.0, horizon + 0.03), (1.0, 0.98), (18, 2)):
        size = 0.03 + 0.12 * (y - horizon)
        waves.shape(oval(x, y, size, 0.15 * size), lighter(shallow, 0.45), near=float(y))
    mirrored = bool(generator.integers(2))
    place = canvas.moved(
        float(generator.uniform(0.45, 0.55)), horizon + 0.16, float(generator.uniform(0.98, 1.14)), mirrored, near=0.85
    )
    hull = vary(generator, choose(generator, ("#c4402f", "#8a5430", "#2f4f8a", "#f4efe4", "#2f8a7a")), 8)
    sail = choose(generator, ("#fbf5e6", "#f7e2b8", "#f0786a", "#ffffff", "#f4c454"))
    sailing_boat(place, hull, sail, choose(generator, ("#e8412f", "#f4c430", "#3f8fd6")))
    foam = canvas.moved(0, 0, near=0.9)
    crest = ridge(generator, horizon + 0.2, 0.014, 7.0)
    foam.shape(crest, mix(shallow, deep, 0.55), darker(deep, 0.12), (0, 1), near=(0.88, 1.0))
    gulls = canvas.moved(0, 0, near=0.1)
    for x, y in generator.uniform((0.06, 0.12), (0.3, 0.4), (2, 2)):
        gulls.shape(
            ribbon(
                points(
                    (x - 0.04, y - 0.012), (x - 0.018, y - 0.022), (x, y), (x + 0.018, y - 0.022), (x + 0.04, y - 0.012)
                ),
                0.007,
                0.007,
                4,
            ),
            "#ffffff",
        )


def sailing_boat(canvas: Canvas, hull: Colour, sail: Colour, flag: Colour) -> None:
    """Hull, mast, main sail and jib; the bow points to the right."""
    reflection = points((-0.3, 0.06), (0.36, 0.06), (0.1, 0.2), (-0.2, 0.18))
    canvas.shape(reflection, hull, opacity=0.3)
    canvas.shape(box(-0.012, -0.6, 0.012, -0.05), "#8a5f3a", "#5a3a28", (1, 0))
    main = np.concatenate(
        [smooth(points((-0.02, -0.57), (-0.16, -0.36), (-0.27, -0.11)), closed=False), points((-0.02, -0.09))]
    )
    canvas.shape(main, lighter(sail, 0.3), darker(sail, 0.12), (-0.8, 1))
    for t in (0.4, 0.7):
        y = -0.57 + 0.47 * t
        canvas.shape(
            points((-0.02, y), (-0.02 - 0.245 * t, y - 0.01), (-0.02 - 0.245 * t, y), (-0.02, y + 0.01)),
            darker(sail, 0.2),
        )
    jib = np.concatenate(
        [
            smooth(points((0.025, -0.52), (0.15, -0.3), (0.29, -0.11)), closed=False),
            points((0.14, -0.095), (0.025, -0.1)),
        ]
    )
    canvas.shape(jib, darker(sail, 0.04), darker(sail, 0.2), (1, 1))
    canvas.shape(points((-0.012, -0.6), (-0.1, -0.63), (-0.012, -0.655)), flag)
    side = points((-0.32, -0.065), (0.38, -0.085), (0.27, 0.06), (0.2, 0.085), (-0.2, 0.085), (-0.27, 0.04))
    canvas.shape(side, lighter(hull, 0.15), darker(hull, 0.4), (0.2, 1))
    canvas.shape(points((-0.325, -0.075), (0.39, -0.097), (0.365, -0.058), (-0.31, -0.038)), "#fbf3e0")
    for x in (-0.16, -0.04, 0.08):
        canvas.shape(oval(x, 0.012, 0.02, 0.02), "#ffe9b0")


# ---------------------------------------------------------------------------------------------- tree, flower, bird


def tree(canvas: Canvas, generator: Generator) -> None:
    """One great tree on a hill: a round crown in the colours of a season, or a fir."""
    horizon = float(generator.uniform(0.66, 0.72))
    sky(canvas, generator, horizon)
    meadow = vary(generator, choose(generator, ("#86b552", "#a4c060", "#6fa85a", "#c4b860")), 10)
    ground(canvas, generator, horizon, meadow)
    x, foot = float(generator.uniform(0.44, 0.56)), 0.86
    hill = canvas.earth(darker(meadow, 0.08))
    mound = smooth(
        points((x - 0.7, 1.05), (x - 0.4, 0.92), (x, foot - 0.03), (x + 0.4, 0.92), (x + 0.7, 1.05)), closed=False
    )
    canvas.shape(mound, lighter(hill, 0.22), darker(hill, 0.22), near=0.6)
    shadow(canvas, x + 0.08, foot + 0.015, 0.26, 0.03)
    place = canvas.moved(x, foot, float(generator.uniform(0.96, 1.08)), bool(generator.integers(2)), near=0.8)
    if generator.uniform() < 0.25:
        conifer(place, 0.0, 0.02, 0.76, vary(generator, choose(generator, ("#2f7a55", "#3f8a4a", "#2f6f6a")), 10))
        return
    leaf = vary(generator, choose(generator, ("#4f9f45", "#6fb03f", "#e08a2f", "#d9542f", "#f0a8c0", "#3f8f5a")), 10)
    bark = vary(generator, "#7a5238", 10)
    trunk = points(
        (-0.11, 0.02), (-0.05, -0.05), (-0.042, -0.3), (0.042, -0.3), (0.05, -0.05), (0.11, 0.02), (0.0, 0.0)
    )
    place.shape(trunk, lighter(bark, 0.2), darker(bark, 0.35), (1, 0.1))
    for side, rise in ((-1, -0.4), (1, -0.36)):
        branch = points((0.0, -0.2), (side * 0.08, -0.28), (side * 0.18, rise))
        place.shape(ribbon(branch, 0.055, 0.02), darker(bark, 0.12 if side > 0 else 0.0))
    crown(place, generator, 0.0, -0.46, 0.36, 0.27, leaf, 22)
    if generator.integers(2):
        fruit = place.group()
        for a, d in generator.uniform((0, 0.2), (2 * np.pi, 0.8), (9, 2)):
            fruit.shape(oval(0.31 * d * np.cos(a), -0.45 + 0.23 * d * np.sin(a), 0.017, 0.017), "#e03c34")
    grass(canvas, generator, 0.9, 8, darker(meadow, 0.28))


def flower(canvas: Canvas, generator: Generator) -> None:
    """One large blossom, often with two smaller ones, on leafy stems: daisy, sunflower, tulip or poppy."""
    horizon = float(generator.uniform(0.62, 0.74))
    meadow = vary(generator, choose(generator, ("#7fb552", "#5fa860", "#9cc060", "#4f9a6a")), 10)
    sky(canvas, generator, horizon)
    ground(canvas, generator, horizon, meadow)
    grass(canvas, generator, horizon + 0.05, 12, darker(meadow, 0.22))
    kind = choose(generator, (daisy, sunflower, tulip, poppy))
    petal = choose(generator, ("#e8413c", "#f0719a", "#9a5fc4", "#f4b02f", "#f48a4a", "#5f7fe0", "#fdf6ee"))
    x = float(generator.uniform(0.45, 0.55))
    places = [(x, 0.36, 1.0)]
    if generator.integers(2):
        places = [(x - 0.29, 0.56, 0.55), (x + 0.29, 0.5, 0.6), *places]
    for index, (across, y, size) in enumerate(places):
        size *= float(generator.uniform(0.95, 1.1))
        stalk(canvas.moved(0, 0, near=0.75 + 0.05 * index), across, y, size)
        kind(canvas.moved(across, y, size, bool(generator.integers(2)), near=0.8 + 0.05 * index), generator, petal)


def stalk(canvas: Canvas, x: float, y: float, size: float) -> None:
    """A bent stem from the blossom at (x, y) down to the lower edge, with two leaves."""
    green = canvas.earth("#4a9440", 0.2)
    middle = (x + 0.02 * size, (y + 1.0) / 2)
    canvas.shape(
        ribbon(points((x, y), middle, (x - 0.01, 1.03)), 0.034 * size, 0.042 * size),
        lighter(green, 0.1),
        darker(green, 0.3),
        (1, 0),
    )
    for turn, down in ((-0.55, 0.72), (-np.pi + 0.5, 0.6)):
        foot = y + down * (1.0 - y) + 0.1 * (1 - size)
        leaf = leaf_shape(x + 0.012, foot, 0.26 * size, 0.05 * size, turn)
        canvas.shape(leaf, lighter(green, 0.25), darker(green, 0.3))
        vein = ribbon(points(tuple(leaf[0]), tuple(leaf[8])), 0.007, 0.002, 2)
        canvas.shape(vein, darker(green, 0.35))


def petals(canvas: Canvas, count: int, length: float, width: float, colour: Colour, turn: float = 0.0) -> None:
    """A ring of pointed petals around (0, 0), alternately lighter and darker."""
    for index in range(count):
        angle = turn + 2 * np.pi * index / count
        tone = lighter(colour, 0.16) if index % 2 else rgb(colour)
        canvas.shape(leaf_shape(0, 0, length, width, angle), tone, darker(tone, 0.16))


def daisy(canvas: Canvas, generator: Generator, petal: Colour) -> None:
    """Long rounded petals around a yellow heart."""
    turn = float(generator.uniform(0, 1))
    for index in range(12):
        angle = turn + 2 * np.pi * index / 12
        tone = lighter(petal, 0.25) if index % 2 else rgb(petal)
        canvas.shape(oval(0.15 * np.cos(angle), 0.15 * np.sin(angle), 0.105, 0.042, angle), tone, darker(tone, 0.18))
    canvas.shape(oval(0, 0, 0.088, 0.088), "#e0952a")
    canvas.shape(oval(-0.006, -0.008, 0.075, 0.075), "#ffdf5a", "#f0a830")


def sunflower(canvas: Canvas, generator: Generator, petal: Colour) -> None:
    """Two rings of golden petals around a large brown heart."""
    turn = float(generator.uniform(0, 1))
    petals(canvas, 14, 0.275, 0.045, "#e89a1f", turn)
    petals(canvas, 14, 0.25, 0.042, "#fcc92f", turn + np.pi / 14)
    canvas.shape(oval(0, 0, 0.125, 0.125), "#4f2f1c")
    canvas.shape(oval(0, 0, 0.105, 0.105), "#8a5428", "#5a3420")
    seeds = canvas.group()
    for ring, count in ((0.04, 6), (0.075, 11)):
        for angle in np.linspace(0, 2 * np.pi, count, endpoint=False):
            seeds.shape(oval(ring * np.cos(angle), ring * np.sin(angle), 0.011, 0.011, steps=10), "#c48a3a")


def tulip(canvas: Canvas, generator: Generator, petal: Colour) -> None:
    """A closed cup of three petals."""
    for side in (-1, 1):
        back = points(
            (0.02 * side, 0.14), (0.14 * side, 0.06), (0.17 * side, -0.08), (0.14 * side, -0.24), (0.04 * side, -0.1)
        )
        canvas.shape(smooth(back), darker(petal, 0.04 if side < 0 else 0.14), darker(petal, 0.3))
    middle = points((0.0, 0.165), (-0.11, 0.09), (-0.12, -0.05), (0.0, -0.25), (0.12, -0.05), (0.11, 0.09))
    canvas.shape(smooth(middle), lighter(petal, 0.25), darker(petal, 0.12))
    canvas.shape(ribbon(points((0, -0.17), (0.006, 0.0), (0, 0.12)), 0.006, 0.012), darker(petal, 0.12))


def poppy(canvas: Canvas, generator: Generator, petal: Colour) -> None:
    """Five broad overlapping petals around a dark heart."""
    turn = float(generator.uniform(0, 1))
    for index in range(5):
        angle = turn + 2 * np.pi * index / 5
        tone = mix(petal, lighter(petal, 0.3), (index % 3) / 2)
        canvas.shape(
            oval(0.125 * np.cos(angle), 0.125 * np.sin(angle), 0.125, 0.115, angle),
            lighter(tone, 0.1),
            darker(tone, 0.24),
        )
    canvas.glow(0, 0, 0.16, darker(petal, 0.5), 0.7)
    canvas.shape(oval(0, 0, 0.06, 0.06), "#2a2030", "#4a3a4a")
    stamens = canvas.group()
    for angle in np.linspace(0, 2 * np.pi, 9, endpoint=False):
        stamens.shape(oval(0.085 * np.cos(angle), 0.085 * np.sin(angle), 0.012, 0.012, steps=10), "#f4cf5a")


BIRD_COATS = (  # back, wing, belly, beak
    ("#7a6450", "#5a4638", "#e8703a", "#5a4a3a"),
    ("#3f7fd0", "#2a559f", "#f6ead8", "#3a3a44"),
    ("#f4c82f", "#d99a1f", "#fdeea0", "#e8803a"),
    ("#d8322f", "#9a1f2a", "#f0695a", "#f4b83f"),
    ("#3fa85f", "#2f74b0", "#f4d84a", "#3a3438"),
)


def bird(canvas: Canvas, generator: Generator) -> None:
    """A plump song bird seen from the side, perched on a leafy branch."""
    sky(canvas, generator, 0.86)
    ground(canvas, generator, 0.84, vary(generator, choose(generator, ("#8fbc6a", "#7fb08a", "#b0bc6a")), 10))
    back, wing, belly, beak = choose(generator, BIRD_COATS)
    scale = float(generator.uniform(1.05, 1.25))
    x, y = float(generator.uniform(0.46, 0.54)), float(generator.uniform(0.42, 0.48))
    place = canvas.moved(x, y, scale, bool(generator.integers(2)), near=0.85)
    branch = place.moved(0, 0, near=0.75)
    leaf = place.earth(vary(generator, choose(generator, ("#5fa848", "#86b040", "#d98a3a", "#4f9a6a")), 10), 0.3)
    limb = points((-0.7, 0.33), (-0.3, 0.25), (0.05, 0.24), (0.3, 0.2), (0.6, 0.1))
    branch.shape(ribbon(limb, 0.085, 0.035), "#94683f", "#543a2a", (0, 1))
    branch.shape(ribbon(points((0.2, 0.22), (0.28, 0.3), (0.4, 0.34)), 0.03, 0.014), "#7a5434")
    for leaf_x, leaf_y, turn in (
        (0.38, 0.33, 0.3),
        (0.36, 0.33, 1.3),
        (0.36, 0.17, -1.2),
        (0.42, 0.16, 0.4),
        (-0.33, 0.25, -2.2),
        (-0.36, 0.28, 2.3),
    ):
        branch.shape(leaf_shape(leaf_x, leaf_y, 0.14, 0.036, turn), lighter(leaf, 0.22), darker(leaf, 0.25))
    perched_bird(place, vary(generator, back, 10), wing, belly, beak)


def perched_bird(canvas: Canvas, back: Colour, wing: Colour, belly: Colour, beak: Colour) -> None:
    """The bird itself, looking to the right."""
    canvas.shape(
        points((-0.12, 0.04), (-0.4, 0.16), (-0.43, 0.235), (-0.36, 0.235), (-0.1, 0.13)),
        wing,
        darker(wing, 0.35),
        (0, 1),
    )
    canvas.shape(points((-0.15, 0.07), (-0.42, 0.2), (-0.41, 0.21), (-0.13, 0.1)), darker(wing, 0.45))
    for x in (0.0, 0.055):
        canvas.shape(ribbon(points((x, 0.12), (x + 0.012, 0.225)), 0.014, 0.012, 2), "#8a5a3a")
        canvas.shape(
            ribbon(points((x - 0.02, 0.225), (x + 0.012, 0.215), (x + 0.045, 0.225)), 0.014, 0.01, 4), "#8a5a3a"
        )
    canvas.shape(
        points((0.215, -0.185), (0.325, -0.135), (0.215, -0.105)), lighter(beak, 0.15), darker(beak, 0.2), (0, 1)
    )
    body = points(
        (-0.18, 0.06),
        (-0.08, -0.07),
        (0.02, -0.2),
        (0.12, -0.255),
        (0.21, -0.22),
        (0.24, -0.135),
        (0.205, -0.03),
        (0.15, 0.09),
        (0.04, 0.165),
        (-0.09, 0.16),
    )
    canvas.shape(smooth(body), lighter(back, 0.2), darker(back, 0.2))
    front = points(
        (0.215, -0.1),
        (0.2, -0.02),
        (0.15, 0.085),
        (0.04, 0.16),
        (-0.08, 0.155),
        (-0.02, 0.08),
        (0.08, 0.0),
        (0.13, -0.09),
    )
    canvas.shape(smooth(front), lighter(belly, 0.12), darker(belly, 0.16))
    feathers = points(
        (0.07, -0.08),
        (0.085, 0.0),
        (0.03, 0.085),
        (-0.12, 0.13),
        (-0.29, 0.15),
        (-0.19, 0.05),
        (-0.08, -0.06),
        (0.01, -0.11),
    )
    canvas.shape(smooth(feathers), lighter(wing, 0.16), darker(wing, 0.3))
    for shift in (0.0, 0.05, 0.1):
        line = points(
            (0.05 - shift * 0.4, -0.01 + shift * 0.6),
            (-0.06 - shift * 0.4, 0.05 + shift * 0.5),
            (-0.2 + shift * 0.3, 0.1 + shift * 0.35),
        )
        canvas.shape(ribbon(line, 0.012, 0.004), darker(wing, 0.42))
    canvas.shape(oval(0.155, -0.165, 0.031, 0.031), lighter(back, 0.6))
    canvas.shape(oval(0.158, -0.165, 0.023, 0.023), "#17121a")
    canvas.shape(oval(0.15, -0.173, 0.008, 0.008), "#ffffff")


# ---------------------------------------------------------------------------------------------- moods


def burning_sky(canvas: Canvas, generator: Generator, horizon: float) -> None:
    """Fire on the horizon, pillars of smoke and a lid of black cloud."""
    for x in generator.uniform(0.0, 1.0, 3):
        canvas.glow(float(x), horizon, 0.4, "#ffb030", 0.75)
    for x in (float(generator.uniform(0.04, 0.22)), float(generator.uniform(0.78, 0.96))):
        smoke = canvas.group()
        for step in range(9):
            puff = 0.035 + 0.011 * step
            drift = 0.02 * np.sin(step * 1.3 + x * 9)
            smoke.shape(
                oval(x + drift, horizon - 0.07 * step, puff, puff * 0.9),
                mix("#4a1f1a", "#1c1216", step / 9),
                glowing=True,
            )
    lid = canvas.group()
    for x in np.linspace(0, 1, 9):
        radius = float(generator.uniform(0.09, 0.15))
        lid.shape(oval(float(x), 0.01, radius * 1.3, radius), "#2a1518", glowing=True)
    for x in np.linspace(0, 1, 9):
        radius = float(generator.uniform(0.06, 0.1))
        lid.shape(oval(float(x), -0.01, radius * 1.3, radius), "#120b10", glowing=True)


def cracks(canvas: Canvas, generator: Generator, y: float) -> None:
    """Glowing fissures in the ground below y."""
    fissures = canvas.group()
    for x in generator.uniform(0.05, 0.95, 4):
        knots = [(float(x), y + 0.01)]
        while knots[-1][1] < 1.02:
            knots.append((knots[-1][0] + float(generator.uniform(-0.09, 0.09)), knots[-1][1] + 0.07))
        for width, colour in ((0.02, "#e8401a"), (0.009, "#ffd04a")):
            outline = ribbon(points(*knots), width * 0.4, width * 1.4, steps=1)
            fissures.shape(outline, colour, glowing=True, near=0.6)


def meteors(canvas: Canvas, generator: Generator) -> None:
    """Burning stones falling through the upper part, an orange rim on everything, embers in the air."""
    canvas.frost("#ff7a2a", 0.012, 0.6)
    falling = canvas.moved(0, 0, near=0.9)
    for x, y in (
        (generator.uniform(0.06, 0.24), generator.uniform(0.12, 0.32)),
        (generator.uniform(0.76, 0.94), generator.uniform(0.1, 0.3)),
    ):
        for length, width, colour in ((0.24, 0.055, "#d8361a"), (0.18, 0.036, "#ff8a2a"), (0.12, 0.02, "#ffe08a")):
            falling.shape(ribbon(points((x, y), (x + length, y - length * 0.8)), width, 0.002, 2), colour, glowing=True)
        falling.shape(oval(x, y, 0.03, 0.03), "#3a1a18", "#1a0f12", glowing=True)
    size = generator.uniform(0.003, 0.007, 34)
    embers = ovals(generator.uniform(0, 1, (34, 2)), size, size, steps=8)
    canvas.moved(0, 0, near=0.95).shapes(embers, "#ffb84a", glowing=True)


def strange_sky(canvas: Canvas, generator: Generator, horizon: float) -> None:
    """A green glow on the horizon, a few stars and a small saucer far off."""
    canvas.glow(0.5, horizon, 0.7, "#7affc0", 0.45)
    stars(canvas, generator, 22, "#d8ffe8")
    saucer(canvas.moved(float(generator.uniform(0.4, 0.6)), 0.08, 0.35, near=0.1))


def saucer(canvas: Canvas) -> None:
    """A flying saucer centred on (0, 0): dome, metal disc, a ring of lights."""
    canvas.shape(oval(0, -0.045, 0.09, 0.085), "#d8fff4", "#4fc4b0", glowing=True)
    canvas.shape(oval(0, 0.005, 0.21, 0.062), "#e4e8f4", "#5a5f80", (0.2, 1), glowing=True)
    canvas.shape(oval(0, 0.024, 0.15, 0.036), "#5a4f7a", "#2a2440", (0, 1), glowing=True)
    lights = canvas.group()
    for index, angle in enumerate(np.linspace(0.25, np.pi - 0.25, 6)):
        colour = "#8affa0" if index % 2 else "#f48aff"
        lights.shape(
            oval(0.175 * np.cos(angle), 0.012 + 0.036 * np.sin(angle), 0.015, 0.013, steps=12), colour, glowing=True
        )


def invasion(canvas: Canvas, generator: Generator) -> None:
    """A large saucer in each upper corner, their green and violet beams mostly behind the subject."""
    before, depth = canvas.colour.copy(), np.asarray(canvas.depth)
    first = bool(generator.integers(2))
    places = []
    for x, y, size, beam in ((0.19, 0.15, 0.95, "#7dff9a"), (0.84, 0.2, 0.72, "#d88aff")):
        x, y = x + float(generator.uniform(-0.03, 0.03)), y + float(generator.uniform(-0.03, 0.03))
        place = canvas.moved(x if first else 1.0 - x, y, size, mirrored=not first, near=0.95)
        for half, opacity in ((0.17, 0.28), (0.1, 0.26)):
            lean = 0.04
            cone = points((-half * 0.6, 0.03), (half * 0.6, 0.03), (half * 1.5 + lean, 0.8), (-half * 1.5 + lean, 0.8))
            place.shape(cone, beam, opacity=opacity, glowing=True)
        place.glow(0, 0.03, 0.26, beam, 0.6)
        places.append(place)
    shielded = Image.fromarray((np.clip(depth * 5.0 - 3.0, 0.0, 0.65) * 255).astype(np.uint8))
    canvas.colour.paste(before, (0, 0), shielded.resize(before.size, Image.Resampling.BILINEAR))
    for place in places:
        saucer(place)


def stars(canvas: Canvas, generator: Generator, count: int, colour: Colour) -> None:
    """Small stars over the upper part of the sky."""
    size = generator.uniform(0.003, 0.0075, count)
    diamonds = ovals(generator.uniform((0, 0), (1, 0.6), (count, 2)), size, size, steps=4)
    canvas.shapes(diamonds, colour, glowing=True)


def moonlit_sky(canvas: Canvas, generator: Generator, horizon: float) -> None:
    """Stars and a full or crescent moon with a halo."""
    stars(canvas, generator, 46, "#fff6d8")
    x, y = choose(generator, (0.16, 0.22, 0.78, 0.84)), float(generator.uniform(0.13, 0.2))
    canvas.glow(x, y, 0.27, "#b8ccff", 0.5)
    canvas.shape(oval(x, y, 0.075, 0.075), "#fff8dc", "#e8dcae", glowing=True)
    for dx, dy, size in ((-0.025, -0.02, 0.016), (0.025, 0.012, 0.02), (-0.012, 0.034, 0.011)):
        canvas.shape(oval(x + dx, y + dy, size, size), "#dccf9f", glowing=True)


def moonlight(canvas: Canvas, generator: Generator) -> None:
    """A thin silver rim on the upper edges of things."""
    canvas.frost("#a8c0f4", 0.008, 0.55)


def snow_clouds(canvas: Canvas, generator: Generator, horizon: float) -> None:
    """Pale heavy clouds."""
    for x in (0.15, 0.55, 0.9):
        y = float(generator.uniform(0.06, 0.2))
        cloud(
            canvas,
            generator,
            x + float(generator.uniform(-0.1, 0.1)),
            y,
            float(generator.uniform(0.15, 0.22)),
            "#eef2f8",
        )


def snowfall(canvas: Canvas, generator: Generator) -> None:
    """Snow lying on every upper edge, and flakes in the air."""
    canvas.frost("#fbfdff", 0.022, 1.0)
    size = generator.uniform(0.005, 0.011, 60)
    flakes = ovals(generator.uniform(0, 1, (60, 2)), size, size, steps=10)
    canvas.moved(0, 0, near=1.0).shapes(flakes, "#ffffff", glowing=True)


MOODS: Mapping[str, Mood] = MappingProxyType(
    {
        "doomsday": Mood(
            skies=(
                ("#1c0c10", "#8f2418", "#ff8a2a"),
                ("#240e14", "#a83418", "#ffb040"),
                ("#180a14", "#7a1a24", "#f46a2a"),
            ),
            backdrop=burning_sky,
            overlay=meteors,
            light=(0.86, 0.66, 0.56),
            saturation=0.95,
            lit_windows=True,
            on_ground=cracks,
        ),
        "alien invasion": Mood(
            skies=(
                ("#1f1450", "#4a3f9a", "#5fd8b0"),
                ("#10304f", "#1f7a80", "#b4f08a"),
                ("#2a1250", "#7a3a9a", "#8ae8b8"),
            ),
            backdrop=strange_sky,
            overlay=invasion,
            light=(0.72, 0.84, 0.9),
            saturation=0.9,
        ),
        "night": Mood(
            skies=(
                ("#070d2c", "#14245c", "#2f4f8f"),
                ("#0a0a2a", "#1f1f5a", "#4a4490"),
                ("#04142c", "#0f3358", "#2f6a8a"),
            ),
            backdrop=moonlit_sky,
            overlay=moonlight,
            light=(0.5, 0.58, 0.84),
            saturation=1.0,
            lit_windows=True,
        ),
        "snow": Mood(
            skies=(
                ("#a8bcd4", "#c8d6e6", "#eaf0f6"),
                ("#9ab4d0", "#c4d8ea", "#f4f2ee"),
                ("#b4bccc", "#d0d6e0", "#eef0f4"),
            ),
            backdrop=snow_clouds,
            overlay=snowfall,
            light=(0.95, 0.98, 1.05),
            saturation=0.85,
            snow=0.9,
        ),
    }
)

SUBJECTS: Mapping[str, Callable[[Canvas, Generator], None]] = MappingProxyType(
    {
        "dog": dog,
        "cat": cat,
        "temple hidden in the jungle": temple,
        "pyramid": pyramid,
        "city architecture": city,
        "house": house,
        "castle": castle,
        "mountain": mountain,
        "boat": boat,
        "tree": tree,
        "flower": flower,
        "bird": bird,
    }
)


def draw_scene(subject: str, moods: tuple[str, ...], generator: Generator, size: int = 256) -> Scene:
    """Draw `subject` (a key of SUBJECTS) in `moods` (keys of MOODS, the first one rules) as a (size, size) picture.

    Raises ValueError for a subject or mood that is not known and for a size below 16.
    """
    if subject not in SUBJECTS:
        raise ValueError(f"subject must be one of {', '.join(SUBJECTS)}, got {subject!r}")
    for mood in moods:
        if mood not in MOODS:
            raise ValueError(f"moods must be of {', '.join(MOODS)}, got {mood!r}")
    if size < 16:
        raise ValueError(f"size must be at least 16, got {size}")
    canvas = Canvas(size, functools.reduce(both, (MOODS[mood] for mood in moods)) if moods else None)
    SUBJECTS[subject](canvas, generator)
    if canvas.mood is not None:
        canvas.mood.overlay(canvas, generator)
    return Scene(
        picture=np.asarray(canvas.colour.reduce(2), dtype=np.float32) / np.float32(255.0),
        regions=np.array(canvas.regions, dtype=np.int32),
        depth=np.array(canvas.depth, dtype=np.float32),
    )
