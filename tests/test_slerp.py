"""slerp against SciPy, and against the same curve written as an oscillator, in float64."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import geometric_slerp

from styleaug.slerp import hold_norm, slerp, style_vector

seeds = st.integers(0, 2**32 - 1)
angles = st.floats(0.01, 3.1)
inside = st.floats(0, 1)
anywhere = st.floats(-2, 3)
TOLERANCE = 2e-5


def pair(seed, angle, size=16, lengths=(1.0, 1.0)):
    """Two float64 vectors of the given lengths and angle in a random plane."""
    plane, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((size, 2)))
    first, second = plane.T
    return lengths[0] * first, lengths[1] * (np.cos(angle) * first + np.sin(angle) * second)


def oscillator(a, b, t):
    """The solution of x″ = −Ω²x through a at 0 and b at 1: a cos Ωt + c sin Ωt."""
    omega = np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    c = (b - a * np.cos(omega)) / np.sin(omega)
    return a * np.cos(omega * t) + c * np.sin(omega * t)


def tensor(*vectors):
    """Vectors as the tokens of one text, (1, L, D)."""
    return torch.tensor(np.stack(vectors), dtype=torch.float32)[None]


def scale(angle, t):
    """How much rounding in the operands is magnified: both weights grow as 1/sin Ω."""
    return max(1, abs(t), abs(1 - t)) / np.sin(angle)


@given(seeds, angles, inside)
def test_unit_vectors_agree_with_scipy(seed, angle, t):
    a, b = pair(seed, angle)
    ours = slerp(tensor(a), tensor(b), t)[0, 0].double().numpy()
    np.testing.assert_allclose(ours, geometric_slerp(a, b, t), atol=TOLERANCE * scale(angle, t))


@given(seeds, angles, anywhere, st.floats(0.1, 10), st.floats(0.1, 10))
def test_any_lengths_and_extrapolation_agree_with_the_oscillator(seed, angle, t, length_a, length_b):
    a, b = pair(seed, angle, lengths=(length_a, length_b))
    ours = slerp(tensor(a), tensor(b), t)[0, 0].double().numpy()
    tolerance = TOLERANCE * scale(angle, t) * max(length_a, length_b)
    np.testing.assert_allclose(ours, oscillator(a, b, t), atol=tolerance)


@given(seeds, st.floats(0.01, 3.0), anywhere)
def test_unit_vectors_stay_on_the_sphere_and_turn_by_t_omega(seed, angle, t):
    a, b = pair(seed, angle)
    result = slerp(tensor(a), tensor(b), t)[0, 0].double().numpy()
    tolerance = TOLERANCE * scale(angle, t)
    assert np.linalg.norm(result) == pytest.approx(1, abs=tolerance)
    assert result @ a == pytest.approx(np.cos(t * angle), abs=tolerance)


@given(seeds, anywhere)
def test_the_ends_are_the_operands_themselves(seed, t):
    a, b = (tensor(vector) for vector in pair(seed, 1.0))
    for span in ("token", "whole"):
        assert slerp(a, b, 0, span=span) is a
        assert slerp(a, b, 1.0, span=span) is b


@given(seeds, st.floats(0, 1e-4), anywhere)
def test_nearly_parallel_rows_take_the_straight_line(seed, angle, t):
    a, b = pair(seed, angle)
    result = slerp(tensor(a), tensor(b), t)[0, 0].double().numpy()
    np.testing.assert_allclose(result, (1 - t) * a + t * b, atol=1e-5)


@given(seeds, st.floats(0, 1e-4), anywhere)
def test_nearly_antiparallel_rows_take_the_straight_line(seed, short_of_pi, t):
    a, b = pair(seed, np.pi - short_of_pi)
    result = slerp(tensor(a), tensor(b), t)[0, 0].double().numpy()
    np.testing.assert_allclose(result, (1 - t) * a + t * b, atol=1e-5)


@given(seeds, anywhere)
def test_a_zero_row_takes_the_straight_line(seed, t):
    a, b = (tensor(vector) for vector in pair(seed, 1.0))
    zero = torch.zeros_like(a)
    torch.testing.assert_close(slerp(zero, b, t), t * b)
    torch.testing.assert_close(slerp(a, zero, t), (1 - t) * a)
    assert torch.equal(slerp(zero, zero, t), zero)


@pytest.mark.parametrize("span", ["token", "whole"])
def test_the_fallback_has_no_jump(span):
    """Just below and just above the angle where the straight line takes over, the curve is the same."""
    for angle in (0.99e-3, 1.01e-3):
        a, b = pair(3, angle)
        result = slerp(tensor(a), tensor(b), 0.3, span=span)[0, 0].double().numpy()
        np.testing.assert_allclose(result, oscillator(a, b, 0.3), atol=1e-6)


@given(seeds, anywhere)
def test_each_token_has_its_own_angle(seed, t):
    """A parallel, an antiparallel and a zero row do not touch their neighbours."""
    a, b = pair(seed, 1.0)
    first, second = tensor(a, a, a, 0 * a), tensor(b, a, -a, b)
    result = slerp(first, second, t)
    assert torch.isfinite(result).all()
    for row in range(4):
        alone = slerp(first[:, row : row + 1], second[:, row : row + 1], t)
        torch.testing.assert_close(result[:, row : row + 1], alone)


@given(seeds, anywhere)
def test_whole_is_one_angle_for_all_tokens(seed, t):
    a, b = np.random.default_rng(seed).standard_normal((2, 5 * 8))
    result = slerp(tensor(a).reshape(1, 5, 8), tensor(b).reshape(1, 5, 8), t, span="whole")
    assert result.shape == (1, 5, 8)
    np.testing.assert_allclose(result.flatten().numpy(), oscillator(a, b, t), atol=2e-3)


def test_whole_is_one_angle_for_each_picture():
    generator = torch.Generator().manual_seed(0)
    a, b = torch.randn((2, 3, 4, 8, 8), generator=generator)
    together = slerp(a, b, 0.3, span="whole")
    for index in range(3):
        alone = slerp(a[index : index + 1], b[index : index + 1], 0.3, span="whole")
        torch.testing.assert_close(together[index : index + 1], alone)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_float32(dtype):
    a, b = (tensor(vector).to(dtype) for vector in pair(1, 0.02))
    result = slerp(a, b, 0.3)
    assert result.dtype == dtype
    assert torch.equal(result, slerp(a.float(), b.float(), 0.3).to(dtype))


def test_operands_are_left_alone():
    a, b = (tensor(vector) for vector in pair(1, 1.0))
    copies = a.clone(), b.clone()
    slerp(a, b, 0.5)
    assert torch.equal(a, copies[0]) and torch.equal(b, copies[1])


def test_other_shapes_and_spans_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        slerp(torch.ones(1, 2, 3), torch.ones(1, 1, 3), 0.5)
    with pytest.raises(ValueError, match="row"):
        slerp(torch.ones(1, 2, 3), torch.ones(1, 2, 3), 0.5, span="row")


def test_style_vector():
    full, base, phrase = torch.randn((3, 1, 4, 8), generator=torch.Generator().manual_seed(0))
    assert torch.equal(style_vector(full, base, phrase, "contrast"), full - base)
    assert torch.equal(style_vector(full, base, phrase, "phrase"), phrase)
    with pytest.raises(ValueError, match="up"):
        style_vector(full, base, phrase, "up")


@given(seeds)
def test_hold_norm_keeps_directions_and_gives_the_old_lengths(seed):
    tokens, reference = torch.randn((2, 1, 6, 8), generator=torch.Generator().manual_seed(seed))
    tokens[0, 2] = 0
    held = hold_norm(tokens, reference)
    assert torch.equal(held[0, 2], torch.zeros(8))
    others = [0, 1, 3, 4, 5]
    torch.testing.assert_close(held[0, others].norm(dim=-1), reference[0, others].norm(dim=-1))
    cosine = torch.nn.functional.cosine_similarity(held[0, others], tokens[0, others], dim=-1)
    torch.testing.assert_close(cosine, torch.ones(5))
