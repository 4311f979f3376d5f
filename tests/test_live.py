"""styleaug.training.live: steps as diffusers takes them, a LoRA as diffusers reads it, and a student that learns."""

from dataclasses import replace

import pytest
import torch
from diffusers import StableDiffusionPipeline

from styleaug.training import tiny
from styleaug.training.live import Adapter, Clock, Teacher, legs, nearest_of_rank, plain, with_adapter
from styleaug.training.tiny import Spec

SMALL = replace(
    Spec(), image_size=32, latent_channels=4, vae_decoder_blocks=(1, 0), text_width=32, text_heads=2, tokens=8,
    unet_channels=(32, 32), head_width=16, live_rank=2,
)  # fmt: skip
CLOCK = Clock(torch.device("cpu"))


@pytest.fixture
def unet():
    torch.manual_seed(0)
    return tiny.build_unet(SMALL).eval().requires_grad_(False)


def noise(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def latents():
    return noise(1, 2, 4, 16, 16)


@pytest.fixture
def embeds():
    return noise(2, 2, 8, 32)


@pytest.mark.parametrize("count", [1, 4, 10])
def test_a_step_is_that_of_ddim(latents, count):
    scheduler = tiny.build_scheduler()
    scheduler.set_timesteps(count)
    timesteps = CLOCK.timesteps(count)
    assert timesteps == scheduler.timesteps.tolist()
    for at, to in legs(timesteps):
        velocity = noise(at, *latents.shape)
        expected = scheduler.step(velocity, at, latents, return_dict=False)[0]
        torch.testing.assert_close(CLOCK.step(latents, CLOCK.clean(latents, velocity, at), at, to), expected)


def test_noise_is_added_as_the_scheduler_adds_it(latents):
    clean = noise(3, *latents.shape)
    for at in (0, 249, 999):
        expected = tiny.build_scheduler().add_noise(clean, latents, torch.tensor([at, at]))
        torch.testing.assert_close(CLOCK.noised(clean, latents, at), expected)


@pytest.mark.parametrize(("at", "to"), [(999, 749), (749, 499), (249, None)])
def test_the_velocity_of_a_step_lands_there(latents, at, to):
    landed = noise(4, *latents.shape)
    velocity = CLOCK.velocity_of_step(latents, landed, at, to)
    again = CLOCK.step(latents, CLOCK.clean(latents, velocity, at), at, to)
    torch.testing.assert_close(again, landed, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("substeps", [1, 2, 5])  # of numbers that divide 1000, as diffusers' step expects
def test_the_teacher_lands_where_guided_ddim_does(unet, latents, embeds, substeps):
    """The whole way from noise, step of the live variant by step, against diffusers' scheduler."""
    spec = replace(SMALL, live_substeps=substeps, live_guidance=3.0)
    empty = noise(5, 1, 8, 32)
    teacher = Teacher(plain(unet), CLOCK, empty, spec)
    landed = latents
    for at, to in legs(CLOCK.timesteps(spec.live_steps)):
        landed = teacher.landed(landed, embeds, at, to)
    scheduler, expected = tiny.build_scheduler(), latents
    scheduler.set_timesteps(spec.live_steps * substeps)
    for timestep in scheduler.timesteps:
        without, with_text = (unet(expected, timestep, text).sample for text in (empty.expand(2, -1, -1), embeds))
        guided = without + 3.0 * (with_text - without)
        expected = scheduler.step(guided, timestep, expected, return_dict=False)[0]
    torch.testing.assert_close(landed, expected, rtol=1e-3, atol=1e-3)


def test_an_untrained_adapter_changes_nothing_and_a_saved_one_is_a_lora(unet, latents, embeds, tmp_path):
    adapter = Adapter(unet, SMALL.live_rank)
    timesteps = torch.tensor([500, 500])
    asked = latents, timesteps, embeds
    assert torch.equal(with_adapter(unet, adapter)(*asked), plain(unet)(*asked))
    with torch.no_grad():
        for number, up in enumerate(adapter.up):
            up.copy_(noise(number, *up.shape) / 10)
        learned = with_adapter(unet, adapter)(*asked)
    assert not torch.allclose(learned, plain(unet)(*asked), atol=1e-2)
    adapter.save(tmp_path, unet)
    weights, scales = StableDiffusionPipeline.lora_state_dict(tmp_path)
    StableDiffusionPipeline.load_lora_into_unet(weights, network_alphas=scales, unet=unet)
    torch.testing.assert_close(plain(unet)(*asked), learned, rtol=2e-2, atol=2e-2)  # half precision on disk


def test_what_is_kept_of_a_lower_rank_is_the_nearest_there_is():
    """Against the singular values of the whole product."""
    up, down = noise(6, 12, 5), noise(7, 5, 30)
    values = torch.linalg.svdvals(up @ down)
    for rank in range(1, 6):
        kept_up, kept_down = nearest_of_rank(up, down, rank)
        assert (kept_up.shape, kept_down.shape) == ((12, rank), (rank, 30))
        lost = (up @ down - kept_up @ kept_down).norm()
        torch.testing.assert_close(lost, values[rank:].norm(), rtol=1e-3, atol=1e-4)


def test_it_learns_to_land_where_the_teacher_lands(unet, latents, embeds):
    teacher = Teacher(plain(unet), CLOCK, noise(5, 1, 8, 32), SMALL)
    target = CLOCK.velocity_of_step(latents, teacher.landed(latents, embeds, 749, 499), 749, 499)
    adapter = Adapter(unet, SMALL.live_rank)
    student = with_adapter(unet, adapter)
    optimizer = torch.optim.Adam(adapter.parameters(), lr=1e-2)
    losses = []
    for _ in range(30):
        loss = (student(latents, torch.tensor([749, 749]), embeds) - target).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]
    assert all(parameter.grad is None for parameter in unet.parameters())
