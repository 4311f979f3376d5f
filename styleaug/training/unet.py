"""Third stage: the UNet learns to take noise out of latents under a caption, or under a point between two captions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch
from accelerate import Accelerator
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch import Tensor

from styleaug.slerp import slerp
from styleaug.training import tiny
from styleaug.training.analogy import Analogies, Analogy
from styleaug.training.dataset import Drawings
from styleaug.training.drawings import STYLE_NAMES, SUBJECT_NAMES, Caption, Facts, choose_wording
from styleaug.training.loop import train_stage
from styleaug.training.parts import Parts, token_ids
from styleaug.training.samples import render_prompts, write_sheet
from styleaug.training.tiny import Spec
from styleaug.training.vae import encode_drawings

STYLE_ALONE = 0.04  # share of drawings learned under their style phrase alone, which `phrase` leans on
ANALOGY = 0.6  # share of drawings of full strength and without a mood learned under an analogy to their caption
PICTURES_FOR_WEIGHTS = 2_000
PLAIN_WEIGHT = 1.5  # how much more often a drawing without a style is learned: there a subject is most clearly seen
# How often the hard ones are learned against the others: set by what the judge (judge.py) took for something else when
# all had been learned equally often. Thin lines and glow on a dark ground weigh little in the loss, so they come last.
SUBJECT_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "robot": 2.2,
        "horse": 2.2,
        "teapot": 2.0,
        "cat": 2.5,
        "moon": 2.0,
        "fish": 2.0,
        "portrait": 1.8,
        "windmill": 1.6,
        "car": 1.6,
        "tree": 1.6,
        "dog": 2.0,
        "bridge": 1.3,
    }
)
STYLE_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "blueprint": 3.0,
        "futuristic high tech": 2.5,
        "cyberpunk": 3.0,
        "art deco": 2.0,
        "Klimt gold": 2.0,
        "charcoal": 1.7,
        "De Stijl": 1.5,
        "pointillism": 1.5,
        "pop art": 1.2,
    }
)
EXAGGERATION = 0.4  # drawings reach strength 1.4; augment at θ = 1 is trained to mean that much


class Texts:
    """Captions → text embeddings of the frozen text tower, remembered: the same wordings come again and again."""

    def __init__(self, parts: Parts, device: torch.device) -> None:
        self._parts, self._device = parts, device
        self._known: dict[str, Tensor] = {}
        self._analogies = Analogies(parts.count_tokens)

    @torch.no_grad()
    def learn(self, texts: Iterable[str]) -> None:
        """Encode those that are new, all at once: one by one they would take a third of a step's time."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            embeds = self._parts.text_encoder(token_ids(self._parts.tokenizer, new, self._device))[0].float()
            self._known.update(zip(new, embeds.split(1), strict=True))

    def of_nothing(self) -> Tensor:
        """Embedding (1, L, D) of the empty text."""
        self.learn([""])
        return self._known[""]

    def drawn(self, facts: Sequence[Facts], generator: np.random.Generator, dropout: float) -> Tensor:
        """Embeddings (N, L, D) under which these drawings are learned, each in a wording drawn anew."""
        wordings = [choose_wording(each, generator) for each in facts]
        captions = [wording.caption for wording in wordings]
        analogies = [
            self._analogies.draw(*each, generator) if generator.random() < ANALOGY else None
            for each in zip(facts, wordings, strict=True)
        ]
        chances = generator.random(len(facts))
        self.learn(text for caption in captions for text in ("", caption.full, caption.base, caption.style))
        self.learn(text for each in analogies if each is not None for text in astuple(each))
        rows = zip(facts, captions, analogies, chances, strict=True)
        return torch.cat([self.of(*each, dropout) for each in rows])

    def of(self, facts: Facts, caption: Caption, analogy: Analogy | None, chance: float, dropout: float) -> Tensor:
        """Embedding (1, L, D) under which a drawing is learned; `chance` is uniform in 0…1.

        Without a word (`dropout`); a style phrase alone, sometimes; else a caption, or an analogy to it. A drawing of
        partial strength s is learned under the point between its texts that `weaken` (s ≤ 1) or `augment` (s > 1) would
        reach at that strength, DESIGN: weaken = slerp(E(full), E(base), θ), augment = slerp(E(full), E(full)+v, θ), v
        the contrast.
        """
        if chance < dropout:
            return self._known[""]
        if facts.style is not None and not facts.partial and chance < dropout + STYLE_ALONE:
            return self._known[caption.style]
        if analogy is not None:
            other_style, other_subject, neither = (self._known[text] for text in astuple(analogy))
            return other_style + other_subject - neither
        full, base = self._known[caption.full], self._known[caption.base]
        if not facts.partial:
            return full
        if facts.strength <= 1:
            return slerp(full, base, 1 - facts.strength)
        return slerp(full, full + (full - base), (facts.strength - 1) / EXAGGERATION)


