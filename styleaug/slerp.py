"""Spherical maths on text embeddings and latents."""

import torch
from torch import Tensor

from styleaug.request import Direction, Span

_SMALLEST_SINE = 1e-3
"""Below this sin Ω the great circle through a and b is lost in float32's rounding (antiparallel), or is the straight
line to within it (parallel: the two differ by Ω²/8 ≈ 1e-7 of the length)."""


def slerp(a: Tensor, b: Tensor, t: float, *, span: Span | str = Span.TOKEN) -> Tensor:
    """Spherical linear interpolation from a (t = 0) to b (t = 1); t outside 0…1 goes on along the same great circle.

        slerp(a, b, t) = sin((1−t)Ω)/sin Ω · a + sin(tΩ)/sin Ω · b,   Ω the angle between a and b

    (paper §2.2 and §2.3; Shoemake 1985). a and b keep their lengths: they are not normalised first.

    Args:
        a, b: the same shape. Text embeddings (1, L, D), latents (N, C, H, W), or any shape with a first dimension of
            separate items.
        t: a finite number.
        span: "token" takes one Ω for each row of the last dimension, "whole" one for each item of the first (for
            N latents: one for each picture).

    Returns:
        A tensor like a, computed in float32. At t = 0 and t = 1 it is the operand itself. Rows that are nearly
        parallel or antiparallel, or zero, have no angle worth the name and are interpolated along the straight line.

    Raises:
        ValueError: the shapes differ, or span is neither of the two.
    """
    span = Span(span)
    if a.shape != b.shape:
        raise ValueError(f"slerp takes two tensors of one shape, got {tuple(a.shape)} and {tuple(b.shape)}")
    if t == 0:
        return a
    if t == 1:
        return b
    rows_a, rows_b = (x.float().flatten(start_dim=1) if span is Span.WHOLE else x.float() for x in (a, b))
    angle = _angle(rows_a, rows_b)
    sine = torch.sin(angle)
    straight = (sine < _SMALLEST_SINE) | _is_zero(rows_a) | _is_zero(rows_b)
    sine = torch.where(straight, 1.0, sine)  # both branches of a torch.where are computed: keep this one finite
    weight_a = torch.where(straight, 1 - t, torch.sin((1 - t) * angle) / sine)
    weight_b = torch.where(straight, t, torch.sin(t * angle) / sine)
    return (weight_a * rows_a + weight_b * rows_b).reshape(a.shape).to(a.dtype)


def style_vector(full: Tensor, base: Tensor, phrase: Tensor, direction: Direction | str) -> Tensor:
    """The vector v that augmentation goes along (paper §2.3, where it is left open what v is).

    Args:
        full, base, phrase: E(full prompt), E(base prompt), E(style phrase), each (1, L, D).
        direction: "phrase" is v = E(style phrase), the paper's wording; "contrast" is v = E(full) − E(base), the
            difference that the style makes. CLIP's text tower is causal, so with the style at the end of the prompt
            the contrast is exactly zero on every token before it.
    """
    return phrase if Direction(direction) is Direction.PHRASE else full - base


def hold_norm(tokens: Tensor, reference: Tensor) -> Tensor:
    """Each token of (1, L, D) rescaled to the length it has in `reference`; a zero token stays zero.

    x₁ + v is longer than x₁, and the growth is a suspect for the breakdown the paper sees beyond θ = 0.4 (§3.3).
    """
    length = _length(tokens.float())
    scale = torch.where(length > 0, _length(reference.float()) / torch.where(length > 0, length, 1.0), 1.0)
    return (tokens.float() * scale).to(tokens.dtype)


def _length(rows: Tensor) -> Tensor:
    return torch.linalg.vector_norm(rows, dim=-1, keepdim=True)


def _is_zero(rows: Tensor) -> Tensor:
    return _length(rows) == 0


def _angle(a: Tensor, b: Tensor) -> Tensor:
    """The angle between rows, 0…π: 2·atan2(‖â − b̂‖, ‖â + b̂‖).

    Kahan's formula ("How futile are mindless assessments of roundoff", §12). Unlike acos(â·b̂) it keeps its precision
    where the rows are nearly parallel, which neighbouring prompts are.
    """
    unit_a, unit_b = (rows / torch.where(_is_zero(rows), 1.0, _length(rows)) for rows in (a, b))
    return 2 * torch.atan2(_length(unit_a - unit_b), _length(unit_a + unit_b))
