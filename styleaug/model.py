"""A text-to-image model made of diffusers' own parts: encode text, predict noise, decode a picture.

It takes everything it needs to know (latent scale, picture size, kind of prediction) from the parts' configs. It knows
nothing about styles, about the denoising loop, or about where its parts came from.
"""

import copy
import dataclasses
import functools
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from styleaug.flat import FlatUnet
from styleaug.request import BadRequest, Mode
from styleaug.safety import SafetyFilter
from styleaug.text_memory import TextMemory, memory_options, remembers_text


class ModelError(RuntimeError):
    """A model that cannot be loaded: missing, damaged or of another kind. Says what to do next."""


class NonFiniteError(RuntimeError):
    """The model's numbers became NaN or infinite. Nothing is shown, where other programs show a black picture."""


@dataclass(frozen=True)
class Vocabulary:
    """What a model was taught. A model without it is taken to know every word."""

    subjects: tuple[str, ...]
    styles: tuple[str, ...]
    moods: tuple[str, ...]
    words: frozenset[str]
    """Every word of its captions, in lower case."""

    def unknown_words(self, text: str) -> tuple[str, ...]:
        """The words of the text it never saw, as written, each once."""
        words = (word.strip(_PUNCTUATION) for word in text.split())
        return tuple(dict.fromkeys(word for word in words if not self._knows(word.lower())))

    def _knows(self, word: str) -> bool:
        """ "ukiyo-e" is known if it is a word of the captions, or if "ukiyo" and "e" both are, as CLIP splits it."""
        return word in self.words or all(part in self.words for part in re.findall(r"[^\W_]+", word))


_PUNCTUATION = "\"'.,;:!?()[]{}<>«»“”‘’…-–—_*#/\\|"


