"""A model whose UNet is compiled whole, for calls of one number of rows; on a GPU each such call is one CUDA graph.

It changes what a call costs, not what it means: `Model.unet` takes the same and gives the same, to rounding. It knows
nothing of requests; that every call has the same number of rows is the engine's work.
"""

import dataclasses
import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from styleaug.model import Model, ModelError
from styleaug.request import BadRequest

Tell = Callable[[str], None]
"""Told, for a person at the terminal, what takes long."""

PICTURE_ROWS = 3
"""The fewest rows that hold any picture's step (see `most_rows`), and what is compiled for where nobody chose. What
suits a GPU is not measured yet."""
MOST_ROWS = 1024
_RUNS = 3  # the first call compiles, the second records the CUDA graph, the third replays it as all later ones do


class CompiledUnet(nn.Module):
    """Stands for a UNet, and compiles it for each number of rows that it meets for the first time.

    On a GPU each thread that calls it would record graphs of its own: let one thread do so, as the page's renderer.
    """

    plain: Any
    """diffusers' UNet."""

    def __init__(self, unet: nn.Module, tell: Tell, backend: str | Callable[..., Any] = "inductor") -> None:
        """`backend` is one of torch.compile's."""
        super().__init__()
        self.plain = unet
        self._tell = tell
        self._known: set[int] = set()
        # CUDA graphs: the thousands of kernels of a call are launched as one. Other backends know no modes.
        mode = "reduce-overhead" if backend == "inductor" and self.device.type == "cuda" else None
        # Of `forward` rather than the module: a hook on the plain UNet belongs to those who call that.
        self._forward = torch.compile(unet.forward, fullgraph=True, dynamic=False, backend=backend, mode=mode)

    @property
    def config(self) -> Any:
        return self.plain.config

    @property
    def device(self) -> torch.device:
        return self.plain.device

    @property
    def dtype(self) -> torch.dtype:
        return self.plain.dtype

    def forward(
        self, latents: Tensor, timestep: Tensor, encoder_hidden_states: Tensor, return_dict: bool = False
    ) -> tuple[Tensor]:
        """As diffusers' UNet: latents (N, C, H, W) and text (N, L, D) to what it predicts, (N, C, H, W), in a tuple."""
        if return_dict:
            raise ValueError("return_dict must be False for a compiled UNet")
        if len(latents) not in self._known:
            self._compile(latents, timestep, encoder_hidden_states)
        return (self._run(latents, timestep, encoder_hidden_states),)

    def _compile(self, *inputs: Tensor) -> None:
        rows = len(inputs[0])
        self._tell(f"compiling the UNet for {rows} rows: this takes a minute or two")
        started = time.perf_counter()
        for _ in range(_RUNS):
            self._run(*inputs)
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        self._known.add(rows)
        self._tell(f"compiled for {rows} rows in {time.perf_counter() - started:.0f} s")

    @torch.inference_mode(mode=False)
    @torch.no_grad()
    def _run(self, latents: Tensor, timestep: Tensor, prompt_embeds: Tensor) -> Tensor:
        """One call. What is compiled holds for one layout in memory and one kind of tensor (those of inference mode are
        another), and latents come in that of whatever made them; a timestep that is a number would be compiled in, and
        one that is a view into others may be misaligned."""
        if self.device.type == "cuda":
            torch.compiler.cudagraph_mark_step_begin()
        steady = torch.as_tensor(timestep, device=latents.device).clone()
        [predicted] = self._forward(
            latents.contiguous(), steady, encoder_hidden_states=prompt_embeds.contiguous(), return_dict=False
        )
        return predicted.clone()  # the next replay of a graph writes over its outputs, and the engine keeps some


def is_compiled(model: Model) -> bool:
    """Whether every other number of rows in a call of its UNet would be compiled anew."""
    return isinstance(model.unet, CompiledUnet)


def uncompiled(model: Model) -> Model:
    """The same parts, the UNet as it was loaded; its live variant's, too."""
    if not is_compiled(model):
        return model
    live = None if model.live is None else uncompiled(model.live)
    return dataclasses.replace(model, unet=model.unet.plain, live=live, bucket=None)


def compiled(model: Model, rows: int, tell: Tell, *, backend: str | Callable[..., Any] = "inductor") -> Model:
    """The model with its UNet compiled for calls of `rows` rows, here and now: it takes a minute or two. So is that of
    its live variant.

    Raises:
        ModelError: it cannot be compiled here, or there is no memory for that many rows.
    """
    live = None
    if model.live is not None:
        live = compiled(model.live, rows, lambda text: tell(f"live variant: {text}"), backend=backend)
    unet = CompiledUnet(model.unet, tell, backend)
    ready = dataclasses.replace(model, unet=unet, live=live, bucket=rows, flat_unet=None, preview_unet=None)
    latents = torch.zeros((rows, *model.latent_shape), device=model.device, dtype=model.dtype)
    prompt_embeds = model.encode("").repeat(rows, 1, 1)
    scheduler = model.new_scheduler()
    scheduler.set_timesteps(model.num_inference_steps, device=model.device)
    try:
        ready.predict_noise(latents, scheduler.timesteps[0], prompt_embeds)
    except torch.OutOfMemoryError as error:
        raise ModelError(
            f"There is no memory for {rows} rows in a call of the UNet. Choose a smaller bucket."
        ) from error
    except Exception as error:  # dynamo, inductor, Triton and the compilers below them each raise their own
        innermost = getattr(error, "inner_exception", error)  # dynamo puts the name of the backend in front
        reason = str(innermost).partition("\n")[0] or type(innermost).__name__
        raise ModelError(
            f"The UNet cannot be compiled here ({reason}). That takes a C++ compiler and, on a GPU, Triton. "
            "Start without --compile."
        ) from error
    return ready


def tell_terminal(text: str) -> None:
    """Tell whoever started the program, at once."""
    print(text, file=sys.stderr, flush=True)


def prepared(model: Model, bucket: int | None, compile_unet: bool) -> Model:
    """The model as the command line wants it run; the terminal is told what takes long.

    Raises:
        ModelError: it is to be compiled, and cannot be.
    """
    if compile_unet:
        return compiled(model, PICTURE_ROWS if bucket is None else bucket, tell_terminal)
    return model if bucket is None else dataclasses.replace(model, bucket=bucket)


def check_bucket(bucket: object, compile_unet: bool) -> None:
    """Raise `BadRequest` where a bucket, None being left out, is no number of rows that can be had."""
    least = PICTURE_ROWS if compile_unet else 1
    if bucket is not None and (not isinstance(bucket, int) or not least <= bucket <= MOST_ROWS):
        where = " with --compile, so that all calls have one size" if compile_unet else ""
        raise BadRequest("bucket", f"must be a whole number between {least} and {MOST_ROWS}{where}", bucket)
