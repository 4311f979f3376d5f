"""Third stage: the UNet learns to take noise out of latents under a caption, or under a point between two captions."""

import functools
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor
from torch.nn.functional import mse_loss

from styleaug.slerp import slerp
from styleaug.training import tiny
from styleaug.training.dataset import Drawings
from styleaug.training.drawings import STYLE_NAMES, SUBJECT_NAMES, Facts, write_caption
from styleaug.training.loop import train_stage
from styleaug.training.parts import Parts, token_ids
from styleaug.training.samples import render_prompts, write_sheet
from styleaug.training.tiny import Spec
from styleaug.training.vae import encode_drawings

EXAGGERATION = 0.4  # drawings reach strength 1.4; augment at θ = 1 is trained to mean that much


class Texts:
    """Captions → text embeddings of the frozen text tower, remembered: there are only some thousand wordings."""

    def __init__(self, parts: Parts, device: torch.device) -> None:
        self.parts, self.device = parts, device
        self.encode = functools.cache(self._encode)

    @torch.no_grad()
    def _encode(self, text: str) -> Tensor:
        return self.parts.text_encoder(token_ids(self.parts.tokenizer, [text], self.device))[0].float()

    def of(self, facts: Facts, generator: np.random.Generator, dropout: float) -> Tensor:
        """Embedding (1, L, D) under which a drawing is learned.

        Without a word (`dropout`); a style phrase alone, sometimes; else a caption. A drawing of partial strength s is
        learned under the point between its texts that `weaken` (s ≤ 1) or `augment` (s > 1) would reach at that
        strength, DESIGN: weaken = slerp(E(full), E(base), θ), augment = slerp(E(full), E(full)+v, θ), v the contrast.
        """
        caption = write_caption(facts, generator)
        chance = generator.random()
        if chance < dropout:
            return self.encode("")
        if facts.style is not None and not facts.partial and chance < dropout + 0.04:
            return self.encode(caption.style)
        full = self.encode(caption.full)
        if not facts.partial:
            return full
        base = self.encode(caption.base)
        if facts.strength <= 1:
            return slerp(full, base, 1 - facts.strength)
        return slerp(full, full + (full - base), (facts.strength - 1) / EXAGGERATION)


def train_unet(parts: Parts, drawings: Drawings, spec: Spec, folder: Path, accelerator: Accelerator) -> None:
    """Predict the velocity (Salimans and Ho, app. D) of drawings' latents under their captions."""
    latents = encode_drawings(parts, drawings, spec, folder, accelerator)
    texts = Texts(parts, accelerator.device)
    scheduler = tiny.build_scheduler()
    count = scheduler.config.num_train_timesteps
    parts.unet.to(accelerator.device)

    def loss_at(step: int) -> tuple[Tensor, dict[str, float]]:
        generator = np.random.default_rng([3, step])
        draw_noise = torch.Generator().manual_seed(step)
        chosen = generator.integers(len(latents), size=spec.unet.batch)
        embeds = torch.cat([texts.of(drawings.facts[n], generator, spec.text_dropout) for n in chosen])
        clean = latents[chosen].float().to(accelerator.device)
        noise = torch.randn(clean.shape, generator=draw_noise).to(accelerator.device)
        # Timesteps spread evenly over the batch: the same mean loss with less noise (Kingma et al., VDM, app. I.1).
        spread = (generator.random() + np.arange(spec.unet.batch) / spec.unet.batch) % 1
        timesteps = torch.from_numpy((spread * count).astype(np.int64)).to(accelerator.device)
        noisy = scheduler.add_noise(clean, noise, timesteps)
        with accelerator.autocast():
            predicted = parts.unet(noisy, timesteps, embeds, return_dict=False)[0]
        loss = mse_loss(predicted.float(), scheduler.get_velocity(clean, noise, timesteps))
        return loss, {"loss": loss.item()}

    def sample(path: Path) -> None:
        rows = []
        for style in ("", *STYLE_NAMES):
            prompts = [f"{subject} {style}".strip() for subject in SUBJECT_NAMES]
            rows.append(render_prompts(parts, prompts))
        write_sheet(rows, path)

    train_stage("unet", parts.unet, loss_at, spec.unet, folder, accelerator, sample, sample_every=1_500)