@dataclass(frozen=True, eq=False)
class Model:
    """The parts of one model. Nothing in it changes while it works, so threads may share it."""

    name: str
    tokenizer: Any
    text_encoder: Any
    unet: Any
    vae: Any
    scheduler: Any
    """Never stepped, for it would keep state: `new_scheduler` gives one for a run."""
    vocabulary: Vocabulary | None = None
    num_inference_steps: int = 50
    """What this model was made for; 50 and 7.5 are diffusers' own defaults."""
    guidance_scale: float = 7.5
    start: float = 0.0
    """The part of a run before θ takes hold, 0 … 1."""
    theta_ranges: Mapping[Mode, tuple[float, float]] = field(default_factory=lambda: MappingProxyType({}))
    """Where a slider goes less far than its mode would let it, for past that its pictures break down."""
    preview_vae: Any = None
    """A small decoder of the same latents, where pictures may be shown a little softer at first; or None."""
    live: "Model | None" = None
    """Its live variant: another UNet on the same texts and latents, for a few steps without guidance."""
    preview_cores: int | None = None
    """Cores of a CPU that a preview is computed on; None are all that torch has."""
    preview_steps: int | None = None
    """Steps of a preview that is computed on `preview_cores`, at most; None are all that its picture takes."""
    flat_unet: FlatUnet | None = None
    """The same UNet laid flat for a CPU, to the same bytes; or None."""
    preview_unet: FlatUnet | None = None
    """The same UNet laid flat for so few cores, and rounded in its own way; or None."""
    safety: SafetyFilter | None = None
    """Hides pictures, where the model came with such a filter and it was not left out."""
    bucket: int | None = None
    """Rows of a UNet call, where whoever started the program chose them; None is what suits the device."""
    tokenizer_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    """One for each tokenizer, which keeps its padding and truncation as state, even for one call."""

    def variant(self, live: bool) -> "Model":
        """The live variant, or the model itself.

        Raises:
            BadRequest: it has no live variant.
        """
        if not live:
            return self
        if self.live is None:
            raise BadRequest("live", f"must be false: {self.name} has no live variant", live)
        return self.live

    @functools.cached_property
    def for_previews(self) -> "Model":
        """The model as it computes the latents of a preview on `preview_cores`."""
        if self.preview_unet is None:
            return self
        return dataclasses.replace(self, flat_unet=self.preview_unet)

    def steps_of_preview(self, steps: int) -> int:
        """Of how many steps the preview is where the picture is of so many."""
        if self.preview_cores is None or self.preview_steps is None:
            return steps
        return min(steps, self.preview_steps)

    @property
    def settings(self) -> dict[str, int | float]:
        """What this model was made for, as fields of a request."""
        names = ("num_inference_steps", "guidance_scale", "start")
        return {name: getattr(self, name) for name in names}

    def theta_range(self, mode: Mode) -> tuple[float, float]:
        """The lowest and the highest θ of a slider on this model."""
        return self.theta_ranges.get(mode, mode.theta_range)

    @property
    def device(self) -> torch.device:
        return self._first_weights.device

    @property
    def dtype(self) -> torch.dtype:
        return self._first_weights.dtype

    @property
    def _first_weights(self) -> Tensor:
        """Asked for either, diffusers' UNet looks through all of its layers: a millisecond each time."""
        first: Tensor = next(self.unet.parameters())
        return first

    @property
    def latent_shape(self) -> tuple[int, int, int]:
        """(C, H, W) of one picture's latents."""
        size = self.unet.config.sample_size
        height, width = (size, size) if isinstance(size, int) else size
        return (self.unet.config.in_channels, height, width)

    @property
    def image_size(self) -> tuple[int, int]:
        """(height, width) of a picture in pixels; each stage of the VAE but the first halves it."""
        scale = 2 ** (len(self.vae.config.block_out_channels) - 1)
        _, height, width = self.latent_shape
        return (height * scale, width * scale)

    def new_scheduler(self) -> Any:
        """A fresh scheduler for one run."""
        return copy.deepcopy(self._fresh_scheduler)

    @functools.cached_property
    def _fresh_scheduler(self) -> Any:
        """With the two corrections that diffusers' pipeline makes to old configs."""
        corrections = {"steps_offset": 1, "clip_sample": False}
        config = self.scheduler.config
        return type(self.scheduler).from_config(
            config, **{name: corrections[name] for name in corrections if name in config}
        )

    @torch.no_grad()
    def encode(self, text: str) -> Tensor:
        """E(text): the text encoder's last hidden states, (1, L, D), L the tokenizer's length."""
        with self.tokenizer_lock:
            tokens = self.tokenizer(
                text,
                padding="max_length",
                max_length=self.tokenizer.model_max_length,
                truncation=True,
                return_tensors="pt",
            )
        uses_mask = getattr(self.text_encoder.config, "use_attention_mask", False)
        mask = tokens.attention_mask.to(self.device) if uses_mask else None
        return self.text_encoder(tokens.input_ids.to(self.device), attention_mask=mask)[0].to(self.dtype)

    def predict_noise(
        self, latents: Tensor, timestep: Tensor, prompt_embeds: Tensor, memory: TextMemory | None = None
    ) -> Tensor:
        """The UNet's output for N rows of latents (N, C, H, W) under N rows of text (N, L, D), at one timestep.

        It is noise, or velocity, or whatever the scheduler's config says this UNet predicts.

        Args:
            memory: of these rows of text in this UNet; what is not in it yet is put there. The output is the same, and
                so it is where this UNet has no use for one.
        """
        with torch.inference_mode():  # without a version for each tensor, 2% of a small UNet's call
            if self.flat_unet is not None:
                said = self.flat_unet(latents, timestep, prompt_embeds, {} if memory is None else memory)
            else:
                options = memory_options(memory) if memory is not None and remembers_text(self.unet) else {}
                [said] = self.unet(latents, timestep, encoder_hidden_states=prompt_embeds, return_dict=False, **options)
        return said.clone()  # one that may be used outside of it

    @torch.inference_mode()
    def decode(self, latents: Tensor, *, preview: bool = False) -> list[Image.Image]:
        """N latents (N, C, H, W) as N RGB pictures; `preview` decodes with `preview_vae`.

        Raises:
            NonFiniteError: the VAE gave NaN or infinity (half precision overflows in some).
        """
        from diffusers.image_processor import VaeImageProcessor

        vae = self.preview_vae if preview else self.vae
        pixels = vae.decode(latents / vae.config.scaling_factor, return_dict=False)[0]
        if not torch.isfinite(pixels).all():
            raise NonFiniteError(f"the VAE's picture holds NaN or infinity in {self.dtype}; load the model in float32")
        pixels = VaeImageProcessor.denormalize(pixels)
        return VaeImageProcessor.numpy_to_pil(VaeImageProcessor.pt_to_numpy(pixels))

    def unknown_words(self, text: str) -> tuple[str, ...]:
        """The words of the text that this model never saw; none where no vocabulary limits it."""
        return () if self.vocabulary is None else self.vocabulary.unknown_words(text)

    def cut_words(self, text: str) -> tuple[str, ...]:
        """The words that `encode` would leave out, wholly or in part, because the text has too many tokens."""
        with self.tokenizer_lock:
            encoded = self.tokenizer(text, truncation=False, return_offsets_mapping=True, verbose=False)
        kept = self.tokenizer.model_max_length - 1  # of the tokens in front of the closing one
        if len(encoded.input_ids) <= kept + 1:
            return ()
        first_cut, _ = encoded.offset_mapping[kept]
        return tuple(match.group() for match in re.finditer(r"\S+", text) if match.end() > first_cut)
