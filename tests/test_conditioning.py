"""The modes, with an encoder that is only arithmetic on the text."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from styleaug.conditioning import condition, full_and_base
from styleaug.request import Mode, Request
from styleaug.slerp import hold_norm, slerp


def encode(text):
    """(1, 4, 8), the same for the same text."""
    return torch.randn((1, 4, 8), generator=torch.Generator().manual_seed(sum(map(ord, text)) + len(text)))


def request(**fields):
    return Request(**{"prompt": "a temple", "style": "Monet style", "guidance_scale": 3.0, **fields})


FULL, BASE, STYLE, NEGATIVE = (encode(text) for text in ("a temple Monet style", "a temple", "Monet style", ""))
NOISE = torch.randn((3, 4, 8, 8), generator=torch.Generator().manual_seed(5))


def same(guidance, *rows):
    return torch.equal(guidance.prompt_embeds, torch.cat(rows))


@pytest.mark.parametrize(
    ("prompt", "style", "full", "base"),
    [
        (
            "temple hidden in the jungle",
            "Monet style",
            "temple hidden in the jungle Monet style",
            "temple hidden in the jungle",
        ),
        (
            "doomsday pyramid cyberpunk alien invasion",
            "cyberpunk",
            "doomsday pyramid cyberpunk alien invasion",
            "doomsday pyramid alien invasion",
        ),
        (
            "futuristic high tech city architecture",
            "futuristic high tech",
            "futuristic high tech city architecture",
            "city architecture",
        ),
        ("a dog, MONET Style", "monet style", "a dog, MONET Style", "a dog"),
        ("Monet style", "monet style", "Monet style", ""),
        ("a cartoon", "art", "a cartoon art", "a cartoon"),
        ("night by night", "night", "night by night", "by"),
        ("a dog (1+1)", "1+1", "a dog (1+1)", "a dog ( )"),
        ("a dog", "c++", "a dog c++", "a dog"),
        ("c++ art", "c++", "c++ art", "art"),
    ],
)
def test_full_and_base(prompt, style, full, base):
    assert full_and_base(prompt, style) == (full, base)


words = st.lists(st.sampled_from(["a", "dog", "Monet", "style", "night"]), min_size=1, max_size=5).map(" ".join)


@given(words, words)
def test_full_has_the_style_and_base_has_not(prompt, style):
    full, base = full_and_base(prompt, style)
    assert style.lower() in full.lower()
    assert full in (prompt, f"{prompt} {style}")
    assert base == " ".join(base.split())
    if full == prompt:
        assert len(base.split()) <= len(prompt.split()) - len(style.split())


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("direction", ["phrase", "contrast"])
@pytest.mark.parametrize("held", [False, True])
def test_theta_zero_is_the_plain_prompt(mode, direction, held):
    conditioning = condition(request(mode=mode, direction=direction, hold_norm=held), encode)
    origin = BASE if mode is Mode.INTERPOLATE else FULL
    for progress in (0.0, 0.5, 1.0):
        assert same(conditioning.at(progress), NEGATIVE, origin)


@pytest.mark.parametrize("span", ["token", "whole"])
def test_what_each_mode_moves_the_text_to(span):
    theta = 0.3
    for mode, direction, expected in (
        ("interpolate", "contrast", slerp(BASE, STYLE, theta, span=span)),
        ("augment", "phrase", slerp(FULL, FULL + STYLE, theta, span=span)),
        ("augment", "contrast", slerp(FULL, FULL + (FULL - BASE), theta, span=span)),
        ("weaken", "contrast", slerp(FULL, BASE, theta, span=span)),
    ):
        asked = request(mode=mode, direction=direction, theta=theta, span=span)
        assert same(condition(asked, encode).at(0), NEGATIVE, expected), (mode, direction)


def test_the_ends_are_the_target_prompts():
    assert same(condition(request(mode="interpolate", theta=1), encode).at(0), NEGATIVE, STYLE)
    assert same(condition(request(mode="weaken", theta=1), encode).at(0), NEGATIVE, BASE)
    assert same(condition(request(mode="guide", theta=-1), encode).at(0), NEGATIVE, BASE)


def test_hold_norm_gives_every_token_the_length_it_had():
    moved = condition(request(theta=0.5, hold_norm=True), encode).at(0).prompt_embeds[1:]
    torch.testing.assert_close(moved.norm(dim=-1), FULL.norm(dim=-1))
    assert torch.equal(moved, hold_norm(slerp(FULL, FULL + (FULL - BASE), 0.5), FULL))


@pytest.mark.parametrize("mode", Mode)
@given(start=st.floats(0, 1), progress=st.floats(0, 1))
def test_before_start_every_mode_has_the_text_of_theta_zero(mode, start, progress):
    at = condition(request(mode=mode, theta=0.5, start=start), encode).at(progress)
    plain = condition(request(mode=mode, theta=0), encode).at(progress)
    assert torch.equal(at.prompt_embeds, plain.prompt_embeds) == (progress < start)


def test_classifier_free_guidance():
    guidance = condition(request(), encode).at(0)
    expected = NOISE[:1] + 3.0 * (NOISE[1:2] - NOISE[:1])
    assert torch.equal(guidance.combine(NOISE[:2]), expected)


@pytest.mark.parametrize("mode", Mode)
def test_a_guidance_scale_of_one_needs_no_negative_prompt(mode):
    texts = []

    def encode_and_tell(text):
        texts.append(text)
        return encode(text)

    asked = request(mode=mode, guidance_scale=1, negative_prompt="never read")
    guidance = condition(asked, encode_and_tell).at(0)
    assert len(guidance.prompt_embeds) == 1 and "never read" not in texts
    assert torch.equal(guidance.combine(NOISE[:1]), NOISE[:1])


@given(theta=st.floats(-1, 2), scale=st.floats(1, 30))
def test_guide_is_the_formula_of_the_design(theta, scale):
    """ε̂ = ε_∅ + g·(ε_full − ε_∅) + g·θ·d, in float64, with each text's own prediction found by its row."""
    predictions = {"negative": NOISE[0], "full": NOISE[1], "base": NOISE[2], "style": NOISE[0] * NOISE[1]}
    texts = {"negative": NEGATIVE, "full": FULL, "base": BASE, "style": STYLE}

    def predict(prompt_embeds):
        names = [next(name for name, text in texts.items() if torch.equal(text[0], row)) for row in prompt_embeds]
        return torch.stack([predictions[name] for name in names])

    negative, full, base, style = (predictions[name].double() for name in ("negative", "full", "base", "style"))
    for direction, difference in (("contrast", full - base), ("phrase", style - negative)):
        asked = request(mode="guide", direction=direction, theta=theta, guidance_scale=scale)
        guidance = condition(asked, encode).at(0)
        expected = negative + scale * (full - negative) + scale * theta * difference
        combined = guidance.combine(predict(guidance.prompt_embeds))
        assert combined.shape == (1, 4, 8, 8)
        torch.testing.assert_close(combined[0].double(), expected, atol=2e-3, rtol=1e-4)


