"""The safety filter that comes with Stable Diffusion: which pictures it hides, and what is shown in their place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

HIDDEN_TEXT = "Hidden by the model's safety filter.\nTry other words or another seed."
PAPER, INK = (232, 228, 219), (92, 86, 76)


@dataclass(frozen=True, eq=False)
class SafetyFilter:
    """diffusers' StableDiffusionSafetyChecker and the processor that prepares pictures for it."""

    checker: Any
    processor: Any

    @torch.no_grad()
    def hides(self, images: Sequence[Image.Image]) -> list[bool]:
        """Whether each picture is one that it was made to hide."""
        inputs = self.processor(list(images), return_tensors="pt").pixel_values
        parameter = next(self.checker.parameters())
        # It blackens what it is given in place: it gets zeros of its own to blacken.
        _, hidden = self.checker(
            clip_input=inputs.to(parameter.device, parameter.dtype), images=[np.zeros((1, 1, 3)) for _ in images]
        )
        return [bool(each) for each in hidden]


def hidden_placard(size: tuple[int, int]) -> Image.Image:
    """The picture (width, height) that stands where a hidden one would: not black, and no error."""
    placard = Image.new("RGB", size, PAPER)
    font = ImageFont.load_default(max(8, size[0] // 22))
    centre = (size[0] / 2, size[1] / 2)
    ImageDraw.Draw(placard).multiline_text(centre, HIDDEN_TEXT, fill=INK, font=font, anchor="mm", align="center")
    return placard
