"""Rows in calls of one size: no byte of a picture depends on what is rendered beside it; devices that are too small."""

import logging

import numpy as np
import parts
import pytest
import torch

from styleaug.bucket import answer_in_buckets
from styleaug.conditioning import Guidance, most_rows
from styleaug.engine import Stats, StyleEngine
from styleaug.model import Model
from styleaug.request import Direction, Mode, Request
from styleaug.trajectory import Question

THETAS = (0.0, 0.25, 0.5, 1.0)
TIMESTEP = torch.tensor(1)


def request(**fields):
    defaults = {"prompt": "temple hidden in the jungle", "style": "Monet style", "seed": 7, "num_inference_steps": 2}
    return Request(**defaults | fields)


def same(first, second):
    return np.array_equal(np.asarray(first.image), np.asarray(second.image))


def question(rows, first):
    """Rows numbered from `first` on."""
    numbers = torch.arange(first, first + rows, dtype=torch.float32)
    embeds = numbers[:, None, None].clone()
    return Question(numbers[:, None, None, None].clone(), TIMESTEP, Guidance(embeds, lambda predictions: predictions))


@pytest.mark.parametrize(
    ("rows", "bucket", "calls"),
    [
        ([2, 2, 2], 1, [2, 2, 2]),
        ([3, 2, 3], 2, [3, 2, 3]),
        ([2, 2, 2], 4, [4, 4]),
        ([3, 3, 2, 3], 8, [8, 8]),
        ([1, 1, 1], 8, [8]),
        ([3], 8, [8]),
        ([], 8, []),
    ],
)
def test_calls_are_filled_up_to_the_bucket_and_answers_go_where_they_belong(rows, bucket, calls):
    sizes = []

    def predict_noise(latents, timestep, prompt_embeds):
        sizes.append(len(latents))
        assert timestep is TIMESTEP and torch.equal(latents.flatten(), prompt_embeds.flatten())
        return latents + 0.5

    questions = [question(each, 10 * index) for index, each in enumerate(rows)]
    answers = answer_in_buckets(questions, predict_noise, bucket)
    assert sizes == calls
    assert [answer.flatten().tolist() for answer in answers] == [
        [10 * index + row + 0.5 for row in range(each)] for index, each in enumerate(rows)
    ]


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("bucket", [2, 4, 5, 8])
def test_a_picture_does_not_depend_on_its_neighbours(random_model, mode, bucket):
    for start in (0, 0.5):
        asked = request(mode=mode, start=start, second_seed=9 if mode is Mode.INTERPOLATE and start == 0 else None)
        together = list(StyleEngine(random_model, bucket=bucket).sweep(asked, THETAS))
        assert [picture.request.theta for picture in together] == list(THETAS)
        for picture in together:
            assert same(picture, StyleEngine(random_model, bucket=bucket).render(picture.request))


@pytest.mark.parametrize("mode", [Mode.AUGMENT, Mode.GUIDE])
def test_the_bundled_model_too(model, mode):
    together = StyleEngine(model, bucket=6).sweep(request(mode=mode), (0.25, 0, 1))
    for picture in together:
        assert same(picture, StyleEngine(model, bucket=6).render(picture.request))


@pytest.mark.parametrize("name", parts.schedulers())
def test_every_scheduler_keeps_its_own_state_for_every_theta(name):
    model = parts.model(parts.schedulers()[name])
    for picture in StyleEngine(model, bucket=8).sweep(request(num_inference_steps=5), THETAS):
        assert same(picture, StyleEngine(model, bucket=8).render(picture.request))


def test_all_modes_begin_with_the_same_picture(random_model):
    engine = StyleEngine(random_model, bucket=8)
    first = engine.render(request())
    assert all(same(first, engine.render(request(mode=mode))) for mode in (Mode.WEAKEN, Mode.GUIDE))


def test_a_sweep_shares_its_calls(random_model):
    engine = StyleEngine(random_model, bucket=8)
    pictures = list(engine.sweep(request(start=0.5, num_inference_steps=4), [0, 0.25, 0.5, 0.75, 1]))
    trunk, rest, groups = 2, 2, 2  # four θ in a call, and one alone
    assert engine.stats.unet_calls == trunk + groups * rest
    assert engine.stats.unet_rows == trunk * 2 + groups * rest * 8
    assert engine.stats == sum((picture.stats for picture in pictures), Stats())
    assert not any(picture.from_cache for picture in pictures)


