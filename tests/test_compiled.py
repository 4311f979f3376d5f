"""The compiled UNet on a CPU, with backends that trace the whole UNet as on a GPU but generate no code.

What these cannot show is tested where there is a GPU, and nowhere else: the last test.
"""

import copy
import dataclasses
from types import SimpleNamespace

import numpy as np
import parts
import pytest
import torch
from torch._dynamo.testing import CompileCounter

from styleaug.bench.counting import counted
from styleaug.compiled import CompiledUnet, check_bucket, compiled, is_compiled, prepared, uncompiled
from styleaug.engine import StyleEngine
from styleaug.model import Model, ModelError
from styleaug.request import BadRequest, Mode, Request

ROWS = 4


@pytest.fixture(autouse=True)
def _forget_what_was_compiled():
    torch._dynamo.reset()


@pytest.fixture
def once(random_model):
    """A compiled model, what it told, and the count of its compilations."""
    told, counter = [], CompileCounter()
    return SimpleNamespace(model=compiled(random_model, ROWS, told.append, backend=counter), told=told, counter=counter)


def request(**fields):
    defaults = {"prompt": "temple hidden in the jungle", "style": "Monet style", "seed": 7, "num_inference_steps": 4}
    return Request(**defaults | fields)


def pixels(picture):
    return np.asarray(picture.image, int)


def test_it_is_compiled_at_once_and_that_is_announced(once):
    assert once.counter.frame_count == 1
    assert once.told[0] == "compiling the UNet for 4 rows: this takes a minute or two"
    assert once.told[1].startswith("compiled for 4 rows in ") and len(once.told) == 2
    assert is_compiled(once.model) and once.model.bucket == ROWS


def test_no_theta_no_mode_and_no_timestep_compiles_anew(once):
    """Trunks of two rows and of one, forks, sweeps, one θ alone, with guidance, without and in part."""
    engine = StyleEngine(once.model)
    for mode in Mode:
        for fields in ({"start": 0.5}, {"guidance_scale": 1.0, "start": 0.25}, {"guidance_until": 0.5}):
            asked = request(mode=mode, **fields)
            list(engine.sweep(asked, (0.0, 0.25, 1.0)))
            engine.render(asked.with_theta(0.6))
    engine.render(request(num_inference_steps=7))
    assert once.counter.frame_count == 1 and len(once.told) == 2
    assert engine.stats.unet_rows == ROWS * engine.stats.unet_calls > 0


@pytest.mark.parametrize("name", ["Euler", "PNDM"])
def test_another_kind_of_timestep_is_compiled_once_too(name):
    """Euler's are not whole, PNDM's repeat themselves."""
    counter = CompileCounter()
    engine = StyleEngine(compiled(parts.model(parts.schedulers()[name]), ROWS, [].append, backend=counter))
    list(engine.sweep(request(start=0.5), (0.0, 1.0)))
    assert counter.frame_count == 1


def test_another_layout_in_memory_compiles_nothing(once):
    latents = torch.randn(ROWS, *once.model.latent_shape)
    embeds = once.model.encode("a dog").expand(ROWS, -1, -1)
    timesteps = torch.tensor([3, 500])
    expected = once.model.predict_noise(latents, timesteps[1], embeds)
    other = once.model.predict_noise(latents.contiguous(memory_format=torch.channels_last), timesteps[1], embeds)
    assert torch.equal(expected, other)
    assert torch.equal(expected, once.model.predict_noise(latents, 500, embeds))
    assert once.counter.frame_count == 1


@pytest.mark.parametrize("mode", Mode)
def test_its_pictures_are_those_of_the_same_bucket(once, mode):
    """To the byte, for this backend runs the same operations; a trunk's other rows move the last bits."""
    plain = StyleEngine(dataclasses.replace(uncompiled(once.model), bucket=ROWS))
    engine = StyleEngine(once.model)
    for picture in engine.sweep(request(mode=mode), (0.0, 0.5, 1.0)):
        assert np.array_equal(pixels(picture), pixels(plain.render(picture.request)))
    for picture in engine.sweep(request(mode=mode, start=0.5), (0.0, 0.5)):
        assert abs(pixels(picture) - pixels(plain.render(picture.request))).max() <= 1


