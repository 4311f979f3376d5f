"""A judge that is not the model: a small classifier that names the subject and the style of a picture.

It learns from drawings alone, never from anything the model painted, and from every pair of subject and style, those
included that the model's training leaves out. It is trained where it is needed and not shipped.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, cross_entropy

from styleaug.training.dataset import Drawings, paint_drawings
from styleaug.training.drawings import MOOD_SHARE, STYLE_NAMES, SUBJECT_NAMES, Facts, choose_moods, paint
from styleaug.training.loop import train_stage
from styleaug.training.parts import to_tensor
from styleaug.training.tiny import Spec, StageSpec

SUBJECTS = tuple(SUBJECT_NAMES)
STYLES = ("", *STYLE_NAMES)  # "" is a plain picture


@dataclass(frozen=True, kw_only=True)
class JudgeSpec:
    """What the judge is, and how long it learns. Its drawings have seeds that the model's training leaves alone."""

    drawings: int = 14_000
    first_seed: int = 100_000
    tests: int = 1_024
    first_test_seed: int = 50_000
    image_size: int = 256
    shrink: int = 2  # it looks at pictures of image_size / shrink pixels a side
    widths: tuple[int, ...] = (32, 64, 128, 256)
    stage: StageSpec = field(
        default=StageSpec(steps=1_000, batch=64, learning_rate=2e-3, weight_decay=0.05, average=0.99)
    )


def draw_for_judge(seed: int, size: int) -> tuple[Facts, np.ndarray]:
    """A drawing of any pair, held out or not: its facts, and its picture as uint8 (size, size, 3)."""
    generator = np.random.default_rng(seed)
    subject = str(generator.choice(SUBJECTS))
    moods = choose_moods(generator) if generator.random() < MOOD_SHARE else ()
    style = str(generator.choice(STYLES))
    strength = float(generator.uniform(0.8, 1.2)) if style else 0.0
    facts = Facts(subject=subject, moods=moods, style=style or None, strength=strength, partial=False)
    return facts, paint(facts, generator, size)


class Judge(nn.Module):
    """Strided convolutions with a residual block at each size, and a head each for subject and style."""

    def __init__(self, spec: JudgeSpec) -> None:
        super().__init__()
        self.shrink = spec.shrink
        stages: list[nn.Module] = []
        before = 3
        for width in spec.widths:
            stages += [_convolution(before, width, stride=2), _Residual(width)]
            before = width
        self.body = nn.Sequential(*stages)
        self.subject = nn.Linear(before, len(SUBJECTS))
        self.style = nn.Linear(before, len(STYLES))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures (N, 3, H, W) in −1…1 to logits of subjects (N, 28) and styles (N, 21)."""
        features = self.body(avg_pool2d(pictures, self.shrink)).mean(dim=(2, 3))
        return self.subject(features), self.style(features)

    @torch.no_grad()
    def probabilities(self, pictures: np.ndarray, batch: int = 64) -> tuple[np.ndarray, np.ndarray]:
        """uint8 (N, H, W, 3) to probabilities of subjects (N, 28) and of styles (N, 21)."""
        judged = [
            tuple(logits.softmax(dim=1) for logits in self(to_tensor(chunk, self.subject.weight.device)))
            for chunk in np.array_split(pictures, max(1, -(-len(pictures) // batch)))
        ]
        subjects, styles = (torch.cat(each).cpu().numpy() for each in zip(*judged, strict=True))
        return subjects, styles


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(_convolution(width, width), _convolution(width, width))

    def forward(self, features: Tensor) -> Tensor:
        return features + self.branch(features)


def _convolution(before: int, after: int, stride: int = 1) -> nn.Module:
    layer = nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(after), nn.ReLU())


def truths(facts: tuple[Facts, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of the subject (N,) and of the style (N,) of each drawing."""
    subjects = np.array([SUBJECTS.index(each.subject) for each in facts])
    return subjects, np.array([STYLES.index(each.style or "") for each in facts])


def paint_for_judge(folder: Path, spec: JudgeSpec, processes: int) -> tuple[Drawings, Drawings]:
    """The drawings that it learns from, and those that it is tested on."""

    def painted(name: str, count: int, first_seed: int) -> Drawings:
        of = replace(Spec(), drawings=count, first_seed=first_seed, image_size=spec.image_size)
        return paint_drawings(folder / name, of, processes, draw_for_judge)

    return painted("drawings", spec.drawings, spec.first_seed), painted("tests", spec.tests, spec.first_test_seed)


def train_judge(drawings: Drawings, spec: JudgeSpec, folder: Path) -> Judge:
    """A judge that has learned from these drawings, ready to judge. Resumes from `folder`/judge.pt.

    It sees them shifted by some pixels, so that a picture need not sit on the grid of its strides.
    """
    torch.manual_seed(0)
    accelerator = Accelerator(mixed_precision="bf16")
    judge = Judge(spec).to(accelerator.device).train()
    subjects, styles = (torch.from_numpy(each).to(accelerator.device) for each in truths(drawings.facts))

    def loss_at(step: int) -> tuple[Tensor, dict[str, float]]:
        generator = np.random.default_rng([4, step])
        chosen = np.sort(generator.integers(len(drawings.facts), size=spec.stage.batch))
        pictures = to_tensor(drawings.pictures[chosen], accelerator.device)
        pictures = torch.roll(pictures, tuple(generator.integers(-8, 9, size=2).tolist()), dims=(2, 3))
        with accelerator.autocast():
            judged = judge(pictures)
        losses = [
            cross_entropy(logits.float(), truth[chosen], label_smoothing=0.05)
            for logits, truth in zip(judged, (subjects, styles), strict=True)
        ]
        right = (judged[0].argmax(dim=1) == subjects[chosen]).float().mean()
        return sum(losses, torch.zeros(())), {"loss": sum(loss.item() for loss in losses), "right": right.item()}

    train_stage("judge", judge, loss_at, spec.stage, folder, accelerator)
    return judge.eval()
