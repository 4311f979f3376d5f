"""From a request to its picture.

`StyleEngine` puts the parts of the chain together and is the only holder of caches: text embeddings by text, initial
latents by seed, the trunk that all θ share before `start`, finished pictures by request, all in one least-recently-used
store bounded in bytes. Everything that
is kept is never changed, and its key says everything it depends on, so a cached answer has the bytes of a fresh one.
It knows nothing about pages, files (but `Picture.save`) or command lines.
"""

import dataclasses
import os
import threading
import time
import uuid
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cachetools
from PIL import Image
from torch import Tensor

from styleaug.conditioning import Conditioning, condition, full_and_base
from styleaug.model import Model
from styleaug.recipe import Recipe
from styleaug.request import BadRequest, Mode, Request
from styleaug.safety import hidden_placard
from styleaug.slerp import slerp
from styleaug.trajectory import Run, begin, denoise, initial_latents, step_generator

CACHE_BYTES = 256 * 2**20

IsCancelled = Callable[[], bool]
OnStep = Callable[[float], None]


class Cancelled(Exception):
    """The render was called off between two steps."""


@dataclass(frozen=True)
class Stats:
    """Work done, counted. Two of them can be added and subtracted."""

    unet_rows: int = 0
    """Rows of latents the UNet evaluated: two for a step under classifier-free guidance."""
    unet_calls: int = 0
    text_encodes: int = 0
    decodes: int = 0
    cache_hits: int = 0
    """Look-ups that found a text embedding, initial latents, a trunk or a finished picture."""

    def __add__(self, other: "Stats") -> "Stats":
        return self._with(other, 1)

    def __sub__(self, other: "Stats") -> "Stats":
        return self._with(other, -1)

    def _with(self, other: "Stats", sign: int) -> "Stats":
        pairs = zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)
        return Stats(*(mine + sign * theirs for mine, theirs in pairs))


@dataclass(frozen=True, eq=False)
class Picture:
    """A finished picture, and what it took. The image is the receiver's own: it may be changed without harm."""

    request: Request
    image: Image.Image
    """RGB."""
    seconds: float
    """From the request to the picture, on a wall clock."""
    stats: Stats
    """The work that this picture cost."""
    model: str
    unknown_words: tuple[str, ...]
    """Words of prompt, style and negative prompt that the model never saw."""
    hidden: bool = False
    """The model's safety filter hides it: the image is a placard that says so."""

    @property
    def from_cache(self) -> bool:
        """Whether it was there already."""
        return self.stats.unet_rows == 0

    def save(self, path: str | Path) -> None:
        """Write a PNG that carries its recipe. The same picture gives the same file, byte for byte.

        It is written aside and then renamed, so nobody ever sees half a file. Raises OSError.
        """
        recipe = Recipe(self.model, self.request)
        save_png(self.image, path, pnginfo=recipe.to_png_info())


@dataclass(frozen=True)
class _Shown:
    """What is kept of a finished picture."""

    image: Image.Image
    hidden: bool

    @property
    def nbytes(self) -> int:
        return self.image.width * self.image.height * len(self.image.getbands())


@contextmanager
def written_aside(path: str | Path) -> Iterator[Path]:
    """A path to write to, renamed to the real one when all went well: nobody ever sees half a file."""
    path = Path(path)
    aside = path.absolute().with_name(f".{uuid.uuid4().hex}{path.suffix}")
    try:
        yield aside
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def save_png(image: Image.Image, path: str | Path, **options: Any) -> None:
    """Write a PNG aside, then rename it into place. Raises OSError."""
    with written_aside(path) as aside:
        image.save(aside, format="PNG", **options)