def test_a_sweep_renders_only_what_is_not_kept(random_model):
    engine = StyleEngine(random_model, bucket=8)
    engine.render(request(theta=0.25))
    pictures = list(engine.sweep(request(), THETAS))
    assert [picture.from_cache for picture in pictures] == [False, True, False, False]
    assert pictures[1].stats == Stats(cache_hits=1)
    assert sum(picture.stats.unet_calls for picture in pictures) == 2


def test_progress_rises_to_one(random_model):
    steps = []
    list(StyleEngine(random_model, bucket=8).sweep(request(), (*THETAS, -1.0), on_step=steps.append))
    assert steps == [0.4, 0.8, 0.9, 1.0]


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("guidance_scale", [1, 4])
def test_no_theta_sends_more_rows_than_are_reckoned_with(random_model, mode, direction, guidance_scale):
    asked = request(mode=mode, direction=direction, guidance_scale=guidance_scale, num_inference_steps=1)
    thetas = (*THETAS, mode.theta_range[0], mode.theta_range[1])
    rows = [StyleEngine(random_model, bucket=1).render(asked.with_theta(theta)).stats.unet_rows for theta in thetas]
    assert max(rows) == most_rows(asked)


@pytest.mark.parametrize("bad", [0, -1])
def test_a_bucket_has_a_row(random_model, bad):
    with pytest.raises(ValueError, match=f"bucket must be at least 1, got {bad}"):
        StyleEngine(random_model, bucket=bad)


def test_a_cpu_gives_each_picture_calls_of_its_own(random_model):
    assert StyleEngine(random_model).bucket == 1


# Out of memory


class SmallDevice(Model):
    """Has memory for four rows."""

    def predict_noise(self, latents, *rest):
        if len(latents) > 4:
            raise torch.OutOfMemoryError("pretended")
        return super().predict_noise(latents, *rest)


def test_out_of_memory_halves_the_bucket_and_says_so(random_model, caplog):
    engine = StyleEngine(SmallDevice(**parts.fields(random_model)), bucket=8)
    asked = request(start=0.5)
    with caplog.at_level(logging.WARNING):
        pictures = list(engine.sweep(asked, THETAS))
    assert engine.bucket == 4
    assert caplog.messages == ["out of memory: 4 rows in a call of the UNet from now on, not 8"]
    for picture in pictures:
        assert same(picture, StyleEngine(random_model, bucket=4).render(picture.request))
    trunk, failed, rest = 1, 1, 2
    assert engine.stats.unet_calls == trunk + failed + rest


def test_out_of_memory_for_one_picture_alone_is_an_error(random_model):
    class NoDevice(SmallDevice):
        def predict_noise(self, latents, *rest):
            raise torch.OutOfMemoryError("pretended")

    engine = StyleEngine(NoDevice(**parts.fields(random_model)), bucket=4)
    with pytest.raises(torch.OutOfMemoryError):
        engine.render(request())
    assert engine.bucket == 1


def test_what_was_made_in_another_bucket_is_not_mixed_in(random_model):
    """A picture and a fork from before the device ran out are asked again, in the bucket of now."""

    calls = []

    class Shrinking(Model):
        def predict_noise(self, latents, *rest):
            calls.append(len(latents))
            if len(calls) == 4:
                raise torch.OutOfMemoryError("pretended")
            return super().predict_noise(latents, *rest)

    engine = StyleEngine(Shrinking(**parts.fields(random_model)), bucket=8)
    asked = request(mode="guide", theta=0.5)
    engine.render(asked)
    for theta in (1.0, 1.5, 0.5):
        picture = engine.render(asked.with_theta(theta))
    fork, step = 1, 1
    assert calls == [8] * (fork + step) + [8] * step + [8] * step + [4] * (fork + step) + [4] * step
    assert same(picture, StyleEngine(random_model, bucket=4).render(asked))
