"""A model on its way, while the page already stands on the bundled one: what to tell visitors, and the change-over.

It knows threads and words, neither pages nor where weights come from.
"""

import threading
from collections.abc import Callable
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
    waiting: bool
    """Whether there will be other news."""


class Arrival:
    """Loads a model in a thread of its own and hands over an engine on it, or says for good why there is none."""

    def __init__(self, name: str, meanwhile: str, load: Load, adopt: Callable[[StyleEngine], None]) -> None:
        """`meanwhile` is the model that pictures are made with until `adopt` gets the other's engine."""
        self._name, self._meanwhile = name, meanwhile
        self._load, self._adopt = load, adopt
        self._news = News(f"{name} is on its way. Until it is here, pictures are painted by {meanwhile}.", True)
        self._thread = threading.Thread(target=self._bring, name=f"arrival of {name}", daemon=True)

    @property
    def news(self) -> News:
        return self._news

    def start(self) -> None:
        self._thread.start()

    def wait(self) -> News:
        """The last news."""
        self._thread.join()
        return self._news

    def _bring(self) -> None:
        try:
            self._adopt(StyleEngine(self._load(self._on_bytes)))
        except ModelError as error:
            self._news = News(f"{error} Pictures are painted by {self._meanwhile}.", False)
        except Exception as error:
            text = f"{self._name} could not be loaded ({type(error).__name__}). Pictures are painted by"
            self._news = News(f"{text} {self._meanwhile}.", False)
            raise
        else:
            self._news = News("", False)

    def _on_bytes(self, here: int, total: int) -> None:
        share = f"{here / 1e9:.1f} of {total / 1e9:.1f} GB"
        text = f"{self._name} is on its way: {share}. Until it is here, pictures are painted by {self._meanwhile}."
        self._news = News(text, True)
