"""A text-to-image model made of diffusers' own parts: load it, encode text, predict noise, decode a picture.

It reads any Stable Diffusion folder in diffusers' layout and takes everything it needs to know (latent scale, picture
size, kind of prediction) from the parts' configs. It knows nothing about styles or about the denoising loop.
diffusers and transformers are imported on the first load, so that `import styleaug` stays quick.
"""

import hashlib
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from styleaug.request import BadRequest


class ModelError(RuntimeError):
    """A model that cannot be loaded: missing, damaged or of another kind. Says what to do next."""


class NonFiniteError(RuntimeError):
    """The model's numbers became NaN or infinite. Nothing is shown, where other programs show a black picture."""


@dataclass(frozen=True)
class Source:
    """Where a model known by name lives, and the settings it was made for."""

    folder: Path
    num_inference_steps: int
    guidance_scale: float


MODELS: Mapping[str, Source] = MappingProxyType(
    {"tiny": Source(Path(__file__).resolve().parent.parent / "assets" / "tiny", 10, 3.0)}
)
"""The models known by name."""

PARTS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "tokenizer": ("transformers", ("CLIPTokenizer",)),
        "text_encoder": ("transformers", ("CLIPTextModel",)),
        "unet": ("diffusers", ("UNet2DConditionModel",)),
        "vae": ("diffusers", ("AutoencoderKL", "AutoencoderTiny")),
        "scheduler": (
            "diffusers",
            (
                "DDIMScheduler",
                "PNDMScheduler",
                "LMSDiscreteScheduler",
                "EulerDiscreteScheduler",
                "EulerAncestralDiscreteScheduler",
                "HeunDiscreteScheduler",
                "DPMSolverMultistepScheduler",
                "DPMSolverSinglestepScheduler",
                "UniPCMultistepScheduler",
                "LCMScheduler",
            ),
        ),
    }
)
"""The parts of a model, and for each the library and the classes that are loaded: a folder cannot name any other."""


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
    tokenizer_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    """One for each tokenizer, which keeps its padding and truncation as state, even for one call."""

    @property
    def settings(self) -> dict[str, int | float]:
        """What this model was made for, as fields of a request."""
        return {"num_inference_steps": self.num_inference_steps, "guidance_scale": self.guidance_scale}

    @property
    def device(self) -> torch.device:
        return self.unet.device

    @property
    def dtype(self) -> torch.dtype:
        return self.unet.dtype

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
        """A fresh scheduler for one run, with the two corrections that diffusers' pipeline makes to old configs."""
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

    @torch.no_grad()
    def predict_noise(self, latents: Tensor, timestep: Tensor, prompt_embeds: Tensor) -> Tensor:
        """The UNet's output for N rows of latents (N, C, H, W) under N rows of text (N, L, D), at one timestep.

        It is noise, or velocity, or whatever the scheduler's config says this UNet predicts.
        """
        return self.unet(latents, timestep, encoder_hidden_states=prompt_embeds, return_dict=False)[0]

    @torch.no_grad()
    def decode(self, latents: Tensor) -> list[Image.Image]:
        """N latents (N, C, H, W) as N RGB pictures.

        Raises:
            NonFiniteError: the VAE gave NaN or infinity (half precision overflows in some).
        """
        from diffusers.image_processor import VaeImageProcessor

        pixels = self.vae.decode(latents / self.vae.config.scaling_factor, return_dict=False)[0]
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


def load_model(
    name_or_folder: str | Path = "tiny", *, device: str | torch.device | None = None, dtype: torch.dtype | None = None
) -> Model:
    """The model of that name (see `MODELS`), or in that folder in diffusers' layout. Never asks the network.

    A safety checker in the folder is not loaded.

    Args:
        device: where it runs; None is a GPU that torch can use, else the CPU.
        dtype: None is float32 on a CPU and float16 elsewhere, whatever the files are stored in.

    Raises:
        BadRequest: the name is neither known nor a folder.
        ModelError: the folder holds no whole, undamaged model of a kind this program can run.
        TypeError: dtype is not a torch.dtype (diffusers turns a string into float32 without a word).
    """
    if dtype is not None and not isinstance(dtype, torch.dtype):
        raise TypeError(f"dtype must be a torch.dtype, got {dtype!r}")
    device = torch.device(device if device is not None else "cuda" if torch.cuda.is_available() else "cpu")
    dtype = dtype if dtype is not None else torch.float32 if device.type == "cpu" else torch.float16
    source = MODELS.get(str(name_or_folder))
    folder = source.folder if source is not None else Path(name_or_folder)
    if source is None and not folder.is_dir():
        rule = f"must be {' or '.join(MODELS)}, or a folder with a model in diffusers' layout"
        raise BadRequest("model", rule, str(name_or_folder))
    _verify_checksums(folder)
    classes = _part_classes(folder)
    _refuse_other_unets(folder)
    parts = {part: _load_part(folder, part, class_name, device, dtype) for part, class_name in classes.items()}
    vocabulary = _read_vocabulary(folder)
    if source is None:
        return Model(name=folder.resolve().name, **parts, vocabulary=vocabulary)
    return Model(
        name=str(name_or_folder),
        **parts,
        vocabulary=vocabulary,
        num_inference_steps=source.num_inference_steps,
        guidance_scale=source.guidance_scale,
    )


