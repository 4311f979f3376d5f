"""The arms of `bench engine`: ways to make a picture follow θ, all on one set of weights.

Ours; diffusers' own pipeline, once as it comes and once with all that can be kept (the strong baseline); and the ways
of other projects, each as its authors call it. diffusers is imported when the arms are made.
"""

import dataclasses
import functools
import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from styleaug.compiled import is_compiled, uncompiled
from styleaug.conditioning import Conditioning, Guidance, condition, full_and_base
from styleaug.engine import StyleEngine
from styleaug.model import Model
from styleaug.request import Mode, Request
from styleaug.trajectory import begin, denoise, initial_latents, step_generator

OTHER_PROMPTS = ("castle at night", "a dog")
BASELINE = "everything cached, per θ (baseline)"
THREE_ROWS = "everything cached, three rows always"
COMPILED = "everything cached, per θ, compiled"
COLD, NEW_THETA, REPEAT, NEW_PROMPT = "ours, cold", "ours, one new θ", "ours, repeat", "ours, another prompt"

Pictures = dict[Request, Image.Image]
Run = Callable[[Sequence[float], int], Pictures]
"""θ in their order and the number of the round to pictures, by what was asked."""


@dataclass(frozen=True)
class Arm:
    """One way to make pictures over θ."""

    name: str
    run: Run | None
    """None: it needs a package that is not installed."""
    exact: bool = False
    """Whether it claims the baseline's pictures, bit for bit."""


def all_arms(model: Model, request: Request, baseline: "Baseline") -> list[Arm]:
    """Every arm for the sweeps of one request, our cold sweep first: the others of ours go on from its caches.

    Where the model's UNet is compiled, it is so for ours, and for one that shows what compiling does alone.
    """
    ours = _ours(model, request)
    if is_compiled(model):
        ours.append(Arm(COMPILED, _compiled_loop(model, request)))
    model = _plain(model)
    pipe = _pipeline("StableDiffusionPipeline", model)
    return [
        *ours,
        Arm(BASELINE, _each(request, baseline.picture), exact=True),
        *([Arm(THREE_ROWS, _three_rows(model, request))] if request.mode is Mode.GUIDE else []),
        _stock(model, pipe, request),
        Arm("SemanticStableDiffusionPipeline", _semantic(model, request)),
        Arm("clip-slider's way: text and an offset", _text_offset(model, pipe, request)),
        Arm("compel's weights", _compel(model, pipe, request)),
    ]


def _plain(model: Model) -> Model:
    """The model as diffusers runs it: its UNet is neither compiled nor laid flat, for both are ours."""
    return dataclasses.replace(uncompiled(model), flat_unet=None)


def _ours(model: Model, request: Request) -> list[Arm]:
    """Four states that our one engine is found in. With more than one row in a call, or compiled, its pictures are not
    diffusers' own, and it claims none."""
    engine = StyleEngine(model)

    def swept(asked: Request, thetas: Sequence[float]) -> Pictures:
        return {picture.request: picture.image for picture in engine.sweep(asked, thetas)}

    def cold(thetas: Sequence[float], number: int) -> Pictures:
        engine.clear()
        return swept(request, thetas)

    def one_new_theta(thetas: Sequence[float], number: int) -> Pictures:
        place = number % (len(thetas) - 1)
        return swept(request, [(thetas[place] + thetas[place + 1]) / 2])

    def repeat(thetas: Sequence[float], number: int) -> Pictures:
        return swept(request, thetas)

    def another_prompt(thetas: Sequence[float], number: int) -> Pictures:
        """Another one than in the round before: the cold sweep has forgotten those of earlier rounds."""
        return swept(dataclasses.replace(request, prompt=OTHER_PROMPTS[number % len(OTHER_PROMPTS)]), thetas)

    runs = {COLD: cold, NEW_THETA: one_new_theta, REPEAT: repeat, NEW_PROMPT: another_prompt}
    return [Arm(name, run, exact=engine.bucket == 1 and not is_compiled(model)) for name, run in runs.items()]


class Baseline:
    """The strong baseline: texts and noise are kept, and every θ is a whole run.

    It is diffusers' own pipeline; for `guide`, which that does not know, a plain loop over diffusers' UNet that sends
    two rows before `start` and three from there on.
    """

    def __init__(self, model: Model) -> None:
        """On diffusers' own UNet, whatever ours was made of it."""
        self._model = model = _plain(model)
        self._pipe = _pipeline("StableDiffusionPipeline", model)
        self._encode = functools.cache(model.encode)
        self._noise = functools.cache(functools.partial(_noise, model))

    def picture(self, request: Request) -> Image.Image:
        """The picture of a request."""
        conditioning = condition(request, self._encode)
        latents = self._noise(request.seed)
        if request.mode is Mode.GUIDE:
            return _looped(self._model, conditioning, latents, request)
        return _piped(self._pipe, conditioning, latents, request)


def _three_rows(model: Model, request: Request) -> Run:
    """`guide` as one would write it down: three rows in every step, θ being 0 before `start`. Its pictures are the
    baseline's to rounding, for the UNet's last bits depend on the number of rows."""
    encode = functools.cache(model.encode)
    full, base = full_and_base(request.prompt, request.style)
    scale = request.guidance_scale

    def guidance(theta: float) -> Guidance:
        def combine(noise_pred: Tensor) -> Tensor:
            noise_negative, noise_full, noise_base = noise_pred.chunk(3)
            guided = noise_negative + scale * (noise_full - noise_negative)
            return guided + scale * theta * (noise_full - noise_base)

        return Guidance(torch.cat([encode(text) for text in (request.negative_prompt, full, base)]), combine)

    def picture(asked: Request) -> Image.Image:
        conditioning = Conditioning(guidance(0.0), guidance(asked.theta), asked.start)
        return _looped(model, conditioning, _noise(model, asked.seed), asked)

    return _each(request, picture)


