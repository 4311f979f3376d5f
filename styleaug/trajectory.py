"""From noise to latents: the initial latents, and the one denoising loop.

The loop is a generator, so whoever runs it can look at it, or leave it, after every step; a run can be forked, so that
many θ share a trunk; and runs at the same step can go on together, so that many θ share a call of the UNet. It gets the
UNet as a callable and a scheduler of its own: diffusers' schedulers keep state and cannot be shared (diffusers#1606,
#7851).
"""

import copy
import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from styleaug.conditioning import Conditioning, Guidance
from styleaug.model import NonFiniteError
from styleaug.request import BadRequest

PredictNoise = Callable[[Tensor, Tensor, Tensor], Tensor]
"""(latents (N, C, H, W), timestep, prompt_embeds (N, L, D)) to (N, C, H, W)."""

_STEP_NOISE = 0x9E3779B9


@dataclass(frozen=True)
class Question:
    """What one step of one run asks the UNet."""

    latents: Tensor
    """(N, C, H, W): the run's latents, once for each of the guidance's N rows, scaled as the scheduler wants it."""
    timestep: Tensor
    guidance: Guidance


Answer = Callable[[Sequence[Question]], Sequence[Tensor]]
"""Questions at one timestep to the noise predicted for each, (N, C, H, W) as its latents."""


@dataclass(frozen=True)
class Step:
    """A run, or several together, after one of the steps."""

    index: int
    """0 … num_steps − 1."""
    num_steps: int
    """UNet calls of the whole run; PNDM makes one or more above num_inference_steps."""
    timestep: Tensor

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


class Run:
    """One way from noise to a picture, as far as it has come. Whoever holds it alone may go on with it."""

    def __init__(self, latents: Tensor, scheduler: Any, generator: torch.Generator | None) -> None:
        self.latents = latents
        """(1, C, H, W)."""
        self.scheduler = scheduler
        self.generator = generator
        self.steps_done = 0
        takes_generator = "generator" in inspect.signature(scheduler.step).parameters
        self._step_options = {"generator": generator} if takes_generator else {}

    @property
    def num_steps(self) -> int:
        """UNet calls from the beginning to the end."""
        return len(self.scheduler.timesteps)

    def fork(self) -> "Run":
        """Another run at the same place. What the scheduler remembers goes along: DPM++ and PNDM draw on past steps."""
        generator = self.generator
        if generator is not None:
            generator = torch.Generator(generator.device).set_state(generator.get_state())
        branch = Run(self.latents, copy.deepcopy(self.scheduler), generator)
        branch.steps_done = self.steps_done
        return branch

    def question(self, conditioning: Conditioning) -> Question:
        """What the next step asks the UNet."""
        timestep = self.scheduler.timesteps[self.steps_done]
        guidance = conditioning.at(self.steps_done / self.num_steps)
        latents = torch.cat([self.latents] * len(guidance.prompt_embeds))
        return Question(self.scheduler.scale_model_input(latents, timestep), timestep, guidance)

    def step(self, noise_pred: Tensor, timestep: Tensor) -> None:
        """Take the step, with the noise (1, C, H, W) that the guidance made of the UNet's answer."""
        step = self.scheduler.step(noise_pred, timestep, self.latents, **self._step_options, return_dict=False)
        self.latents = step[0]
        self.steps_done += 1

    def result(self) -> Tensor:
        """The latents (1, C, H, W), once they are to be decoded.

        Raises:
            NonFiniteError: they hold NaN or infinity.
        """
        if not torch.isfinite(self.latents).all():
            raise NonFiniteError("the latents hold NaN or infinity: lower theta or guidance_scale, or use float32")
        return self.latents

    @property
    def nbytes(self) -> int:
        """What keeping it takes: latents, and the tensors inside the scheduler."""
        return self.latents.nbytes + _tensor_bytes(vars(self.scheduler).values())


def _tensor_bytes(values: Iterable[Any]) -> int:
    total = 0
    for value in values:
        if isinstance(value, Tensor):
            total += value.nbytes
        elif isinstance(value, list | tuple):
            total += _tensor_bytes(value)
    return total


def begin(
    latents: Tensor, *, scheduler: Any, num_inference_steps: int, generator: torch.Generator | None = None
) -> Run:
    """A run from unit noise (1, C, H, W).

    Args:
        scheduler: any of diffusers' with `set_timesteps`, fresh: this run keeps its state in it.
        generator: for schedulers that draw noise between steps; the others leave it alone.

    Raises:
        BadRequest: the scheduler cannot run with that many steps.
    """
    try:
        scheduler.set_timesteps(num_inference_steps, device=latents.device)
    except ValueError as error:  # LCM's, for one, has as many steps as it was distilled for, and no more
        rule = f"must suit {type(scheduler).__name__} ({error})"
        raise BadRequest("num_inference_steps", rule, num_inference_steps) from error
    return Run(latents * scheduler.init_noise_sigma, scheduler, generator)


def denoise(run: Run, conditioning: Conditioning, *, predict_noise: PredictNoise, until: float = 1.0) -> Iterator[Step]:
    """Go on with one run: `denoise_together`, with a call of the UNet for every step."""

    def answer(questions: Sequence[Question]) -> list[Tensor]:
        return [predict_noise(each.latents, each.timestep, each.guidance.prompt_embeds) for each in questions]

    return denoise_together([run], [conditioning], answer=answer, until=until)


@torch.no_grad()
def denoise_together(
    runs: Sequence[Run], conditionings: Sequence[Conditioning], *, answer: Answer, until: float = 1.0
) -> Iterator[Step]:
    """Go on with runs that are at the same step, until the steps that begin before progress `until` are done.

    Yields after every step of all. For each run they are the same operations in the same order as in diffusers'
    StableDiffusionPipeline, so the same bytes, as far as `answer` gives the same.
    """
    first = runs[0]
    while first.steps_done < first.num_steps and first.steps_done / first.num_steps < until:
        index = first.steps_done
        questions = [run.question(conditioning) for run, conditioning in zip(runs, conditionings, strict=True)]
        timestep = questions[0].timestep
        for run, question, predictions in zip(runs, questions, answer(questions), strict=True):
            run.step(question.guidance.combine(predictions), timestep)
        yield Step(index, first.num_steps, timestep)
