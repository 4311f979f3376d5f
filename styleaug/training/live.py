"""Fourth stage: the live variant, which needs a few steps where the UNet needs many, and one row where it needs two.

It is a LoRA (Hu et al. 2021) on the frozen UNet. One of its steps learns to land where several guided steps of the
UNet land (Salimans and Ho 2022, alg. 2, with the guidance folded in as in Meng et al. 2023, §3), from places where its
own steps lead, for those are the places it will see (Ross et al. 2011), and from noised drawings.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from diffusers import StableDiffusionPipeline, UNet2DConditionModel
from torch import Tensor, nn
from torch.func import functional_call

from styleaug.training import tiny
from styleaug.training.dataset import Drawings
from styleaug.training.loop import train_stage
from styleaug.training.parts import Parts
from styleaug.training.tiny import Spec
from styleaug.training.unet import PICTURES_FOR_WEIGHTS, Texts, channel_weights, cumulative_odds, quick_attention
from styleaug.training.vae import encode_drawings

Predict = Callable[[Tensor, Tensor, Tensor], Tensor]
"""(latents (N, C, h, w), timesteps (N,), prompt_embeds (N, L, D)) to velocity (N, C, h, w)."""


class Adapter(nn.Module):
    """What is learned: for each weight W of a linear or convolutional layer two thin matrices, W + B·A in its place."""

    def __init__(self, unet: nn.Module, rank: int) -> None:
        """B is zero, so at first nothing is changed."""
        super().__init__()
        layers = {name: layer for name, layer in unet.named_modules() if isinstance(layer, nn.Linear | nn.Conv2d)}
        self.layers = tuple(layers)
        self.down = nn.ParameterList(_thin(layer.weight, rank) for layer in layers.values())
        self.up = nn.ParameterList(torch.zeros(len(layer.weight), rank) for layer in layers.values())

    def added_to(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        """The UNet's weights by name, with what was learned."""
        changed = dict(weights)
        for name, down, up in zip(self.layers, self.down, self.up, strict=True):
            weight = weights[f"{name}.weight"]
            changed[f"{name}.weight"] = weight + (up @ down).view_as(weight)
        return changed

    def save(self, folder: Path, unet: nn.Module, strength: float = 1.0, rank: int | None = None) -> None:
        """As diffusers reads it: a convolution's A keeps the kernel's shape, its B is a convolution of one pixel.

        `rank` is what is kept of each B·A; None is all. `strength` is how often it is added: a student that lands near
        the mean of what it might paint smooths fine marks away, and a step further in the same direction brings them
        back.
        """
        layers = dict(unet.named_modules())
        state = {}
        for name, down, up in zip(self.layers, self.down, self.up, strict=True):
            weight = layers[name].weight
            ones = (1,) * (weight.ndim - 2)
            if rank is not None:
                up, down = nearest_of_rank(up.detach(), down.detach(), rank)
            state[f"{name}.lora_A.weight"] = down.detach().half().view(-1, *weight.shape[1:]).contiguous()
            state[f"{name}.lora_B.weight"] = (strength * up.detach()).half().view(*up.shape, *ones).contiguous()
        StableDiffusionPipeline.save_lora_weights(folder, unet_lora_layers=state)


