"""Models of random weights: how long a size takes, whatever it would paint.

Their parts are stock classes with the bundled model's tokenizer. diffusers and transformers are imported when asked.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import torch

from styleaug.loading import laid_out
from styleaug.model import Model
from styleaug.registry import BUNDLED


@dataclass(frozen=True, kw_only=True)
class Size:
    """Widths and depths of a Stable Diffusion 1 model, for pictures of (latents · 2^(stages of the VAE − 1)) pixels."""

    tokens: int
    text_width: int
    text_layers: int
    text_heads: int
    latents: int
    unet_channels: tuple[int, ...]
    unet_layers: int
    unet_heads: int
    vae_channels: tuple[int, ...]
    vae_layers: int
    norm_groups: int


_TINY = Size(
    tokens=32,
    text_width=16,
    text_layers=2,
    text_heads=2,
    latents=8,
    unet_channels=(8, 16),
    unet_layers=1,
    unet_heads=2,
    vae_channels=(8, 8),
    vae_layers=1,
    norm_groups=4,
)
_SD14 = Size(
    tokens=77,
    text_width=768,
    text_layers=12,
    text_heads=12,
    latents=32,
    unet_channels=(320, 640, 1280, 1280),
    unet_layers=2,
    unet_heads=8,
    vae_channels=(128, 256, 512, 512),
    vae_layers=2,
    norm_groups=32,
)

SIZES: Mapping[str, Size] = MappingProxyType(
    {"tiny": _TINY, "sd14": _SD14, "sd14-512": dataclasses.replace(_SD14, latents=64)}
)
"""tiny: a few thousand numbers, pictures of 16 × 16. sd14: those of Stable Diffusion 1.4, but pictures of 256 × 256;
sd14-512: its own 512 × 512."""


FEW_STEPS: Mapping[str, int] = MappingProxyType({"sd14": 5, "sd14-512": 5})
"""Enough to time a size on a CPU: two of five steps lie before a start of 0.4."""


def random_model(
    name: str,
    *,
    device: torch.device | str | None = None,
    dtype: torch.dtype | None = None,
    small_decoder: bool = False,
) -> Model:
    """A model of that size with weights drawn from one seed.

    Args:
        device: where it runs; None is a GPU that torch can use, else the CPU.
        dtype: None is float32 on a CPU and float16 elsewhere.
        small_decoder: with TAESD's decoder, the same for every size.
    """
    from diffusers import AutoencoderTiny, DDIMScheduler, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    size = SIZES[name]
    device = torch.device(device if device is not None else "cuda" if torch.cuda.is_available() else "cpu")
    dtype = dtype if dtype is not None else torch.float32 if device.type == "cpu" else torch.float16
    tokenizer = CLIPTokenizer.from_pretrained(BUNDLED / "tokenizer", model_max_length=size.tokens)
    levels = len(size.unet_channels)
    with torch.random.fork_rng(), device:
        torch.manual_seed(0)
        text_encoder = CLIPTextModel(
            CLIPTextConfig(
                hidden_size=size.text_width,
                intermediate_size=4 * size.text_width,
                num_hidden_layers=size.text_layers,
                num_attention_heads=size.text_heads,
                max_position_embeddings=size.tokens,
                bos_token_id=tokenizer.bos_token_id,
                eos_token_id=tokenizer.eos_token_id,
                pad_token_id=tokenizer.pad_token_id,
            )
        )
        unet = UNet2DConditionModel(
            sample_size=size.latents,
            block_out_channels=size.unet_channels,
            layers_per_block=size.unet_layers,
            down_block_types=("CrossAttnDownBlock2D",) * (levels - 1) + ("DownBlock2D",),
            up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * (levels - 1),
            cross_attention_dim=size.text_width,
            attention_head_dim=size.unet_heads,  # which is what diffusers takes that argument for
            norm_num_groups=size.norm_groups,
        )
        vae = AutoencoderTiny() if small_decoder else _autoencoder(size)
    parts = {"text_encoder": text_encoder, "unet": unet, "vae": vae}
    return Model(
        name=f"random weights, {name}",
        tokenizer=tokenizer,
        **{part: laid_out(module.to(dtype).eval(), device) for part, module in parts.items()},
        scheduler=DDIMScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1, clip_sample=False
        ),
    )


def _autoencoder(size: Size) -> Any:
    from diffusers import AutoencoderKL

    stages = len(size.vae_channels)
    return AutoencoderKL(
        block_out_channels=size.vae_channels,
        layers_per_block=size.vae_layers,
        down_block_types=("DownEncoderBlock2D",) * stages,
        up_block_types=("UpDecoderBlock2D",) * stages,
        norm_num_groups=size.norm_groups,
    )
