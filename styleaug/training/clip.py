"""First stage: CLIP's two towers, text and image, trained against each other on the drawings."""

from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from styleaug.training.dataset import Drawings
from styleaug.training.drawings import Facts, write_caption
from styleaug.training.loop import train_stage
from styleaug.training.parts import Parts, to_tensor, token_ids
from styleaug.training.tiny import Spec

TOGETHER = 16  # drawings of a batch that share their style, or their subject


def groups_alike(facts: Sequence[Facts], chosen: Iterable[int]) -> list[np.ndarray]:
    """The drawings numbered `chosen`, by style and once more by subject: the numbers of each group."""
    groups: dict[Hashable, list[int]] = {}
    for number in chosen:
        groups.setdefault(("styles", facts[number].styles[:1]), []).append(number)
        groups.setdefault(("subject", facts[number].subject), []).append(number)
    return [np.array(group) for group in groups.values()]


def choose_alike(groups: Sequence[np.ndarray], count: int, generator: np.random.Generator) -> np.ndarray:
    """Draw `count` drawings, sixteen at a time from one of the groups.

    Drawings of one style differ in their subject alone, and those of one subject in their style: hard negatives
    (Robinson et al. 2021). From batches drawn at random a cat in a style was never well told from a dog in it.
    """
    order = generator.integers(len(groups), size=-(-count // TOGETHER)).tolist()
    return np.concatenate([generator.choice(groups[group], TOGETHER) for group in order])[:count]


def contrastive_loss(image_embeds: Tensor, text_embeds: Tensor, scale: Tensor, alike: Tensor) -> Tensor:
    """CLIP's symmetric cross entropy (Radford et al., fig. 3). Drawings with the same facts are no negatives of one
    another: `alike` (N, N) marks them, and the target is spread evenly over them."""
    logits = scale.exp() * normalize(image_embeds) @ normalize(text_embeds).T
    target = alike / alike.sum(dim=1, keepdim=True)
    return (cross_entropy(logits, target) + cross_entropy(logits.T, target)) / 2


def train_clip(parts: Parts, drawings: Drawings, spec: Spec, folder: Path, accelerator: Accelerator) -> None:
    """Both towers together, on the drawings whose style is there to be seen."""
    seen = np.array([n for n, facts in enumerate(drawings.facts) if facts.style is None or facts.strength >= 0.7])
    factor = spec.image_size // spec.sight_size
    shape = (-1, spec.sight_size, factor, spec.sight_size, factor, 3)
    small = np.concatenate(
        [chunk.reshape(shape).mean(axis=(2, 4)).astype(np.uint8) for chunk in np.array_split(drawings.pictures, 64)]
    )
    groups = groups_alike(drawings.facts, seen.tolist())
    towers = nn.ModuleDict({"text": parts.text_encoder, "image": parts.image_encoder}).to(accelerator.device)
    scale = nn.Parameter(torch.tensor(2.7, device=accelerator.device))  # CLIP starts at ln(1 / 0.07)
    towers.register_parameter("scale", scale)

    def loss_at(step: int) -> tuple[Tensor, dict[str, float]]:
        generator = np.random.default_rng([1, step])
        chosen = choose_alike(groups, spec.clip.batch, generator)
        facts = [drawings.facts[n] for n in chosen]
        texts = [write_caption(each, generator).full for each in facts]
        named = [(each.subject, frozenset(each.moods), each.styles) for each in facts]
        alike = torch.tensor([[float(a == b) for b in named] for a in named], device=accelerator.device)
        with accelerator.autocast():
            text_embeds = parts.text_encoder(token_ids(parts.tokenizer, texts, accelerator.device)).pooler_output
            image_embeds = parts.image_encoder(to_tensor(small[chosen], accelerator.device)).image_embeds
        loss = contrastive_loss(image_embeds.float(), text_embeds.float(), scale, alike)
        return loss, {"loss": loss.item()}

    train_stage("clip", towers, loss_at, spec.clip, folder, accelerator)
