"""styleaug.training.additive: the text tower learns to keep parallelograms of captions, and little else."""

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from accelerate import Accelerator

from styleaug.training.additive import draw_corners, draw_others, gap, train_additive
from styleaug.training.analogy import Analogies
from styleaug.training.parts import Parts, build_parts, token_ids
from styleaug.training.tiny import Spec, StageSpec

SPEC = Spec(text_width=32, text_layers=1, text_heads=2, sight_layers=1, unet_channels=(32, 64), head_width=16)


def count_words(text: str) -> int:
    return len(text.split())


@pytest.mark.parametrize("count", [1, 5])
def test_corners_come_in_fours_that_share_their_words(count: int) -> None:
    texts = draw_corners(count, Analogies(count_words), np.random.default_rng(0))
    assert len(texts) == 4 * count
    for full, other_style, other_subject, neither in np.reshape(texts, (count, 4)):
        assert sorted(f"{full} {neither}".split()) == sorted(f"{other_style} {other_subject}".split())


def test_no_corner_is_of_a_pair_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were all but one subject held out, no parallelogram but one of it with itself could be drawn."""
    monkeypatch.setattr("styleaug.training.analogy.held_out", lambda subject, style: subject != "castle")
    monkeypatch.setattr("styleaug.training.drawings.held_out", lambda subject, style: False)
    texts = draw_corners(20, Analogies(count_words), np.random.default_rng(0))
    assert all("castle" in text or "fortress" in text for text in texts)


def test_other_texts_are_of_all_kinds() -> None:
    texts = draw_others(200, np.random.default_rng(0))
    assert len(texts) == 600 and "" in texts and "cyberpunk" in texts and any("night" in text for text in texts)


def test_the_gap_is_that_of_the_formula() -> None:
    corners = torch.randn(8, 5, 3)
    expected = sum(((each[0] - each[1] - each[2] + each[3]) ** 2).mean() for each in (corners[:4], corners[4:])) / 2
    torch.testing.assert_close(gap(corners), expected)
    corners[0::4] = corners[1::4] + corners[2::4] - corners[3::4]
    assert gap(corners) < 1e-12


@pytest.fixture
def parts() -> Parts:
    torch.manual_seed(0)
    return build_parts(SPEC)


def test_it_closes_the_gap_and_leaves_all_else(parts: Parts, tmp_path: Path) -> None:
    spec = replace(SPEC, additive=StageSpec(steps=60, batch=8, learning_rate=3e-3, warmup=5, average=0.5))
    before = copy.deepcopy(parts)
    train_additive(parts, spec, tmp_path, Accelerator(mixed_precision="bf16"))
    analogies = Analogies(parts.count_tokens)
    texts = draw_corners(64, analogies, np.random.default_rng(99))
    ids = token_ids(parts.tokenizer, texts, torch.device("cpu"))
    with torch.no_grad():
        old, new = before.text_encoder(ids)[0], parts.text_encoder(ids)[0]
    assert gap(new) < 0.5 * gap(old)
    assert (new - old).square().mean() < 0.2 * old.var()
    for name in ("image_encoder", "unet", "vae"):
        for one, other in zip(getattr(before, name).parameters(), getattr(parts, name).parameters(), strict=True):
            assert torch.equal(one, other)
