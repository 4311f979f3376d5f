"""What moves the weights: AdamW for all, or Muon for the weight matrices and AdamW for the rest."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from styleaug.training.tiny import StageSpec

EDGES = ("conv_in.", "conv_out.")  # layers that touch latents are no maps between features: AdamW's, by Muon's rule


class MatrixMuon(torch.optim.Muon):
    """torch's Muon (Jordan et al. 2024), which takes matrices only, on convolutions too: a kernel (out, in, h, w) is
    handed to it as the matrix (out, in·h·w) that shares its memory."""

    def __init__(self, weights: Sequence[nn.Parameter], **options: Any) -> None:
        self._weights = list(weights)
        super().__init__([nn.Parameter(weight.detach().flatten(1)) for weight in self._weights], **options)
        self._matrices = list(self.param_groups[0]["params"])

    def step(self, closure: Any = None) -> Any:
        """One step on the gradients that the kernels hold."""
        for weight, matrix in zip(self._weights, self._matrices, strict=True):
            matrix.grad = None if weight.grad is None else weight.grad.flatten(1)
        return super().step(closure)


def build_optimizers(module: nn.Module, spec: StageSpec) -> list[torch.optim.Optimizer]:
    """The optimizers of a stage; together they hold every parameter of the module once.

    Muon's update of a matrix is orthogonal and scaled to the size of AdamW's (Liu et al. 2025, eq. 4), so both share
    one learning rate.
    """
    matrices: list[nn.Parameter] = []
    rest: list[nn.Parameter] = []
    for name, parameter in module.named_parameters():
        hidden = spec.muon and parameter.ndim >= 2 and not name.startswith(EDGES)
        (matrices if hidden else rest).append(parameter)
    common: dict[str, Any] = {"lr": spec.learning_rate, "weight_decay": spec.weight_decay}
    optimizers: list[torch.optim.Optimizer] = [torch.optim.AdamW(rest, betas=(0.9, 0.99), fused=True, **common)]
    if matrices:
        optimizers.append(MatrixMuon(matrices, adjust_lr_fn="match_rms_adamw", **common))
    return optimizers