def test_a_picture_does_not_depend_on_its_neighbours(once):
    for picture in StyleEngine(once.model).sweep(request(start=0.5), (0.0, 0.5, 1.0)):
        alone = StyleEngine(once.model, cache_bytes=0).render(picture.request)
        assert np.array_equal(pixels(picture), pixels(alone))


def writing_over(graph, inputs):
    """A backend whose every call writes to where the one before left its answer, as a CUDA graph does."""
    places = []

    def run(*arguments):
        answers = graph.forward(*arguments)
        if not places:
            places.extend(answers)
        for place, answer in zip(places, answers, strict=True):
            place.copy_(answer)
        return tuple(places)

    return run


def test_an_answer_outlives_the_next_call(random_model):
    model = compiled(random_model, ROWS, [].append, backend=writing_over)
    embeds = model.encode("a dog").expand(ROWS, -1, -1)
    latents = torch.randn(2, ROWS, *model.latent_shape)
    first = model.predict_noise(latents[0], torch.tensor(5), embeds)
    kept = first.clone()
    second = model.predict_noise(latents[1], torch.tensor(5), embeds)
    assert torch.equal(first, kept) and not torch.equal(first, second)
    engine, plain = StyleEngine(model), StyleEngine(dataclasses.replace(random_model, bucket=ROWS))
    for picture in engine.sweep(request(mode="guide"), (0.5, 1.0)):  # the fork is kept from one θ to the next
        assert np.array_equal(pixels(picture), pixels(plain.render(picture.request)))


def test_the_calls_of_both_unets_are_counted(once):
    engine = StyleEngine(once.model)
    with counted(once.model) as tally:
        engine.render(request(mode="guide", theta=0.5, start=0.5))
        assert tally.stats == dataclasses.replace(engine.stats, cache_hits=0)
        before = tally.stats
        uncompiled(once.model).predict_noise(
            torch.zeros(1, *once.model.latent_shape), torch.tensor(5), once.model.encode("")
        )
    assert (tally.stats - before).unet_rows == 1


def test_out_of_memory_compiles_for_half_of_the_bucket_and_says_so(random_model):
    is_small = []

    class ShrinkingDevice(Model):
        def predict_noise(self, latents, *rest):
            if is_small and len(latents) > 4:
                raise torch.OutOfMemoryError("pretended")
            return super().predict_noise(latents, *rest)

    told, counter = [], CompileCounter()
    model = compiled(ShrinkingDevice(**parts.fields(random_model)), 8, told.append, backend=counter)
    engine = StyleEngine(model)
    asked = request(start=0.5)
    engine.render(asked)
    is_small.append(True)
    picture = engine.render(asked.with_theta(0.5))  # its trunk is there, but of eight rows
    assert engine.bucket == 4 and counter.frame_count == 2
    assert told[2] == "compiling the UNet for 4 rows: this takes a minute or two"
    fresh = StyleEngine(dataclasses.replace(model, bucket=4)).render(picture.request)
    assert np.array_equal(pixels(picture), pixels(fresh))


def test_a_live_variant_has_a_compiled_unet_of_its_own(random_model):
    """Of the same shape, so what was compiled for the one serves both; but not on the same weights."""
    told, counter = [], CompileCounter()
    live = dataclasses.replace(random_model, unet=copy.deepcopy(random_model.unet), guidance_scale=1.0)
    live.unet.conv_out.bias.data += 1
    model = compiled(dataclasses.replace(random_model, live=live), ROWS, told.append, backend=counter)
    assert [text.startswith("live variant: ") for text in told] == [True, True, False, False]
    plain = uncompiled(model)
    assert (plain.unet, plain.live.unet) == (random_model.unet, live.unet)
    latents, embeds = torch.randn(ROWS, *live.latent_shape), live.encode("a dog").expand(ROWS, -1, -1)
    for painter, expected in ((model, random_model), (model.live, live)):
        inputs = (latents, torch.tensor(5), embeds)
        assert torch.equal(painter.predict_noise(*inputs), expected.predict_noise(*inputs))
    engine, compilations = StyleEngine(model), counter.frame_count
    list(engine.sweep(request(start=0.5), (0.0, 1.0)))
    list(engine.sweep(request(start=0.5, live=True, guidance_scale=1.0), (0.0, 1.0)))
    assert counter.frame_count == compilations and engine.stats.unet_rows == ROWS * engine.stats.unet_calls


