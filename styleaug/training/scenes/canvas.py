"""The canvas: three aligned images that every shape is painted into, and what a mood changes about them.

The two maps beside the picture (`regions`, `depth`) let painterly filters find outlines, panes of glass and distance.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from styleaug.training.scenes.colours import Colour, Generator, mix, rgb
from styleaug.training.scenes.outlines import Points, points

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
    lamp: Callable[[Canvas, Generator, float], None] | None = None  # its sun or moon, unless the subject brings one


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