def shift_noise(share: np.ndarray, shift: float = 3.0) -> np.ndarray:
    """Uniform shares 0…1 moved towards the noisy end (Esser et al. 2024, eq. 23, shift = √(m/n)).

    What stands where is decided there, and is learned last; marks and textures, at the other end, come easily.
    """
    return shift * share / (1 + (shift - 1) * share)


def cumulative_odds(facts: Sequence[Facts]) -> np.ndarray:
    """Where in 0…1 the share of each drawing (N,) ends, if each is drawn as often as its subject and style weigh."""

    def weight(each: Facts) -> float:
        style = PLAIN_WEIGHT if each.style is None else STYLE_WEIGHTS.get(each.style, 1.0)
        return SUBJECT_WEIGHTS.get(each.subject, 1.0) * style

    weights = np.array([weight(each) for each in facts])
    return np.cumsum(weights) / weights.sum()


def channel_weights(latents: Tensor) -> Tensor:
    """Weight (C, 1, 1) of each latent channel's error, mean 1: its deviation over latents (N, C, h, w).

    The encoder divides a component of variance λ by λ^¼, so an error in a wide channel shows more in pixels than the
    same error in a narrow one; and the wide channels hold what stands where.
    """
    deviations = latents.float().std(dim=(0, 2, 3))
    return (deviations / deviations.mean())[:, None, None]


@contextmanager
def quick_attention(unet: UNet2DConditionModel) -> Iterator[None]:
    """Attention as it trains fastest: on a CPU, on rows this short, the fused kernel's way back takes a fifth of a
    step."""
    usual = unet.attn_processors
    if unet.device.type == "cpu":
        unet.set_attn_processor(AttnProcessor())
    yield
    unet.set_attn_processor(usual)


def train_unet(
    parts: Parts, drawings: Drawings, spec: Spec, folder: Path, accelerator: Accelerator, compiled: bool = False
) -> None:
    """Predict the velocity (Salimans and Ho, app. D) of drawings' latents under their captions.

    `compiled` spends some two minutes on torch.compile first, and then makes a fifth more steps a minute.
    """
    latents = encode_drawings(parts, drawings, spec, folder, accelerator)
    weights = channel_weights(latents[:PICTURES_FOR_WEIGHTS]).to(accelerator.device)
    texts = Texts(parts, accelerator.device)
    odds = cumulative_odds(drawings.facts)
    scheduler = tiny.build_scheduler()
    count = scheduler.config.num_train_timesteps
    parts.unet.to(accelerator.device)
    predict = torch.compile(parts.unet) if compiled else parts.unet

    def loss_at(step: int) -> tuple[Tensor, dict[str, float]]:
        generator = np.random.default_rng([3, step])
        draw_noise = torch.Generator().manual_seed(step)
        chosen = np.searchsorted(odds, generator.random(spec.unet.batch), side="right")
        embeds = texts.drawn([drawings.facts[n] for n in chosen], generator, spec.text_dropout)
        clean = latents[chosen].float().to(accelerator.device)
        noise = torch.randn(clean.shape, generator=draw_noise).to(accelerator.device)
        # Spread evenly over the batch: the same mean loss with less noise (Kingma et al., VDM, app. I.1).
        spread = (generator.random() + np.arange(spec.unet.batch) / spec.unet.batch) % 1
        timesteps = torch.from_numpy((shift_noise(spread) * count).astype(np.int64)).to(accelerator.device)
        noisy = scheduler.add_noise(clean, noise, timesteps)
        with accelerator.autocast():
            predicted = predict(noisy, timesteps, embeds, return_dict=False)[0]
        velocity = scheduler.get_velocity(clean, noise, timesteps)
        loss = (weights * (predicted.float() - velocity).square()).mean()
        return loss, {"loss": loss.item()}

    def sample(path: Path) -> None:
        rows = []
        for style in ("", *list(STYLE_NAMES)[::3]):  # some of all: the whole school takes minutes on a CPU
            prompts = [f"{subject} {style}".strip() for subject in list(SUBJECT_NAMES)[::2]]
            rows.append(render_prompts(parts, prompts))
        write_sheet(rows, path)

    with quick_attention(parts.unet):
        train_stage("unet", parts.unet, loss_at, spec.unet, folder, accelerator, sample, sample_every=3_000)
