"""What was asked for, checked once, at the door.

A `Request` holds everything that decides a picture's bytes apart from the model, so it is the key under which a
finished picture is kept. This file knows nothing about tensors, models or pages.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from numbers import Real
from typing import Any, Self, TypeVar

MAX_SEED = 2**32 - 1
MAX_TEXT_LENGTH = 2000
_SHOWN_VALUE_LENGTH = 80
Choice = TypeVar("Choice", bound=StrEnum)


class Mode(StrEnum):
    """How θ acts on the picture."""

    INTERPOLATE = "interpolate"  # paper §2.2, Fig. 5: from one prompt to another
    AUGMENT = "augment"  # paper §2.3, Figs 6-9: along the style's own direction
    WEAKEN = "weaken"  # paper §3.2, "a better way": from the full prompt to the prompt without its style
    GUIDE = "guide"  # paper §4, future work: inside the diffusion stage

    @property
    def theta_range(self) -> tuple[float, float]:
        """The lowest and the highest θ of this mode, both included."""
        match self:
            case Mode.AUGMENT:
                return (-1.0, 1.0)
            case Mode.GUIDE:
                return (-1.0, 2.0)
            case _:
                return (0.0, 1.0)


class Direction(StrEnum):
    """What the style's direction is made of: the paper leaves it open, so both readings are here."""

    PHRASE = "phrase"  # the style phrase on its own
    CONTRAST = "contrast"  # the full prompt against the prompt without the style phrase


class Span(StrEnum):
    """What one angle of slerp is measured over."""

    TOKEN = "token"  # each token has its own angle
    WHOLE = "whole"  # one angle for all tokens together


class BadRequest(ValueError):
    """Something asked for that cannot be done. Reads "theta must be between 0 and 1 in weaken mode, got 3.0".

    `field` names what is wrong, `rule` says what it must be, `value` is what it was.
    """

    def __init__(self, field: str, rule: str, value: object) -> None:
        super().__init__(field, rule, value)
        self.field = field
        self.rule = rule
        self.value = value

    def __str__(self) -> str:
        shown = repr(str(self.value) if isinstance(self.value, StrEnum) else self.value)
        if len(shown) > _SHOWN_VALUE_LENGTH:
            shown = f"{shown[: _SHOWN_VALUE_LENGTH - 1]}…"
        return f"{self.field} {self.rule}, got {shown}"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One picture, wholly described. Wrong values raise `BadRequest`; two equal requests are the same picture.

    Text is stripped and its runs of white space become one space, a string stands for its enum member, 3 for 3.0.
    """

    prompt: str
    style: str
    """The style phrase; in interpolate mode the second prompt."""
    mode: Mode = Mode.AUGMENT
    theta: float = 0.0
    """How far to go, in `mode.theta_range`. At 0 it is the picture of the full prompt (interpolate: of the first)."""
    seed: int = 0
    """Of the initial latents: 0 to 2³²−1 (beyond that torch begins to repeat itself)."""
    second_seed: int | None = None
    """Interpolate mode only: the initial latents go from those of `seed` to those of this one, as the text does."""
    negative_prompt: str = ""
    num_inference_steps: int = 20
    """1 to 200."""
    guidance_scale: float = 4.0
    """1 to 30, as in diffusers: 1 is no guidance, and `negative_prompt` then does nothing."""
    guidance_until: float = 1.0
    """The part of the run, 0 to 1, that is guided. From there on `guidance_scale` is 1, which spares the negative row
    (Kynkäänniemi et al. 2024, without their lower bound). 1 is all of it, as in diffusers."""
    start: float = 0.0
    """The part of the run, 0 to 1, before θ takes hold of the text. Initial latents are there from the beginning."""
    direction: Direction = Direction.CONTRAST
    """Augment and guide only."""
    span: Span = Span.TOKEN
    """All modes but guide, which has no slerp."""
    hold_norm: bool = False
    """Give each token of the result the length it had at θ = 0. All modes but guide."""
    live: bool = False
    """Paint with the model's live variant, which was made for a few steps without guidance."""

    def __post_init__(self) -> None:
        for name in ("prompt", "style"):
            self._set(name, _checked_text(name, getattr(self, name), may_be_empty=False))
        self._set("negative_prompt", _checked_text("negative_prompt", self.negative_prompt, may_be_empty=True))
        self._set("mode", _checked_choice("mode", self.mode, Mode))
        self._set("direction", _checked_choice("direction", self.direction, Direction))
        self._set("span", _checked_choice("span", self.span, Span))
        self._set("theta", checked_theta(self.theta, self.mode))
        self._set("seed", _checked_integer("seed", self.seed, 0, MAX_SEED))
        if self.second_seed is not None:
            if self.mode is not Mode.INTERPOLATE:
                raise BadRequest("second_seed", f"must be left out in {self.mode} mode", self.second_seed)
            self._set("second_seed", _checked_integer("second_seed", self.second_seed, 0, MAX_SEED))
        self._set("num_inference_steps", _checked_integer("num_inference_steps", self.num_inference_steps, 1, 200))
        self._set("guidance_scale", _checked_number("guidance_scale", self.guidance_scale, 1, 30))
        self._set("guidance_until", _checked_number("guidance_until", self.guidance_until, 0, 1))
        self._set("start", _checked_number("start", self.start, 0, 1))
        for name in ("hold_norm", "live"):
            if not isinstance(getattr(self, name), bool):
                raise BadRequest(name, "must be true or false", getattr(self, name))

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)  # how a frozen dataclass normalises itself

    def with_theta(self, theta: float) -> Self:
        """The same request at another θ."""
        return dataclasses.replace(self, theta=theta)

    def to_dict(self) -> dict[str, Any]:
        """Every field as a value that JSON can hold; `from_dict` is its inverse."""
        return {
            field.name: str(value) if isinstance(value := getattr(self, field.name), StrEnum) else value
            for field in dataclasses.fields(self)
        }

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """A request from its fields by name; what is left out has its default, `prompt` and `style` have none."""
        known = [field.name for field in dataclasses.fields(cls)]
        for name, value in mapping.items():
            if name not in known:
                raise BadRequest(str(name), f"is not a field of a request, which are {', '.join(known)}", value)
        for name in ("prompt", "style"):
            if name not in mapping:
                raise BadRequest(name, "must be given", None)
        return cls(**mapping)


