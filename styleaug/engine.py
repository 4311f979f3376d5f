"""From a request to its picture.

`StyleEngine` puts the parts of the chain together and is the only holder of caches: text embeddings by text, initial
latents by seed, the trunk that all θ share before `start` and what the UNet says at its end, finished pictures by
request, all in one least-recently-used store bounded in bytes. Everything that is kept is never changed, and its key
says everything it depends on, so a cached answer has the bytes of a fresh one.
It knows nothing about pages, files (but `Picture.save`) or command lines.
"""

import dataclasses
import logging
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
import torch
from PIL import Image
from torch import Tensor

from styleaug.bucket import BUCKETS, answer_in_buckets
from styleaug.compiled import is_compiled
from styleaug.conditioning import Conditioning, condition, full_and_base, most_rows
from styleaug.cores import on_cores
from styleaug.model import Model
from styleaug.recipe import Recipe
from styleaug.request import BadRequest, Mode, Request
from styleaug.safety import hidden_placard
from styleaug.slerp import slerp
from styleaug.text_memory import TextMemory
from styleaug.trajectory import Question, Run, begin, denoise_together, initial_latents, step_generator

_LOG = logging.getLogger(__name__)

CACHE_BYTES = 256 * 2**20

PREVIEW_CELLS = 8
"""Of the grid over a slider's θ on which previews begin. Its corners are in hundredths, as are the stops of a film: of
nine stops each is one."""

IsCancelled = Callable[[], bool]
OnStep = Callable[[float], None]


class Cancelled(Exception):
    """The render was called off between two calls of the model."""


