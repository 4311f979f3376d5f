"""Fifth stage: a small decoder for previews. It learns to paint what the full one paints of the same latents."""

from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from diffusers import AutoencoderTiny
from torch import Tensor
from torch.nn.functional import l1_loss

from styleaug.training import tiny
from styleaug.training.dataset import Drawings
from styleaug.training.loop import train_stage
from styleaug.training.parts import Parts
from styleaug.training.tiny import Spec
from styleaug.training.vae import encode_drawings, slope_loss


def train_preview(
    parts: Parts, drawings: Drawings, spec: Spec, folder: Path, accelerator: Accelerator
) -> AutoencoderTiny:
    """The small decoder, learned on crops of latents, with as much noise on them as the full one has seen."""
    latents = encode_drawings(parts, drawings, spec, folder, accelerator)
    torch.manual_seed(0)
    full, small = parts.vae.to(accelerator.device).eval(), tiny.build_small_decoder(spec).to(accelerator.device)
    small.register_to_config(scaling_factor=full.config.scaling_factor)
    across = spec.crop_size // spec.block

    def loss_at(step: int) -> tuple[Tensor, dict[str, float]]:
        generator = np.random.default_rng([8, step])
        row, column = generator.integers(spec.latent_size - across + 1, size=2)
        chosen = generator.integers(len(latents), size=spec.preview.batch)
        crops = latents[chosen, :, row : row + across, column : column + across].float().to(accelerator.device)
        noise = torch.from_numpy(generator.standard_normal(crops.shape, dtype=np.float32)).to(accelerator.device)
        shaken = (crops + spec.latent_noise * noise) / full.config.scaling_factor
        shaken = shaken.contiguous(memory_format=torch.channels_last)
        with accelerator.autocast():
            with torch.no_grad():
                target = full.decode(shaken).sample.float()
            painted = small.decode(shaken).sample.float()
        loss = l1_loss(painted, target) + slope_loss(painted, target)
        return loss, {"loss": loss.item(), "l1": l1_loss(painted, target).item()}

    train_stage("preview", small.decoder, loss_at, spec.preview, folder, accelerator)
    return small
