"""The page: type a picture and a style, drag θ, and the same picture gains or loses that style under the hand.

A press starts one *sweep*: the mode's θ grid is rendered coarse to fine, and each frame goes to the browser as it is
ready. The stage (assets/page/stage/) holds the frames and draws those nearest to θ, so dragging asks the server
nothing. Where θ rests between two frames, that θ alone is rendered: a *refine*; while the hand is moving over the live
variant, each θ that it passes: a *glimpse*. Programs ask for the same by name (`Calls`), and all that anybody sends
comes through one door (`OPEN_ROUTES`, `judge`). This is the only file that imports gradio, and the only one that turns
errors into messages.
"""

import argparse
import base64
import dataclasses
import html
import importlib
import inspect
import io
import itertools
import logging
import os
import secrets
import sys
import threading
import traceback
import uuid
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from enum import StrEnum
from inspect import Parameter
from pathlib import Path
from typing import Any

import anyio
import gradio as gr
from starlette.middleware import Middleware

from styleaug import BadRequest, Mode, Picture, Request, StyleEngine, load_model
from styleaug.allocator import keep_freed_memory
from styleaug.arrival import Arrival, News
from styleaug.compiled import check_bucket, prepared, tell_terminal
from styleaug.door import Door, Refusal, Scope
from styleaug.engine import Cancelled, save_png
from styleaug.export import ANIMATIONS, MissingProgram, file_name, side_by_side, strip, write_animation
from styleaug.hub import OnBytes
from styleaug.lessons import FIGURE_LESSONS, LESSONS, Lesson
from styleaug.loading import DTYPES, fetch_model
from styleaug.model import Model, ModelError, NonFiniteError
from styleaug.panels import ALL_MODES, STOPS, Hanging, Panel, coarse_to_fine, hang, theta_range
from styleaug.prompt_list import PromptList, read_prompt_list
from styleaug.recipe import Recipe, from_query, to_query
from styleaug.registry import MODELS, Repository
from styleaug.renderers import Decorate, Here, OneThread, Renderer, ZeroGpu
from styleaug.request import Direction, Span
from styleaug.turns import Turn, Turns

ASSETS = Path(__file__).resolve().parent / "assets"
PAGE = ASSETS / "page"
STAGE = ("frames", "scrub", "draw", "placard", "film", "tools", "ears")
"""The stage's script, file by file: they share one scope, in this order."""
THETA_STEP = 0.01
FILMS = (STOPS, 17, 33)  # how many stops a sweep may have
NEW_SEEDS = 100_000  # a new seed is drawn below this: short enough to be read aloud in a class
FRAME_QUALITY = 95
NEWS_SECONDS = 1.0  # between two looks at where a model is that is on its way
FILE_SECONDS = 3600  # how long a frame's file is kept
PLACES_IN_LINE = 16  # sweeps, and again refines, glimpses, exports and calls, that may wait for their turn at one time
CALLS_QUEUED = 64  # that wait for such a place; a class of 30 asks for 60 pictures at once
MOST_WAITING = 16  # of one session: a page has one sweep, one refine and one export that are still wanted
MOST_EXPORTED = 99  # frames of one animation
MOST_FRAMES = FILMS[-1]  # of a sweep that a program asks for, as a visitor may
MOST_BYTES = 64 * 1024  # of what a visitor sends: the longest question is a text or two
SESSION_NAME = 64  # letters; gradio's own has some ten
IN_LINE: Mapping[str, Any] = {
    "trigger_mode": "multiple",
    "concurrency_limit": PLACES_IN_LINE,
    "show_progress": "hidden",
    "api_visibility": "private",
}
"""How gradio treats what renders: nothing is dropped in the browser, for `Turns` decides what is still wanted."""

CALLS = ("render", "sweep")
"""What a program may call, by name; all else is for the page alone."""
API = "/gradio_api"
FILE_ROUTE = f"{API}/file=(?!(?i:https?:)).+"  # not an address elsewhere: gradio would fetch it
OPEN_ROUTES: Mapping[str, Sequence[str]] = {
    # the page and its parts; gradio_client begins with config and info, and asks whether it must log in
    "GET": (
        *("/", "/config", "/theme.css", "/assets/.+", "/static/.+", "/svelte/.+"),
        *("/favicon.ico", "/robots.txt", "/manifest.json", "/login_check"),
        *(f"{API}/{name}" for name in ("info", "app_id", "startup-events", "theme.css", "queue/data", "heartbeat/.+")),
        *(FILE_ROUTE, f"{API}/call/(v2/)?({'|'.join(CALLS)})/.+"),
    ),
    "HEAD": ("/", FILE_ROUTE),
    "POST": (
        *(f"{API}/{name}" for name in ("queue/join", "run/predict", "component_server", "cancel", "reset")),
        f"{API}/call/(v2/)?({'|'.join(CALLS)})",
    ),
}
"""Every route that is open, by method. Shut are, among others: uploads, monitoring, run history, docs, `/run` by name,
server functions but the stage's own, deep links (they write files), the proxy, vibe coding, and all that a later gradio
may bring."""
MCP_ROUTES: Mapping[str, Sequence[str]] = {
    "GET": (f"{API}/mcp(/schema)?",),
    "POST": (f"{API}/mcp",),
    "DELETE": (f"{API}/mcp",),
}
BUSY = "Many people are painting just now. Try again in a moment."

HELP: Mapping[str, str] = {
    "prompt": "what to paint, such as “castle at night”",
    "style": "the style, such as “Monet style”; in interpolate mode the second prompt",
    "mode": "how theta acts: augment (-1 to 1), weaken (0 to 1), interpolate (0 to 1) or guide (-1 to 2)",
    "theta": "how far to go; at 0 the picture is that of the full prompt",
    "seed": "of the noise that the picture begins with, 0 to 4294967295",
    "second_seed": "interpolate mode only: the noise goes over to that of this seed",
    "negative_prompt": "what to keep out of the picture",
    "num_inference_steps": "1 to 200; what the model was made for, if left out",
    "guidance_scale": "how strictly to follow the prompt, 1 (not at all) to 30; the model's own, if left out",
    "guidance_until": "the part of the run, 0 to 1, after which the prompt alone leads",
    "start": "the part of the run, 0 to 1, before theta takes hold; the model's own, if left out",
    "direction": "of the style: contrast (with it against without it) or phrase (its own words)",
    "span": "one angle for each token, or for the whole prompt",
    "hold_norm": "keep each token as long as it was at theta 0",
    "live": "paint with the model's live variant: a few steps without guidance, several times as fast",
    "frames": f"how many pictures over the slider's whole range of theta, 3 to {MOST_FRAMES}",
    "thetas": f"the values of theta themselves, 1 to {MOST_FRAMES} of them, instead of frames",
}
"""What a program is told about each field."""