@dataclass(frozen=True)
class Stats:
    """Work done, counted. Two of them can be added and subtracted."""

    unet_rows: int = 0
    """Rows that the UNet evaluated: two for a step under classifier-free guidance; those that fill a bucket, too."""
    unet_calls: int = 0
    text_encodes: int = 0
    decodes: int = 0
    cache_hits: int = 0
    """Look-ups that found a text embedding, initial latents, a trunk, a prediction at its end or a finished picture."""

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
    """The work that this picture cost. What several cost together is counted with the first of them."""
    model: str
    unknown_words: tuple[str, ...]
    """Words of prompt, style and negative prompt that the model never saw."""
    hidden: bool = False
    """The model's safety filter hides it: the image is a placard that says so."""
    preview: bool = False
    """It was decoded with the model's small decoder."""

    @property
    def from_cache(self) -> bool:
        """Whether it was there already."""
        return self.stats.decodes == 0

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
    preview: bool = False

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

    def __init__(self, model: Model, *, cache_bytes: int = CACHE_BYTES, bucket: int | None = None) -> None:
        """
        Args:
            cache_bytes: bounds all that is kept; 0 keeps nothing.
            bucket: rows of a UNet call, at least 1: a sweep's θ share a call, and every call is filled up to so many
                rows, so that a picture alone has the bytes of one in a sweep. 1 is each picture on its own, in just
                the rows it needs: diffusers' own bytes. None is the model's own, or else what `BUCKETS` says of its
                device.
        """
        if bucket is not None and bucket < 1:
            raise ValueError(f"bucket must be at least 1, got {bucket}")
        self.model = model
        chosen = model.bucket if bucket is None else bucket
        self._bucket = BUCKETS.get(model.device.type, 1) if chosen is None else chosen
        self._cache = _Cache(cache_bytes)
        self._stats = Stats()
        self._lock = threading.Lock()

    @property
    def stats(self) -> Stats:
        """All work since the start."""
        with self._lock:
            return self._stats

    @property
    def bucket(self) -> int:
        """Rows of a UNet call; half as many after each time that the device had no memory for them."""
        return self._bucket

    def clear(self) -> None:
        """Forget everything kept. The counts go on."""
        self._cache.clear()

    def render(
        self,
        request: Request,
        *,
        cancelled: IsCancelled | None = None,
        on_step: OnStep | None = None,
        preview: bool = False,
    ) -> Picture:
        """The picture of a request, rendered or from the cache.

        Args:
            preview: where the model has a small decoder and the picture is not there yet, a preview will do. Its
                latents are kept, so that the picture itself then costs one decode; but not where the model computes
                previews in a way of their own (`preview_cores`, `preview_steps`).
            cancelled: asked before every call of the UNet and before decoding; True ends the render.
            on_step: told after every step which part of the run is done, up to 1.

        Raises:
            BadRequest: a text is longer than the model reads, or the model has no live variant.
            Cancelled: `cancelled` said so.
            NonFiniteError: the model's numbers overflowed.
            torch.OutOfMemoryError: the device has no memory even for one picture's rows.
        """
        self.check(request)
        cancelled, on_step = _never if cancelled is None else cancelled, _ignore if on_step is None else on_step
        preview = preview and self.model.variant(request.live).preview_vae is not None
        [picture] = self._render([request], cancelled, on_step, preview)
        return picture

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
        """As many θ together as a bucket holds."""
        done = 0
        while done < len(requests):
            together = requests[done : done + max(1, self._bucket // most_rows(requests[done]))]
            yield from self._render(together, cancelled, _part_of_sweep(on_step, done, len(together), len(requests)))
            done += len(together)

    def _render(
        self, requests: Sequence[Request], cancelled: IsCancelled, on_step: OnStep, preview: bool = False
    ) -> Generator[Picture, None, None]:
        """The pictures of requests that differ in θ only: what is kept, and the rest together, once it is asked for."""
        runs: dict[Request, Run] = {}
        made_in = self._bucket
        cores = self.model.variant(requests[0].live).preview_cores if preview else None
        for index, request in enumerate(requests):
            started = time.perf_counter()
            work = _Work(self, cancelled, on_step, cores)
            work.stop_if_cancelled()
            bucket = self._bucket
            shown = self._kept(bucket, request, preview)
            latents = self._cache.get(("latents", bucket, request))
            if shown is not None:
                work.count(cache_hits=1)
            elif latents is not None:
                work.count(cache_hits=1)
                shown = self._keep(bucket, request, work.shown(request, latents, preview))
            else:
                if request not in runs:
                    waiting = [each for each in requests[index:] if self._cache.get((bucket, each)) is None]
                    made_in, runs = self._denoised(work, waiting)
                latents = runs[request].result()
                shown = self._keep(made_in, request, work.shown(request, latents, preview))
                if preview and cores is None:  # on fewer cores, other sums and fewer steps: not the picture's latents
                    self._cache.put(("latents", made_in, request), latents)
            yield self._picture(request, shown, time.perf_counter() - started, work.stats)

    def _kept(self, bucket: int, request: Request, preview: bool) -> _Shown | None:
        """The finished picture if it is kept; else, if that will do, its preview."""
        shown: _Shown | None = self._cache.get((bucket, request))
        return self._cache.get(("preview", bucket, request)) if shown is None and preview else shown

    def _keep(self, bucket: int, request: Request, shown: _Shown) -> _Shown:
        self._cache.put(("preview", bucket, request) if shown.preview else (bucket, request), shown)
        return shown

    def _denoised(self, work: "_Work", requests: Sequence[Request]) -> tuple[int, dict[Request, Run]]:
        """Their runs at the end, and the bucket they were made in.

        Where the device has no memory for a bucket, they begin again with half of it: half of the steps in one bucket
        and half in another would be the bytes of neither.
        """
        while True:
            bucket = self._bucket
            try:
                return bucket, work.denoised(requests, bucket)
            except torch.OutOfMemoryError:
                if bucket == 1:
                    raise
            self._halve(bucket)  # out here, where the exception no longer holds on to the tensors of its frames

    def _halve(self, bucket: int) -> None:
        """Once for all threads that failed with this bucket."""
        with self._lock:
            if self._bucket != bucket:
                return
            self._bucket = bucket // 2
        _LOG.warning("out of memory: %d rows in a call of the UNet from now on, not %d", bucket // 2, bucket)

    def _picture(self, request: Request, shown: _Shown, seconds: float, stats: Stats) -> Picture:
        texts = " ".join((request.prompt, request.style, request.negative_prompt))
        return Picture(
            request=request,
            image=shown.image.copy(),
            seconds=seconds,
            stats=stats,
            model=self.model.name,
            unknown_words=self.model.unknown_words(texts),
            hidden=shown.hidden,
            preview=shown.preview,
        )

    def check(self, request: Request) -> None:
        """Raise `BadRequest` for texts that the tokenizer would cut, and for a live variant that is not there. Of what
        is made of prompt and style, the full prompt is the longest."""
        self.model.variant(request.live)
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
        shown = self._cache.get((self._bucket, request))
        if shown is None:
            return None
        hit = Stats(cache_hits=1)
        self._count(hit)
        return self._picture(request, shown, 0.0, hit)

    def keep(self, picture: Picture) -> None:
        """Keep, and count, a picture that another process rendered on the same model."""
        self._keep(self._bucket, picture.request, _Shown(picture.image.copy(), picture.hidden, picture.preview))
        self._count(picture.stats)

    def _count(self, work: Stats) -> None:
        with self._lock:
            self._stats += work


class _Work:
    """Pictures of one request at one θ or several on their way: the model's parts with a counter on each, and the
    caches in front."""

    def __init__(self, engine: StyleEngine, cancelled: IsCancelled, on_step: OnStep, cores: int | None = None) -> None:
        self.stats = Stats()
        self._cores = cores
        self._engine = engine
        self._model = engine.model
        self._painter = engine.model
        """Whose UNet and scheduler are used: the model's own, its live variant's, or that one's for previews."""
        self._cancelled = cancelled
        self._on_step = on_step

    def denoised(self, requests: Sequence[Request], bucket: int) -> dict[Request, Run]:
        """Text, noise, denoising: the run of each request at its end."""
        variant = self._model.variant(requests[0].live)
        self._painter = variant if self._cores is None else variant.for_previews
        walks = requests if self._cores is None else [_in_steps_of_preview(each, variant) for each in requests]
        conditionings = [condition(walk, self._encode) for walk in walks]
        runs = [self._forked(*pair, bucket) for pair in zip(walks, conditionings, strict=True)]
        steps_shared = runs[0].steps_done

        def answer(questions: Sequence[Question]) -> list[Tensor]:
            if runs[0].steps_done == steps_shared:
                return self._answer_at_fork(walks, questions, bucket, steps_shared / runs[0].num_steps)
            return self._answer(questions, bucket)

        for step in denoise_together(runs, conditionings, answer=answer):
            self._on_step(step.progress)
        return dict(zip(requests, runs, strict=True))

    def shown(self, request: Request, latents: Tensor, preview: bool) -> _Shown:
        """The picture of a request's latents, or what stands for one that the model's safety filter hides."""
        self.stop_if_cancelled()
        self.count(decodes=1)
        with on_cores(self._cores):
            [image] = self._model.variant(request.live).decode(latents, preview=preview)
        if self._model.safety is not None and self._model.safety.hides([image])[0]:
            return _Shown(hidden_placard(image.size), hidden=True, preview=preview)
        return _Shown(image, hidden=False, preview=preview)

    def _answer(self, questions: Sequence[Question], bucket: int) -> list[Tensor]:
        """The noise predicted for each; where each has a call of its own, the text's part in it is worked out once."""
        if bucket > 1:
            return answer_in_buckets(questions, self._predict_noise, bucket)
        return [
            self._predict_noise(each.latents, each.timestep, each.guidance.prompt_embeds, each.guidance.memory)
            for each in questions
        ]

    def _answer_at_fork(
        self, walks: Sequence[Request], questions: Sequence[Question], bucket: int, progress: float
    ) -> list[Tensor]:
        """The answers where every θ passes with the same latents: what θ moves no row of is asked once for all θ.

        (With a second seed θ moves the latents, but then it is `interpolate`, where it moves a row, too.)
        """
        place = _trunk_key(walks[0], self._cores)

        def shared(question: Question) -> Tensor:
            key = ("fork", bucket, question.guidance.texts, *place)
            return self._kept(key, lambda: self._answer([question], bucket)[0])

        moved = [pair for pair in zip(walks, questions, strict=True) if pair[1].guidance.texts is None]
        if self._cores is None:
            answers = iter(self._answer([question for _, question in moved], bucket))
        else:
            answers = iter([self._answer_between(*pair, bucket, progress) for pair in moved])
        return [next(answers) if question.guidance.texts is None else shared(question) for question in questions]

    def _answer_between(self, walk: Request, question: Question, bucket: int, progress: float) -> Tensor:
        """A preview's answer at the fork, on the line between those of the two next θ of a grid, which are kept.

        All is the same there but a text that θ moves on smoothly: what the line leaves out grows with the square of the
        grid's width, and is a tenth of what a preview's fewer steps leave out.
        """
        low, high = self._model.theta_range(walk.mode)
        moves_text_alone = walk.mode is not Mode.GUIDE and walk.second_seed is None
        if not (moves_text_alone and low <= walk.theta <= high):
            return self._answer([question], bucket)[0]
        corners = [round(low + (high - low) * corner / PREVIEW_CELLS, 2) for corner in range(PREVIEW_CELLS + 1)]
        right = next(corner for corner in corners if corner >= walk.theta)
        left = max(corner for corner in corners if corner <= walk.theta)

        def at(corner: float) -> Tensor:
            there = walk.with_theta(corner)

            def asked() -> Tensor:
                guidance = condition(there, self._encode).at(progress)
                return self._answer([dataclasses.replace(question, guidance=guidance)], bucket)[0]

            return self._kept(("corner", bucket, there), asked)

        if left == right:
            return at(left)
        return torch.lerp(at(left), at(right), (walk.theta - left) / (right - left))

    def _forked(self, request: Request, conditioning: Conditioning, bucket: int) -> Run:
        """A run up to the step where θ takes hold, which all θ share; a second seed moves the noise itself with θ.

        A trunk is one picture's whatever the bucket, so its steps have just the rows they need; but a UNet that is
        compiled for the bucket has calls of no other size.
        """
        if request.start == 0 or request.second_seed is not None:
            return self._begin(request)
        rows = bucket if is_compiled(self._model) else 1
        key = (*_trunk_key(request, self._cores), rows)
        kept = self._engine._cache.get(key)
        if kept is not None:
            self.count(cache_hits=1)
            return kept.fork()
        run = self._begin(request)

        def answer(questions: Sequence[Question]) -> list[Tensor]:
            return self._answer(questions, rows)

        for step in denoise_together([run], [conditioning], answer=answer, until=request.start):
            self._on_step(step.progress)
        self._engine._cache.put(key, run.fork())
        return run

    def _begin(self, request: Request) -> Run:
        return begin(
            self._initial_latents(request),
            scheduler=self._painter.new_scheduler(),
            num_inference_steps=request.num_inference_steps,
            generator=step_generator(request.seed),
        )

    def count(self, **work: int) -> None:
        """Add to this work's counts and to the engine's."""
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

    def _predict_noise(
        self, latents: Tensor, timestep: Tensor, prompt_embeds: Tensor, memory: TextMemory | None = None
    ) -> Tensor:
        self.stop_if_cancelled()
        self.count(unet_calls=1, unet_rows=len(latents))
        with on_cores(self._cores):
            return self._painter.predict_noise(latents, timestep, prompt_embeds, memory)

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


def _trunk_key(request: Request, cores: int | None) -> tuple[Hashable, ...]:
    """All that decides the steps before θ takes hold: whose UNet and on how many cores, the text of θ = 0 in whatever
    mode, its guidance."""
    walks = request.mode is Mode.INTERPOLATE
    text = request.prompt if walks else full_and_base(request.prompt, request.style)[0]
    scale = request.guidance_scale
    negative = request.negative_prompt if scale > 1 else None
    until = request.guidance_until if scale > 1 else None
    noise = (request.seed, request.num_inference_steps, request.start)
    return ("trunk", request.live, cores, text, negative, scale, until, *noise)


def _in_steps_of_preview(request: Request, model: Model) -> Request:
    steps = model.steps_of_preview(request.num_inference_steps)
    return dataclasses.replace(request, num_inference_steps=steps)


def _part_of_sweep(on_step: OnStep, done: int, together: int, length: int) -> OnStep:
    return lambda progress: on_step((done + together * progress) / length)


def _never() -> bool:
    return False


def _ignore(progress: float) -> None:
    pass
