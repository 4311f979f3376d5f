"""Text embeddings by analogy: what a subject in a style would be, were the two words deaf to each other.

A text tower lets the words of a caption move one another, and a UNet that sees each pair of words in the same place
learns pairs by heart: it then fails at a pair it never saw. By the parallelogram of two subjects s, s' and two styles
t, t' (Mikolov et al. 2013, sec. 4, of words),

    E(s, t) ≈ E(s, t') + E(s', t) - E(s', t'),

so a drawing of s in t is learned, now and then, under the right side: what counts there is what all pairs share.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from styleaug.training.drawings import STYLE_NAMES, SUBJECT_NAMES, Facts, Wording, held_out

Length = Callable[[str], int]
"""Text → how many tokens it is."""


@dataclass(frozen=True)
class Analogy:
    """Three captions of the same number of tokens, none of a pair that is held out."""

    other_style: str
    other_subject: str
    neither: str


class Analogies:
    """Names that can stand for one another: those of as many tokens, so that every word keeps its place."""

    def __init__(self, length: Length) -> None:
        self._length = length
        self._subjects = self._by_length(SUBJECT_NAMES)
        self._styles = self._by_length(STYLE_NAMES)

    def _by_length(self, names: dict[str, tuple[str, ...]]) -> dict[int, list[tuple[str, str]]]:
        table: dict[int, list[tuple[str, str]]] = {}
        for key, words in names.items():
            for each in words:
                table.setdefault(self._length(each), []).append((key, each))
        return table

    def draw(self, facts: Facts, wording: Wording, generator: np.random.Generator) -> Analogy | None:
        """One of a drawing with one style and no mood; None where the names drawn would meet a pair held out."""
        if len(facts.styles) != 1 or facts.moods or facts.partial:
            return None
        subjects, styles = self._subjects[self._length(wording.name)], self._styles[self._length(wording.style)]
        subject, name = subjects[generator.integers(len(subjects))]
        style, phrase = styles[generator.integers(len(styles))]
        pairs = [(facts.subject, style), (subject, facts.styles[0]), (subject, style)]
        if any(held_out(*pair) for pair in pairs):
            return None
        return Analogy(
            other_style=replace(wording, style=phrase).caption.full,
            other_subject=replace(wording, name=name).caption.full,
            neither=replace(wording, name=name, style=phrase).caption.full,
        )