def _compiled_loop(model: Model, request: Request) -> Run:
    """The baseline's rows, sent to the compiled UNet."""
    encode = functools.cache(model.encode)
    noise = functools.cache(functools.partial(_noise, model))
    return _each(request, lambda asked: _looped(model, condition(asked, encode), noise(asked.seed), asked))


def _stock(model: Model, pipe: Any, request: Request) -> Arm:
    """diffusers' pipeline on the text of each θ, all of it encoded and the noise drawn for every one.

    Where the sweep is `guide`, θ moves the text instead, as `augment` does at half of that θ: −0.5 … 1.
    """
    is_guide = request.mode is Mode.GUIDE

    def picture(asked: Request) -> Image.Image:
        if is_guide:
            asked = dataclasses.replace(asked, mode=Mode.AUGMENT, theta=asked.theta / 2)
        return _piped(pipe, condition(asked, model.encode), _noise(model, asked.seed), asked)

    return Arm("StableDiffusionPipeline, per θ", _each(request, picture), exact=not is_guide)


def _semantic(model: Model, request: Request) -> Run:
    """SEGA (Brack et al. 2023): the style as an edit of the noise, strong as θ, after a warm-up as long as `start`."""
    pipe = _pipeline("SemanticStableDiffusionPipeline", model)
    _, base = full_and_base(request.prompt, request.style)

    def picture(asked: Request) -> Image.Image:
        return pipe(
            base,
            negative_prompt=asked.negative_prompt,
            editing_prompt=[asked.style],
            reverse_editing_direction=[asked.theta < 0],
            edit_guidance_scale=[abs(asked.theta) * asked.guidance_scale],
            edit_warmup_steps=[int(asked.start * asked.num_inference_steps)],
            num_inference_steps=asked.num_inference_steps,
            guidance_scale=asked.guidance_scale,
            latents=_noise(model, asked.seed),
        ).images[0]

    return _each(request, picture)


def _text_offset(model: Model, pipe: Any, request: Request) -> Run:
    """clip-slider: a direction found beforehand is added to the text, which is encoded again for every θ."""
    full, base = full_and_base(request.prompt, request.style)
    direction = model.encode(full) - model.encode(base)

    def picture(asked: Request) -> Image.Image:
        moved = model.encode(base) + asked.theta * direction
        return _from_text(pipe, moved, model.encode(asked.negative_prompt), _noise(model, asked.seed), asked)

    return _each(request, picture)


def _compel(model: Model, pipe: Any, request: Request) -> Run | None:
    """compel: the style phrase in parentheses, weighed 1 + θ."""
    if importlib.util.find_spec("compel") is None:
        return None
    from compel import Compel

    compel = Compel(model.tokenizer, model.text_encoder, dtype_for_device_getter=lambda device: model.dtype)
    _, base = full_and_base(request.prompt, request.style)

    def picture(asked: Request) -> Image.Image:
        weighed = compel(f"{base} ({asked.style}){1 + asked.theta:.4f}")
        return _from_text(pipe, weighed, compel(asked.negative_prompt), _noise(model, asked.seed), asked)

    return _each(request, picture)


def _each(request: Request, picture: Callable[[Request], Image.Image]) -> Run:
    """θ by θ."""

    def run(thetas: Sequence[float], number: int) -> Pictures:
        return {asked: picture(asked) for asked in map(request.with_theta, thetas)}

    return run


def _noise(model: Model, seed: int) -> Tensor:
    return initial_latents(seed, model.latent_shape, device=model.device, dtype=model.dtype)


def _pipeline(name: str, model: Model) -> Any:
    """A pipeline of diffusers on the model's own parts, with a scheduler of its own."""
    import diffusers

    pipe = getattr(diffusers, name)(
        vae=model.vae,
        text_encoder=model.text_encoder,
        tokenizer=model.tokenizer,
        unet=model.unet,
        scheduler=model.new_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def _looped(model: Model, conditioning: Conditioning, latents: Tensor, request: Request) -> Image.Image:
    run = begin(
        latents,
        scheduler=model.new_scheduler(),
        num_inference_steps=request.num_inference_steps,
        generator=step_generator(request.seed),
    )
    for _ in denoise(run, conditioning, predict_noise=model.predict_noise):
        pass
    return model.decode(run.result())[0]


def _piped(pipe: Any, conditioning: Conditioning, latents: Tensor, request: Request) -> Image.Image:
    """The pipeline with the text that applies at each step; it shows the UNet one row, or the negative one and one."""
    rows = conditioning.at(0.0).prompt_embeds
    negative = rows[:1] if len(rows) == 2 else None

    def next_text(pipe: Any, index: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        return {"prompt_embeds": conditioning.at((index + 1) / pipe.num_timesteps).prompt_embeds}

    return _from_text(pipe, rows[-1:], negative, latents, request, callback_on_step_end=next_text)


def _from_text(
    pipe: Any, prompt_embeds: Tensor, negative: Tensor | None, latents: Tensor, request: Request, **options: Any
) -> Image.Image:
    return pipe(
        prompt_embeds=prompt_embeds,
        negative_prompt_embeds=negative,
        latents=latents,
        generator=step_generator(request.seed),
        num_inference_steps=request.num_inference_steps,
        guidance_scale=request.guidance_scale,
        callback_on_step_end_tensor_inputs=["prompt_embeds"],
        **options,
    ).images[0]