def test_what_cannot_be_compiled_is_a_message(random_model):
    def no_compiler(graph, inputs):
        raise RuntimeError("no C++ compiler was found")

    with pytest.raises(ModelError, match=r"The UNet cannot be compiled here \(.*no C\+\+ compiler.*without --compile"):
        compiled(random_model, ROWS, [].append, backend=no_compiler)


def test_no_memory_for_the_bucket_is_a_message(random_model):
    def full(graph, inputs):
        def run(*arguments):
            raise torch.OutOfMemoryError("pretended")

        return run

    with pytest.raises(ModelError, match=r"There is no memory for 4 rows .* Choose a smaller bucket\."):
        compiled(random_model, ROWS, [].append, backend=full)


def test_without_compile_a_model_is_prepared_by_its_bucket_alone(random_model):
    assert prepared(random_model, None, False) is random_model
    model = prepared(random_model, 6, False)
    assert StyleEngine(model).bucket == 6 and not is_compiled(model) and uncompiled(model) is model
    assert StyleEngine(model, bucket=2).bucket == 2


@pytest.mark.parametrize(
    ("bucket", "compile_unet", "least"), [(0, False, 1), (2, True, 3), (1025, False, 1), ("a", True, 3)]
)
def test_a_bucket_that_cannot_be(bucket, compile_unet, least):
    with pytest.raises(BadRequest, match=f"^bucket must be a whole number between {least} and 1024") as caught:
        check_bucket(bucket, compile_unet)
    assert caught.value.value == bucket


@pytest.mark.parametrize(("bucket", "compile_unet"), [(None, False), (None, True), (1, False), (3, True), (1024, True)])
def test_a_bucket_that_can_be(bucket, compile_unet):
    check_bucket(bucket, compile_unet)


def test_it_stands_for_the_unet_and_answers_in_a_tuple_only(once, random_model):
    unet = once.model.unet
    assert isinstance(unet, CompiledUnet) and unet.plain is random_model.unet
    assert (unet.config, unet.device, unet.dtype) == tuple(
        getattr(random_model.unet, name) for name in ("config", "device", "dtype")
    )
    assert once.model.latent_shape == random_model.latent_shape
    with pytest.raises(ValueError, match="return_dict must be False"):
        unet(torch.zeros(ROWS, *once.model.latent_shape), torch.tensor(5), once.model.encode(""), return_dict=True)


WHERE = [("cpu", "aot_eager"), *([("cuda", "inductor")] if torch.cuda.is_available() else [])]


@pytest.mark.parametrize(("device", "backend"), WHERE)
def test_wherever_it_runs_it_is_the_plain_unet_to_rounding(device, backend):
    plain = parts.model()
    plain = dataclasses.replace(
        plain, **{name: getattr(plain, name).to(device) for name in ("unet", "vae", "text_encoder")}
    )
    model = compiled(plain, ROWS, [].append, backend=backend)
    latents = torch.randn(3, ROWS, *plain.latent_shape, device=device)
    embeds = plain.encode("a dog").expand(ROWS, -1, -1)
    timesteps = torch.tensor([5, 400, 900], device=device)
    answers = [model.predict_noise(*pair, embeds) for pair in zip(latents, timesteps, strict=True)]
    for answer, *pair in zip(answers, latents, timesteps, strict=True):
        torch.testing.assert_close(answer, plain.predict_noise(*pair, embeds), rtol=1e-2, atol=1e-2)
