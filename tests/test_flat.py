"""styleaug.flat: the same bytes as the UNet says, without its Python."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import parts
import pytest
import torch
from torch import nn

from styleaug.cores import on_cores
from styleaug.flat import MOST_WEIGHTS, FlatUnet, can_be_flat
from styleaug.loading import load_model
from styleaug.packed import packed
from styleaug.proven import proven
from styleaug.text_memory import readers, remember_text

SHAPE = (4, 8, 8)


@pytest.fixture(params=[{}, parts.POOLED_TEXT], ids=["plain", "pooled text"])
def unet(request):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        unet = parts.unet(**request.param).eval()
    remember_text(unet)
    return unet


def questions(rows: int, shape=SHAPE, width: int = 16, length: int = parts.MAX_LENGTH):
    """Three steps of one run: latents, timestep, text."""
    text = torch.randn(rows, length, width)
    return [(torch.randn(rows, *shape), torch.tensor(timestep), text) for timestep in (900, 500, 20)]


def said_by(unet, latents, timestep, text):
    with torch.no_grad():
        return unet(latents, timestep, encoder_hidden_states=text, return_dict=False)[0]


def calls(unet) -> Counter:
    """How often a UNet is called from now on."""
    counts: Counter = Counter()
    unet.register_forward_hook(lambda *_: counts.update(["unet"]))
    return counts


@pytest.mark.parametrize("rows", [1, 2, 3])
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("laid_out", [lambda unet: unet, proven], ids=["plain", "proven"])
def test_the_same_bytes_at_every_step(unet, rows, threads, laid_out):
    flat = FlatUnet(laid_out(unet))
    with on_cores(threads), torch.inference_mode():
        for _ in range(2):
            memory: dict = {}
            for question in questions(rows):
                assert torch.equal(flat(*question, memory), said_by(unet, *question))
    assert list(flat.records.values()) != [None]


def test_weights_in_blocks_are_used_as_they_are():
    plain = parts.model().unet
    question = questions(1)[0]
    blocked = packed(plain, lambda unet: said_by(unet, *question))
    flat = FlatUnet(blocked)
    for question in questions(1):
        with torch.no_grad():
            assert torch.equal(flat(*question, {}), said_by(blocked, *question))
    assert list(flat.records.values()) != [None]


def test_after_the_first_call_of_a_kind_the_unet_is_not_called(unet):
    counts = calls(unet)
    flat = FlatUnet(unet)
    with torch.no_grad():
        flat(*questions(2)[0], {})
        begun = counts["unet"]
        assert begun > 0
        for question in questions(2):
            flat(*question, {})
        assert counts["unet"] == begun
        flat(*questions(1)[0], {})
        assert counts["unet"] > begun and len(flat.records) == 2


def test_another_number_of_threads_or_another_type_is_a_kind_of_its_own(unet):
    flat, (latents, timestep, text) = FlatUnet(unet), questions(1)[0]
    with torch.no_grad():
        flat(latents, timestep, text, {})
        flat(latents, timestep.float(), text, {})
        with on_cores(2):
            flat(latents, timestep, text, {})
    assert len(flat.records) == 3


def test_a_record_that_says_other_bytes_is_never_used(unet, monkeypatch):
    monkeypatch.setattr(FlatUnet, "_recorded", lambda *_: lambda latents, *_: latents + 1)
    flat = FlatUnet(unet)
    for question in questions(1):
        with torch.no_grad():
            assert torch.equal(flat(*question, {}), said_by(unet, *question))
    assert list(flat.records.values()) == [None]


def test_a_text_is_read_once(unet):
    flat = FlatUnet(unet)
    memory: dict = {}
    first, *others = questions(1)
    with torch.no_grad():
        flat(*first, memory)
        assert list(memory) == readers(unet)
        kept = dict(memory)
        for question in others:
            flat(*question, memory)
    assert all(memory[layer] is kept[layer] for layer in kept)


def test_threads_may_share_it(unet):
    flat, asked = FlatUnet(unet), [questions(1)[0] for _ in range(8)]
    expected = [said_by(unet, *question) for question in asked]
    meeting = threading.Barrier(2)

    def ask(question):
        meeting.wait()
        with torch.inference_mode(), on_cores(1):
            return flat(*question, {}).clone()

    with ThreadPoolExecutor(2) as threads:
        assert all(map(torch.equal, threads.map(ask, asked), expected))


def test_large_unets_those_elsewhere_and_those_that_remember_nothing_are_left_alone(unet):
    assert can_be_flat(unet)
    assert not can_be_flat(parts.unet())
    assert not can_be_flat(parts.unet().to("meta"))
    unet.add_module("more", nn.Linear(MOST_WEIGHTS // 1000 + 1, 1000))
    assert not can_be_flat(unet)


def test_the_bundled_model_is_laid_flat_and_its_records_hold():
    model = load_model("tiny", device="cpu")
    [length, width] = model.encode("").shape[1:]
    for flat in (model.flat_unet, model.live.flat_unet, model.live.preview_unet):
        for question in questions(1, model.latent_shape, width, length):
            with torch.no_grad():
                assert torch.equal(flat(*question, {}), said_by(flat.plain, *question))
        assert list(flat.records.values()) != [None]
