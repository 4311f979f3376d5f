"""Where pictures are rendered: in the one thread of this process, or in calls to a GPU that is lent for seconds.

It takes turns and asks the engine; it knows nothing of pages.
"""

import dataclasses
import logging
import math
import threading
import traceback
from collections.abc import Callable, Container, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import accumulate, takewhile
from typing import Any, ParamSpec, Protocol, TypeVar

from styleaug.cores import on_one_core
from styleaug.engine import Cancelled, Picture, StyleEngine
from styleaug.model import Model, ModelError, NonFiniteError
from styleaug.request import BadRequest, Request
from styleaug.turns import Turn

CALL_SECONDS = 10.0  # to start a GPU's process and move the weights
STEP_SECONDS = 0.1  # of one picture of 512², rather too much: what is not used is given back
MOST_SECONDS = 120.0  # that a ZeroGPU call may ask for

P = ParamSpec("P")
T = TypeVar("T")
Decorate = Callable[..., Callable[..., Any]]
"""Like `spaces.GPU`: called with `duration=`, a function of the same arguments that says the seconds, it decorates."""

logger = logging.getLogger("styleaug.renderers")


class Renderer(Protocol):
    """What a page asks for pictures."""

    def pictures(
        self, requests: Sequence[Request], turn: Turn, previews: Container[Request] = ()
    ) -> Iterator[Picture | Exception]:
        """Each request's picture, or why there is none, in their order, each as soon as it is ready.

        Args:
            previews: the requests of which a preview will do.

        Raises:
            Cancelled: the turn was superseded.
        """
        ...


class OneThread:
    """Renders picture by picture, each in its turn, in the one thread of an executor.

    Two previews that take one core each are rendered abreast: one after the other, on two cores, hardly half as many
    would come under a moving hand. Each stays on its core throughout: where libgomp has more threads than cores, all
    wait.
    """

    def __init__(self, engine: StyleEngine, thread: Executor) -> None:
        self._engine = engine
        self._thread = thread
        self._is_taken = threading.Lock()
        self._second = ThreadPoolExecutor(1, "second-renderer")

    def pictures(
        self, requests: Sequence[Request], turn: Turn, previews: Container[Request] = ()
    ) -> Iterator[Picture | Exception]:
        """As `Renderer` says. A superseded turn ends between two steps."""
        for request in requests:
            try:
                preview = request in previews
                paint = partial(self._engine.render, request, cancelled=turn.superseded, preview=preview)
                if preview and self._takes_one_core(request):
                    with turn.rendering(abreast=2), self._free_thread() as thread:
                        result: Picture | Exception = thread.submit(on_one_core, paint).result()
                else:
                    with turn.rendering():
                        result = self._thread.submit(paint).result()
            except Cancelled:
                raise
            except Exception as error:
                result = error
            yield result

    def _takes_one_core(self, request: Request) -> bool:
        """Whether a preview of this is computed on one core from end to end."""
        if not request.live:
            return False
        painter = self._engine.model.variant(request.live)
        return painter.preview_cores == 1 and painter.preview_vae is not None

    @contextmanager
    def _free_thread(self) -> Iterator[Executor]:
        """The first thread, or, while it renders, the second."""
        if not self._is_taken.acquire(blocking=False):
            yield self._second
            return
        try:
            yield self._thread
        finally:
            self._is_taken.release()


class ZeroGpu:
    """Renders all that is missing of a sweep in one call of a decorated function, which runs in a process of its own.

    Requests go in and pictures come out, pickled. What else that process keeps is lost with it, so finished pictures
    are looked up, and kept, on this side.
    """

    def __init__(self, engine: StyleEngine, decorate: Decorate) -> None:
        """The process of a call is forked from this one, so the model must be loaded already."""

        def render_all(requests: Sequence[Request]) -> list[Picture | Exception]:
            return _render_all(engine.model, requests)

        self._engine = engine
        self._render_all = decorate(duration=seconds_for)(render_all)

    def pictures(
        self, requests: Sequence[Request], turn: Turn, previews: Container[Request] = ()
    ) -> Iterator[Picture | Exception]:
        """As `Renderer` says. A call that has begun goes on to its end; what it renders is kept. There are no previews:
        the latents for the picture itself would be lost with the call."""
        looked_up = {request: self._engine.cached(request) for request in requests}
        results: dict[Request, Picture | Exception] = {
            request: picture for request, picture in looked_up.items() if picture is not None
        }
        for request in requests:
            if request not in results:
                missing = one_call([request for request in requests if request not in results])
                results |= self._rendered(missing, turn)
            if turn.superseded():
                raise Cancelled
            yield results[request]

    def _rendered(self, requests: Sequence[Request], turn: Turn) -> dict[Request, Picture | Exception]:
        try:
            with turn.rendering():
                results = self._render_all(requests)
        except Cancelled:
            raise
        except Exception as error:  # no GPU to be had, or its process ended: the same for each of them
            return dict.fromkeys(requests, error)
        for result in results:
            if isinstance(result, Picture):
                self._engine.keep(result)
        return dict(zip(requests, results, strict=True))


def one_call(requests: Sequence[Request]) -> Sequence[Request]:
    """As many of the first requests as one call has time for, one at least."""
    seconds = accumulate((_seconds(request) for request in requests), initial=CALL_SECONDS)
    fitting = sum(1 for _ in takewhile(lambda total: total <= MOST_SECONDS, seconds)) - 1
    return requests[: max(fitting, 1)]


def seconds_for(requests: Sequence[Request]) -> int:
    """How long to ask for the GPU."""
    return math.ceil(min(CALL_SECONDS + sum(map(_seconds, requests)), MOST_SECONDS))


def _seconds(request: Request) -> float:
    return request.num_inference_steps * STEP_SECONDS


def _render_all(model: Model, requests: Sequence[Request]) -> list[Picture | Exception]:
    """In the GPU's process, with an engine and a tokenizer's lock of its own: the forked ones may be held by threads
    that are no more.

    Nothing is raised, for the process would log the message, and it may quote a prompt.
    """
    engine = StyleEngine(dataclasses.replace(model, tokenizer_lock=threading.Lock()))
    results: list[Picture | Exception] = []
    for request in requests:
        try:
            results.append(engine.render(request))
        except (BadRequest, ModelError, NonFiniteError) as error:
            results.append(error)
        except Exception as error:
            logger.error("%s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
            results.append(RuntimeError(type(error).__name__))
    return results


class Here(Executor):
    """An executor that runs a job at once, in the thread that brings it: ZeroGPU follows one thread's tensors only."""

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """The job's future, done."""
        future: Future[T] = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future
