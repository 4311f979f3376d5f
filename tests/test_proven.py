"""styleaug.proven: the same bytes as the plain layers, by their twins in blocks or without them."""

import copy
import dataclasses
from collections import Counter

import parts
import pytest
import torch
from torch import nn

from styleaug.engine import StyleEngine
from styleaug.loading import load_model
from styleaug.proven import ProvenLinear, proven
from styleaug.request import Mode, Request
from styleaug.text_memory import memory_options, remember_text

SHAPE = (4, 8, 8)


@pytest.fixture
def unet():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        unet = parts.unet(**parts.POOLED_TEXT).eval()
    remember_text(unet)
    return unet


def say(unet, rows: int, **options) -> torch.Tensor:
    generator = torch.Generator().manual_seed(rows)
    latents = torch.randn(rows, *SHAPE, generator=generator)
    text = torch.randn(rows, parts.MAX_LENGTH, 16, generator=generator)
    with torch.no_grad():
        return unet(latents, 300, encoder_hidden_states=text, return_dict=False, **options)[0]


def layers(unet) -> list[ProvenLinear]:
    return [module for module in unet.modules() if isinstance(module, ProvenLinear)]


@pytest.fixture
def counted():
    """How often each of a layer's two ways is gone from now on."""

    def count(layer: ProvenLinear) -> Counter:
        counts: Counter = Counter(plain=0, twin=0)
        for name in counts:
            getattr(layer, name).register_forward_hook(lambda *_, name=name: counts.update([name]))
        return counts

    return count


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_proven_unet_says_the_same_bytes(unet, rows, threads):
    laid_out, before = proven(unet), torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        for _ in range(3):
            assert torch.equal(say(laid_out, rows), say(unet, rows))
            assert torch.equal(say(laid_out, rows, **memory_options({})), say(unet, rows))
    finally:
        torch.set_num_threads(before)


def test_the_original_stays_as_it_is_and_shares_its_weights(unet):
    laid_out = proven(unet)
    assert not layers(unet) and len(layers(laid_out)) >= 3
    assert {id(weights) for weights in laid_out.parameters()} == {id(weights) for weights in unet.parameters()}


def test_after_one_trial_the_twin_answers_alone_where_it_was_equal(counted):
    layer = ProvenLinear(nn.Linear(4, 8).eval())
    layer.twin = copy.deepcopy(layer.plain)
    counts = counted(layer)
    with torch.no_grad():
        for _ in range(3):
            layer(torch.randn(2, 4))
    assert counts == {"plain": 1, "twin": 4}


def test_a_twin_that_sums_in_another_order_never_answers(counted):
    class Backwards(nn.Module):
        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            return nn.functional.linear(rows.flip(-1), layer.plain.weight.flip(-1), layer.plain.bias)

    layer = ProvenLinear(nn.Linear(999, 8).eval())
    layer.twin = Backwards()
    counts = counted(layer)
    with torch.no_grad():
        rows = torch.randn(3, 999)
        for _ in range(3):
            assert torch.equal(layer(rows), layer.plain(rows))
        torch.testing.assert_close(layer.twin(rows), layer.plain(rows))
    assert counts["twin"] == 2  # one trial, and the line above


@pytest.mark.parametrize("change", ["shape", "strides", "threads"])
def test_another_shape_layout_or_number_of_threads_is_tried_anew(change):
    layer, rows, before = ProvenLinear(nn.Linear(4, 32).eval()), torch.randn(4, 4), torch.get_num_threads()
    other = {"shape": rows[:1], "strides": rows.T, "threads": rows}[change]
    with torch.no_grad():
        layer(rows)
        torch.set_num_threads(before + 1 if change == "threads" else before)
        try:
            assert torch.equal(layer(other), layer.plain(other))
        finally:
            torch.set_num_threads(before)
    assert len(layer.equal) == 2


@pytest.fixture(scope="module")
def bundled():
    return load_model("tiny", device="cpu")


@pytest.mark.parametrize("mode", [Mode.AUGMENT, Mode.GUIDE])
@pytest.mark.parametrize("live", [False, True])
def test_pictures_of_the_bundled_model_are_those_of_its_plain_parts(bundled, mode, live):
    model = bundled.variant(live)
    plain = dataclasses.replace(model, flat_unet=None)
    asked = Request.from_dict(
        {"prompt": "castle", "style": "Monet style", "mode": mode, "theta": 0.5, "seed": 3} | model.settings
    )
    picture = StyleEngine(model).render(asked)
    assert picture.image.tobytes() == StyleEngine(plain).render(asked).image.tobytes()


def test_the_twins_of_the_bundled_model_are_of_use(bundled):
    """On whatever this is run: with two rows some of its layers are equal, and there the twins answer."""
    unet = bundled.flat_unet.plain
    latents, text = torch.randn(2, *bundled.latent_shape), bundled.encode("castle").repeat(2, 1, 1)
    with torch.no_grad():
        unet(latents, 300, encoder_hidden_states=text)
    assert any(equal for layer in layers(unet) for equal in layer.equal.values())
