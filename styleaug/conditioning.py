"""From a mode and a θ to the text that applies at each moment of the run.

A step of the run evaluates the UNet on one to three rows of text and combines what they predict. `Conditioning` says
which rows and how; it knows neither the UNet nor the loop. DESIGN.md §2 is the table these functions write out.
"""

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from styleaug.request import Direction, Mode, Request
from styleaug.slerp import hold_norm, slerp, style_vector
from styleaug.text_memory import TextMemory

Encode = Callable[[str], Tensor]


@dataclass(frozen=True)
class Guidance:
    """What one step does: the rows of text it shows the UNet, and how their predictions become one."""

    prompt_embeds: Tensor
    """(N, L, D), N = 1 to 3."""
    combine: Callable[[Tensor], Tensor]
    """(N, C, H, W) predictions, in the order of the rows, to (1, C, H, W)."""
    texts: tuple[str, ...] | None = None
    """What the rows encode, where every θ sends the same rows and only combines them in its own way: then they need
    evaluating once for all θ that are still at one place. None where θ moves a row, or sends rows of its own."""
    memory: TextMemory = field(default_factory=dict, compare=False, repr=False)
    """Filled by whoever shows a UNet just these rows: what one UNet, in calls of one kind, makes of them."""


@dataclass(frozen=True)
class Conditioning:
    """The guidance of a whole run: that of θ = 0 before `start`, that of θ from there on; by another, from `until`."""

    before: Guidance
    after: Guidance
    start: float
    then: "Conditioning | None" = None
    """What holds from progress `until` on; None is the same."""
    until: float = 1.0

    def at(self, progress: float) -> Guidance:
        """The guidance of a step; `progress`, 0 … 1, is the part of the run that lies behind it."""
        if self.then is not None and progress >= self.until:
            return self.then.at(progress)
        return self.before if progress < self.start else self.after


def full_and_base(prompt: str, style: str) -> tuple[str, str]:
    """The prompt with the style phrase, and the prompt without it.

    If the phrase already stands in the prompt (as whole words, in any case), full is the prompt as written, and base
    is what remains without it and without the comma that joined them: nothing at all, if the prompt is the phrase.
    Otherwise the phrase is put at the end.
    """
    phrase = re.compile(rf"(?<!\w){re.escape(style)}(?!\w)", re.IGNORECASE)
    if phrase.search(prompt) is None:
        return f"{prompt} {style}", prompt
    return prompt, " ".join(phrase.sub(" ", prompt).split()).strip(" ,;")


def most_rows(request: Request) -> int:
    """The most rows that a step sends at any θ of this request: 1 to 3."""
    is_guided = request.guidance_scale > 1
    if request.mode is Mode.GUIDE:
        return 3 if is_guided or request.direction is Direction.PHRASE else 2
    return 2 if is_guided else 1


def condition(request: Request, encode: Encode) -> Conditioning:
    """The conditioning of a request.

    A mode encodes the same texts at every θ, so that with a cache behind `encode` moving θ encodes nothing.

    Args:
        encode: a text to its prompt_embeds (1, L, D).
    """
    guided = _condition(request, encode)
    if request.guidance_until == 1 or request.guidance_scale == 1:
        return guided
    unguided = _condition(dataclasses.replace(request, guidance_scale=1.0), encode)
    return dataclasses.replace(guided, then=unguided, until=request.guidance_until)


def _condition(request: Request, encode: Encode) -> Conditioning:
    """The same under one `guidance_scale` for the whole run."""
    if request.mode is Mode.GUIDE:
        return _guide(request, encode)
    origin, moved = _moved_text(request, encode)
    if request.hold_norm and request.theta != 0:
        moved = hold_norm(moved, origin)
    negative = encode(request.negative_prompt) if request.guidance_scale > 1 else None
    return Conditioning(
        before=_plain(origin, negative, request.guidance_scale),
        after=_plain(moved, negative, request.guidance_scale),
        start=request.start,
    )


