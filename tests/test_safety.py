"""styleaug.safety: the filter hides what its checker says, and nothing else."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import parts
import pytest
import torch
from PIL import Image

from styleaug.engine import StyleEngine
from styleaug.loading import load_model
from styleaug.model import ModelError
from styleaug.request import Request
from styleaug.safety import SafetyFilter, hidden_placard

ASKED = Request(prompt="a dog", style="Monet style", num_inference_steps=2, theta=0.5)


def firing_on(image, other):
    """A checker that hides `image` and lets `other` pass: its first concept is what it sees in the one, with a
    threshold half way to what it sees in the other."""
    checker, processor = parts.safety_checker(), parts.image_processor()
    with torch.no_grad():
        seen = [
            checker.visual_projection(checker.vision_model(processor([each], return_tensors="pt").pixel_values)[1])[0]
            for each in (image, other)
        ]
        checker.concept_embeds[0] = seen[0]
        likeness = torch.nn.functional.cosine_similarity(*seen, dim=0)
        checker.concept_embeds_weights[0] = (1 + likeness) / 2
    return SafetyFilter(checker, processor)


def picture(seed):
    return Image.fromarray(np.random.default_rng(seed).integers(0, 255, (16, 16, 3), dtype=np.uint8))


def test_it_hides_what_its_checker_finds_and_leaves_pictures_alone():
    images = [picture(0), picture(1), picture(0)]
    before = [image.tobytes() for image in images]
    assert firing_on(images[0], images[1]).hides(images) == [True, False, True]
    assert [image.tobytes() for image in images] == before


def test_a_hidden_picture_is_a_placard_and_says_so(random_model):
    engine = StyleEngine(random_model)
    shown, hidden = engine.render(ASKED), engine.render(ASKED.with_theta(1))
    assert not shown.hidden
    strict = SimpleNamespace(hides=lambda images: [image.tobytes() == hidden.image.tobytes() for image in images])
    guarded = StyleEngine(dataclasses.replace(random_model, safety=strict))
    for _ in range(2):  # made, and from the cache
        through, kept_back = guarded.sweep(ASKED, [0.5, 1])
        assert not through.hidden and through.image.tobytes() == shown.image.tobytes()
        assert kept_back.hidden and kept_back.image.tobytes() == hidden_placard(hidden.image.size).tobytes()


def test_the_placard_is_not_black_and_can_be_read():
    pixels = np.asarray(hidden_placard((256, 256)).convert("L"))
    assert pixels.mean() > 150 and pixels.min() < 120


def test_a_filter_is_loaded_with_its_model_unless_it_is_left_out(random_model, tmp_path):
    folder = parts.save_with_filter(random_model, tmp_path / "guarded", parts.safety_checker())
    loaded = load_model(folder, device="cpu")
    assert loaded.safety is not None and loaded.safety.hides([picture(0)]) == [False]
    assert load_model(folder, device="cpu", safety=False).safety is None


@pytest.mark.parametrize("part", ["safety_checker", "feature_extractor"])
def test_half_a_filter_is_refused(random_model, tmp_path, part):
    folder = parts.save_with_filter(random_model, tmp_path / "guarded", parts.safety_checker())
    (folder / part).rename(folder / "elsewhere")
    with pytest.raises(ModelError, match=f"its folder {part} is missing"):
        load_model(folder, device="cpu")
