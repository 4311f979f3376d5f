"""The linear end of a small decoder, folded into one convolution.

Between its last ReLU and the picture a decoder of AutoencoderTiny may have nothing but nearest-neighbour enlargements
and convolutions, most of its work, at the picture's full size. Together they are one linear map, and as one convolution
at the small size, with a picture's whole block of pixels for its channels (Shi et al. 2016, §3.1), they cost a tenth.
"""

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle


class FoldedEnd(nn.Module):
    """The same pixels to rounding, for maps of at least 2·reach on each side."""

    def __init__(self, end: nn.Sequential) -> None:
        """`end` is a chain of layers that `linear_end` found."""
        super().__init__()
        self.scale, self.reach = _scale_and_reach(end)
        self.convolution = _folded(end, self.scale, self.reach)
        self._end = (end,)  # in a tuple, so that it is no part: it is not to be laid out for maps of one size

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, h, w) to (N, 3, scale·h, scale·w)."""
        pixels = pixel_shuffle(self.convolution(features), self.scale)
        # At the margins each layer by itself sees zeros where the folded ones see what the zeros would have become.
        [end], strip, margin = self._end, 2 * self.reach, self.reach * self.scale
        top, bottom = end(torch.cat([features[:, :, :strip], features[:, :, -strip:]])).chunk(2)
        pixels[:, :, :margin], pixels[:, :, -margin:] = top[:, :, :margin], bottom[:, :, -margin:]
        left, right = end(torch.cat([features[..., :strip], features[..., -strip:]])).chunk(2)
        pixels[..., :margin], pixels[..., -margin:] = left[..., :margin], right[..., -margin:]
        return pixels


@torch.no_grad()
def folded(vae: Any) -> Any:
    """A copy of an AutoencoderTiny whose decoder ends in one layer; the same one where there is nothing to fold."""
    first = linear_end(vae)
    if first is None:
        return vae
    vae = copy.deepcopy(vae)
    layers = vae.decoder.layers
    vae.decoder.layers = nn.Sequential(*layers[:first], FoldedEnd(layers[first:]))
    return vae


def linear_end(vae: Any) -> int | None:
    """The place of the first layer from which on a decoder only enlarges and convolves; None if it never enlarges."""
    layers = getattr(vae.decoder, "layers", ())
    first = len(layers)
    while first > 0 and _is_linear(layers[first - 1]):
        first -= 1
    return first if any(isinstance(layer, nn.Upsample) for layer in layers[first:]) else None


def _is_linear(layer: nn.Module) -> bool:
    if isinstance(layer, nn.Upsample):
        return layer.mode == "nearest" and layer.scale_factor in (2, 2.0)
    return (
        isinstance(layer, nn.Conv2d)
        and (layer.kernel_size, layer.stride, layer.padding, layer.dilation) == ((3, 3), (1, 1), (1, 1), (1, 1))
        and layer.padding_mode == "zeros"
    )


def _scale_and_reach(end: nn.Sequential) -> tuple[int, int]:
    """How many pixels to a side a number becomes, and how many numbers to each side of its own a pixel depends on."""
    scale, reach = 1, 0
    for layer in reversed(end):
        if isinstance(layer, nn.Upsample):
            scale, reach = 2 * scale, (reach + 1) // 2
        else:
            reach += 1
    return scale, reach


def _folded(end: nn.Sequential, scale: int, reach: int) -> nn.Conv2d:
    """The convolution that says what the chain says far from all margins: its weights are what the chain makes of a
    single one among zeros."""
    convolutions = [layer for layer in end if isinstance(layer, nn.Conv2d)]
    channels, side = convolutions[0].in_channels, 4 * reach + 1
    window = range(reach, 3 * reach + 1)  # around the middle, whose pixels are looked at
    block = slice(2 * reach * scale, (2 * reach + 1) * scale)
    ones = torch.zeros(len(window), len(window), channels, channels, side, side)
    for row, y in enumerate(window):
        for column, x in enumerate(window):
            ones[row, column, :, :, y, x] = torch.eye(channels)
    bias = end(torch.zeros(1, channels, side, side))[..., block, block].flatten()
    answers = end(ones.flatten(0, 2))[..., block, block].reshape(len(window), len(window), channels, len(bias)) - bias
    folded = nn.Conv2d(channels, len(bias), len(window), padding=reach)
    folded.weight.copy_(answers.permute(3, 2, 0, 1))
    folded.bias = nn.Parameter(bias)
    return folded