class StyleEngine:
    """Renders requests on one model. Any number of threads may use it at once."""

    def __init__(self, model: Model, *, cache_bytes: int = CACHE_BYTES) -> None:
        """`cache_bytes` bounds all that is kept; 0 keeps nothing."""
        self.model = model
        self._cache = _Cache(cache_bytes)
        self._stats = Stats()
        self._stats_lock = threading.Lock()

    @property
    def stats(self) -> Stats:
        """All work since the start."""
        with self._stats_lock:
            return self._stats

    def clear(self) -> None:
        """Forget everything kept. The counts go on."""
        self._cache.clear()

    def render(
        self, request: Request, *, cancelled: IsCancelled | None = None, on_step: OnStep | None = None
    ) -> Picture:
        """The picture of a request, rendered or from the cache.

        Args:
            cancelled: asked before every step and before decoding; True ends the render.
            on_step: told after every step which part of the run is done, up to 1.

        Raises:
            BadRequest: a text is longer than the model reads.
            Cancelled: `cancelled` said so.
            NonFiniteError: the model's numbers overflowed.
        """
        self.check(request)
        return self._render(
            request, _never if cancelled is None else cancelled, _ignore if on_step is None else on_step
        )

    def sweep(
        self,
        request: Request,
        thetas: Iterable[float],
        *,
        cancelled: IsCancelled | None = None,
        on_step: OnStep | None = None,
    ) -> Generator[Picture, None, None]:
        """The pictures of a request at several θ, in the order given, each as soon as it is ready.

        Every θ is checked here and now, before the first picture. Closing the generator ends the sweep. Arguments and
        errors are those of `render`; `on_step` is told the done part of the whole sweep.
        """
        requests = [request.with_theta(theta) for theta in thetas]
        self.check(request)
        return self._sweep(
            requests, _never if cancelled is None else cancelled, _ignore if on_step is None else on_step
        )

    def _sweep(
        self, requests: Sequence[Request], cancelled: IsCancelled, on_step: OnStep
    ) -> Generator[Picture, None, None]:
        for index, request in enumerate(requests):
            yield self._render(request, cancelled, _part_of_sweep(on_step, index, len(requests)))

    def _render(self, request: Request, cancelled: IsCancelled, on_step: OnStep) -> Picture:
        started = time.perf_counter()
        run = _Run(self, cancelled, on_step)
        run.stop_if_cancelled()
        shown = self._cache.get(request)
        if shown is None:
            shown = run.picture(request)
            self._cache.put(request, shown)
        else:
            run.count(cache_hits=1)
        texts = " ".join((request.prompt, request.style, request.negative_prompt))
        return Picture(
            request=request,
            image=shown.image.copy(),
            seconds=time.perf_counter() - started,
            stats=run.stats,
            model=self.model.name,
            unknown_words=self.model.unknown_words(texts),
            hidden=shown.hidden,
        )

    def check(self, request: Request) -> None:
        """Raise `BadRequest` for texts that the tokenizer would cut. Of what is made of prompt and style, the full
        prompt is the longest."""
        texts = {"prompt": request.prompt, "style": request.style, "negative_prompt": request.negative_prompt}
        for field, text in texts.items():
            self._check_fits(field, text)
        if request.mode is not Mode.INTERPOLATE:
            full_prompt, _ = full_and_base(request.prompt, request.style)
            self._check_fits("prompt", full_prompt, " with the style")

    def _check_fits(self, field: str, text: str, together: str = "") -> None:
        cut = self.model.cut_words(text)
        if cut:
            limit = self.model.tokenizer.model_max_length
            rule = f"must fit the model's {limit} tokens{together}; these words are cut: {' '.join(cut)}"
            raise BadRequest(field, rule, text)

    def cached(self, request: Request) -> Picture | None:
        """The picture if it is kept; nothing is rendered."""
        shown = self._cache.get(request)
        if shown is None:
            return None
        hit = Stats(cache_hits=1)
        self._count(hit)
        words = self.model.unknown_words(" ".join((request.prompt, request.style, request.negative_prompt)))
        return Picture(request, shown.image.copy(), 0.0, hit, self.model.name, words, shown.hidden)

    def keep(self, picture: Picture) -> None:
        """Keep, and count, a picture that another process rendered on the same model."""
        self._cache.put(picture.request, _Shown(picture.image.copy(), picture.hidden))
        self._count(picture.stats)

    def _count(self, work: Stats) -> None:
        with self._stats_lock:
            self._stats += work