def nearest_of_rank(up: Tensor, down: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """B (m, rank) and A (rank, n) whose product comes nearest to that of B (m, r) and A (r, n) (Eckart and Young
    1936). What is thin is never multiplied out: with B = QR and Aᵀ = Q'R', the singular values are those of R·R'ᵀ."""
    (left, up_side), (right, down_side) = torch.linalg.qr(up), torch.linalg.qr(down.T)
    u, values, v = torch.linalg.svd(up_side @ down_side.T)
    roots = values[:rank].sqrt()
    return left @ u[:, :rank] * roots, roots[:, None] * (v[:rank] @ right.T)


def _thin(weight: Tensor, rank: int) -> Tensor:
    """A: rank rows of as many numbers as the weight has for each output, such that A·x is as large as x."""
    inputs = weight[0].numel()
    return torch.randn(rank, inputs) / inputs**0.5


class Clock:
    """α and σ of the training's noise at its timesteps, and the steps between them."""

    def __init__(self, device: torch.device) -> None:
        self._scheduler = tiny.build_scheduler()
        self._alphas = self._scheduler.alphas_cumprod.to(device)

    def timesteps(self, count: int) -> list[int]:
        """The timesteps of so many equal steps, as the shipped scheduler has them."""
        self._scheduler.set_timesteps(count)
        return [int(each) for each in self._scheduler.timesteps]

    def alpha_sigma(self, timestep: int | None) -> tuple[Tensor, Tensor]:
        """(α, σ) at a timestep; None is the end, without noise."""
        squared = self._alphas.new_tensor(1.0) if timestep is None else self._alphas[timestep]
        return squared.sqrt(), (1 - squared).sqrt()

    def clean(self, latents: Tensor, velocity: Tensor, at: int) -> Tensor:
        """x₀ = α·x − σ·v (Salimans and Ho 2022, app. D)."""
        alpha, sigma = self.alpha_sigma(at)
        return alpha * latents - sigma * velocity

    def noised(self, clean: Tensor, noise: Tensor, at: int) -> Tensor:
        """α·x₀ + σ·ε."""
        alpha, sigma = self.alpha_sigma(at)
        return alpha * clean + sigma * noise

    def step(self, latents: Tensor, clean: Tensor, at: int, to: int | None) -> Tensor:
        """DDIM's step (Song et al. 2021, eq. 12 with σ = 0), written with x₀."""
        (alpha, sigma), (alpha_to, sigma_to) = self.alpha_sigma(at), self.alpha_sigma(to)
        return alpha_to * clean + sigma_to / sigma * (latents - alpha * clean)

    def velocity_of_step(self, latents: Tensor, landed: Tensor, at: int, to: int | None) -> Tensor:
        """The velocity under which one step from `latents` ends at `landed`: `step` and `clean` solved for v
        (Salimans and Ho 2022, alg. 2)."""
        (alpha, sigma), (alpha_to, sigma_to) = self.alpha_sigma(at), self.alpha_sigma(to)
        ratio = sigma_to / sigma
        clean = (landed - ratio * latents) / (alpha_to - ratio * alpha)
        return (alpha * latents - clean) / sigma


class Teacher:
    """The UNet with its guidance, taking as many small steps as one of the live variant's is to stand for."""

    def __init__(self, predict: Predict, clock: Clock, empty: Tensor, spec: Spec) -> None:
        """`empty` is the embedding (1, L, D) of no text."""
        self._predict, self._clock, self._empty = predict, clock, empty
        self._scale = spec.live_guidance
        self._fine = clock.timesteps(spec.live_steps * spec.live_substeps)

    @torch.no_grad()
    def landed(self, latents: Tensor, embeds: Tensor, at: int, to: int | None) -> Tensor:
        """Where the guided steps from `at` to `to` lead (N, C, h, w)."""
        between = [each for each in self._fine if at >= each > (-1 if to is None else to)]
        for here, there in legs(between, to):
            clean = self._clock.clean(latents, self._guided(latents, embeds, here), here)
            latents = self._clock.step(latents, clean, here, there)
        return latents

    def _guided(self, latents: Tensor, embeds: Tensor, at: int) -> Tensor:
        """v_∅ + g·(v − v_∅) (Ho and Salimans 2022, eq. 6)."""
        timesteps = torch.full((2 * len(latents),), at, device=latents.device)
        rows = torch.cat([self._empty.expand_as(embeds), embeds])
        without, with_text = self._predict(torch.cat([latents, latents]), timesteps, rows).float().chunk(2)
        return without + self._scale * (with_text - without)


def train_live(
    parts: Parts, drawings: Drawings, spec: Spec, folder: Path, accelerator: Accelerator, compiled: bool = False
) -> Adapter:
    """The adapter of the live variant; the UNet stays as it is. `compiled` as in `train_unet`."""
    device = accelerator.device
    latents = encode_drawings(parts, drawings, spec, folder, accelerator)
    weights = channel_weights(latents[:PICTURES_FOR_WEIGHTS]).to(device)
    texts, odds, clock = Texts(parts, device), cumulative_odds(drawings.facts), Clock(device)
    torch.manual_seed(0)
    unet = parts.unet.to(device).eval()
    adapter = Adapter(unet, spec.live_rank).to(device)
    coarse = clock.timesteps(spec.live_steps)
    teacher = Teacher(_compile(plain(unet), compiled), clock, texts.of_nothing(), spec)
    student = _compile(with_adapter(unet, adapter), compiled)

    def loss_at(step: int) -> tuple[Tensor, dict[str, float]]:
        generator, draw_noise = np.random.default_rng([7, step]), torch.Generator().manual_seed(step)
        chosen = np.searchsorted(odds, generator.random(spec.live.batch), side="right")
        embeds = texts.drawn([drawings.facts[n] for n in chosen], generator, dropout=0.0)
        clean = latents[chosen].float().to(device)
        own = len(clean) // 2  # so many go where their own steps lead; the others are drawings under noise
        noisy = torch.randn(clean.shape, generator=draw_noise).to(device)
        loss = torch.zeros((), device=device)
        for at, to in legs(coarse):
            with accelerator.autocast():
                target = clock.velocity_of_step(noisy, teacher.landed(noisy, embeds, at, to), at, to)
                velocity = student(noisy, torch.full((len(noisy),), at, device=device), embeds).float()
            loss = loss + (weights * (velocity - target).square()).mean() / len(coarse)
            if to is not None:
                noisy = clock.step(noisy, clock.clean(noisy, velocity.detach(), at), at, to)
                noise = torch.randn(clean.shape, generator=draw_noise).to(device)
                noisy = torch.cat([noisy[:own], clock.noised(clean, noise, to)[own:]])
        return loss, {"loss": loss.item()}

    with quick_attention(unet):
        train_stage("live", adapter, loss_at, spec.live, folder, accelerator)
    return adapter


def legs(timesteps: Sequence[int], end: int | None = None) -> list[tuple[int, int | None]]:
    """From each timestep to the next, and from the last to `end`."""
    return list(zip(timesteps, [*timesteps[1:], end], strict=True))


def plain(unet: UNet2DConditionModel) -> Predict:
    """What the UNet says."""
    return lambda latents, timesteps, embeds: unet(latents, timesteps, embeds, return_dict=False)[0]


def with_adapter(unet: UNet2DConditionModel, adapter: Adapter) -> Predict:
    """What the UNet says with the adapter in it; only the adapter learns."""
    frozen = {name: parameter.detach() for name, parameter in unet.named_parameters()}

    def predict(latents: Tensor, timesteps: Tensor, embeds: Tensor) -> Tensor:
        weights = adapter.added_to(frozen)
        answer: Tensor = functional_call(unet, weights, (latents, timesteps, embeds), {"return_dict": False})[0]
        return answer

    return predict


def _compile(predict: Predict, compiled: bool) -> Predict:
    return torch.compile(predict) if compiled else predict
