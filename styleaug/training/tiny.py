"""The untrained parts of the bundled model, all built from one frozen spec.

Every part is a stock class of diffusers or transformers, so that what training saves opens with plain
`StableDiffusionPipeline.from_pretrained`. This file knows shapes; it does not know pictures or training.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from diffusers import AutoencoderTiny, DDIMScheduler, DPMSolverMultistepScheduler, UNet2DConditionModel
from diffusers.models.autoencoders.vae import AutoencoderTinyBlock
from tokenizers import pre_tokenizers
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer, CLIPVisionConfig, CLIPVisionModelWithProjection

START, END = "<|startoftext|>", "<|endoftext|>"


@dataclass(frozen=True, kw_only=True)
class StageSpec:
    """How long and how fast one part is trained. The learning rate warms up, holds, and falls to zero at the end."""

    steps: int
    batch: int
    learning_rate: float
    warmup: int = 200
    cooldown: float = 0.25  # share of the steps at the end in which the learning rate falls
    weight_decay: float = 0.0
    average: float = 0.999  # decay of the exponential moving average of the weights
    save_every_seconds: float = 120.0


@dataclass(frozen=True, kw_only=True)
class Spec:
    """All that decides the bundled model. Channel counts are multiples of 64: on a CPU these run fastest per FLOP."""

    image_size: int = 256
    drawings: int = 48_000
    first_seed: int = 1_000_000  # seeds below are left to tests and judges

    tokens: int = 32
    text_width: int = 192
    text_layers: int = 4
    text_heads: int = 6
    sight_layers: int = 3
    sight_size: int = 64  # pixels a side of the pictures that the image tower sees
    sight_patch: int = 16

    latent_channels: int = 32
    vae_channels: int = 64
    vae_decoder_blocks: tuple[int, ...] = (3, 3, 3, 1, 0)  # none at full size, where a block costs most
    crop_size: int = 128
    latent_noise: float = 0.1  # added to unit latents while the decoder trains, so that nearby latents decode alike

    preview_channels: int = 32  # of the small decoder, that paints while the hand moves
    preview_decoder_blocks: tuple[int, ...] = (1, 1, 1, 0, 0)

    unet_channels: tuple[int, ...] = (128, 128, 192)
    unet_layers: int = 1
    head_width: int = 32
    text_dropout: float = 0.1  # share of pictures trained with the empty text, for guidance

    live_steps: int = 4
    live_substeps: int = 2  # of the teacher, for each of the live variant's
    live_guidance: float = 3.0  # the teacher's, folded in
    live_rank: int = 8
    live_rank_kept: int = 7  # of it is shipped: 40 MB are to hold everything
    live_strength: float = 1.75  # how much of the adapter is shipped: past what it learned, marks are crisper

    vae: StageSpec = field(default=StageSpec(steps=3_500, batch=8, learning_rate=1e-3))
    preview: StageSpec = field(default=StageSpec(steps=4_000, batch=8, learning_rate=2e-3))
    clip: StageSpec = field(
        default=StageSpec(steps=900, batch=96, learning_rate=1e-3, warmup=100, weight_decay=0.05, average=0.99)
    )
    additive: StageSpec = field(default=StageSpec(steps=300, batch=48, learning_rate=5e-4, warmup=30, cooldown=0.9))
    unet: StageSpec = field(default=StageSpec(steps=14_000, batch=32, learning_rate=7e-4, weight_decay=0.01))

    live: StageSpec = field(default=StageSpec(steps=1_300, batch=8, learning_rate=2e-3, warmup=50, average=0.995))

    @property
    def block(self) -> int:
        """Pixels a side that one latent stands for: the decoder doubles once less than it has stages."""
        return int(2 ** (len(self.vae_decoder_blocks) - 1))

    @property
    def latent_size(self) -> int:
        """Latents a side."""
        return self.image_size // self.block


def learn_merges(words: list[str]) -> list[tuple[str, str]]:
    """Byte-pair merges (Sennrich et al. 2016, alg. 1) until each word is one token; ties go to the first pair in
    alphabetical order. (The tokenizers library breaks ties at random, and a resumed run must number tokens alike.)"""
    spelled = [[*word[:-1], f"{word[-1]}</w>"] for word in sorted(set(words))]
    merges: list[tuple[str, str]] = []
    while any(len(pieces) > 1 for pieces in spelled):
        counts = Counter(pair for pieces in spelled for pair in pairwise(pieces))
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        for pieces in spelled:
            for place in range(len(pieces) - 1, 0, -1):
                if tuple(pieces[place - 1 : place + 1]) == best:
                    pieces[place - 1 : place + 1] = ["".join(best)]
    return merges


def build_tokenizer(words: list[str], spec: Spec) -> CLIPTokenizer:
    """CLIP's byte-pair tokenizer with a vocabulary of its own, in which each of `words` is one token.

    All single bytes are in it, so any text can be written. The end token has the largest id: transformers takes the
    largest id as the end of the text where a config says 2, an old quirk.
    """
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = learn_merges([part for word in words for part in re.findall(r"[a-z]+", word)])
    tokens = [*alphabet, *(f"{letter}</w>" for letter in alphabet), *dict.fromkeys("".join(pair) for pair in merges)]
    vocabulary = {token: number for number, token in enumerate([*tokens, START, END])}
    return CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=spec.tokens)


def build_text_encoder(tokenizer: CLIPTokenizer, spec: Spec) -> CLIPTextModel:
    """CLIP's text tower. Its pooled output is the joint space itself, so no projection has to be kept beside it."""
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=spec.text_width,
        intermediate_size=4 * spec.text_width,
        num_hidden_layers=spec.text_layers,
        num_attention_heads=spec.text_heads,
        max_position_embeddings=spec.tokens,
        projection_dim=spec.text_width,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return CLIPTextModel(config)


