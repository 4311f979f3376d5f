"""Seeded random parts, a few thousand numbers each: everything about a model but that it has learned something."""

import dataclasses
import hashlib
import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    LCMScheduler,
    PNDMScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from diffusers.models.modeling_utils import ModelMixin
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from transformers import CLIPConfig, CLIPImageProcessor, CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from styleaug.model import Model, Vocabulary
from styleaug.registry import Repository
from styleaug.text_memory import remember_text

WORDS = ("a", "dog", "cat", "temple", "hidden", "in", "the", "jungle", "monet", "style", "cyberpunk", "night")
MAX_LENGTH = 16
START, END = "<|startoftext|>", "<|endoftext|>"


def tokenizer() -> CLIPTokenizer:
    """CLIP's tokenizer with a vocabulary of whole words and single letters; the end token has the largest id."""
    letters = [chr(code) for code in range(ord("!"), ord("~") + 1)]
    tokens = letters + [f"{letter}</w>" for letter in letters]
    merges = []
    for word in WORDS:
        pieces = [*word[:-1], f"{word[-1]}</w>"]
        while len(pieces) > 1:
            merge = (pieces[0], pieces[1])
            pieces[:2] = ["".join(merge)]
            if merge not in merges:
                merges.append(merge)
                tokens.append(pieces[0])
    vocab = {token: index for index, token in enumerate(dict.fromkeys([*tokens, START, END]))}
    return CLIPTokenizer(vocab=vocab, merges=merges, model_max_length=MAX_LENGTH)


def text_encoder(vocab_size: int) -> CLIPTextModel:
    config = CLIPTextConfig(
        vocab_size=vocab_size,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=MAX_LENGTH,
        bos_token_id=vocab_size - 2,
        eos_token_id=vocab_size - 1,
        pad_token_id=vocab_size - 1,
    )
    return CLIPTextModel(config)


POOLED_TEXT = {"addition_embed_type": "text", "addition_embed_type_num_heads": 2}  # what the bundled UNet has, too


def unet(in_channels: int = 4, **options: Any) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=8,
        in_channels=in_channels,
        out_channels=in_channels,
        block_out_channels=(8, 16),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=16,
        attention_head_dim=8,
        norm_num_groups=4,
        **options,
    )


def vae(kind: str = "AutoencoderKL") -> ModelMixin:
    """From 8×8 latents of 4 channels to pictures of 16×16 (KL, two stages) or 32×32 (tiny, three)."""
    if kind == "AutoencoderTiny":
        return AutoencoderTiny(
            encoder_block_out_channels=(8, 8, 8),
            decoder_block_out_channels=(8, 8, 8),
            num_encoder_blocks=(1, 1, 1),
            num_decoder_blocks=(1, 1, 1),
            latent_channels=4,
            scaling_factor=0.7,
        )
    return AutoencoderKL(
        block_out_channels=(8, 8),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        latent_channels=4,
        norm_num_groups=4,
        scaling_factor=0.3,
    )


BETAS = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}


def schedulers() -> dict[str, Any]:
    """One of each kind that differs: one call a step or more, one level of noise or many, history, noise of its own."""
    zero_snr = {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
    return {
        "DDIM": DDIMScheduler(**BETAS),
        "DDIM, v-prediction": DDIMScheduler(**BETAS, **zero_snr, clip_sample=False),
        "Euler": EulerDiscreteScheduler(**BETAS),
        "DPM++": DPMSolverMultistepScheduler(**BETAS),
        "PNDM": PNDMScheduler(**BETAS, skip_prk_steps=True),
        "LCM": LCMScheduler(**BETAS),
    }


def model(scheduler: Any = None, *, vae_kind: str = "AutoencoderKL", **options: Any) -> Model:
    """A model of random parts, the same ones every time."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        tokens = tokenizer()
        parts = {"text_encoder": text_encoder(len(tokens)), "unet": unet(), "vae": vae(vae_kind)}
    parts = {name: part.eval() for name, part in parts.items()}
    remember_text(parts["unet"])
    return Model(name="random", tokenizer=tokens, **parts, scheduler=scheduler or schedulers()["DDIM"], **options)


def fields(model: Model) -> dict[str, Any]:
    """All that a model is made of, for one of another class."""
    return {field.name: getattr(model, field.name) for field in dataclasses.fields(model)}


def vocabulary() -> Vocabulary:
    return Vocabulary(("dog", "cat"), ("Monet style", "cyberpunk"), ("night",), frozenset(WORDS))


def save(model: Model, folder: Path) -> Path:
    """Write the model in diffusers' layout, as StableDiffusionPipeline.save_pretrained does."""
    pipeline(model).save_pretrained(folder, safe_serialization=True)
    if model.vocabulary is not None:
        content = {name: list(getattr(model.vocabulary, name)) for name in ("subjects", "styles", "moods")}
        content["words"] = sorted(model.vocabulary.words)
        (folder / "vocabulary.json").write_text(json.dumps(content))
    return folder


def pipeline(model: Model) -> Any:
    """diffusers' own pipeline on the same parts, with a scheduler of its own."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The configuration file of this scheduler", category=FutureWarning)
        pipe = StableDiffusionPipeline(
            vae=model.vae,
            text_encoder=model.text_encoder,
            tokenizer=model.tokenizer,
            unet=model.unet,
            scheduler=type(model.scheduler).from_config(model.scheduler.config),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def safety_checker() -> StableDiffusionSafetyChecker:
    """The Stable Diffusion family's filter, small. Its thresholds are far off: it hides nothing until they are set."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        sight = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
        sight |= {"image_size": 16, "patch_size": 8, "projection_dim": 8}
        checker = StableDiffusionSafetyChecker(CLIPConfig(vision_config=sight, projection_dim=8))
    for weights, value in ((checker.concept_embeds_weights, 9.0), (checker.special_care_embeds_weights, 9.0)):
        torch.nn.init.constant_(weights, value)
    return checker.eval()


def save_with_filter(model: Model, folder: Path, checker: StableDiffusionSafetyChecker) -> Path:
    """The model's folder, with a safety checker in it as the Hub's Stable Diffusion has one."""
    pipe = pipeline(model)
    pipe.register_modules(safety_checker=checker, feature_extractor=image_processor())
    pipe.register_to_config(requires_safety_checker=True)
    pipe.save_pretrained(folder, safe_serialization=True)
    return folder


def image_processor() -> CLIPImageProcessor:
    return CLIPImageProcessor(size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16})


def put_on_shelf(folder: Path, repository: Repository, cache: Path) -> Path:
    """Put a folder into a cache of the Hub as if it had been fetched: blobs under their SHA-256, and links to them."""
    home = cache / f"models--{repository.name.replace('/', '--')}"
    snapshot = home / "snapshots" / repository.revision
    for file in (file for file in folder.rglob("*") if file.is_file()):
        blob = home / "blobs" / hashlib.sha256(file.read_bytes()).hexdigest()
        link = snapshot / file.relative_to(folder)
        blob.parent.mkdir(parents=True, exist_ok=True)
        link.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, blob)
        link.symlink_to(blob)
    return snapshot
