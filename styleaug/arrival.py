"""A model on its way, while the page already stands on the bundled one: what to tell visitors, and the change-over.

It knows threads and words, neither pages nor where weights come from.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from styleaug.engine import StyleEngine
from styleaug.hub import OnBytes
from styleaug.model import Model, ModelError

Load = Callable[[OnBytes], Model]


@dataclass(frozen=True)
class News:
    """What is known of the model that was asked for."""

    text: str
    """For visitors; empty once it is there."""
    reason: str
    """Why it cannot be had, for whoever started the page; else empty. It may name folders of this machine."""
    waiting: bool
    """Whether there will be other news."""


class Arrival:
    """Loads a model in a thread of its own, and gives an engine on it, or says for good why there is none."""

    def __init__(self, name: str, meanwhile: str, load: Load, *, tells_all: bool = True) -> None:
        """Begins at once. `meanwhile` is what visitors are told that paints until the model is there; `tells_all`,
        whether they may hear the reason if it never is."""
        self._name = name
        self._meanwhile = f"Until it is here, {meanwhile} paints."
        self._instead = f"{meanwhile[:1].upper()}{meanwhile[1:]} paints instead."
        self._load = load
        self._tells_all = tells_all
        self._news = News(f"{name} is on its way. {self._meanwhile}", "", True)
        self._engine: Future[StyleEngine] = Future()
        threading.Thread(target=self._bring, name=f"arrival of {name}", daemon=True).start()

    @property
    def news(self) -> News:
        return self._news

    def when_settled(self, tell: Callable[[News, StyleEngine | None], None]) -> None:
        """Call `tell` with the last news and the engine, if there is one; at once if all is settled already."""

        def settled(engine: Future[StyleEngine]) -> None:
            tell(self._news, None if engine.exception() is not None else engine.result())

        self._engine.add_done_callback(settled)

    def _bring(self) -> None:
        try:
            engine = StyleEngine(self._load(self._on_bytes))
        except Exception as error:
            # Only a ModelError is written for a person; another's words are not known.
            reason = str(error) if isinstance(error, ModelError) else self._unforeseen(error)
            told = reason if self._tells_all else f"{self._name} could not be had."
            self._news = News(f"{told} {self._instead}", reason, False)
            self._engine.set_exception(error)
        else:
            self._news = News("", "", False)
            self._engine.set_result(engine)

    def _unforeseen(self, error: Exception) -> str:
        return f"{self._name} could not be loaded ({type(error).__name__})."

    def _on_bytes(self, here: int, total: int) -> None:
        share = f"{here / 1e9:.1f} of {total / 1e9:.1f} GB"
        self._news = News(f"{self._name} is on its way: {share}. {self._meanwhile}", "", True)
