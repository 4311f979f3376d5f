"""A `StyleEngine` without a model: its pictures say, in black and white, which request they belong to."""

import hashlib
import math
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from PIL import Image, ImageDraw

from styleaug import BadRequest, Mode, Picture, Request
from styleaug.engine import Cancelled, Stats
from styleaug.model import Vocabulary

SIZE = 256
BITS = 16  # of a bar code: θ in steps of 1/10000 from −1 on, then as many of the recipe without θ
BAR = SIZE // BITS
STEPS = 10
LIVE_SETTINGS = {"num_inference_steps": 2, "guidance_scale": 1.0, "start": 0.0}
VOCABULARY = Vocabulary(
    subjects=("dog", "cat", "temple hidden in the jungle", "pyramid", "city architecture"),
    styles=("Monet style", "van Gogh", "cyberpunk", "futuristic high tech", "ukiyo-e"),
    moods=("doomsday", "alien invasion", "night", "snow"),
    words=frozenset(
        "a the in dog cat temple hidden jungle monet style van gogh cyberpunk doomsday alien invasion pyramid "
        "city architecture futuristic high tech ukiyo-e night snow".split()
    ),
)


class FakeModel(SimpleNamespace):
    """The part of a model that the page reads."""

    def __init__(self, vocabulary: Vocabulary | None = VOCABULARY) -> None:
        super().__init__(name="tiny", vocabulary=vocabulary, num_inference_steps=STEPS, guidance_scale=4.0, start=0.0)
        self.settings = {"num_inference_steps": STEPS, "guidance_scale": 4.0, "start": 0.0}
        self.live = SimpleNamespace(settings=LIVE_SETTINGS, preview_cores=1, preview_vae="a small decoder")

    def variant(self, live: bool) -> Any:
        return self.live if live else self

    def theta_range(self, mode: Mode) -> tuple[float, float]:
        return mode.theta_range

    def unknown_words(self, text: str) -> tuple[str, ...]:
        return () if self.vocabulary is None else self.vocabulary.unknown_words(text)


class FakeEngine:
    """Counts its renders; can be slow, fail or hang, or give previews when told; keeps finished pictures like the real
    one."""

    def __init__(self, vocabulary: Vocabulary | None = VOCABULARY) -> None:
        self.model = FakeModel(vocabulary)
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """As new: instant, without failures, nothing kept, nothing counted."""
        self.seconds = 0.0
        self.fails: Callable[[Request], bool] = lambda request: False
        self.hangs: Callable[[Request], bool] = lambda request: False
        self.gives_previews = False
        self.previewed: list[Request] = []
        self.steps = 0
        self.begun: list[Request] = []
        self.kept: dict[Request, Image.Image] = {}
        self.rendered: list[Request] = []
        self.cancelled: list[Request] = []
        self.stats = Stats()

    def render(
        self, request: Request, *, cancelled: Callable[[], bool] | None = None, on_step=None, preview: bool = False
    ) -> Picture:
        started = time.perf_counter()
        self.check(request)
        with self._lock:
            hit = request in self.kept
        preview = preview and self.gives_previews and not hit
        if preview:
            self.previewed.append(request)
        elif not hit:
            self._paint(request, cancelled)
        return Picture(
            request=request,
            image=draw(request) if preview else self.kept[request].copy(),
            preview=preview,
            seconds=time.perf_counter() - started,
            stats=Stats(cache_hits=1) if hit else Stats(unet_rows=2 * STEPS, unet_calls=STEPS, decodes=1),
            model=self.model.name,
            unknown_words=self.model.unknown_words(f"{request.prompt} {request.style} {request.negative_prompt}"),
        )

    def check(self, request: Request) -> None:
        if "uncuttable" in request.prompt:
            raise BadRequest(
                "prompt", "must fit the model's 32 tokens; these words are cut: uncuttable", request.prompt
            )

    def _paint(self, request: Request, cancelled: Callable[[], bool] | None) -> None:
        self.begun.append(request)
        steps_left = STEPS
        while steps_left:
            if cancelled is not None and cancelled():
                self.cancelled.append(request)
                raise Cancelled
            self.steps += 1
            time.sleep(self.seconds / STEPS)
            if not self.hangs(request):
                steps_left -= 1
            else:
                time.sleep(0.01)
        with self._lock:
            self.rendered.append(request)
            if self.fails(request):
                raise RuntimeError(f"a failure that quotes: {request.prompt}")
            self.kept[request] = draw(request)


def recipe_code(request: Request) -> int:
    """A number for everything in a request but θ."""
    without_theta = repr(sorted((request.to_dict() | {"theta": 0}).items()))
    return int.from_bytes(hashlib.sha256(without_theta.encode()).digest()[:2], "big")


def draw(request: Request) -> Image.Image:
    """A hill under a sun whose colours follow θ, under two bar codes: θ and the recipe."""
    share = (request.theta + 1) / 3
    image = Image.new("RGB", (SIZE, SIZE), (int(90 + 150 * share), 160, int(220 - 150 * share)))
    pen = ImageDraw.Draw(image)
    pen.ellipse((150, 70, 210, 130), fill=(250, int(230 - 120 * share), 90))
    outline = [(x, 190 + 30 * math.sin(x / 30 + request.seed)) for x in range(SIZE + 1)]
    pen.polygon([(0, SIZE), *outline, (SIZE, SIZE)], fill=(40, int(120 - 60 * share), int(60 + 90 * share)))
    for row, code in enumerate((round((request.theta + 1) * 10_000), recipe_code(request))):
        for bit in range(BITS):
            box = (bit * BAR, row * BAR, (bit + 1) * BAR - 1, (row + 1) * BAR - 1)
            pen.rectangle(box, fill="white" if code >> bit & 1 else "black")
    return image