def _verify_checksums(folder: Path) -> None:
    """Compare every file named in SHA256SUMS, where there is one: a flipped bit in a weight loads without an error."""
    sums = folder / "SHA256SUMS"
    if not sums.is_file():
        return
    for line in _read_text(sums).splitlines():
        expected, _, name = line.partition(" ")
        name = name.strip().removeprefix("*")
        file = folder / name
        if not file.is_file():
            raise ModelError(f"The model in {folder} is not whole: {name} is missing. {_FETCH_AGAIN}")
        with file.open("rb") as stream:
            actual = hashlib.file_digest(stream, "sha256").hexdigest()
        if actual != expected:
            raise ModelError(f"The model in {folder} is damaged: {name} is not what it was. {_FETCH_AGAIN}")


_FETCH_AGAIN = "Fetch the model's folder again (for a bundled model: `git checkout -- assets`)."


def _part_classes(folder: Path) -> dict[str, str]:
    """The class name of each part, from model_index.json."""
    index_file = folder / "model_index.json"
    if not index_file.is_file():
        raise ModelError(
            f"There is no model in {folder}: it has no model_index.json. Give a folder that "
            "StableDiffusionPipeline.save_pretrained wrote, or fetch the bundled models again."
        )
    index = _read_json(index_file)
    classes = {}
    for part, (_, known) in PARTS.items():
        entry = index.get(part)
        class_name = entry[1] if isinstance(entry, list) and len(entry) == 2 else None
        if class_name not in known:
            raise ModelError(
                f"The model in {folder} cannot be run: its {part} is {class_name or 'missing'}, "
                f"and must be {' or '.join(known)}. Give a folder of a Stable Diffusion 1 or 2 model."
            )
        classes[part] = class_name
    return classes


def _load_part(folder: Path, part: str, class_name: str, device: torch.device, dtype: torch.dtype) -> Any:
    import diffusers
    import transformers

    library = {"diffusers": diffusers, "transformers": transformers}[PARTS[part][0]]
    part_class = getattr(library, class_name)
    if not (folder / part).is_dir():
        raise ModelError(f"The model in {folder} is not whole: its folder {part} is missing. {_FETCH_AGAIN}")
    try:
        if part in ("tokenizer", "scheduler"):
            return part_class.from_pretrained(folder / part, local_files_only=True)
        loaded, report = part_class.from_pretrained(
            folder / part, local_files_only=True, use_safetensors=True, dtype=dtype, output_loading_info=True
        )
    except Exception as error:  # the libraries raise a dozen kinds here: OSError, SafetensorError, KeyError, ...
        reason = str(error).partition("\n")[0]
        raise ModelError(f"The {part} of the model in {folder} cannot be loaded ({reason}). {_FETCH_AGAIN}") from error
    if report["missing_keys"]:  # the libraries would go on with random numbers in their place
        missing = sorted(report["missing_keys"])[0]
        raise ModelError(f"The {part} of the model in {folder} is not whole: it lacks {missing}. {_FETCH_AGAIN}")
    return loaded.to(device).eval()


def _refuse_other_unets(folder: Path) -> None:
    """A UNet that wants more than latents, a timestep and text would be run wrongly, not refused, by its own code."""
    file = folder / "unet" / "config.json"
    config = _read_json(file) if file.is_file() else {}
    names = ("addition_embed_type", "time_cond_proj_dim", "encoder_hid_dim_type", "class_embed_type")
    for name in names:
        # "text" pools the very prompt_embeds that cross-attention reads: nothing more is needed.
        if config.get(name) is not None and (name, config[name]) != ("addition_embed_type", "text"):
            raise ModelError(
                f"The model in {folder} cannot be run: its unet has {name}, so it needs more than a prompt. "
                "Give a folder of a Stable Diffusion 1 or 2 model."
            )


def _read_vocabulary(folder: Path) -> Vocabulary | None:
    file = folder / "vocabulary.json"
    if not file.is_file():
        return None
    content = _read_json(file)
    try:
        lists = {name: tuple(str(phrase) for phrase in content[name]) for name in ("subjects", "styles", "moods")}
        return Vocabulary(**lists, words=frozenset(str(word).lower() for word in content["words"]))
    except (KeyError, TypeError) as error:
        raise ModelError(f"{file} lacks subjects, styles, moods or words. {_FETCH_AGAIN}") from error


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{file} cannot be read ({error}). {_FETCH_AGAIN}") from error


def _read_json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(_read_text(file))
    except json.JSONDecodeError as error:
        raise ModelError(f"{file} is damaged: it is not JSON ({error}). {_FETCH_AGAIN}") from error
    if not isinstance(content, dict):
        raise ModelError(f"{file} is damaged: it holds no JSON object. {_FETCH_AGAIN}")
    return content
