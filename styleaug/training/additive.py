"""After CLIP: the text tower learns to let the words of a caption add up.

CLIP asks only that texts be told apart, so a subject and a style move one another as they like, and a pair that was
never drawn may stand where the UNet has never been. Here the tower learns, from captions alone and none of a pair that
is held out, to keep the parallelograms of `analogy`, and else to stay where CLIP left it.
"""

import copy
from dataclasses import astuple
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor

from styleaug.training.analogy import Analogies
from styleaug.training.drawings import choose_wording, draw_facts
from styleaug.training.loop import train_stage
from styleaug.training.parts import Parts, token_ids
from styleaug.training.tiny import Spec

STAY = 0.5  # what it weighs to leave the place where CLIP put a text, beside a gap in a parallelogram


def draw_corners(count: int, analogies: Analogies, generator: np.random.Generator) -> list[str]:
    """The captions (4·count) of so many parallelograms, corner by corner: a subject in a style, the subject in another
    style, another subject in the style, and that other subject in that other style."""
    corners: list[str] = []
    while len(corners) < 4 * count:
        facts = draw_facts(generator)
        wording = choose_wording(facts, generator)
        analogy = analogies.draw(facts, wording, generator)
        if analogy is not None:
            corners += [wording.caption.full, *astuple(analogy)]
    return corners


def draw_others(count: int, generator: np.random.Generator) -> list[str]:
    """Captions, base prompts and style phrases of so many drawings of any kind."""
    texts: list[str] = []
    for _ in range(count):
        texts += astuple(choose_wording(draw_facts(generator), generator).caption)
    return texts


def gap(corners: Tensor) -> Tensor:
    """What parallelograms lack, a mean square: E(s, t) - E(s, t') - E(s', t) + E(s', t'), of embeddings (4·N, L, D)."""
    full, other_style, other_subject, neither = corners.unflatten(0, (-1, 4)).unbind(1)
    return (full - other_style - other_subject + neither).square().mean()


def train_additive(parts: Parts, spec: Spec, folder: Path, accelerator: Accelerator) -> None:
    """The text tower alone; the image tower stays, and so sees the texts a little moved."""
    tower = parts.text_encoder.to(accelerator.device)
    clip = copy.deepcopy(tower)
    analogies = Analogies(parts.count_tokens)
    count = spec.additive.batch

    def loss_at(step: int) -> tuple[Tensor, dict[str, float]]:
        generator = np.random.default_rng([4, step])
        texts = draw_corners(count, analogies, generator) + draw_others(count, generator)
        ids = token_ids(parts.tokenizer, texts, accelerator.device)
        with torch.no_grad():
            before = clip(ids)[0]
        embeds = tower(ids)[0]
        lacking, moved = gap(embeds[: 4 * count]), (embeds - before).square().mean()
        return lacking + STAY * moved, {"gap": lacking.item(), "moved": moved.item()}

    train_stage("additive", tower, loss_at, spec.additive, folder, accelerator)