def build_image_encoder(spec: Spec) -> CLIPVisionModelWithProjection:
    """CLIP's image tower, projecting into the text tower's pooled space."""
    config = CLIPVisionConfig(
        hidden_size=spec.text_width,
        intermediate_size=4 * spec.text_width,
        num_hidden_layers=spec.sight_layers,
        num_attention_heads=spec.text_heads,
        image_size=spec.sight_size,
        patch_size=spec.sight_patch,
        projection_dim=spec.text_width,
    )
    return CLIPVisionModelWithProjection(config)


def build_vae(spec: Spec) -> AutoencoderTiny:
    """Autoencoder without normalization: on a CPU it learns and decodes several times faster than AutoencoderKL."""
    return _build_autoencoder(spec, spec.vae_channels, spec.vae_channels, spec.vae_decoder_blocks)


def build_small_decoder(spec: Spec) -> AutoencoderTiny:
    """A decoder of the same latents at a sixth of the cost. The class wants an encoder, too: a stump, never used."""
    return _build_autoencoder(spec, 8, spec.preview_channels, spec.preview_decoder_blocks)


def _build_autoencoder(
    spec: Spec, encoder_channels: int, decoder_channels: int, decoder_blocks: tuple[int, ...]
) -> AutoencoderTiny:
    """Latents of the spec, with the decoder ready to learn."""
    stages = len(decoder_blocks)
    autoencoder = AutoencoderTiny(
        latent_channels=spec.latent_channels,
        encoder_block_out_channels=(encoder_channels,) * stages,
        decoder_block_out_channels=(decoder_channels,) * stages,
        num_encoder_blocks=(0,) * stages,  # nothing but strided convolutions: a linear map, set by vae.py, not learned
        num_decoder_blocks=decoder_blocks,
    )
    keep_variance(autoencoder.decoder)
    return autoencoder


def keep_variance(decoder: nn.Module) -> None:
    """Weights under which an unnormalized network starts with signals of constant size (He et al. 2015, eq. 10), each
    residual branch closed at first (Zhang et al., Fixup). From PyTorch's default it hardly starts to learn."""
    convolutions = [layer for layer in decoder.modules() if isinstance(layer, nn.Conv2d)]
    for convolution in convolutions:
        nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
        if convolution.bias is not None:
            nn.init.zeros_(convolution.bias)
    for block in decoder.modules():
        if isinstance(block, AutoencoderTinyBlock):
            nn.init.zeros_(block.conv[-1].weight)


def build_unet(spec: Spec) -> UNet2DConditionModel:
    """Noise predictor. The text reaches it twice: by cross-attention, and pooled into the time embedding, which moves
    every block; so few parameters obey words much sooner with both."""
    levels = len(spec.unet_channels)
    return UNet2DConditionModel(
        sample_size=spec.latent_size,
        in_channels=spec.latent_channels,
        out_channels=spec.latent_channels,
        block_out_channels=spec.unet_channels,
        down_block_types=("DownBlock2D",) + ("CrossAttnDownBlock2D",) * (levels - 1),
        up_block_types=("CrossAttnUpBlock2D",) * (levels - 1) + ("UpBlock2D",),
        layers_per_block=spec.unet_layers,
        attention_head_dim=tuple(channels // spec.head_width for channels in spec.unet_channels),
        cross_attention_dim=spec.text_width,
        resnet_time_scale_shift="scale_shift",
        addition_embed_type="text",
        addition_embed_type_num_heads=spec.text_heads,
    )


NOISE: Mapping[str, Any] = MappingProxyType(
    {
        "beta_schedule": "squaredcos_cap_v2",
        "prediction_type": "v_prediction",
        "rescale_betas_zero_snr": True,
        "timestep_spacing": "trailing",
        "steps_offset": 1,  # what the pipeline would otherwise correct, with a warning
    }
)
"""What training and sampling must agree on."""


def build_scheduler() -> DDIMScheduler:
    """The noise of training: a cosine schedule that ends in pure noise, so that dark and bright grounds are both
    reached."""
    return DDIMScheduler(**NOISE, clip_sample=False, set_alpha_to_one=True)


def build_sampler() -> DPMSolverMultistepScheduler:
    """The way back that is shipped: DPM-Solver++ of second order (Lu et al. 2022, alg. 2) on the same noise. Ten of
    its steps look like twenty of DDIM's."""
    return DPMSolverMultistepScheduler(**NOISE, algorithm_type="dpmsolver++", solver_order=2, final_sigmas_type="zero")
