"""What the parts can do so far: a stock pipeline of them, pictures by it, pages of pictures."""

from pathlib import Path

import numpy as np
import torch
from diffusers import StableDiffusionPipeline
from PIL import Image
from transformers import CLIPImageProcessor

from styleaug.training import tiny
from styleaug.training.parts import Parts


def pipeline_of(parts: Parts) -> StableDiffusionPipeline:
    """The parts as a stock diffusers pipeline."""
    size = {"height": parts.image_encoder.config.image_size, "width": parts.image_encoder.config.image_size}
    processor = CLIPImageProcessor(
        size={"shortest_edge": size["height"]}, crop_size=size, image_mean=[0.5] * 3, image_std=[0.5] * 3
    )
    return StableDiffusionPipeline(
        vae=parts.vae,
        text_encoder=parts.text_encoder,
        tokenizer=parts.tokenizer,
        unet=parts.unet,
        scheduler=tiny.build_sampler(),
        safety_checker=None,
        feature_extractor=processor,
        image_encoder=parts.image_encoder,
        requires_safety_checker=False,
    )


@torch.no_grad()
def render_prompts(parts: Parts, prompts: list[str], seed: int = 7, steps: int = 12) -> np.ndarray:
    """Pictures of these prompts, uint8 (N, size, size, 3), by diffusers' own pipeline."""
    pipeline = pipeline_of(parts)
    pipeline.set_progress_bar_config(disable=True)
    generators = [torch.Generator().manual_seed(seed) for _ in prompts]
    pictures = pipeline(
        prompts, num_inference_steps=steps, guidance_scale=4.0, generator=generators, output_type="np"
    ).images
    return (pictures * 255).round().astype(np.uint8)


def write_sheet(rows: list[np.ndarray], path: Path) -> None:
    """Rows of pictures, each uint8 (N, size, size, 3), edge to edge on one page."""
    Image.fromarray(np.vstack([np.hstack(list(row)) for row in rows])).save(path)