class _Run:
    """One picture on its way: the model's parts with a counter on each, and the caches in front."""

    def __init__(self, engine: StyleEngine, cancelled: IsCancelled, on_step: OnStep) -> None:
        self.stats = Stats()
        self._engine = engine
        self._model = engine.model
        self._cancelled = cancelled
        self._on_step = on_step

    def picture(self, request: Request) -> _Shown:
        """Text, noise, denoising, decoding; and the safety filter, where the model has one."""
        conditioning = condition(request, self._encode)
        run = self._trunk(request, conditioning)
        self._advance(run, conditioning)
        self.count(decodes=1)
        [image] = self._model.decode(run.latents)
        if self._model.safety is not None and self._model.safety.hides([image])[0]:
            return _Shown(hidden_placard(image.size), hidden=True)
        return _Shown(image, hidden=False)

    def _trunk(self, request: Request, conditioning: Conditioning) -> Run:
        """A run up to the step where θ takes hold, which all θ share; a second seed moves the noise itself with θ."""
        if request.start == 0 or request.second_seed is not None:
            return self._begin(request)
        kept = self._engine._cache.get(_trunk_key(request))
        if kept is not None:
            self.count(cache_hits=1)
            return kept.fork()
        run = self._begin(request)
        self._advance(run, conditioning, until=request.start)
        self._engine._cache.put(_trunk_key(request), run.fork())
        return run

    def _begin(self, request: Request) -> Run:
        return begin(
            self._initial_latents(request),
            scheduler=self._model.new_scheduler(),
            num_inference_steps=request.num_inference_steps,
            generator=step_generator(request.seed),
        )

    def _advance(self, run: Run, conditioning: Conditioning, until: float = 1.0) -> None:
        for step in denoise(run, conditioning, predict_noise=self._predict_noise, until=until):
            self._on_step(step.progress)
            self.stop_if_cancelled()

    def count(self, **work: int) -> None:
        """Add to this picture's counts and to the engine's."""
        done = Stats(**work)
        self.stats += done
        self._engine._count(done)

    def stop_if_cancelled(self) -> None:
        if self._cancelled():
            raise Cancelled

    def _initial_latents(self, request: Request) -> Tensor:
        latents = self._noise(request.seed)
        if request.second_seed is None:
            return latents
        return slerp(latents, self._noise(request.second_seed), request.theta, span="whole")

    def _noise(self, seed: int) -> Tensor:
        model = self._model
        return self._kept(
            ("noise", seed),
            lambda: initial_latents(seed, model.latent_shape, device=model.device, dtype=model.dtype),
        )

    def _encode(self, text: str) -> Tensor:
        def encode() -> Tensor:
            self.count(text_encodes=1)
            return self._model.encode(text)

        return self._kept(("text", text), encode)

    def _predict_noise(self, latents: Tensor, timestep: Tensor, prompt_embeds: Tensor) -> Tensor:
        self.count(unet_calls=1, unet_rows=len(latents))
        return self._model.predict_noise(latents, timestep, prompt_embeds)

    def _kept(self, key: Hashable, make: Callable[[], Tensor]) -> Tensor:
        """From the cache, or made and kept. Two threads may both make it: they make the same."""
        value = self._engine._cache.get(key)
        if value is not None:
            self.count(cache_hits=1)
            return value
        value = make()
        self._engine._cache.put(key, value)
        return value


class _Cache:
    """A least-recently-used store of tensors and images, bounded in bytes. Its lock is held for look-ups only."""

    def __init__(self, max_bytes: int) -> None:
        self._store: cachetools.LRUCache[Hashable, Any] = cachetools.LRUCache(
            max_bytes, getsizeof=lambda value: value.nbytes
        )
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:
        """What is kept under the key, or None."""
        with self._lock:
            return self._store.get(key)

    def put(self, key: Hashable, value: Tensor | Run | _Shown) -> None:
        """Keep a value, unless it alone is larger than the whole store."""
        if value.nbytes <= self._store.maxsize:
            with self._lock:
                self._store[key] = value

    def clear(self) -> None:
        with self._lock:
            self._store.clear()


def _trunk_key(request: Request) -> Hashable:
    """All that decides the steps before θ takes hold: the text of θ = 0, in whatever mode, and how it is guided."""
    walks = request.mode is Mode.INTERPOLATE
    text = request.prompt if walks else full_and_base(request.prompt, request.style)[0]
    scale = request.guidance_scale
    negative = request.negative_prompt if scale > 1 else None
    return ("trunk", text, negative, scale, request.seed, request.num_inference_steps, request.start)


def _part_of_sweep(on_step: OnStep, index: int, length: int) -> OnStep:
    return lambda progress: on_step((index + progress) / length)


def _never() -> bool:
    return False


def _ignore(progress: float) -> None:
    pass
