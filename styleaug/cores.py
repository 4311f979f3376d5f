"""How many cores of a CPU torch takes for what it computes next."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch

T = TypeVar("T")


@contextmanager
def on_cores(count: int | None) -> Iterator[None]:
    """Compute on so many cores in this thread, then on as many as before; None leaves it as it is.

    torch keeps the number for each thread by itself, but a thread that computes for the first time begins with what
    was set last, anywhere: let no thread begin to compute while another one is in here.
    """
    before = torch.get_num_threads()
    if count is None or count == before:
        yield
        return
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def on_one_core(function: Callable[[], T]) -> T:
    """What a function answers, computed on one core."""
    with on_cores(1):
        return function()
