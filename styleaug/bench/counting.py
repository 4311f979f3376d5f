"""What the model's parts are asked, counted at the parts themselves, whoever asks."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

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
    """Count the rows and calls of the UNet, the calls of the text encoder and the pictures decoded, until the end."""
    tally = Tally()

    def unet_called(_: Any, arguments: tuple[Any, ...], __: Any) -> None:
        tally.add(unet_calls=1, unet_rows=len(arguments[0]))

    def text_encoded(*_: Any) -> None:
        tally.add(text_encodes=1)

    def decoded(_: Any, arguments: tuple[Any, ...], __: Any) -> None:
        tally.add(decodes=len(arguments[0]))

    listeners = ((model.unet, unet_called), (model.text_encoder, text_encoded), (model.vae.decoder, decoded))
    with ExitStack() as hooks:
        for part, listener in listeners:
            hooks.callback(part.register_forward_hook(listener).remove)
        yield tally
