"""styleaug.packed: the same layers to rounding, laid out for calls of one size."""

import dataclasses

import numpy as np
import parts
import pytest
import torch
from diffusers import AutoencoderTiny
from torch import nn

from styleaug.engine import StyleEngine
from styleaug.loading import load_model
from styleaug.packed import PackedConvolution, PackedLinear, can_be_packed, packed
from styleaug.registry import MODELS
from styleaug.request import Mode, Request

SHAPE = (4, 8, 8)


def say(unet, rows: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(rows)
    latents = torch.randn(rows, *SHAPE, generator=generator)
    text = torch.randn(rows, parts.MAX_LENGTH, 16, generator=generator)
    with torch.no_grad():
        return unet(latents, 300, encoder_hidden_states=text, return_dict=False)[0]


def test_a_packed_unet_says_the_same_to_rounding_whatever_the_rows():
    plain = parts.model().unet
    blocked = packed(plain, lambda unet: say(unet, 1))
    for rows in (1, 2, 3):
        torch.testing.assert_close(say(blocked, rows), say(plain, rows), rtol=1e-4, atol=1e-5)


def test_the_original_stays_as_it_is():
    plain = parts.model().unet
    before = say(plain, 1)
    blocked = packed(plain, lambda unet: say(unet, 1))
    kinds = (PackedConvolution, PackedLinear)
    assert not any(isinstance(module, kinds) for module in plain.modules())
    assert not any(type(module) in (nn.Conv2d, nn.Linear) for module in blocked.modules())
    assert torch.equal(say(plain, 1), before)


def test_what_is_not_reached_or_pads_in_another_way_stays_as_it_is():
    class Part(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.used = nn.Conv2d(3, 4, 3, padding=1)
            self.circular = nn.Conv2d(4, 4, 3, padding=1, padding_mode="circular")
            self.idle = nn.Linear(4, 4)

        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            return self.circular(self.used(pixels))

    plain, pixels = Part(), torch.randn(1, 3, 8, 8)
    blocked = packed(plain, lambda part: part(pixels))
    assert [type(child) for child in blocked.children()] == [PackedConvolution, nn.Conv2d, nn.Linear]
    torch.testing.assert_close(blocked(pixels), plain(pixels), rtol=1e-4, atol=1e-5)


def test_half_precision_cannot_be_packed():
    unet = parts.model().unet
    assert can_be_packed(unet) is torch.backends.mkldnn.is_available()
    assert not can_be_packed(unet.to(torch.bfloat16))


@pytest.fixture(scope="module")
def bundled():
    return load_model("tiny", device="cpu")


def plain_decoder():
    return AutoencoderTiny.from_pretrained(MODELS["tiny"].live.small_decoder).eval()


@pytest.mark.parametrize("mode", [Mode.WEAKEN, Mode.GUIDE])
def test_the_bundled_models_previews_are_those_of_its_plain_parts(bundled, mode):
    live = bundled.live
    assert live.preview_unet is not None and bundled.preview_unet is None
    asked = Request.from_dict(
        {"prompt": "castle", "style": "Monet style", "mode": mode, "theta": 0.5, "seed": 3} | live.settings
    )
    preview = StyleEngine(live).render(asked, preview=True)
    live = dataclasses.replace(live, preview_unet=None, preview_vae=plain_decoder())
    plain = StyleEngine(live).render(asked, preview=True)
    difference = np.abs(np.asarray(preview.image, dtype=int) - np.asarray(plain.image, dtype=int))
    assert preview.preview and difference.max() <= 2 and (difference > 0).mean() < 0.01


def test_pictures_are_not_painted_by_what_is_packed(bundled):
    broken = dataclasses.replace(bundled.live, preview_unet=None)
    asked = Request.from_dict({"prompt": "castle", "style": "Monet style", "theta": 0.5} | bundled.live.settings)
    picture = StyleEngine(bundled.live).render(asked)
    assert picture.image.tobytes() == StyleEngine(broken).render(asked).image.tobytes()
