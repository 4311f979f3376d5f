"""What the judge says of a model: are words obeyed, and does θ move the style evenly? Figures, not pictures.

Every share is of pictures rendered with the model's own settings and fixed seeds.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from scipy.stats import spearmanr

from styleaug.engine import StyleEngine
from styleaug.model import Vocabulary
from styleaug.request import Mode, Request
from styleaug.study import EIGHTHS, request_on
from styleaug.training.dataset import Drawings
from styleaug.training.drawings import held_out
from styleaug.training.judge import STYLES, SUBJECTS, truths

FIRST_SEED = 5_000
MONOTONE = 0.9  # Spearman's |ρ| from which on a walk counts as monotone
OnPicture = Callable[[], object]


class Probabilities(Protocol):
    """uint8 pictures (N, H, W, 3) to probabilities of subjects (N, 28) and of styles (N, 21)."""

    def probabilities(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]: ...


@dataclass(frozen=True)
class Examined:
    """Who paints, who judges, and who is told of each picture."""

    engine: StyleEngine
    judge: Probabilities
    told: OnPicture
    live: bool = False
    """Whether it is the model's live variant that paints."""

    @property
    def taught(self) -> Vocabulary | None:
        return self.engine.model.vocabulary

    def request(self, question: "Question", mode: Mode, other: str = "") -> Request:
        """What the question asks for, with the settings that the model was made for."""
        prompt, style = question.subject, question.style
        if mode is Mode.INTERPOLATE:
            prompt, style = f"{prompt} {style}", f"{other} {style}"
        return request_on(self.engine, live=self.live, prompt=prompt, style=style, mode=mode, seed=question.seed)


@dataclass(frozen=True)
class Question:
    """A picture that is asked for, and what the judge should see in it."""

    subject: str
    style: str
    seed: int


def subjects_of(taught: Vocabulary | None) -> list[str]:
    """The judge's subjects that a model was taught: all, unless its vocabulary says otherwise."""
    return [name for name in SUBJECTS if taught is None or name in taught.subjects]


def questions(count: int, held: bool, taught: Vocabulary | None = None) -> list[Question]:
    """So many pairs, all held out of the training or none; each as often as any other, in a fixed order. Of a model
    that was taught a part of the curriculum, only that part is asked."""
    subjects = subjects_of(taught)
    styles = [name for name in STYLES[1:] if taught is None or name in taught.styles]
    pairs = [(subject, style) for subject in subjects for style in styles if held_out(subject, style) is held]
    order = np.random.default_rng([5, held]).permutation(len(pairs))
    chosen = [pairs[order[number % len(pairs)]] for number in range(count)]
    return [Question(subject, style, FIRST_SEED + number) for number, (subject, style) in enumerate(chosen)]


def _named(names: Sequence[str], probabilities: np.ndarray) -> list[str]:
    return [names[number] for number in probabilities.argmax(axis=1)]


def _share(right: Sequence[bool]) -> float:
    return round(float(np.mean(right)), 4)


def named_right(examined: Examined, asked: Sequence[Question]) -> dict[str, Any]:
    """The shares of pictures whose subject and whose style are named right, and what was taken for what."""
    pictures = []
    for question in asked:
        request = examined.request(question, Mode.WEAKEN)  # at θ = 0: the prompt with its style
        pictures.append(np.asarray(examined.engine.render(request).image))
        examined.told()
    judged = examined.judge.probabilities(np.stack(pictures))
    report: dict[str, Any] = {"pictures": len(asked)}
    for kind, names, probabilities in zip(("subject", "style"), (SUBJECTS, STYLES), judged, strict=True):
        wanted = [getattr(question, kind) for question in asked]
        named = _named(names, probabilities)
        report[kind] = _share([a == b for a, b in zip(named, wanted, strict=True)])
        mistakes = Counter((a, b) for a, b in zip(wanted, named, strict=True) if a != b)
        report[f"{kind}_mistakes"] = [[*pair, count] for pair, count in mistakes.most_common(8)]
    return report


def ceiling(judge: Probabilities, drawings: Drawings) -> dict[str, Any]:
    """The same shares of drawings that it never saw: no model's pictures can be expected to be named better."""
    subjects, styles = judge.probabilities(drawings.pictures)
    true_subjects, true_styles = truths(drawings.facts)
    return {
        "pictures": len(drawings.facts),
        "subject": _share(subjects.argmax(axis=1) == true_subjects),
        "style": _share(styles.argmax(axis=1) == true_styles),
    }


def walk(examined: Examined, mode: Mode, count: int) -> dict[str, Any]:
    """Walks of θ from 0 to 1 on random pairs of the training: how many move what they are to move monotonically.

    `weaken` moves the probability of the style, `interpolate` that of the second prompt's subject; a walk is monotone
    if Spearman's |ρ| between θ and that probability is MONOTONE or more. `ends` is the share of walks at both of whose
    ends the subject is named right.
    """
    generator = np.random.default_rng([6, len(mode)])
    monotone, ends, correlations = [], [], []
    taught = subjects_of(examined.taught)
    for question in questions(count, False, examined.taught):
        other = str(generator.choice([subject for subject in taught if subject != question.subject]))
        request = examined.request(question, mode, other)
        pictures = []
        for picture in examined.engine.sweep(request, EIGHTHS):
            pictures.append(np.asarray(picture.image))
            examined.told()
        subjects, styles = examined.judge.probabilities(np.stack(pictures))
        if mode is Mode.INTERPOLATE:
            moved = subjects[:, SUBJECTS.index(other)]
        else:
            moved, other = styles[:, STYLES.index(question.style)], question.subject
        correlation = float(spearmanr(EIGHTHS, moved).statistic) if np.ptp(moved) > 0 else 0.0
        correlations.append(abs(correlation))
        monotone.append(abs(correlation) >= MONOTONE)
        named = _named(SUBJECTS, subjects)
        ends.append(named[0] == question.subject and named[-1] == other)
    median = round(float(np.median(correlations)), 3)
    return {"walks": count, "monotone": _share(monotone), "median_correlation": median, "ends": _share(ends)}


def examine(examined: Examined, tests: Drawings, pictures: int, walks: int) -> dict[str, Any]:
    """The whole exam: `pictures` of each kind of pair, `walks` of each mode."""
    return {
        "trained": named_right(examined, questions(pictures, False, examined.taught)),
        "held_out": named_right(examined, questions(pictures, True, examined.taught)),
        "drawings": ceiling(examined.judge, tests),
        "weaken": walk(examined, Mode.WEAKEN, walks),
        "interpolate": walk(examined, Mode.INTERPOLATE, walks),
    }


def table(report: dict[str, Any]) -> str:
    """The exam's figures as Markdown."""
    columns = ("trained", "held_out", "drawings")

    def row(kind: str) -> str:
        return " | ".join(f"{report[column][kind]:.1%}" for column in columns)

    lines = [
        "| | trained pairs | held-out pairs | real drawings |",
        "|---|---|---|---|",
        f"| subject named right | {row('subject')} |",
        f"| style named right | {row('style')} |",
        "",
        "| | walks with Spearman \\|ρ\\| ≥ 0.9 | median \\|ρ\\| | subject named right at both ends |",
        "|---|---|---|---|",
    ]
    for mode in ("weaken", "interpolate"):
        figures = report[mode]
        lines.append(
            f"| `{mode}` | {figures['monotone']:.0%} | {figures['median_correlation']} | {figures['ends']:.0%} |"
        )
    return "\n".join(lines)