logger = logging.getLogger("styleaug.page")

MODES: Mapping[str, str] = {
    Mode.WEAKEN: "Takes the style out of the picture: at θ 0 all of it is there, at 1 none.",
    Mode.AUGMENT: "Adds more of the style than the words ask for; below 0 it takes some away.",
    Mode.GUIDE: "Pushes the picture towards the style while it is being painted; below 0, away from it.",
    Mode.INTERPOLATE: "Walks from the first prompt, at θ 0, to the second, at θ 1.",
    ALL_MODES: "Hangs the four modes side by side: one prompt, one seed, one slider.",
}
"""What each mode does, in the order of the page."""

LIVE = "Fewer steps, a little rougher: each θ is painted while you drag."

SETTINGS = ("num_inference_steps", "guidance_scale", "start")
"""What a model has its own values for."""

SEVERAL = "Several, parted by semicolons, hang side by side."

FIRST: Mapping[str, Any] = {
    "prompt": "temple hidden in the jungle",
    "style": "Monet style",
    "mode": Mode.WEAKEN,
    "theta": 0.3,
    "seed": 7,
}
"""What the page shows before anybody has touched it."""

CONTROLS = (
    "prompt",
    "style",
    "mode",
    "theta",
    "seed",
    "second_seed",
    "negative_prompt",
    "num_inference_steps",
    "guidance_scale",
    "guidance_until",
    "start",
    "direction",
    "span",
    "hold_norm",
    "live",
)
"""The fields of a request, in the order in which the page sends them."""


