"""From a name or a folder to a `Model`: found or fetched, checked, and put together.

Nothing but safetensors and JSON is read, no code of a repository is run, and what is wrong with a model's files is a
`ModelError` that says what to do. diffusers and transformers are imported on the first load, so that `import styleaug`
stays quick.
"""

import copy
import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch

from styleaug.cores import on_cores
from styleaug.flat import FlatUnet, can_be_flat
from styleaug.folded import folded
from styleaug.hub import OnBytes, expected_sums, fetch, local_folder
from styleaug.model import Model, ModelError, Vocabulary
from styleaug.packed import can_be_packed, packed
from styleaug.proven import proven
from styleaug.registry import MODELS, Live, Repository, Source
from styleaug.request import BadRequest
from styleaug.safety import SafetyFilter
from styleaug.text_memory import remember_text

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


DTYPES: Mapping[str, torch.dtype] = MappingProxyType(
    {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
)
"""What a model may compute in, by the name that a command line has for it."""

FILTER_PARTS = ("safety_checker", "feature_extractor")
WEIGHTS = ".safetensors"
HALF_WEIGHTS = ".fp16.safetensors"
ADAPTER_FILE = "pytorch_lora_weights.safetensors"


def load_model(
    name_or_folder: str | Path = "tiny",
    *,
    device: str | torch.device | None = None,
    dtype: torch.dtype | None = None,
    safety: bool = True,
    small_decoder: bool = False,
    previews: bool = False,
    cache: Path | None = None,
    on_bytes: OnBytes | None = None,
) -> Model:
    """The model of that name (see `MODELS`), or in that folder in diffusers' layout.

    The network is asked only for a model known by name that is not on this machine yet.

    Args:
        device: where it runs; None is a GPU that torch can use, else the CPU.
        dtype: None is float32 on a CPU and float16 elsewhere, whatever the files are stored in.
        safety: load the safety filter, where the model comes with one.
        small_decoder: decode with the small autoencoder that `MODELS` names for it: faster and a little softer.
        previews: load that autoencoder beside the full one, where there is one, for `preview_vae`.
        cache: where the Hub's files are kept; None is where all programs on this machine keep them.
        on_bytes: told (bytes that are here, bytes in all) while files arrive.

    Raises:
        BadRequest: the name is neither known nor a folder, or the model has no small decoder.
        ModelError: it cannot be had, or is no whole, undamaged model of a kind this program can run.
        TypeError: dtype is not a torch.dtype (diffusers turns a string into float32 without a word).
    """
    if dtype is not None and not isinstance(dtype, torch.dtype):
        raise TypeError(f"dtype must be a torch.dtype, got {dtype!r}")
    device = torch.device(device if device is not None else "cuda" if torch.cuda.is_available() else "cpu")
    dtype = dtype if dtype is not None else torch.float32 if device.type == "cpu" else torch.float16
    source = MODELS.get(str(name_or_folder))
    if source is None and not Path(name_or_folder).is_dir():
        rule = f"must be {', '.join(MODELS)}, or a folder with a model in diffusers' layout"
        raise BadRequest("model", rule, str(name_or_folder))
    if small_decoder and (source is None or source.small_decoder is None):
        raise BadRequest("model", "must have a small decoder", str(name_or_folder))
    find = _Finder(cache, _no_news if on_bytes is None else on_bytes, safety)
    folder = Path(name_or_folder) if source is None else find.model(source.home)
    try:
        parts = _load_parts(folder, device, dtype, safety)
        if source is None:
            return _laid_flat(Model(folder.resolve().name, **parts, vocabulary=_read_vocabulary(folder)))
        parts |= _changed_parts(source, parts, find)
        if source.small_decoder is not None and (small_decoder or previews):
            parts["vae" if small_decoder else "preview_vae"] = find.small_vae(source.small_decoder, device, dtype)
        model = Model(
            name=str(name_or_folder),
            **parts,
            vocabulary=_read_vocabulary(folder),
            num_inference_steps=source.num_inference_steps,
            guidance_scale=source.guidance_scale,
            start=source.start,
            theta_ranges=source.theta_ranges,
        )
        live = None if source.live is None else _live_variant(model, source.live, find)
        return dataclasses.replace(_laid_flat(model), live=live)
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise ModelError(f"The model in {folder} does not fit into the memory of {device}.") from error


def laid_out(part: Any, device: torch.device) -> Any:
    """A part with its convolutions as the device likes them: channels last for a GPU's tensor cores. On a CPU nothing
    changes, for the promise of diffusers' own bytes holds there."""
    return part.to(memory_format=torch.channels_last) if device.type == "cuda" else part


def fetch_model(
    name: str,
    *,
    safety: bool = True,
    small_decoder: bool = False,
    previews: bool = False,
    cache: Path | None = None,
    on_bytes: OnBytes | None = None,
) -> None:
    """Bring the files of a model known by name to this machine, and load nothing. Arguments as of `load_model`.

    Raises:
        ModelError: they cannot be had.
    """
    source = MODELS[name]
    find = _Finder(cache, _no_news if on_bytes is None else on_bytes, safety)
    find.model(source.home)
    for adapter in (source.adapter, None if source.live is None else source.live.adapter):
        if adapter is not None:
            find.adapter(adapter)
    if (small_decoder or previews) and source.small_decoder is not None:
        find.decoder(source.small_decoder)


class _Finder:
    """Where the files of a model are: on this machine, or on their way to it."""

    def __init__(self, cache: Path | None, on_bytes: OnBytes, safety: bool) -> None:
        self._cache, self._on_bytes, self._safety = cache, on_bytes, safety

    def model(self, home: Path | Repository) -> Path:
        if isinstance(home, Path):
            return home
        folder = local_folder(home, self._cache)
        if folder is None or not _is_whole(folder, self._safety):
            folder = fetch(home, self._choose, cache=self._cache, on_bytes=self._on_bytes)
        return folder

    def adapter(self, home: Path | Repository) -> Path:
        """The file of a LoRA."""
        folder = home if isinstance(home, Path) else self._files(home, [ADAPTER_FILE])
        return folder / ADAPTER_FILE

    def decoder(self, home: Path | Repository) -> Path:
        """The folder of an AutoencoderTiny."""
        if isinstance(home, Path):
            return home
        return self._files(home, ["config.json", "diffusion_pytorch_model.safetensors"])

    def small_vae(self, home: Path | Repository, device: torch.device, dtype: torch.dtype) -> Any:
        """An AutoencoderTiny."""
        from diffusers import AutoencoderTiny

        return _load_weights(AutoencoderTiny, self.decoder(home), "small decoder", device, dtype)

    def _files(self, repository: Repository, names: Sequence[str]) -> Path:
        """The folder of a repository of which only these files are wanted."""
        folder = local_folder(repository, self._cache)
        if folder is None or not all((folder / name).is_file() for name in names):
            folder = fetch(repository, lambda _: list(names), cache=self._cache, on_bytes=self._on_bytes)
        _verify_checksums(folder)
        return folder

    def _choose(self, names: Sequence[str]) -> list[str]:
        return choose_files(names, self._safety)


def choose_files(names: Sequence[str], safety: bool) -> list[str]:
    """Of a repository's files, those that a model is loaded from: JSON, text and safetensors of its parts, in half
    precision where the repository has that. Pickled weights are never among them."""
    parts = (*PARTS, *(FILTER_PARTS if safety else ()))
    chosen = [name for name in names if name == "model_index.json"]
    for part in parts:
        own = [name for name in names if name.startswith(f"{part}/")]
        weights = [name for name in own if name.endswith(WEIGHTS)]
        half = [name for name in weights if _is_half(name)]
        chosen += half if half else weights
        indexes = [name for name in own if name.endswith((".json", ".txt"))]
        chosen += [name for name in indexes if not name.endswith(".index.json") or _is_half(name) is bool(half)]
    return chosen


def _is_half(name: str) -> bool:
    return ".fp16" in name


def _is_whole(folder: Path, safety: bool) -> bool:
    """Whether every part has come: what is half fetched must be fetched on, not complained of."""
    if not (folder / "model_index.json").is_file():
        return False
    index = _read_json(folder / "model_index.json")
    filters = [part for part in FILTER_PARTS if safety and _names_a_class(index.get(part))]
    for part in (*PARTS, *filters):
        files = list((folder / part).glob("*")) if (folder / part).is_dir() else []
        weightless = part in ("tokenizer", "scheduler", "feature_extractor")
        if not any(file.is_file() and (weightless or file.name.endswith(WEIGHTS)) for file in files):
            return False
    return True


def _names_a_class(entry: Any) -> bool:
    return isinstance(entry, list) and len(entry) == 2 and isinstance(entry[1], str)


def _load_parts(folder: Path, device: torch.device, dtype: torch.dtype, safety: bool) -> dict[str, Any]:
    """The parts of a folder, checked, as fields of a `Model`."""
    _verify_checksums(folder)
    classes = _part_classes(folder)
    _refuse_other_unets(folder)
    parts = {part: _load_part(folder, part, class_name, device, dtype) for part, class_name in classes.items()}
    remember_text(parts["unet"])
    if safety and _names_a_class(_read_json(folder / "model_index.json").get("safety_checker")):
        parts["safety"] = _load_safety_filter(folder, device, dtype)
    return parts


def _changed_parts(source: Source, parts: Mapping[str, Any], find: _Finder) -> dict[str, Any]:
    """What a known model has in place of the parts of its folder."""
    changed: dict[str, Any] = {}
    if source.scheduler is not None:
        changed["scheduler"] = _scheduler_like(parts["scheduler"], source.scheduler)
    if source.adapter is not None:
        _fold_in_adapter(parts["unet"], find.adapter(source.adapter))
    return changed


def _live_variant(model: Model, live: Live, find: _Finder) -> Model:
    """It shares all with the model but the scheduler, the settings and the UNet, which has its LoRA folded in."""
    unet, decoder = copy.deepcopy(model.unet), live.small_decoder
    _fold_in_adapter(unet, find.adapter(live.adapter))
    variant = dataclasses.replace(
        model,
        unet=unet,
        scheduler=_scheduler_like(model.scheduler, live.scheduler),
        num_inference_steps=live.num_inference_steps,
        guidance_scale=live.guidance_scale,
        start=0.0,
        preview_vae=model.preview_vae if decoder is None else find.small_vae(decoder, model.device, model.dtype),
        preview_cores=live.preview_cores if model.device.type == "cpu" else None,
        preview_steps=live.preview_steps,
    )
    return _laid_flat(variant if variant.preview_cores is None else _with_packed_previews(variant))


def _laid_flat(model: Model) -> Model:
    """The model with its UNet laid flat as well, where it can be."""
    if not can_be_flat(model.unet):
        return model
    return dataclasses.replace(
        model, flat_unet=FlatUnet(proven(model.unet) if can_be_packed(model.unet) else model.unet)
    )


def _with_packed_previews(model: Model) -> Model:
    """The model with what computes its previews laid out for a CPU, where that can be done."""
    if not (can_be_packed(model.unet) and can_be_flat(model.unet)):
        return model
    latents = torch.zeros((1, *model.latent_shape))
    text = torch.zeros((1, model.tokenizer.model_max_length, model.unet.config.cross_attention_dim))
    small = model.preview_vae
    with on_cores(model.preview_cores):  # blocks made for two cores are rearranged in every call on one
        unet = packed(model.unet, lambda unet: unet(latents, 0, encoder_hidden_states=text))
        small = None if small is None else packed(folded(small), lambda vae: vae.decode(latents))
    return dataclasses.replace(model, preview_unet=FlatUnet(unet), preview_vae=small)


def _scheduler_like(scheduler: Any, class_name: str) -> Any:
    """Another class of scheduler on the same noise."""
    import diffusers

    return getattr(diffusers, class_name).from_config(scheduler.config)


def _fold_in_adapter(unet: Any, file: Path) -> None:
    """Add a LoRA to the weights themselves: afterwards the UNet is as large and as fast as before."""
    from diffusers import StableDiffusionPipeline
    from diffusers.utils import is_peft_available

    if not is_peft_available():
        raise ModelError("This model has an adapter, which needs peft: `pip install peft`.")
    try:
        weights, scales = StableDiffusionPipeline.lora_state_dict(file.parent, weight_name=file.name)
        StableDiffusionPipeline.load_lora_into_unet(weights, network_alphas=scales, unet=unet)
    except Exception as error:  # safetensors, peft and diffusers each raise their own
        reason = str(error).partition("\n")[0]
        raise ModelError(f"The adapter {file.name} cannot be loaded ({reason}). {_FETCH_AGAIN}") from error
    if not unet.peft_config:  # a file of other layers changes nothing, without an error
        raise ModelError(f"The adapter {file.name} holds no weights of this UNet. {_FETCH_AGAIN}")
    unet.fuse_lora()
    unet.unload_lora()


def _load_safety_filter(folder: Path, device: torch.device, dtype: torch.dtype) -> SafetyFilter:
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
    from transformers import CLIPImageProcessor

    for part in FILTER_PARTS:
        if not (folder / part).is_dir():
            raise ModelError(f"The model in {folder} is not whole: its folder {part} is missing. {_FETCH_AGAIN}")
    checker = _load_weights(StableDiffusionSafetyChecker, folder / "safety_checker", "safety_checker", device, dtype)
    return SafetyFilter(
        checker, CLIPImageProcessor.from_pretrained(folder / "feature_extractor", local_files_only=True)
    )


def _no_news(bytes_here: int, bytes_in_all: int) -> None:
    pass


def _verify_checksums(folder: Path) -> None:
    """Compare every file whose check sum is known: a flipped bit in a weight loads without an error."""
    of_the_hub = {file: sum_ for file, sum_ in expected_sums(folder).items() if file.suffix == WEIGHTS}
    for file, expected in {**of_the_hub, **_manifest(folder)}.items():
        name = file.relative_to(folder).as_posix()
        if not file.is_file():
            raise ModelError(f"The model in {folder} is not whole: {name} is missing. {_FETCH_AGAIN}")
        with file.open("rb") as stream:
            actual = hashlib.file_digest(stream, "sha256").hexdigest()
        if actual != expected:
            raise ModelError(f"The model in {folder} is damaged: {name} is not what it was. {_FETCH_AGAIN}")


def _manifest(folder: Path) -> dict[Path, str]:
    """What SHA256SUMS says of the files beside it, where there is one."""
    sums = folder / "SHA256SUMS"
    lines = _read_text(sums).splitlines() if sums.is_file() else []
    named = (line.partition(" ") for line in lines)
    return {folder / name.strip().removeprefix("*"): expected for expected, _, name in named}


_FETCH_AGAIN = "Remove the folder and fetch it again (for the bundled model: `git checkout -- assets`)."


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
    if part not in ("tokenizer", "scheduler"):
        return _load_weights(part_class, folder / part, part, device, dtype)
    try:
        return part_class.from_pretrained(folder / part, local_files_only=True)
    except Exception as error:
        raise _cannot_be_loaded(part, folder, error) from error


def _load_weights(part_class: Any, folder: Path, part: str, device: torch.device, dtype: torch.dtype) -> Any:
    """A part with weights, from the folder that holds them alone. Its attention is torch's scaled_dot_product_attention
    without a word from here: it is the default of both libraries."""
    try:
        loaded, report = part_class.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            variant=_variant(folder, part, dtype),
            dtype=dtype,
            output_loading_info=True,
        )
    except (ModelError, torch.OutOfMemoryError, MemoryError):
        raise
    except Exception as error:  # the libraries raise a dozen kinds here: OSError, SafetensorError, KeyError, ...
        raise _cannot_be_loaded(part, folder.parent, error) from error
    if report["missing_keys"]:  # the libraries would go on with random numbers in their place
        missing = sorted(report["missing_keys"])[0]
        raise ModelError(f"The {part} of the model in {folder.parent} is not whole: it lacks {missing}. {_FETCH_AGAIN}")
    return laid_out(loaded.to(device), device).eval()


def _variant(folder: Path, part: str, dtype: torch.dtype) -> str | None:
    """Which of the weights to read, where a part is there in full and in half precision: "fp16", or None for full.

    Raises:
        ModelError: it has pickled weights alone. Reading those can run code that came with them.
    """
    names = [file.name for file in folder.glob("*")]
    half = any(name.endswith(WEIGHTS) and _is_half(name) for name in names)
    full = any(name.endswith(WEIGHTS) and not _is_half(name) for name in names)
    if not half and not full and any(name.endswith((".bin", ".pt", ".pth", ".ckpt")) for name in names):
        raise ModelError(
            f"The {part} of the model in {folder.parent} has pickled weights alone, which can run code when they are "
            "read. Take a version with safetensors, or save it again with `save_pretrained`."
        )
    return "fp16" if half and (dtype is torch.float16 or not full) else None


def _cannot_be_loaded(part: str, folder: Path, error: Exception) -> ModelError:
    reason = str(error).partition("\n")[0]
    return ModelError(f"The {part} of the model in {folder} cannot be loaded ({reason}). {_FETCH_AGAIN}")


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
