"""Whose turn it is to render: one at a time (or some abreast), first come first served, and only what is still wanted.

It knows visitors by a name and what they wait for by a kind; it knows nothing of pictures or pages.
"""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from styleaug.engine import Cancelled

SWEEP, REFINE, EXPORT, CALL = "sweep", "refine", "export", "call"


class Turns:
    """The line before the one renderer.

    A visitor's new sweep supersedes the old one and its refines; a new refine or export the old one of its kind. What
    is superseded, or whose visitor has left, learns it from `Turn.superseded`, while waiting or between two steps. A
    program's calls supersede nothing: it waits for each of them.
    """

    def __init__(self) -> None:
        self._numbers = itertools.count(time.time_ns() // 1_000_000)  # goes on rising after a restart
        self._newest: dict[tuple[str, str], int] = {}
        self._line: list[Turn] = []
        self._changed = threading.Condition()

    def sweep(self, visitor: str) -> "Turn":
        """A turn for a sweep; it counts from `with` on."""
        return Turn(self, visitor, SWEEP, next(self._numbers))

    def refine(self, visitor: str) -> "Turn":
        """A turn for the resting θ."""
        return Turn(self, visitor, REFINE, next(self._numbers))

    def export(self, visitor: str) -> "Turn":
        """A turn for what is taken away."""
        return Turn(self, visitor, EXPORT, next(self._numbers))

    def call(self, visitor: str) -> "Turn":
        """A turn for one call of a program, beside its others."""
        number = next(self._numbers)
        return Turn(self, visitor, f"{CALL} {number}", number)

    def leave(self, visitor: str) -> None:
        """Give up all that this visitor waits for."""
        with self._changed:
            for key in [key for key in self._newest if key[0] == visitor]:
                del self._newest[key]
            self._changed.notify_all()


class Turn:
    """One visitor's place among the `Turns`."""

    def __init__(self, turns: Turns, visitor: str, kind: str, number: int) -> None:
        self.number = number
        self._turns = turns
        self._key = (visitor, kind)
        self._abreast = 1

    def __enter__(self) -> Self:
        visitor, kind = self._key
        with self._turns._changed:
            if kind == SWEEP:
                self._turns._newest.pop((visitor, REFINE), None)
            self._turns._newest[self._key] = self.number
            self._turns._changed.notify_all()
        return self

    def __exit__(self, *_: object) -> None:
        with self._turns._changed:
            if not self.superseded():
                del self._turns._newest[self._key]

    def superseded(self) -> bool:
        """Whether something newer of this visitor took its place."""
        return self._turns._newest.get(self._key) != self.number

    @contextmanager
    def rendering(self, abreast: int = 1) -> Iterator[None]:
        """Wait in line, then render: alone, or so many turns `abreast` that all may. Raises Cancelled if superseded
        while waiting."""
        line, changed = self._turns._line, self._turns._changed
        self._abreast = abreast
        with changed:
            line.append(self)
            changed.wait_for(lambda: self._may_go() or self.superseded())
            if self.superseded():
                line.remove(self)
                changed.notify_all()
                raise Cancelled
        try:
            yield
        finally:
            with changed:
                line.remove(self)
                changed.notify_all()

    def _may_go(self) -> bool:
        """Whether nobody is before this turn, or few enough who all let others go beside them."""
        ahead = self._turns._line[: self._turns._line.index(self)]
        return all(len(ahead) < turn._abreast for turn in (self, *ahead))
