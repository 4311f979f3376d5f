"""styleaug.text_memory: a UNet says the same with it, and works out what it makes of a text once."""

import copy
import dataclasses
from collections import Counter

import parts
import pytest
import torch
from diffusers.models.attention_processor import AttnProcessor

from styleaug.conditioning import condition
from styleaug.engine import StyleEngine
from styleaug.request import Mode, Request
from styleaug.text_memory import memory_options, remember_text, remembers_text

SHAPE = (4, 8, 8)
STEPS = 5


@pytest.fixture(params=[{}, parts.POOLED_TEXT], ids=["plain", "pooled text"])
def unet(request):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return parts.unet(**request.param).eval()


@pytest.fixture
def model(unet):
    remember_text(unet)
    return dataclasses.replace(parts.model(), unet=unet)


def readers(unet) -> list[torch.nn.Module]:
    """The layers of a UNet that see nothing but its text."""
    crossing = [layer for layer in unet.modules() if getattr(layer, "is_cross_attention", False)]
    pooling = [unet.add_embedding] if unet.config.addition_embed_type == "text" else []
    return [projection for layer in crossing for projection in (layer.to_k, layer.to_v)] + pooling


@pytest.fixture
def readings():
    """How often each layer of a UNet that sees its text alone is called from now on."""

    def counted(unet) -> Counter:
        counts = Counter(dict.fromkeys(readers(unet), 0))
        for layer in counts:
            layer.register_forward_hook(lambda module, inputs, output: counts.update([module]))
        return counts

    return counted


def say(unet, latents, timestep, text, **options):
    with torch.no_grad():
        return unet(latents, timestep, encoder_hidden_states=text, return_dict=False, **options)[0]


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_the_same_bytes_with_and_without_at_every_step(unet, rows):
    questions = [(torch.randn(rows, *SHAPE), timestep) for timestep in (900, 500, 20)]
    text = torch.randn(rows, parts.MAX_LENGTH, 16)
    plain = [say(unet, *question, text) for question in questions]
    remember_text(unet)
    memory: dict = {}
    for question, expected in zip(questions, plain, strict=True):
        assert torch.equal(say(unet, *question, text, **memory_options(memory)), expected)
        assert torch.equal(say(unet, *question, text), expected)
    assert sum(map(len, memory.values())) == len(readers(unet)) > 0


def test_what_is_remembered_is_used(unet):
    remember_text(unet)
    latents, (one, other) = torch.randn(1, *SHAPE), torch.randn(2, 1, parts.MAX_LENGTH, 16)
    memory: dict = {}
    first = say(unet, latents, 500, one, **memory_options(memory))
    assert torch.equal(say(unet, latents, 500, other, **memory_options(memory)), first)
    assert not torch.equal(say(unet, latents, 500, other, **memory_options({})), first)


def test_a_copy_of_a_unet_remembers_for_itself(unet, readings):
    remember_text(unet)
    other = copy.deepcopy(unet)
    counts, untouched = readings(other), readings(unet)
    memory: dict = {}
    for timestep in (900, 20):
        say(other, torch.randn(1, *SHAPE), timestep, torch.randn(1, parts.MAX_LENGTH, 16), **memory_options(memory))
    assert set(counts.values()) == {1} and set(untouched.values()) == {0}


def test_a_unet_of_other_layers_stays_as_it_is(unet):
    unet.set_attn_processor(AttnProcessor())
    before = dict(unet.attn_processors)
    remember_text(unet)
    assert not remembers_text(unet) and unet.attn_processors == before
    model = dataclasses.replace(parts.model(), unet=unet)
    latents, text = torch.randn(1, *SHAPE), torch.randn(1, parts.MAX_LENGTH, 16)
    memory: dict = {}
    said = model.predict_noise(latents, torch.tensor(500), text, memory)
    assert torch.equal(said, model.predict_noise(latents, torch.tensor(500), text)) and not memory


def test_every_guidance_has_a_memory_of_its_own():
    asked = Request(prompt="a dog", style="cyberpunk", mode=Mode.AUGMENT, theta=0.5, start=0.5)
    guidances = condition(asked, parts.model().encode)
    assert guidances.before.memory == {} and guidances.before.memory is not guidances.after.memory


@pytest.mark.parametrize(("mode", "start", "guidances"), [("augment", 0, 1), ("augment", 0.4, 2), ("guide", 0, 1)])
def test_a_picture_reads_each_of_its_texts_once(model, readings, mode, start, guidances):
    counts = readings(model.unet)
    asked = Request(prompt="a dog", style="cyberpunk", mode=Mode(mode), theta=0.5, start=start)
    StyleEngine(model, bucket=1).render(dataclasses.replace(asked, num_inference_steps=STEPS))
    assert set(counts.values()) == {guidances}


def test_where_several_share_a_call_nothing_is_remembered(model, readings):
    counts = readings(model.unet)
    asked = Request(prompt="a dog", style="cyberpunk", mode=Mode.AUGMENT, num_inference_steps=STEPS)
    list(StyleEngine(model, bucket=4).sweep(asked, [0.25, 0.5]))
    assert set(counts.values()) == {STEPS}
