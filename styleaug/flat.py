"""A small UNet's call laid flat: its operations one after the other, and no Python between them.

On a CPU, diffusers' modules are a third of what such a call costs, and they hold Python's lock, so that two renderers
wait for each other. TorchScript's record of one call is the same operations without them, so the bytes are the same: a
trial on the first call proves it.
"""

import copy
import threading
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from styleaug.packed import has_torchscript
from styleaug.text_memory import TextMemory, memory_options, readers, reading, remembers_text

MOST_WEIGHTS = 16_000_000
"""In a UNet of more the operations outweigh what is between them, and a second copy of some would cost memory."""

Record = Callable[..., Tensor]
"""Takes the inputs of one call and what the UNet has in blocks, says what the UNet would say."""


class FlatUnet(nn.Module):
    """A UNet and its records. A record answers calls of its kind, if its trial gave the UNet's own bytes."""

    def __init__(self, unet: nn.Module) -> None:
        """`unet` is diffusers', one that can be laid flat."""
        super().__init__()
        self.plain = unet
        self.records: dict[tuple[Any, ...], Record | None] = {}
        """By shapes, types and threads; None where the trial failed."""
        self._readers = readers(unet)
        self._blocks = list(unet.buffers())
        """Weights in oneDNN's blocks: no constants can be made of them, so they go in with each call."""
        self._lock = threading.Lock()

    def forward(self, latents: Tensor, timestep: Tensor, prompt_embeds: Tensor, memory: TextMemory) -> Tensor:
        """What the UNet says of latents (N, C, H, W) at a timestep () under N rows of text (N, L, D), to the byte.

        Args:
            memory: of these rows of text; what is not in it yet is put there.
        """
        for layer in self._readers:
            if layer not in memory:
                memory[layer] = reading(layer, prompt_embeds)
        seen = (latents, timestep, prompt_embeds)
        key = (tuple((each.shape, each.dtype) for each in seen), torch.get_num_threads())
        if key not in self.records:
            self._try(key, seen, memory)
        record = self.records[key]
        return _say(self.plain, seen, memory) if record is None else self._run(record, seen, memory)

    def _try(self, key: tuple[Any, ...], seen: Sequence[Tensor], memory: TextMemory) -> None:
        """From now on there is a record of this kind of call, or None."""
        with self._lock:
            if key in self.records:  # by another thread, just now
                return
            said = _say(self.plain, seen, memory)
            record = self._recorded(seen, memory)
            self.records[key] = record if torch.equal(self._run(record, seen, memory), said) else None

    def _recorded(self, seen: Sequence[Tensor], memory: TextMemory) -> Record:
        lengths = [len(memory[layer]) for layer in self._readers]
        constants = {id(weights): weights.detach() for weights in self.plain.parameters()}

        def call(*inputs: Tensor) -> Tensor:
            seen, rest = inputs[:3], iter(inputs[3:])
            texts = [tuple(next(rest) for _ in range(length)) for length in lengths]
            blocks = {id(mine): given for mine, given in zip(self._blocks, rest, strict=True)}
            unet = copy.deepcopy(self.plain, constants | blocks)  # the same, on the weights that it is given
            return _say(unet, seen, dict(zip(readers(unet), texts, strict=True)))

        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of shapes that become constants: the key holds them
            record: Record = torch.jit.trace(call, tuple(self._inputs(seen, memory)), check_trace=False)
        return record

    def _run(self, record: Record, seen: Sequence[Tensor], memory: TextMemory) -> Tensor:
        with torch.jit.optimized_execution(False):  # there is nothing to fuse on a CPU, and looking takes a while
            return record(*self._inputs(seen, memory))

    def _inputs(self, seen: Sequence[Tensor], memory: TextMemory) -> list[Tensor]:
        texts = [each for layer in self._readers for each in memory[layer]]
        return [*seen, *texts, *self._blocks]


def _say(unet: nn.Module, seen: Sequence[Tensor], memory: TextMemory) -> Tensor:
    latents, timestep, prompt_embeds = seen
    options = {"encoder_hidden_states": prompt_embeds, "return_dict": False, **memory_options(memory)}
    said: Tensor = unet(latents, timestep, **options)[0]
    return said


def can_be_flat(unet: Any) -> bool:
    """Whether a UNet is small, on a CPU, and makes no more of its text alone than can be remembered."""
    few = sum(weights.numel() for weights in unet.parameters()) <= MOST_WEIGHTS
    return few and has_torchscript() and unet.device.type == "cpu" and remembers_text(unet)