def checked_theta(theta: object, mode: Mode) -> float:
    """θ as a float inside the mode's range, or `BadRequest`."""
    return _checked_number("theta", theta, *mode.theta_range, where=f" in {mode} mode")


def _checked_text(field: str, value: object, *, may_be_empty: bool) -> str:
    if not isinstance(value, str):
        raise BadRequest(field, "must be text", value)
    text = " ".join(value.split())
    if not text and not may_be_empty:
        raise BadRequest(field, "must not be empty", value)
    if len(text) > MAX_TEXT_LENGTH:
        raise BadRequest(field, f"must be at most {MAX_TEXT_LENGTH} characters, is {len(text)}", value)
    try:
        text.encode("utf-8")  # half a surrogate pair is a str, yet no text: no tokenizer takes it
    except UnicodeEncodeError:
        raise BadRequest(field, "must be valid Unicode text", value) from None
    return text


def _checked_choice(field: str, value: object, choices: type[Choice]) -> Choice:
    if isinstance(value, str) and value in list(choices):
        return choices(value)
    raise BadRequest(field, f"must be one of {', '.join(choices)}", value)


def _checked_number(field: str, value: object, low: float, high: float, where: str = "") -> float:
    """A float in low…high; −0.0 becomes 0.0, so that both name one picture."""
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or not low <= value <= high:  # type: ignore[operator]  # NaN is nowhere in between
        raise BadRequest(field, f"must be between {low:g} and {high:g}{where}", value)
    return float(value) + 0.0  # type: ignore[arg-type]


def _checked_integer(field: str, value: object, low: int, high: int) -> int:
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or not low <= value <= high or value != int(value):  # type: ignore[operator, call-overload]
        raise BadRequest(field, f"must be a whole number between {low} and {high}", value)
    return int(value)  # type: ignore[call-overload]
