"""The parts while they are trained, and how pictures and texts reach them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderTiny, UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTokenizer, CLIPVisionModelWithProjection

from styleaug.training import tiny
from styleaug.training.drawings import all_words
from styleaug.training.tiny import Spec


@dataclass
class Parts:
    """The parts in training."""

    tokenizer: CLIPTokenizer
    text_encoder: CLIPTextModel
    image_encoder: CLIPVisionModelWithProjection
    vae: AutoencoderTiny
    unet: UNet2DConditionModel

    def count_tokens(self, text: str) -> int:
        """How many tokens a text is, with those that open and close it."""
        return len(self.tokenizer(text).input_ids)


def build_parts(spec: Spec, seed: int = 0) -> Parts:
    """Untrained parts with weights drawn from `seed`."""
    torch.manual_seed(seed)
    tokenizer = tiny.build_tokenizer(all_words(), spec)
    return Parts(
        tokenizer,
        tiny.build_text_encoder(tokenizer, spec),
        tiny.build_image_encoder(spec),
        tiny.build_vae(spec),
        tiny.build_unet(spec),
    )


def load_parts(folder: Path) -> Parts:
    """The parts of a saved model, in full precision, to train on."""

    def load(kind: Any, part: str) -> Any:
        return kind.from_pretrained(folder / part, local_files_only=True, use_safetensors=True, dtype=torch.float32)

    return Parts(
        CLIPTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True),
        load(CLIPTextModel, "text_encoder"),
        load(CLIPVisionModelWithProjection, "image_encoder"),
        load(AutoencoderTiny, "vae"),
        load(UNet2DConditionModel, "unet").train(),
    )


def learn_new_words(parts: Parts, spec: Spec, seed: int = 0) -> None:
    """Give these parts today's words: a new tokenizer, and a text tower that keeps all it had, with an embedding drawn
    from `seed` for each token that it did not have. CLIP must then be trained on."""
    torch.manual_seed(seed)
    known, tower = parts.tokenizer.get_vocab(), parts.text_encoder
    parts.tokenizer = tiny.build_tokenizer(all_words(), spec)
    parts.text_encoder = tiny.build_text_encoder(parts.tokenizer, spec)
    old, new = tower.get_input_embeddings().weight, parts.text_encoder.get_input_embeddings().weight
    embeddings = new.detach().clone()
    for token, number in parts.tokenizer.get_vocab().items():
        if token in known:
            embeddings[number] = old[known[token]].detach()
    parts.text_encoder.load_state_dict({**tower.state_dict(), _name_of(parts.text_encoder, new): embeddings})


def _name_of(module: nn.Module, parameter: nn.Parameter) -> str:
    return next(name for name, each in module.named_parameters() if each is parameter)


def to_tensor(pictures: np.ndarray, device: torch.device) -> Tensor:
    """uint8 (N, H, W, 3) → float32 (N, 3, H, W) in −1…1."""
    return torch.tensor(pictures, device=device).permute(0, 3, 1, 2).float() / 127.5 - 1


def token_ids(tokenizer: CLIPTokenizer, texts: list[str], device: torch.device) -> Tensor:
    """Padded to the tokenizer's length, as diffusers' pipeline does it: (N, L)."""
    tokens = tokenizer(texts, padding="max_length", truncation=True, return_tensors="pt")
    return tokens.input_ids.to(device)
