"""What the model's parts are asked, counted at the parts themselves, whoever asks."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from styleaug.compiled import uncompiled
from styleaug.engine import Stats
from styleaug.model import Model


class Tally:
    """Counts so far."""

    def __init__(self) -> None:
        self.stats = Stats()

    def add(self, **work: int) -> None:
        """Add to the counts."""
        self.stats += Stats(**work)


@contextmanager
def counted(model: Model) -> Iterator[Tally]:
    """Count the rows and calls of the UNet, the calls of the text encoder and the pictures decoded, until the end.

    Of a UNet that is compiled, the calls of the plain one count as well: they are those of the other arms.
    """
    tally = Tally()

    def unet_called(_: Any, arguments: tuple[Any, ...], __: Any) -> None:
        tally.add(unet_calls=1, unet_rows=len(arguments[0]))

    def text_encoded(*_: Any) -> None:
        tally.add(text_encodes=1)

    def decoded(_: Any, arguments: tuple[Any, ...], __: Any) -> None:
        tally.add(decodes=len(arguments[0]))

    unets = {model.unet, uncompiled(model).unet, model.flat_unet} - {None}
    listeners: list[tuple[Any, Callable[..., None]]] = [(unet, unet_called) for unet in unets]
    listeners += [(model.text_encoder, text_encoded), (model.vae.decoder, decoded)]
    with ExitStack() as hooks:
        for part, listener in listeners:
            hooks.callback(part.register_forward_hook(listener).remove)
        yield tally