class Handlers:
    """What the page asks of the server. No handler raises: an error becomes a message in the answer."""

    def __init__(
        self, engine: StyleEngine, folder: Path, renderer: Renderer, prompts: PromptList | None = None
    ) -> None:
        """`folder` takes the frames' files; gradio serves it. Where there are `prompts`, no others are painted."""
        self.engine = engine
        self._is_changed = False
        self._renderer = renderer
        self._prompts = prompts
        self.turns = Turns()
        self._folder = folder
        self._notices = itertools.count()
        self._glimpses: Counter[str] = Counter()
        """How many are on their way, by visitor. Of the server's own thread alone."""
        self._glimpse_places = anyio.CapacityLimiter(PLACES_IN_LINE)

    def adopt(self, engine: StyleEngine, renderer: Renderer) -> None:
        """Paint with another engine from now on. Pages that are open are opened anew by their own script."""
        self._renderer = renderer
        self.engine = engine
        self._is_changed = True

    def open(self, visitor: gr.Request, stops: Any, *values: Any) -> Iterator[tuple[Any, ...]]:
        """The first sweep of a visitor: what their link asks for, else what the page begins with.

        Yields (every control, the words to click on, stage, notice).
        """
        untouched = [gr.skip()] * (len(CONTROLS) + 1)
        controls: Sequence[Any] = untouched
        wrong = None
        try:
            linked = from_query(dict(visitor.query_params))
            if linked or self._is_changed:
                first = first_fields(self._prompts)
                begun = {"style": first["style"]} if linked else {**first, **self.engine.model.settings}
                hung = hang({**begun, **linked})
                self._check_listed([panel.request for panel in hung.panels])
                controls = [*self.fill_in(hung.fields), gr.update(**words_of(self.engine, self._prompts))]
                values = tuple(hung.fields[name] for name in CONTROLS)
        except Exception as error:
            wrong = self.notice(error)
        for stage, notice in self.sweep(visitor, stops, *values):
            yield *controls, stage, notice if wrong is None else wrong
            controls = untouched

    def sweep(self, visitor: gr.Request, stops: Any, *values: Any) -> Iterator[tuple[Any, Any]]:
        """Render the grid of what the controls say. Yields (stage, notice), cumulative, frame by frame."""
        try:
            if stops not in FILMS:
                raise BadRequest("stops", f"must be one of {', '.join(map(str, FILMS))}", stops)
            hung, resting = self._hang(read_controls(values))
        except Exception as error:
            yield gr.skip(), self.notice(error)
            return
        low, high = theta_range(hung.mode, self.engine.model.theta_range)
        low, high = min(low, resting), max(high, resting)  # a link may rest further out than this model's slider goes
        thetas = coarse_to_fine(low, high, resting, stops)
        with self.turns.sweep(visitor.session_hash) as turn:
            news: dict[str, Any] = {
                "sweep": turn.number,
                "visitor": visitor.session_hash,
                "title": hung.title,
                "names": [panel.name for panel in hung.panels],
                "fields": hung.fields,
                "link": to_query({**hung.fields, "theta": None}),
                "range": (low, high),
                "stops": sorted(thetas),
                "grid": sorted(coarse_to_fine(low, high, 0.0, stops)),
                "frames": [],
                "ended": False,
                "remark": "",
                "error": "",
            }
            yield news, None
            unknown: dict[str, None] = {}
            try:
                for panel, result in self._pictures([hung.at(theta) for theta in thetas], turn, resting):
                    if isinstance(result, Exception):
                        news = news | {"error": explain(result)}
                    else:
                        unknown |= dict.fromkeys(result.unknown_words)
                        remark = unknown_words_remark(self.engine.model.name, list(unknown))
                        frames = [*news["frames"], frame(panel, result, self._file)]
                        news = news | {"frames": frames, "remark": remark}
                    yield news, gr.skip()
            except Cancelled:
                return
            yield news | {"ended": True}, gr.skip()

    def refine(self, visitor: gr.Request, asked: gr.EventData) -> Any:
        """Render the one θ that the stage asks for, of what it shows."""

        def take(hung: Hanging) -> Turn:
            # The hand that drags the live variant passes over each θ: a newer one does not call off the last.
            kind = self.turns.call if hung.panels[0].request.live else self.turns.refine
            return kind(visitor.session_hash)

        answer = self._answer(asked._data if isinstance(asked._data, dict) else {}, take, self._file)
        return gr.skip() if answer is None else answer

    async def glimpse(self, question: Any) -> dict[str, Any] | None:
        """A refine under a moving hand, beside gradio's events: what news of those cost the page's thread is more than
        a preview costs, and two answers that come at once would be one to it. None for what was called off.

        The question names its visitor, whom the door has compared with the session, and the answer holds its pictures:
        there is nothing else to fetch.
        """
        question = question if isinstance(question, dict) else {}
        visitor = str(question.get("visitor"))
        if self._glimpses[visitor] >= MOST_WAITING or self._glimpses.total() >= CALLS_QUEUED:
            return echo(question) | {"error": BUSY, "final": False}
        self._glimpses[visitor] += 1
        try:
            with self.turns.call(visitor) as turn:  # from now on: who leaves while waiting for a place gives it up
                ask = (question, lambda _: nullcontext(turn), in_address)
                return await anyio.to_thread.run_sync(self._answer, *ask, limiter=self._glimpse_places)
        finally:
            self._glimpses -= Counter([visitor])  # which forgets a visitor of none

    def _answer(
        self,
        question: Mapping[str, Any],
        take: Callable[[Hanging], AbstractContextManager[Turn]],
        put: Callable[[Picture], dict[str, Any]],
    ) -> dict[str, Any] | None:
        """The frames of the θ that a question is about, `put` somewhere, or why there are none; None if called off."""
        answer = echo(question) | {"number": next(self._notices)}
        try:
            hung, theta = self._hang(read_question(question))
            requests = hung.at(theta)
            with take(hung) as turn:
                pictures = self._render(requests, turn, requests if question.get("passing") is True else ())
            return answer | {"frames": [frame(*each, put) for each in enumerate(pictures)]}
        except Cancelled:
            return None
        except Exception as error:
            return answer | {"error": explain(error), "final": isinstance(error, BadRequest)}

    def export(self, visitor: gr.Request, asked: gr.EventData) -> Any:
        """Make the file that a visitor wants to take away. What is shown was rendered, so most is in the cache."""
        question = asked._data if isinstance(asked._data, dict) else {}
        answer = {"number": next(self._notices)}
        try:
            hung, theta = self._hang(read_question(question))
            kind = question.get("kind")
            thetas = read_thetas(question.get("thetas")) if kind != "png" else [theta]
            with self.turns.export(visitor.session_hash) as turn:
                pictures = self._render([request for each in thetas for request in hung.at(each)], turn)
            width = len(hung.panels)
            columns = [pictures[first : first + width] for first in range(0, len(pictures), width)]
            suffix = "png" if kind == "strip" else str(kind)
            path = self.new_file(f".{suffix}")
            write_export(kind, hung, columns, path)
            title = f"{hung.title} {hung.mode}" + (f" {theta:g}" if kind == "png" else "")
            name = file_name(title, f".{suffix}")
            return answer | {"name": name, "file": gr.FileData(path=str(path), orig_name=name).model_dump()}
        except Cancelled:
            return answer | {"error": "Called off."}
        except Exception as error:
            return answer | {"error": explain(error)}

    def lesson(self, asked: gr.EventData) -> list[Any]:
        """A card of the gallery: its fields into the controls, the rest as the model is used to."""
        name = asked._data.get("name") if isinstance(asked._data, dict) else None
        for lesson in (*LESSONS, *FIGURE_LESSONS):
            if lesson.name == name:
                return self.fill_in(lesson.hang(**self.engine.model.settings).fields)
        return [gr.skip()] * len(CONTROLS)

    def adopt_mode(self, mode: str, theta: float | None) -> tuple[dict[str, Any], ...]:
        """The slider's range, the style box's name, the mode's sentence and the second seed follow the mode.

        θ stays where it is if the mode has it.
        """
        low, high = theta_range(mode, self.engine.model.theta_range)
        theta = min(max(theta if theta is not None else 0.0, low), high)
        walks = mode == Mode.INTERPOLATE
        return (
            gr.update(minimum=low, maximum=high, value=theta),
            gr.update(label="Second prompt" if walks else "Style"),
            gr.update(info=MODES[mode]),
            gr.update(visible=walks),
        )

    def adopt_variant(self, live: Any) -> tuple[Any, ...]:
        """Steps, guidance and start follow the variant that is to paint."""
        try:
            settings = self.engine.model.variant(live is True).settings
        except BadRequest:  # another model has taken over; the sweep that follows says so
            return (gr.skip(),) * len(SETTINGS)
        return tuple(settings[name] for name in SETTINGS)

    def fill_in(self, fields: Mapping[str, Any]) -> list[Any]:
        """An update for every control: its value if the fields have one, and what follows from the mode."""
        slider, style, mode, second_seed = self.adopt_mode(fields["mode"], fields["theta"])
        followers = {"theta": slider, "style": style, "mode": mode, "second_seed": second_seed}
        followers["live"] = gr.update(visible=self.engine.model.live is not None)
        values = {"second_seed": None, **fields, "mode": str(fields["mode"])}
        values["second_seed"] = "" if values["second_seed"] is None else str(values["second_seed"])
        return [
            gr.update(**{**followers.get(name, {}), **({"value": values[name]} if name in values else {})})
            for name in CONTROLS
        ]

    def leave(self, visitor: gr.Request) -> None:
        """The tab was closed."""
        self.turns.leave(visitor.session_hash)

    def notice(self, error: Exception) -> dict[str, Any]:
        """A message beside the controls. It carries a number, so that the same message twice is news twice."""
        field = error.field if isinstance(error, BadRequest) else ""
        return {"text": explain(error), "field": field, "number": next(self._notices)}

    def _hang(self, fields: Mapping[str, Any]) -> tuple[Hanging, float]:
        """What the fields hang, and their θ; raises `BadRequest` before anything is rendered."""
        hung = hang(fields)
        self.check([panel.request for panel in hung.panels])
        return hung, hung.panels[0].request.theta

    def check(self, requests: Sequence[Request]) -> None:
        """Raise `BadRequest` for what the model cannot read, or what is not on a closed list of prompts."""
        self._check_listed(requests)
        for request in requests:
            self.engine.check(request)

    def _check_listed(self, requests: Sequence[Request]) -> None:
        for request in requests:
            if self._prompts is not None:
                self._prompts.check(request)

    def call(self, visitor: gr.Request, requests: Sequence[Request]) -> list[Picture]:
        """The pictures for a program, which waits for all of them. Raises what goes wrong."""
        self.check(requests)
        with self.turns.call(visitor.session_hash) as turn:
            return self._render(requests, turn)

    def new_file(self, suffix: str) -> Path:
        """Where a file may be written that gradio will serve, under a name that nobody knows before it is whole."""
        return self._folder / f"{uuid.uuid4().hex}{suffix}"

    def _render(self, requests: Sequence[Request], turn: Turn, previews: Container[Request] = ()) -> list[Picture]:
        pictures = []
        for result in self._renderer.pictures(requests, turn, previews):
            if isinstance(result, Exception):
                raise result
            pictures.append(result)
        return pictures

    def _pictures(
        self, columns: Sequence[Sequence[Request]], turn: Turn, resting: float
    ) -> Iterator[tuple[int, Picture | Exception]]:
        """Panel by panel, θ by θ, each picture or why there is none; where θ does not rest, a preview will do. Two
        failures in a row end the sweep."""
        panels, requests = zip(*(pair for column in columns for pair in enumerate(column)), strict=True)
        previews = [request for request in requests if request.theta != resting]
        failures = 0
        for panel, result in zip(panels, self._renderer.pictures(requests, turn, previews), strict=False):
            yield panel, result
            failures = failures + 1 if isinstance(result, Exception) else 0
            if failures == 2:
                return

    def _file(self, picture: Picture) -> dict[str, Any]:
        """The picture as a file, to which gradio adds its address."""
        path = self.new_file(".webp")
        path.write_bytes(webp(picture))
        return gr.FileData(path=str(path), mime_type="image/webp").model_dump()


