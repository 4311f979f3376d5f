"""styleaug.folded: the end of a small decoder in one convolution, the same pixels to rounding."""

import parts
import pytest
import torch
from diffusers import AutoencoderTiny
from torch import nn

from styleaug.folded import FoldedEnd, folded, linear_end
from styleaug.registry import MODELS


def chain(*layers: str) -> nn.Sequential:
    """Layers by name: "up", and "4>6" for a convolution from 4 channels to 6."""
    built = []
    for layer in layers:
        taken, _, given = layer.partition(">")
        built.append(nn.Upsample(scale_factor=2) if layer == "up" else nn.Conv2d(int(taken), int(given), 3, padding=1))
    return nn.Sequential(*built)


@pytest.mark.parametrize(
    "layers",
    [("up",), ("up", "4>3"), ("4>5", "up", "5>3"), ("up", "4>4", "up", "4>4", "4>3"), ("up", "4>4", "4>4", "4>3")],
    ids=" ".join,
)
@pytest.mark.parametrize("size", [(8, 8), (6, 11)])
def test_the_same_pixels_up_to_the_margins(layers, size):
    end = chain(*layers)
    if layers == ("up",):
        end.append(nn.Conv2d(4, 4, 3, padding=1, bias=False))
    features = torch.randn(2, 4, *size)
    with torch.no_grad():
        torch.testing.assert_close(FoldedEnd(end)(features), end(features), rtol=1e-4, atol=1e-5)


def test_the_bundled_models_decoder_ends_in_one_layer():
    plain = AutoencoderTiny.from_pretrained(MODELS["tiny"].live.small_decoder).eval()
    layers = len(plain.decoder.layers)
    quick = folded(plain)
    end = quick.decoder.layers[-1]
    assert (end.scale, end.reach) == (4, 1) and len(plain.decoder.layers) == layers > len(quick.decoder.layers)
    latents = torch.randn(1, 32, 16, 16)
    with torch.no_grad():
        torch.testing.assert_close(quick.decode(latents).sample, plain.decode(latents).sample, rtol=1e-4, atol=1e-4)


def test_a_decoder_that_enlarges_nothing_after_its_last_relu_stays_as_it_is():
    small = parts.vae("AutoencoderTiny")
    assert linear_end(small) is None and folded(small) is small
    full = parts.vae()
    assert folded(full) is full


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(4, 4, 3, padding=1, padding_mode="circular"),
        nn.Conv2d(4, 4, 3),
        nn.Conv2d(4, 4, 1),
        nn.Upsample(scale_factor=2, mode="bilinear"),
        nn.ReLU(),
    ],
    ids=str,
)
def test_what_is_not_linear_or_not_of_that_kind_is_not_folded(layer):
    small = parts.vae("AutoencoderTiny")
    small.decoder.layers = nn.Sequential(nn.Upsample(scale_factor=2), layer)
    assert linear_end(small) is None
    small.decoder.layers.append(nn.Upsample(scale_factor=2))
    assert linear_end(small) == 2
