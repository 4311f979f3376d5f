"""Wide layers with their weights in blocks, used only where that is proven to give the same bytes.

oneDNN and MKL rearrange plain weights in every call: for the widest layers, in the middle of every attention block, two
thirds of their time. Whether the same layer in blocks also sums in the same order depends on processor, build, shape
and threads; but not on the numbers summed, so that one trial tells.
"""

import copy
from typing import Any

import torch
from torch import Tensor, nn

from styleaug.packed import PackedLinear

WIDE = 8
"""Numbers given for each number taken, from which on the rearranging is felt: as many as a gated feed-forward gives."""


class ProvenLinear(nn.Module):
    """A layer and its twin in blocks. The twin answers wherever a trial on the same shape and threads was bit-equal."""

    def __init__(self, plain: nn.Linear) -> None:
        super().__init__()
        self.plain = plain
        self.twin: nn.Module = PackedLinear(plain)
        self.equal: dict[tuple[Any, ...], bool] = {}
        """By shape, strides and threads, what the trial found."""

    def forward(self, rows: Tensor) -> Tensor:
        """As the plain layer, to the byte."""
        key = (rows.shape, rows.stride(), torch.get_num_threads())
        equal = self.equal.get(key)
        if equal is None:
            equal = self.equal[key] = torch.equal(self.plain(rows), self.twin(rows))
        said: Tensor = self.twin(rows) if equal else self.plain(rows)
        return said


@torch.no_grad()
def proven(part: Any) -> Any:
    """A copy of a part on the same weights, with a twin beside every wide layer."""
    part = copy.deepcopy(part, {id(weights): weights for weights in part.parameters()})
    for parent in list(part.modules()):
        for name, child in parent.named_children():
            if type(child) is nn.Linear and child.out_features >= WIDE * child.in_features:
                setattr(parent, name, ProvenLinear(child))
    return part
