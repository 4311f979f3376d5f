"""A part of a model laid out for previews on a CPU.

oneDNN wants weights in blocks, and where they are not it rearranges them in every call: a quarter of what one row of
small latents costs. Laid out in blocks once, a layer is the same to rounding; where a picture is promised diffusers'
own bytes it must not be used.
"""

import copy
import functools
import sys
from collections.abc import Callable
from typing import Any

import torch
from torch import Size, Tensor, nn


class PackedConvolution(nn.Module):
    """A convolution, its weights in blocks for images of one size; others are slower."""

    def __init__(self, plain: nn.Conv2d, size: Size) -> None:
        """`size` is (N, C, H, W) of what it will be given."""
        super().__init__()
        self.bias = plain.bias
        self._form = (list(plain.padding), list(plain.stride), list(plain.dilation), plain.groups)
        reorder: Any = torch._C._nn.mkldnn_reorder_conv2d_weight  # its stub lacks the size
        self.register_buffer("weight", reorder(plain.weight.to_mkldnn(), *self._form, list(size)), persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """As `Conv2d`."""
        said: Tensor = _in_script(_convolve)(pixels, self.weight, self.bias, *self._form)
        return said


class PackedLinear(nn.Module):
    """A linear layer, its weights in blocks."""

    def __init__(self, plain: nn.Linear) -> None:
        super().__init__()
        self.bias = plain.bias
        self.register_buffer("weight", torch.ops.mkldnn._reorder_linear_weight(plain.weight, None), persistent=False)

    def forward(self, rows: Tensor) -> Tensor:
        """As `Linear`."""
        said: Tensor = _in_script(_multiply)(rows, self.weight, self.bias)
        return said


@functools.cache
def _in_script(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """In TorchScript: of these operations no record (`flat.py`) can be made from Python."""
    scripted: Callable[..., Tensor] = torch.jit.script(function)
    return scripted


def _convolve(
    pixels: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    padding: list[int],
    stride: list[int],
    dilation: list[int],
    groups: int,
) -> Tensor:
    return torch.ops.mkldnn._convolution_pointwise(
        pixels, weight, bias, padding, stride, dilation, groups, "none", [], ""
    )


def _multiply(rows: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    return torch.ops.mkldnn._linear_pointwise(rows, weight, bias, "none", [], "")


def has_torchscript() -> bool:
    """Whether torch's TorchScript works with this Python: it ends with 3.13."""
    return sys.version_info < (3, 14)


def can_be_packed(part: Any) -> bool:
    """Whether this build of torch can lay out a part where and as it is."""
    return (
        has_torchscript()
        and part.device.type == "cpu"
        and part.dtype is torch.float32
        and torch.backends.mkldnn.is_available()
    )


@torch.no_grad()
def packed(part: Any, use: Callable[[Any], object]) -> Any:
    """A copy of a part with weights in blocks, for calls like those that `use` makes of it.

    What `use` does not reach stays as it is.
    """
    part = copy.deepcopy(part)
    sizes: dict[nn.Module, Size] = {}

    def note(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        sizes.setdefault(module, inputs[0].shape)

    layers = [module for module in part.modules() if type(module) in (nn.Conv2d, nn.Linear)]
    hooks = [layer.register_forward_pre_hook(note) for layer in layers]
    use(part)
    for hook in hooks:
        hook.remove()
    for parent in list(part.modules()):
        for name, child in parent.named_children():
            if child in sizes:
                setattr(parent, name, _packed_layer(child, sizes[child]))
    return part


def _packed_layer(plain: nn.Module, size: Size) -> nn.Module:
    if isinstance(plain, nn.Linear):
        return PackedLinear(plain)
    return PackedConvolution(plain, size) if isinstance(plain, nn.Conv2d) and plain.padding_mode == "zeros" else plain