def in_address(picture: Picture) -> dict[str, Any]:
    """The picture in an address that is itself the file."""
    return {"url": f"data:image/webp;base64,{base64.b64encode(webp(picture)).decode()}"}


def webp(picture: Picture) -> bytes:
    """A picture as the page gets it."""
    content = io.BytesIO()
    picture.image.save(content, format="WEBP", quality=FRAME_QUALITY, method=0)
    return content.getvalue()


def frame(panel: int, picture: Picture, put: Callable[[Picture], dict[str, Any]]) -> dict[str, Any]:
    """Where `put` put a picture, and what the page says about it."""
    return {
        "panel": panel,
        "theta": picture.request.theta,
        "file": put(picture),
        "seconds": round(picture.seconds, 3),
        "cached": picture.from_cache,
        "preview": picture.preview,
    }


class Calls:
    """What a program may ask for: gradio_client, or an agent by MCP. An error becomes a `gr.Error` to be read."""

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers

    def offer(self, page: gr.Blocks) -> None:
        """Make both known to the page that is being built, with each field of a request and its default. What a model
        has its own setting for is left to it, for another model may paint by the time of the call."""
        own = self._handlers.engine.model.settings

        def parameter_of(field: dataclasses.Field[Any]) -> Parameter:
            kind: Any = field.type
            default, kind = (None, kind | None) if field.name in own else (plain(field.default), kind)
            return Parameter(field.name, Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=kind)

        fields = [parameter_of(field) for field in dataclasses.fields(Request)]
        frames = [
            Parameter("frames", Parameter.POSITIONAL_OR_KEYWORD, default=STOPS, annotation=int),
            Parameter("thetas", Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=list[float] | None),
        ]
        without_theta = [field for field in fields if field.name != "theta"]
        for function, parameters in ((self.render, fields), (self.sweep, [*without_theta, *frames])):
            call = gr.api(described(function, parameters), concurrency_limit=PLACES_IN_LINE, concurrency_id="call")
            for block, parameter in zip(page.fns[call["id"]].inputs, parameters, strict=True):
                block.label = parameter.name
                block._api_info["additional_description"] = HELP[parameter.name]

    def render(self, visitor: gr.Request, **fields: Any) -> tuple[gr.FileData, dict[str, Any]]:
        """Paint one picture. Answers with a PNG that carries its recipe, and the recipe with what it took."""
        with errors_to_be_read():
            [picture] = self._handlers.call(visitor, [self._request(fields)])
            return self._png(picture), report([picture])

    def sweep(
        self, visitor: gr.Request, frames: Any, thetas: Any, **fields: Any
    ) -> tuple[gr.FileData, list[gr.FileData], dict[str, Any]]:
        """Paint one picture at many theta. Answers with a labelled strip, each picture as a PNG, and the recipe."""
        with errors_to_be_read():
            request = self._request(fields)
            span = self._handlers.engine.model.theta_range(request.mode)
            thetas = even_thetas(span, frames) if thetas is None else read_thetas(thetas, MOST_FRAMES)
            pictures = self._handlers.call(visitor, [request.with_theta(theta) for theta in thetas])
            path = self._handlers.new_file(".png")
            save_png(strip([Panel("", request)], [pictures]), path)
            return file_answer(path), [self._png(picture) for picture in pictures], report(pictures)

    def _request(self, fields: Mapping[str, Any]) -> Request:
        own = self._handlers.engine.model.variant(fields.get("live") is True).settings
        return Request.from_dict({name: own.get(name) if value is None else value for name, value in fields.items()})

    def _png(self, picture: Picture) -> Any:
        path = self._handlers.new_file(".png")
        picture.save(path)
        return file_answer(path)


def described(function: Callable[..., Any], parameters: Sequence[Parameter]) -> Callable[..., Any]:
    """The function as gradio reads it: called with values in this order, its signature and words for programs."""
    names = [parameter.name for parameter in parameters]

    def call(visitor: gr.Request, *values: Any) -> Any:
        return function(visitor, **dict(zip(names, values, strict=True)))

    visitor = Parameter("visitor", Parameter.POSITIONAL_OR_KEYWORD, annotation=gr.Request)
    answer = inspect.signature(function).return_annotation
    told: Any = call  # a function takes any attribute, but its type knows of none
    told.__signature__ = inspect.Signature([visitor, *parameters], return_annotation=answer)
    told.__annotations__ = {each.name: each.annotation for each in (visitor, *parameters)} | {"return": answer}
    told.__name__ = function.__name__
    told.__doc__ = "\n".join([str(function.__doc__), "", "Args:", *(f"    {name}: {HELP[name]}" for name in names)])
    return call


def plain(value: Any) -> Any:
    """A field's default as JSON has it."""
    if value is dataclasses.MISSING:
        return Parameter.empty
    return str(value) if isinstance(value, StrEnum) else value


def report(pictures: Sequence[Picture]) -> dict[str, Any]:
    """What pictures of one request were made from, and what they took."""
    first = pictures[0]
    return {
        **Recipe(first.model, first.request).to_dict(),
        "pictures": [
            {
                "theta": each.request.theta,
                "seconds": round(each.seconds, 3),
                "cached": each.from_cache,
                "hidden": each.hidden,
            }
            for each in pictures
        ],
        "unknown_words": list(first.unknown_words),
    }


def file_answer(path: Path) -> dict[str, Any]:
    """A file as gradio hands it on."""
    return gr.FileData(path=str(path), mime_type="image/png", orig_name=path.name).model_dump()


def even_thetas(span: tuple[float, float], frames: Any) -> list[float]:
    """The page's own grid over the slider's range, so that programs and visitors share its pictures."""
    if not isinstance(frames, int) or not 3 <= frames <= MOST_FRAMES:
        raise BadRequest("frames", f"must be a whole number between 3 and {MOST_FRAMES}", frames)
    return sorted(coarse_to_fine(*span, 0.0, frames))


@contextmanager
def errors_to_be_read() -> Iterator[None]:
    """Turn an error into a message for a program; gradio logs and shows none other."""
    try:
        yield
    except Cancelled:
        raise said("Called off.") from None
    except Exception as error:
        raise said(explain(error)) from None


def said(message: str) -> gr.Error:
    """gradio shows a message as HTML, and would log where it comes from."""
    return gr.Error(html.escape(message, quote=False), print_exception=False)


def read_controls(values: Sequence[Any]) -> dict[str, Any]:
    """The fields that the controls' raw values say."""
    fields = dict(zip(CONTROLS, values, strict=True))
    return fields | {"second_seed": number_or_text(fields["second_seed"])}


