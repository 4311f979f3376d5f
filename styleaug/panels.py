"""What hangs side by side on the page, and at which θ.

Most often one picture hangs alone. Several styles, parted by semicolons, hang side by side, and so do the four modes;
all share prompt, seed and one θ. This file knows requests; it knows nothing of pages or of rendering.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from styleaug.request import BadRequest, Mode, Request

ALL_MODES = "all"
MODES_IN_ORDER = (Mode.WEAKEN, Mode.AUGMENT, Mode.GUIDE, Mode.INTERPOLATE)
MOST_PANELS = 9
STOPS = 9
RangeOf = Callable[[Mode], tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """One picture among those that hang side by side."""

    name: str
    """What tells it from the others; empty for a picture that hangs alone."""
    request: Request


@dataclass(frozen=True)
class Hanging:
    """What hangs on the wall: one panel or several, under one θ."""

    mode: str
    """The mode of all panels, or "all"."""
    panels: tuple[Panel, ...]

    @property
    def fields(self) -> dict[str, Any]:
        """What `hang` makes this same hanging from; values that JSON can hold."""
        first = self.panels[0].request.to_dict()
        styles = dict.fromkeys(panel.request.style for panel in self.panels)
        return {**first, "mode": str(self.mode), "style": "; ".join(styles)}

    @property
    def title(self) -> str:
        """The picture's name, for a person."""
        request = self.panels[0].request
        if len(self.panels) > 1 and self.mode != ALL_MODES:
            return f"{request.prompt}: {', '.join(panel.name for panel in self.panels)}"
        if self.mode == Mode.INTERPOLATE:
            return f"{request.prompt} → {request.style}"
        if request.style.lower() in request.prompt.lower():
            return request.prompt
        return f"{request.prompt}, {request.style}"

    def at(self, theta: float) -> tuple[Request, ...]:
        """Each panel's request at this θ; raises `BadRequest` if a panel's mode does not have it."""
        return tuple(panel.request.with_theta(theta) for panel in self.panels)


def hang(fields: Mapping[str, Any]) -> Hanging:
    """The panels that these fields ask for.

    Args:
        fields: those of a `Request`, but `mode` may be "all", which hangs one panel for each mode, and `style` may hold
            up to nine styles (in interpolate mode: second prompts) parted by semicolons, which hang one panel each.
            `second_seed` counts in interpolate mode only.

    Raises:
        BadRequest: too many styles, several styles in all modes, or what `Request` refuses.
    """
    mode = fields.get("mode")
    styles = _parted(fields.get("style"))
    if len(styles) > MOST_PANELS:
        raise BadRequest("style", f"must be at most {MOST_PANELS} styles, is {len(styles)}", fields["style"])
    if mode == ALL_MODES:
        if len(styles) > 1:
            raise BadRequest("style", "must be a single one where all modes hang side by side", fields["style"])
        return Hanging(
            ALL_MODES, tuple(Panel(each.capitalize(), _request(fields, mode=str(each))) for each in MODES_IN_ORDER)
        )
    if len(styles) > 1:
        several = tuple(Panel(style, _request(fields, style=style)) for style in styles)
        return Hanging(several[0].request.mode, several)
    request = _request(fields)
    return Hanging(request.mode, (Panel("", request),))


def _parted(style: Any) -> list[str]:
    """The styles between the semicolons, each once."""
    parts = style.split(";") if isinstance(style, str) else []
    return list(dict.fromkeys(" ".join(part.split()) for part in parts if part.strip()))


def _request(fields: Mapping[str, Any], **changed: Any) -> Request:
    mine = {**fields, **changed}
    if mine.get("mode") != Mode.INTERPOLATE:
        mine["second_seed"] = None
    return Request.from_dict(mine)


def theta_range(mode: str, range_of: RangeOf = lambda mode: mode.theta_range) -> tuple[float, float]:
    """The lowest and the highest θ of a mode; of "all", those that every mode has. `range_of` may be a model's own."""
    ranges = [range_of(each) for each in (Mode if mode == ALL_MODES else [Mode(mode)])]
    return max(low for low, _ in ranges), min(high for _, high in ranges)


def columns_for(count: int) -> int:
    """In how many columns so many panels hang: as near to a square as can be, √count rounded up."""
    return math.isqrt(count - 1) + 1


def coarse_to_fine(low: float, high: float, resting: float, stops: int = STOPS) -> list[float]:
    """A grid of θ in low…high in the order of rendering: the resting θ, both ends, 0, then each widest gap halved.

    In hundredths, as the slider counts, so that it can rest on each. The grid is the same wherever θ rests, so that
    visitors share its frames; a resting θ beside it comes on top.
    """
    grid = list(dict.fromkeys((low, high, 0.0)))
    while len(grid) < stops:
        gaps = pairwise(sorted(grid))
        left, right = max(gaps, key=lambda gap: (gap[1] - gap[0], -abs(gap[0] + gap[1])))
        grid.append(round((left + right) / 2, 2))
    return list(dict.fromkeys((resting, *grid)))
