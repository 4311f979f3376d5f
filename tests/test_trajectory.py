"""The loop against diffusers' own pipeline, and the loop on its own with a UNet that is only arithmetic."""

import parts
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from styleaug.conditioning import condition
from styleaug.model import NonFiniteError
from styleaug.request import MAX_SEED, BadRequest, Request
from styleaug.trajectory import begin, denoise, denoise_together, initial_latents, step_generator

SHAPE = (4, 8, 8)


def begun(model, request):
    return begin(
        initial_latents(request.seed, model.latent_shape),
        scheduler=model.new_scheduler(),
        num_inference_steps=request.num_inference_steps,
        generator=step_generator(request.seed),
    )


def run(model, request, predict_noise=None):
    return denoise(
        begun(model, request),
        condition(request, model.encode),
        predict_noise=model.predict_noise if predict_noise is None else predict_noise,
    )


def finished(model, request):
    """A run at its end."""
    whole = begun(model, request)
    for _ in denoise(whole, condition(request, model.encode), predict_noise=model.predict_noise):
        pass
    return whole


def request(**fields):
    return Request(**{"prompt": "a dog", "style": "monet style", "num_inference_steps": 4, "seed": 3, **fields})


@pytest.mark.parametrize("name", parts.schedulers())
@pytest.mark.parametrize("scale", [1.0, 4.0])
def test_the_loop_is_diffusers_own(name, scale):
    model = parts.model(parts.schedulers()[name])
    asked = request(guidance_scale=scale, num_inference_steps=5)
    ours = finished(model, asked)
    theirs = parts.pipeline(model)(
        "a dog monet style",
        latents=initial_latents(3, model.latent_shape),
        generator=step_generator(3),
        num_inference_steps=5,
        guidance_scale=scale,
        output_type="latent",
    ).images
    assert torch.equal(ours.latents, theirs)


def test_initial_latents_are_what_the_pipeline_draws(random_model):
    pipeline = parts.pipeline(random_model)
    options = {"num_inference_steps": 2, "output_type": "latent"}
    drawn = pipeline("a dog", generator=torch.Generator("cpu").manual_seed(7), **options).images
    given_ours = pipeline("a dog", latents=initial_latents(7, random_model.latent_shape), **options).images
    assert torch.equal(drawn, given_ours)


def test_every_seed_has_its_own_latents():
    seeds = [0, 1, 2, 2**31, MAX_SEED - 1, MAX_SEED]
    latents = [initial_latents(seed, SHAPE) for seed in seeds]
    for index, first in enumerate(latents):
        assert torch.equal(first, initial_latents(seeds[index], SHAPE))
        assert not any(torch.equal(first, other) for other in latents[index + 1 :])


@given(st.integers(0, MAX_SEED))
def test_the_noise_between_steps_is_not_the_noise_at_the_start(seed):
    between = torch.randn((1, *SHAPE), generator=step_generator(seed))
    assert not torch.equal(between, initial_latents(seed, SHAPE))


@pytest.mark.parametrize("name", parts.schedulers())
def test_a_step_is_yielded_for_every_call(name):
    model = parts.model(parts.schedulers()[name])
    calls = []

    def predict_noise(latents, timestep, prompt_embeds):
        calls.append(timestep)
        return torch.zeros_like(latents)

    for count, step in enumerate(run(model, request(), predict_noise), start=1):
        assert len(calls) == count
        assert step.index == count - 1
        assert step.progress == count / step.num_steps
        assert step.timestep == calls[-1]
    assert step.progress == 1


def test_a_run_left_early_calls_no_more(random_model):
    calls = []

    def predict_noise(latents, timestep, prompt_embeds):
        calls.append(timestep)
        return torch.zeros_like(latents)

    steps = run(random_model, request(), predict_noise)
    assert calls == []
    next(steps)
    steps.close()
    assert len(calls) == 1


def test_text_changes_at_start(random_model):
    rows = []

    def predict_noise(latents, timestep, prompt_embeds):
        assert len(latents) == len(prompt_embeds)
        rows.append(len(prompt_embeds))
        return torch.zeros_like(latents)

    for start, expected in ((0, [3, 3, 3, 3]), (0.5, [2, 2, 3, 3]), (0.51, [2, 2, 2, 3]), (1, [2, 2, 2, 2])):
        rows.clear()
        list(run(random_model, request(mode="guide", theta=0.5, start=start), predict_noise))
        assert rows == expected


def test_gradients_are_off_inside_and_untouched_outside(random_model):
    asked, going = request(), begun(random_model, request())
    conditioning = condition(asked, random_model.encode)
    for _ in denoise(going, conditioning, predict_noise=random_model.predict_noise):
        assert torch.is_grad_enabled()
        assert going.latents.shape == (1, *SHAPE) and not going.latents.requires_grad


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_that_overflow_are_an_error(random_model, bad):
    def predict_noise(latents, timestep, prompt_embeds):
        return torch.full_like(latents, bad)

    overflowing = begun(random_model, request())
    list(denoise(overflowing, condition(request(), random_model.encode), predict_noise=predict_noise))
    with pytest.raises(NonFiniteError, match="NaN or infinity"):
        overflowing.result()


def test_a_number_of_steps_the_scheduler_cannot_run_is_refused():
    model = parts.model(parts.schedulers()["LCM"])
    with pytest.raises(BadRequest, match=r"^num_inference_steps must suit LCMScheduler .*, got 60$"):
        next(run(model, request(num_inference_steps=60)))


# --- Forks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", parts.schedulers())
@pytest.mark.parametrize("start", [0.2, 0.5, 1.0])
def test_a_fork_goes_on_as_the_whole_run(name, start):
    """Twice from one trunk, the second time after the first has ended: a fork takes nothing from its trunk."""
    model = parts.model(parts.schedulers()[name])
    asked = request(num_inference_steps=6, start=start, theta=0.7)
    whole = finished(model, asked)
    trunk = begun(model, asked)
    for _ in denoise(trunk, condition(asked, model.encode), predict_noise=model.predict_noise, until=start):
        pass
    done = trunk.steps_done
    for _ in range(2):
        branch = trunk.fork()
        for _ in denoise(branch, condition(asked, model.encode), predict_noise=model.predict_noise):
            pass
        assert torch.equal(branch.latents, whole.latents)
        assert trunk.steps_done == done


def test_a_trunk_ends_where_theta_takes_hold(random_model):
    asked = request(num_inference_steps=10, start=0.25)
    trunk = begun(random_model, asked)
    conditioning = condition(asked, random_model.encode)
    steps = list(denoise(trunk, conditioning, predict_noise=random_model.predict_noise, until=0.25))
    assert [step.index for step in steps] == [0, 1, 2]  # progress 0, 0.1, 0.2
    assert trunk.nbytes >= trunk.latents.nbytes


@pytest.mark.parametrize("name", parts.schedulers())
def test_runs_together_are_the_runs_one_by_one(name):
    """Asked one by one, so bit for bit, whatever the scheduler remembers or draws."""
    model = parts.model(parts.schedulers()[name])
    asked = [request(mode="guide", start=0.5, theta=theta) for theta in (0, 0.5, 1.5)]
    together = [begun(model, each) for each in asked]

    def answer(questions):
        return [model.predict_noise(each.latents, each.timestep, each.guidance.prompt_embeds) for each in questions]

    conditionings = [condition(each, model.encode) for each in asked]
    steps = list(denoise_together(together, conditionings, answer=answer))
    assert len(steps) == together[0].num_steps == steps[0].num_steps
    for each, one in zip(asked, together, strict=True):
        assert torch.equal(one.result(), finished(model, each).result())
