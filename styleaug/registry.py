"""The models known by name: where each lives, at which commit, and the settings it was made for. It loads nothing.

To add one: a line here, and nothing anywhere else, if its parts are those of Stable Diffusion 1 or 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from styleaug.request import Mode


@dataclass(frozen=True)
class Repository:
    """A repository of the Hugging Face Hub at one commit: what was looked at is what is fetched."""

    name: str
    revision: str


@dataclass(frozen=True, kw_only=True)
class Live:
    """A model's live variant: its UNet with a LoRA folded in, under another scheduler."""

    adapter: Path | Repository
    scheduler: str
    num_inference_steps: int
    guidance_scale: float = 1.0
    small_decoder: Path | None = None
    """An AutoencoderTiny on the same latents, for previews while the hand moves."""
    preview_cores: int | None = None
    """Cores of a CPU that a preview is computed on: with one each, several come at once. None are all there are."""
    preview_steps: int | None = None
    """Steps of a preview that is computed on so few cores, at most; None are all that its picture takes."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A model: its parts' home, and how it is used."""

    home: Path | Repository
    licence: str
    num_inference_steps: int
    guidance_scale: float
    start: float = 0.0
    """The part of a run before θ takes hold. Published sliders use 0.2 to 0.29 on the Stable Diffusion family; few-step
    models, and the bundled one, which was trained on styles in parts, want θ from the beginning."""
    theta_ranges: Mapping[Mode, tuple[float, float]] = field(default_factory=lambda: MappingProxyType({}))
    """Where a slider goes less far than its mode would let it."""
    scheduler: str | None = None
    """The class that takes the place of the shipped one, from the same config; None for the shipped one."""
    adapter: Repository | None = None
    """A LoRA that is folded into the UNet."""
    live: Live | None = None
    small_decoder: Repository | None = None
    """An AutoencoderTiny on the same latents: decodes at a seventeenth of the cost, a little softer."""
    gigabytes: float = 0.0
    """To be fetched, about; for the message while it arrives."""


BUNDLED = Path(__file__).resolve().parent.parent / "assets" / "tiny"
_PAPERS = MappingProxyType({Mode.AUGMENT: (-0.5, 0.5)})  # Figures 6 to 9; past 0.4 pictures break down there (§3.3)
_TAESD = Repository("madebyollin/taesd", "614f76814bbe30edbe2e627ace1c2234c81a2c0e")
_SD15 = Repository("stable-diffusion-v1-5/stable-diffusion-v1-5", "451f4fe16113bff5a5d2269ed5ad43b0592e9a14")

MODELS: Mapping[str, Source] = MappingProxyType(
    {
        "tiny": Source(
            home=BUNDLED,
            licence="MIT",
            num_inference_steps=10,
            guidance_scale=3.0,
            live=Live(
                adapter=BUNDLED / "live",
                scheduler="DDIMScheduler",
                num_inference_steps=4,
                preview_cores=1,
                preview_steps=2,
                small_decoder=BUNDLED / "preview",
            ),
        ),
        "sd14": Source(  # the paper's
            home=Repository("CompVis/stable-diffusion-v1-4", "133a221b8aa7292a167afc5127cb63fb5005638b"),
            licence="CreativeML OpenRAIL-M",
            num_inference_steps=50,
            guidance_scale=7.5,
            start=0.2,
            theta_ranges=_PAPERS,
            small_decoder=_TAESD,
            gigabytes=2.7,
        ),
        "sd15": Source(
            home=_SD15,
            licence="CreativeML OpenRAIL-M",
            num_inference_steps=30,
            guidance_scale=7.5,
            start=0.2,
            theta_ranges=_PAPERS,
            scheduler="DPMSolverMultistepScheduler",
            small_decoder=_TAESD,
            gigabytes=2.7,
        ),
        "sd15-lcm": Source(
            home=_SD15,
            licence="CreativeML OpenRAIL-M, LoRA OpenRAIL++",
            num_inference_steps=4,
            guidance_scale=1.0,
            scheduler="LCMScheduler",
            adapter=Repository("latent-consistency/lcm-lora-sdv1-5", "cf2fced511dbe7e26c8d1d397e728fbab875db4b"),
            small_decoder=_TAESD,
            gigabytes=2.9,
        ),
        "sd-turbo": Source(
            home=Repository("stabilityai/sd-turbo", "b261bac6fd2cf515557d5d0707481eafa0485ec2"),
            licence="Stability AI Community License",
            num_inference_steps=1,
            guidance_scale=1.0,
            small_decoder=_TAESD,
            gigabytes=2.6,
        ),
    }
)
"""The models known by name. Every revision is a whole commit hash."""