def echo(question: Mapping[str, Any]) -> dict[str, Any]:
    """What tells the stage which question is answered: numbers, or nothing of what is none in its JavaScript."""

    def number(value: Any) -> float | None:
        return value if isinstance(value, int | float) and abs(value) < 2**53 else None

    return {name: number(question.get(name)) for name in ("sweep", "theta")}


def read_question(question: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that the stage sends back with a question of its own, at the θ it asks about."""
    fields = question.get("fields")
    return (fields if isinstance(fields, dict) else {}) | {"theta": question.get("theta")}


def read_thetas(thetas: Any, most: int = MOST_EXPORTED) -> list[Any]:
    """The θ of a strip or an animation; each is judged by `Request`."""
    if not isinstance(thetas, list) or not 1 <= len(thetas) <= most:
        raise BadRequest("thetas", f"must be a list of 1 to {most}", thetas)
    return thetas


def write_export(kind: Any, hung: Hanging, columns: Sequence[Sequence[Picture]], path: Path) -> None:
    """Write a picture of one θ, a strip of many, or an animation. `columns` has each θ's pictures, panel by panel."""
    if kind == "png" and len(hung.panels) == 1:
        columns[0][0].save(path)  # with its recipe inside
    elif kind == "png":
        save_png(side_by_side(hung.panels, columns[0]), path)
    elif kind == "strip":
        save_png(strip(hung.panels, list(zip(*columns, strict=True))), path)
    elif kind in ANIMATIONS:
        write_animation([side_by_side(hung.panels, column) for column in columns], path, kind)
    else:
        raise BadRequest("kind", f"must be one of png, strip, {', '.join(ANIMATIONS)}", kind)


def number_or_text(typed: Any) -> Any:
    """What a text box for an optional number holds: nothing, a number, or what is neither, for `Request` to refuse."""
    if not isinstance(typed, str):
        return typed
    if not typed.strip():
        return None
    for kind in (int, float):
        try:
            return kind(typed)
        except ValueError:
            continue
    return typed


def explain(error: Exception) -> str:
    """An error as a sentence for the page. What we did not foresee is logged without its message: it may quote."""
    if isinstance(error, BadRequest):
        name = error.field.replace("_", " ").capitalize()
        return f"{name}{str(error).removeprefix(error.field)}."
    if isinstance(error, ModelError | NonFiniteError | MissingProgram):
        return str(error)
    if isinstance(error, gr.Error):  # ZeroGPU's: no GPU to be had
        return str(error.message)
    logger.error("%s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
    return f"This picture could not be painted ({type(error).__name__}). Try again, or another seed."


def unknown_words_remark(model: str, words: Sequence[str]) -> str:
    """Which words did nothing, for they were never learned."""
    if not words:
        return ""
    name = "The bundled model" if model == "tiny" else f"The model {model}"
    return f"{name} does not know: {', '.join(words)}."


def gallery_of(prompts: PromptList | None) -> list[dict[str, Any]]:
    """The shelves of cards: a heading, and each card's name, words and thumbnail. A closed list leaves out the rest."""

    def is_offered(lesson: Lesson) -> bool:
        if prompts is None:
            return True
        try:
            for panel in lesson.hang().panels:
                prompts.check(panel.request)
        except BadRequest:
            return False
        return True

    def card(lesson: Lesson) -> dict[str, Any]:
        image = gr.FileData(path=str(ASSETS / "lessons" / f"{lesson.name}.webp"), mime_type="image/webp")
        return {"name": lesson.name, "title": lesson.title, "text": lesson.text, "image": image.model_dump()}

    shelves = {"Lessons": LESSONS, "Figures of the paper": FIGURE_LESSONS}
    offered = {title: [card(lesson) for lesson in lessons if is_offered(lesson)] for title, lessons in shelves.items()}
    return [{"title": title, "cards": cards} for title, cards in offered.items() if cards]


def first_fields(prompts: PromptList | None) -> Mapping[str, Any]:
    """What the page begins with."""
    return FIRST if prompts is None else {**FIRST, "prompt": prompts.prompts[0], "style": prompts.styles[0]}


def new_seed() -> int:
    """Any seed, for a person."""
    return secrets.randbelow(NEW_SEEDS)


def asset(name: str) -> str:
    """A file of the page, as text."""
    return (PAGE / name).read_text(encoding="utf-8")


def new_renderer() -> Executor:
    """The one thread in which a model is loaded and renders.

    libgomp spins between operations only while it has no more threads than there are cores; each thread that computes
    brings its own. With gradio's threads each computing for itself, a picture took 0.86 s on two cores, not 0.42 s.
    """
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="renderer")


class Page(gr.Blocks):
    """Blocks that answer with a message what gradio itself breaks on: it would log what was typed, and say nothing."""

    async def process_api(self, *arguments: Any, **options: Any) -> dict[str, Any]:
        """As gradio does it."""
        try:
            return await super().process_api(*arguments, **options)
        except gr.Error:
            raise
        except Exception as error:
            raise said(explain(error)) from None


def build_page(
    engine: StyleEngine,
    stops: int = STOPS,
    renderer: Executor | None = None,
    *,
    prompts: PromptList | None = None,
    gpu: Decorate | None = None,
    arrival: Arrival | None = None,
) -> gr.Blocks:
    """The page on an engine, with sweeps of so many stops at first. For `launch` there are `launch_settings()`.

    Give the `renderer` that the engine's model was loaded in, where there is one; `prompts`, and there are no others;
    `gpu`, the decorator of `zero_gpu`, on a Space that lends one; and the `arrival` of a model that is to take over.
    """
    renderer = new_renderer() if renderer is None else renderer
    renders = OneThread(engine, renderer) if gpu is None else ZeroGpu(engine, gpu)
    with Page(
        title="StyleAug", analytics_enabled=False, delete_cache=(FILE_SECONDS // 4, FILE_SECONDS), fill_width=True
    ) as page:
        handlers = Handlers(engine, frames_folder(page), renders, prompts)

        async def glimpse(question: Any) -> Any:  # gradio marks a server function, and a method takes no mark
            return await handlers.glimpse(question)

        island("header")
        island("arrival")
        with gr.Row(elem_id="room"):
            with gr.Column(elem_id="wall", min_width=280, scale=3):
                # On ZeroGPU all is a refine: whose the borrowed seconds are is told with gradio's events alone.
                lay_out_wall([glimpse] if gpu is None else [])
            with gr.Column(elem_id="desk", min_width=280, scale=2):
                lay_out_desk(engine, stops, prompts)
        island("gallery", value=gallery_of(prompts))
        for letter_box in ("refined", "exported"):
            island(letter_box, "letter-box", visible="hidden")
        parts = {block.elem_id: block for block in page.blocks.values() if getattr(block, "elem_id", None)}
        Calls(handlers).offer(page)  # before the page's own events: the first of a name has it
        connect(page, parts, handlers)
        if arrival is not None:
            follow(page, arrival, parts["arrival"], handlers, renderer)
    page.queue(max_size=2 * CALLS_QUEUED, api_open=False)  # the second lock; the door's comes with a better message
    return page


def island(name: str, *scripts: str, **options: Any) -> gr.HTML:
    """A part of the page that is our own: its static template, and its script in one file or several.

    A template is compiled as JavaScript, so nothing typed ever goes into one: scripts write it as text.
    """
    files = [f"{script}.js" for script in scripts or (name,) if (PAGE / f"{script}.js").is_file()]
    template = f"{name}.html" if (PAGE / f"{name}.html").is_file() else f"{scripts[0]}.html"
    return gr.HTML(
        html_template=asset(template),
        js_on_load="\n".join(asset(file) for file in files) or None,
        apply_default_css=False,
        elem_id=name,
        **options,
    )


def lay_out_wall(server_functions: list[Callable[..., Any]]) -> None:
    """The picture, and the slider under it."""
    low, high = theta_range(FIRST["mode"])
    with island("stage", *(f"stage/{part}" for part in STAGE), server_functions=server_functions):
        gr.Slider(low, high, FIRST["theta"], step=THETA_STEP, label="θ", buttons=[], elem_id="theta")


def lay_out_desk(engine: StyleEngine, stops: int, prompts: PromptList | None) -> None:
    """What to paint, and how."""
    if prompts is None:
        gr.Textbox(FIRST["prompt"], label="Prompt", max_lines=3, elem_id="prompt")
        gr.Textbox(FIRST["style"], label="Style", info=SEVERAL, max_lines=4, elem_id="style")
    else:
        gr.Dropdown(list(prompts.prompts), label="Prompt", elem_id="prompt")
        gr.Dropdown(list(prompts.second_choices), label="Style", elem_id="style")
    island("words", **words_of(engine, prompts))
    names = [(choice.capitalize(), str(choice)) for choice in MODES]
    mode = FIRST["mode"]
    gr.Radio(names, value=str(mode), label="What θ does", info=MODES[mode], elem_id="mode")
    with gr.Row(elem_id="seeds"):
        gr.Number(FIRST["seed"], label="Seed", elem_id="seed")
        # No gr.Number: in the browser an empty one becomes 0.
        gr.Textbox("", label="Second seed", placeholder="the same", max_lines=1, visible=False, elem_id="second_seed")
        gr.Checkbox(True, label="Keep", elem_id="keep")
        gr.Button("New seed", elem_id="die")
    gr.Checkbox(False, label="Live", info=LIVE, visible=engine.model.live is not None, elem_id="live")
    gr.Button("Paint", variant="primary", elem_id="paint")
    island("notice")
    with gr.Accordion("Fine control", open=False, elem_id="fine"):
        lay_out_fine_control(engine, stops, prompts)


def lay_out_fine_control(engine: StyleEngine, stops: int, prompts: PromptList | None) -> None:
    """What most visitors leave alone."""
    gr.Textbox("", label="Negative prompt", max_lines=3, visible=prompts is None, elem_id="negative_prompt")
    with gr.Row():
        gr.Number(engine.model.num_inference_steps, label="Steps", min_width=100, elem_id="num_inference_steps")
        gr.Number(engine.model.guidance_scale, label="Guidance scale", min_width=100, elem_id="guidance_scale")
        gr.Number(1, step=0.05, label="Guidance ends at (0 to 1)", min_width=100, elem_id="guidance_until")
        gr.Number(engine.model.start, step=0.05, label="θ starts at (0 to 1)", min_width=100, elem_id="start")
    directions = [
        ("With the style against without it", Direction.CONTRAST),
        ("The style's own words", Direction.PHRASE),
    ]
    choose("direction", "Direction of the style", directions)
    choose("span", "One angle for", [("Each token", Span.TOKEN), ("The whole prompt", Span.WHOLE)])
    gr.Checkbox(False, label="Hold the length of each token", elem_id="hold_norm")
    gr.Radio([(str(count), count) for count in FILMS], value=stops, label="Pictures in the film", elem_id="stops")


def choose(name: str, label: str, choices: Sequence[tuple[str, StrEnum]]) -> None:
    """One of a few, the first to begin with."""
    named = [(text, str(choice)) for text, choice in choices]
    gr.Radio(named, value=named[0][1], label=label, elem_id=name)


def connect(page: gr.Blocks, parts: Mapping[str, Any], handlers: Handlers) -> None:
    """What happens when. preprocess=False: `Request` judges the raw values, which gradio would round."""
    # At each piece of news of an event gradio's page copies the values of all that any event so far shows its progress
    # on: half of what it did while the hand moved. A state is no part of the page, and progress is hidden anyway.
    nowhere = {"show_progress_on": gr.State()}
    in_line: dict[str, Any] = {**IN_LINE, **nowhere}
    at_once = {"queue": False, "show_progress": "hidden", "api_visibility": "private", "preprocess": False} | nowhere
    controls = [parts[name] for name in CONTROLS]
    followers = [parts[name] for name in ("theta", "style", "mode", "second_seed")]

    sweeping = {"concurrency_id": "sweep", "preprocess": False, **in_line}

    def sweep_on(*events: Callable[..., Any]) -> None:
        for event in events:
            swept = event(handlers.sweep, [parts["stops"], *controls], [parts["stage"], parts["notice"]], **sweeping)
            swept.failure(None, js=stage_event("sweep-failed"))

    boxes = [part for name in CONTROLS if hasattr(part := parts[name], "submit")]
    pressed = gr.on(
        [parts["paint"].click, *(box.submit for box in boxes)],
        lambda keep: gr.skip() if keep else new_seed(),
        parts["keep"],
        parts["seed"],
        **at_once,
    )
    rolled = parts["die"].click(new_seed, None, parts["seed"], **at_once)
    moded = parts["mode"].input(handlers.adopt_mode, [parts["mode"], parts["theta"]], followers, **at_once)
    lively = parts["live"].input(handlers.adopt_variant, parts["live"], [parts[name] for name in SETTINGS], **at_once)
    filled = parts["gallery"].lesson(handlers.lesson, None, controls, **at_once)
    sweep_on(*(event.then for event in (pressed, rolled, moded, lively, filled)))
    sweep_on(parts["words"].pick, *(parts[name].input for name in ("seed", "direction", "span", "hold_norm", "stops")))
    sweep_on(*(parts[name].input for name in ("prompt", "style") if isinstance(parts[name], gr.Dropdown)))
    sweep_on(parts["second_seed"].change)  # a gr.Textbox has its .input from keys alone, not from pasting
    opened = page.load(
        handlers.open,
        [parts["stops"], *controls],
        [*controls, parts["words"], parts["stage"], parts["notice"]],
        **sweeping,
    )
    opened.failure(None, js=stage_event("sweep-failed"))

    for event, handler, answer in (("refine", handlers.refine, "refined"), ("export", handlers.export, "exported")):
        asked = getattr(parts["stage"], event)(handler, None, parts[answer], concurrency_id=event, **in_line)
        asked.success(None, js=stage_event(f"{event}-ended"))
        asked.failure(None, js=stage_event(f"{event}-failed"))
    page.unload(handlers.leave)


def follow(page: gr.Blocks, arrival: Arrival, told: gr.HTML, handlers: Handlers, renderer: Executor) -> None:
    """Let every page hear of the model that is on its way, and let it take over when it is there."""

    is_settled = threading.Event()

    def settled(_: News, engine: StyleEngine | None) -> None:
        if engine is not None:
            handlers.adopt(engine, OneThread(engine, renderer))
        is_settled.set()

    def news() -> tuple[Any, Any]:
        is_last = is_settled.is_set()  # asked before the engine is looked at: the last news names the last engine
        return {"text": arrival.news.text, "model": handlers.engine.model.name}, gr.Timer(active=not is_last)

    arrival.when_settled(settled)
    timer = gr.Timer(NEWS_SECONDS)
    for event in (page.load, timer.tick):
        event(news, None, [told, timer], queue=False, show_progress="hidden", api_visibility="private")


def stage_event(name: str) -> str:
    """JavaScript that tells the stage something, without a request to the server."""
    return f'(detail) => {{ document.getElementById("stage").dispatchEvent(new CustomEvent("{name}", {{ detail }})); }}'


def vocabulary_of(engine: StyleEngine) -> dict[str, list[str]]:
    """The phrases a person may click on, by kind."""
    vocabulary = engine.model.vocabulary
    if vocabulary is None:
        return {}
    return {kind: list(getattr(vocabulary, kind)) for kind in ("subjects", "styles", "moods")}


def words_of(engine: StyleEngine, prompts: PromptList | None) -> dict[str, Any]:
    """What the shelf of words holds, and whether it is there: not for a model that knows every word, nor beside a
    closed list."""
    vocabulary = vocabulary_of(engine)
    return {"value": vocabulary, "visible": bool(vocabulary) and prompts is None}


def frames_folder(page: gr.Blocks) -> Path:
    """A folder inside gradio's own cache, so that a frame is served from where it was written."""
    folder = Path(page.GRADIO_CACHE) / f"styleaug-{uuid.uuid4().hex}"
    folder.mkdir(parents=True)
    return folder


def judge(scope: Scope, body: Mapping[str, Any]) -> Refusal | None:
    """Whether what was sent may come in, to the queue or to the stage's function. gradio itself breaks on half of what
    is refused here."""
    page, path, session = scope["app"].get_blocks(), scope["path"].rstrip("/"), body.get("session_hash")
    if path.endswith(("/cancel", "/reset", "/mcp")):
        return None  # nothing is rendered for these; a call by MCP comes back through the queue
    if session is not None and (not isinstance(session, str) or not 0 < len(session) <= SESSION_NAME):
        return Refusal(400, f"session_hash must be a text of 1 to {SESSION_NAME} letters.")
    if path.endswith("/component_server"):
        return None if is_glimpse(scope, page, body) else Refusal(400, "Only the stage's own function answers.")
    if f"{API}/call/" in path:
        function = next(each for each in page.fns.values() if each.api_name == path.rpartition("/")[2])
    else:
        index = body.get("fn_index")
        function = page.fns.get(index) if isinstance(index, int) else None
    if function is None or function.fn is None:
        return Refusal(400, "fn_index must be that of one of the page's events.")
    by_name = "/call/v2/" in path
    wrong = wrong_fields(function.fn, body) if by_name else wrong_values(len(function.inputs), body)
    if wrong:
        return Refusal(400, wrong)
    if not all(is_plain(value) for value in (body.values() if by_name else body["data"])):
        return Refusal(400, "Values must be texts, numbers, true, false, nothing, or lists of these.")
    if not function.queue:
        return None  # a new seed, another mode: answered at once, however many wait
    if len(page._queue) >= CALLS_QUEUED:
        return Refusal(503, BUSY)
    if len(page._queue.pending_event_ids_session.get(session, ())) >= MOST_WAITING:
        return Refusal(429, f"At most {MOST_WAITING} pictures may wait for one visitor. Wait for some of them.")
    return None


def is_glimpse(scope: Scope, page: gr.Blocks, body: Mapping[str, Any]) -> bool:
    """Whether a session calls the stage's function, in its own name. What it asks, the function judges itself.

    In JSON by its name: gradio takes the body for a form or for JSON as the header says, and a script of another site
    can send what is called plain text to a page on this machine, but not what is called JSON.
    """
    component, session, question = (body.get(name) for name in ("component_id", "session_hash", "data"))
    kind = dict(scope["headers"]).get(b"content-type", b"")
    block = page.blocks.get(component) if isinstance(component, int) else None
    return (
        kind.startswith(b"application/json")
        and session is not None
        and isinstance(question, dict)
        and question.get("visitor") == session
        and body.get("fn_name") == "glimpse"
        and getattr(block, "elem_id", None) == "stage"
    )


def wrong_fields(function: Callable[..., Any], body: Mapping[str, Any]) -> str:
    """What is wrong with fields sent by name, or nothing."""
    try:
        inspect.signature(function).bind(None, **body)
    except TypeError as error:
        return f"{error}."
    return ""


def wrong_values(count: int, body: Mapping[str, Any]) -> str:
    """What is wrong with values sent by position, or nothing."""
    data = body.get("data")
    return "" if isinstance(data, list) and len(data) == count else f"data must be a list of {count} values."


def is_plain(value: Any) -> bool:
    """Whether it is no object, nor holds one: gradio takes some for files, and fetches them from wherever they say."""
    kinds = str | int | float | None
    return isinstance(value, kinds) or (isinstance(value, list) and all(isinstance(each, kinds) for each in value))


def launch_settings(mcp: bool = False) -> dict[str, Any]:
    """Everything for `launch` but the address: the looks, and what a public host wants shut."""
    routes = {
        method: (*OPEN_ROUTES.get(method, ()), *(MCP_ROUTES.get(method, ()) if mcp else ()))
        for method in {*OPEN_ROUTES, *(MCP_ROUTES if mcp else ())}
    }
    door = Middleware(Door, routes=routes, most_bytes=MOST_BYTES, judge=judge)
    return {
        "theme": gr.Theme.load(str(PAGE / "theme.json")),
        "css_paths": [PAGE / "page.css"],
        "footer_links": [],  # no docs, no settings, no history to click on
        "run_history": False,  # it keeps pictures and prompts in a browser that others may use
        "enable_monitoring": False,  # it tells anybody who paints how much
        "show_error": False,  # an error's own message may quote a prompt
        "max_file_size": "1kb",  # nothing is uploaded, and the door has no such route; this is the second lock
        "app_kwargs": {
            "middleware": [door],
            "openapi_url": None,
        },  # only listed routes, small bodies, no quotes in logs
        "max_threads": 4 * PLACES_IN_LINE + 16,  # all places may be taken, and who leaves must still be heard
        "ssr_mode": False,  # a Space would put Node in front of the door
        "mcp_server": mcp,  # off unless asked for: GRADIO_MCP_SERVER alone does not open it
        "pwa": False,  # on a Space it is on otherwise, and makes the browser keep the page
    }


def zero_gpu() -> Decorate | None:
    """The decorator of a Space that lends a GPU for seconds (ZeroGPU), else None. Ask before a model is loaded."""
    if os.environ.get("SPACES_ZERO_GPU", "").lower() not in ("1", "t", "true"):
        return None
    return importlib.import_module("spaces").GPU  # a Space has it


def has_mcp() -> bool:
    """Whether gradio's MCP part is installed: without it, gradio leaves the tool out and says so in passing."""
    try:
        importlib.import_module("mcp")
    except ImportError:
        return False
    return True


def is_public(chosen: argparse.Namespace) -> bool:
    """Whether others than whoever started it can reach the page."""
    host = chosen.host if chosen.host is not None else os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1")
    return chosen.share or "SPACE_ID" in os.environ or host not in ("127.0.0.1", "localhost", "::1")


def load_chosen(chosen: argparse.Namespace, name: str) -> Model:
    """The model of that name, as the command line wants it.

    Raises:
        ModelError: it may paint anything, has no safety filter, and others can reach the page; or it is to be compiled,
            and cannot be.
    """
    small_decoder = chosen.small_decoder and name == chosen.model  # the bundled one, meanwhile, has none
    model = load_model(
        name,
        dtype=DTYPES.get(chosen.dtype),
        safety=not chosen.unfiltered,
        small_decoder=small_decoder,
        previews=zero_gpu() is None,
    )
    if is_public(chosen) and not chosen.unfiltered and model.safety is None and model.vocabulary is None:
        raise ModelError(
            f"{name} has no safety filter, and others can reach this page. Start it with --unfiltered if that is meant."
        )
    return prepared(model, chosen.bucket, chosen.compile)


def arrival_of(chosen: argparse.Namespace, renderer: Executor) -> Arrival:
    """The chosen model on its way. Its files come in a thread of their own; it is loaded in the renderer's, between two
    pictures, for loading changes torch's settings for all threads."""

    def bring(on_bytes: OnBytes) -> Model:
        wanted = {"safety": not chosen.unfiltered, "small_decoder": chosen.small_decoder, "previews": True}
        fetch_model(chosen.model, **wanted, on_bytes=on_bytes)
        return renderer.submit(load_chosen, chosen, chosen.model).result()

    arrival = Arrival(chosen.model, "the bundled model", bring, tells_all=not is_public(chosen))
    arrival.when_settled(lambda news, _: print(news.reason, file=sys.stderr) if news.reason else None)
    return arrival


def is_far(name: str) -> bool:
    """Whether this model's weights may have to be fetched."""
    return name in MODELS and isinstance(MODELS[name].home, Repository)


def arguments_of(given: Sequence[str] | None) -> argparse.Namespace:
    """What was chosen when the program was started. Nobody but the one who starts it chooses a model."""
    parser = argparse.ArgumentParser(prog="app.py", description="Drag a style up and down in a picture.")
    known = ", ".join(MODELS)
    named = os.environ.get("STYLEAUG_MODEL", "tiny")
    parser.add_argument("--model", default=named, help=f"{known}, or a folder in diffusers' layout; {named}")
    parser.add_argument("--small-decoder", action="store_true", help="decode all with TAESD: faster, a little softer")
    parser.add_argument(
        "--unfiltered", action="store_true", help="without the model's safety filter, or its lack known"
    )
    parser.add_argument("--dtype", choices=DTYPES, help="what to compute in; float16 on a GPU, float32 on a CPU")
    parser.add_argument(
        "--bucket", type=int, help="rows of a UNet call, which the θ of a sweep share; 1, or 3 compiled"
    )
    parser.add_argument(
        "--compile", action="store_true", help="compile the UNet before the page opens: a minute or two, then faster"
    )
    parser.add_argument("--host", default=None, help="the address to listen on, 127.0.0.1 if left out; 0.0.0.0 for all")
    parser.add_argument("--port", type=int, default=None, help="the port; the first free one from 7860 on if left out")
    parser.add_argument("--share", action="store_true", help="make a public link through gradio's servers")
    parser.add_argument("--prompts", default=None, help="a file of prompts, one a line; there are no others then")
    parser.add_argument("--mcp", action="store_true", help="let agents render, by MCP")
    return parser.parse_args(given)


def main(arguments: Sequence[str] | None = None) -> int:
    """Load the model, serve the page, print its address. A model that must be fetched arrives while the page stands."""
    chosen = arguments_of(arguments)
    if chosen.mcp and not has_mcp():
        print('--mcp needs gradio\'s MCP part: pip install "gradio[mcp]"', file=sys.stderr)
        return 2
    gpu = zero_gpu()
    if chosen.compile and gpu is not None:
        tell_terminal("--compile is of no use on ZeroGPU: each call is a process of its own, and would compile anew")
        return 2
    renderer = new_renderer() if gpu is None else Here()
    # ZeroGPU lends its GPU to models of the main thread only; and nobody's picture is to wait for a compiler.
    waits = gpu is None and is_far(chosen.model) and not chosen.compile
    try:
        check_bucket(chosen.bucket, chosen.compile)
        if chosen.compile and is_far(chosen.model):
            tell_terminal(f"the page opens once {chosen.model} is fetched, loaded and compiled")
        prompts = None if chosen.prompts is None else read_prompt_list(chosen.prompts)
        arrival = arrival_of(chosen, renderer) if waits else None  # its files may be on their way from now on
        engine = StyleEngine(renderer.submit(load_chosen, chosen, "tiny" if waits else chosen.model).result())
    except (BadRequest, ModelError) as error:
        print(explain(error), file=sys.stderr)
        return 2
    page = build_page(engine, renderer=renderer, prompts=prompts, gpu=gpu, arrival=arrival)
    page.launch(server_name=chosen.host, server_port=chosen.port, share=chosen.share, **launch_settings(chosen.mcp))
    return 0


if __name__ == "__main__":
    keep_freed_memory()
    sys.exit(main())