@pytest.mark.parametrize(
    ("direction", "theta", "scale", "rows"),
    [
        ("contrast", 0, 3, 2),
        ("contrast", 0.5, 3, 3),
        ("contrast", -1, 3, 2),
        ("contrast", 0, 1, 1),
        ("contrast", 0.5, 1, 2),
        ("contrast", -1, 1, 1),
        ("phrase", 0, 3, 2),
        ("phrase", -1, 3, 3),
        ("phrase", 0, 1, 1),
        ("phrase", 0.5, 1, 3),
    ],
)
def test_guide_sends_no_row_it_does_not_need(direction, theta, scale, rows):
    asked = request(mode="guide", direction=direction, theta=theta, guidance_scale=scale, start=0.5)
    conditioning = condition(asked, encode)
    assert len(conditioning.at(0.5).prompt_embeds) == rows
    before = conditioning.at(0.49)
    noise = NOISE[: len(before.prompt_embeds)]
    plain = condition(request(guidance_scale=scale), encode).at(0)
    expected = plain.combine(noise[: len(plain.prompt_embeds)])
    assert torch.equal(before.combine(noise), expected)


@pytest.mark.parametrize("mode", Mode)
def test_every_theta_needs_the_same_texts(mode):
    def texts(theta):
        seen = set()
        condition(request(mode=mode, theta=theta), lambda text: (seen.add(text), encode(text))[1])
        return seen

    assert texts(0) == texts(0.3) == texts(1)