def _moved_text(request: Request, encode: Encode) -> tuple[Tensor, Tensor]:
    """The prompt_embeds of θ = 0, and those of the request's θ."""
    if request.mode is Mode.INTERPOLATE:  # §2.2: slerp(x₁, x₂, θ)
        origin, target = encode(request.prompt), encode(request.style)
        return origin, slerp(origin, target, request.theta, span=request.span)
    full_prompt, base_prompt = full_and_base(request.prompt, request.style)
    full, base = encode(full_prompt), encode(base_prompt)
    if request.mode is Mode.WEAKEN:  # §3.2: slerp(x₁, x₂, θ), "the style prompt being the difference between" the two
        return full, slerp(full, base, request.theta, span=request.span)
    vector = style_vector(full, base, encode(request.style), request.direction)
    return full, slerp(full, full + vector, request.theta, span=request.span)  # §2.3: slerp(x₁, x₁ + v, θ)


def _plain(positive: Tensor, negative: Tensor | None, guidance_scale: float) -> Guidance:
    """Classifier-free guidance as diffusers does it: ε̂ = ε_∅ + g·(ε − ε_∅); without a negative row, ε̂ = ε."""
    if negative is None or guidance_scale == 1:
        return Guidance(positive, lambda noise_pred: noise_pred)

    def combine(noise_pred: Tensor) -> Tensor:
        noise_pred_negative, noise_pred_positive = noise_pred.chunk(2)
        return noise_pred_negative + guidance_scale * (noise_pred_positive - noise_pred_negative)

    return Guidance(torch.cat([negative, positive]), combine)


def _guide(request: Request, encode: Encode) -> Conditioning:
    """The style as one more guidance term inside the diffusion stage, the paper's future work (§4)."""
    full_prompt, base_prompt = full_and_base(request.prompt, request.style)
    is_contrast = request.direction is Direction.CONTRAST
    other_prompt = base_prompt if is_contrast else request.style
    full, other = encode(full_prompt), encode(other_prompt)
    negative = encode(request.negative_prompt) if request.guidance_scale > 1 or not is_contrast else None
    before = _plain(full, negative, request.guidance_scale)
    if request.theta == 0:
        after = before
    elif request.theta == -1 and is_contrast:  # the full prompt cancels out: the picture of the base prompt, exactly
        after = _plain(other, negative, request.guidance_scale)
    else:
        unconditional = () if negative is None else (request.negative_prompt,)
        texts = (*unconditional, full_prompt, other_prompt)
        after = dataclasses.replace(_guided(full, other, negative, request), texts=texts)
    return Conditioning(before=before, after=after, start=request.start)


def _guided(full: Tensor, other: Tensor, negative: Tensor | None, request: Request) -> Guidance:
    """ε̂ = ε_∅ + g·(ε_full − ε_∅) + g·θ·d, where d = ε_full − ε_base (contrast) or ε_style − ε_∅ (phrase).

    With g = 1 the first two terms are ε_full, and the contrast needs no row for ε_∅.
    """
    scale, theta = request.guidance_scale, request.theta
    if negative is None:

        def combine_two(noise_pred: Tensor) -> Tensor:
            noise_pred_full, noise_pred_base = noise_pred.chunk(2)
            return noise_pred_full + theta * (noise_pred_full - noise_pred_base)

        return Guidance(torch.cat([full, other]), combine_two)

    def combine(noise_pred: Tensor) -> Tensor:
        noise_pred_negative, noise_pred_full, noise_pred_other = noise_pred.chunk(3)
        if request.direction is Direction.CONTRAST:
            difference = noise_pred_full - noise_pred_other
        else:
            difference = noise_pred_other - noise_pred_negative
        guided = noise_pred_negative + scale * (noise_pred_full - noise_pred_negative)
        return guided + scale * theta * difference

    return Guidance(torch.cat([negative, full, other]), combine)
