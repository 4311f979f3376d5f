"""From noise to latents: the initial latents, and the one denoising loop.

The loop is a generator, so whoever runs it can look at it, or leave it, after every step. It gets the UNet as a
callable and a scheduler of its own: diffusers' schedulers keep state and cannot be shared (diffusers#1606, #7851).
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from styleaug.conditioning import Conditioning
from styleaug.model import NonFiniteError
from styleaug.request import BadRequest

PredictNoise = Callable[[Tensor, Tensor, Tensor], Tensor]

_STEP_NOISE = 0x9E3779B9


@dataclass(frozen=True)
class Step:
    """The run after one of its steps."""

    index: int
    """0 … num_steps − 1."""
    num_steps: int
    """UNet calls of the whole run; PNDM makes one or more above num_inference_steps."""
    timestep: Tensor
    latents: Tensor
    """(1, C, H, W), after the step."""

    @property
    def progress(self) -> float:
        """The part of the run that is done, up to 1."""
        return (self.index + 1) / self.num_steps


def initial_latents(
    seed: int, shape: tuple[int, int, int], *, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32
) -> Tensor:
    """Unit noise (1, C, H, W): what diffusers' pipelines draw with `torch.Generator("cpu").manual_seed(seed)`.

    Drawn on the CPU for every device, so that a seed is the same picture everywhere. `denoise` scales it to the
    scheduler's first noise level, as the pipelines do with their argument `latents`.
    """
    generator = torch.Generator("cpu").manual_seed(seed)
    return torch.randn((1, *shape), generator=generator, dtype=dtype).to(device)


def step_generator(seed: int) -> torch.Generator:
    """The noise that schedulers like LCM add between steps: a stream of its own, apart from the initial latents'."""
    return torch.Generator("cpu").manual_seed(seed ^ _STEP_NOISE)


@torch.no_grad()
def denoise(
    latents: Tensor,
    conditioning: Conditioning,
    *,
    scheduler: Any,
    predict_noise: PredictNoise,
    num_inference_steps: int,
    generator: torch.Generator | None = None,
) -> Iterator[Step]:
    """Run the scheduler from unit noise (1, C, H, W) to a picture's latents, yielding after every step.

    The same operations in the same order as diffusers' StableDiffusionPipeline, so the same bytes.

    Args:
        scheduler: any of diffusers' with `set_timesteps`, fresh: this run keeps its state in it.
        predict_noise: (latents (N, C, H, W), timestep, prompt_embeds (N, L, D)) to (N, C, H, W).
        generator: for schedulers that draw noise between steps; the others leave it alone.

    Raises:
        BadRequest: the scheduler cannot run with that many steps.
        NonFiniteError: the last latents hold NaN or infinity.
    """
    try:
        scheduler.set_timesteps(num_inference_steps, device=latents.device)
    except ValueError as error:  # LCM's, for one, has as many steps as it was distilled for, and no more
        rule = f"must suit {type(scheduler).__name__} ({error})"
        raise BadRequest("num_inference_steps", rule, num_inference_steps) from error
    takes_generator = "generator" in inspect.signature(scheduler.step).parameters
    step_options = {"generator": generator} if takes_generator else {}
    latents = latents * scheduler.init_noise_sigma
    num_steps = len(scheduler.timesteps)
    for index, timestep in enumerate(scheduler.timesteps):
        guidance = conditioning.at(index / num_steps)
        latent_input = torch.cat([latents] * len(guidance.prompt_embeds))
        latent_input = scheduler.scale_model_input(latent_input, timestep)
        noise_pred = guidance.combine(predict_noise(latent_input, timestep, guidance.prompt_embeds))
        latents = scheduler.step(noise_pred, timestep, latents, **step_options, return_dict=False)[0]
        if index == num_steps - 1 and not torch.isfinite(latents).all():
            raise NonFiniteError("the latents hold NaN or infinity: lower theta or guidance_scale, or use float32")
        yield Step(index, num_steps, timestep, latents)
