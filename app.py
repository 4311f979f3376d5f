"""The page: type a picture and a style, drag θ, and the same picture gains or loses that style under the hand.

A press starts one *sweep*: the mode's θ grid is rendered coarse to fine, and each frame goes to the browser as it is
ready. The stage (assets/page/stage/) holds the frames and draws those nearest to θ, so dragging asks the server
nothing. Where θ rests between two frames, that θ alone is rendered: a *refine*. This is the only file that imports
gradio, and the only one that turns errors into messages.
"""

import argparse
import itertools
import logging
import secrets
import sys
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from enum import StrEnum
from pathlib import Path
from typing import Any

import gradio as gr

from styleaug import BadRequest, Mode, Picture, Request, StyleEngine, load_model
from styleaug.engine import Cancelled, save_png
from styleaug.export import ANIMATIONS, MissingProgram, file_name, side_by_side, strip, write_animation
from styleaug.lessons import FIGURE_LESSONS, LESSONS, Lesson
from styleaug.model import ModelError, NonFiniteError
from styleaug.panels import ALL_MODES, STOPS, Hanging, coarse_to_fine, hang, theta_range
from styleaug.recipe import from_query, to_query
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
FILE_SECONDS = 3600  # how long a frame's file is kept
PLACES_IN_LINE = 16  # sweeps, and again refines, that may wait for their turn at one time
CALLS_QUEUED = 128
MOST_EXPORTED = 99  # frames of one animation
IN_LINE: Mapping[str, Any] = {
    "trigger_mode": "multiple",
    "concurrency_limit": PLACES_IN_LINE,
    "show_progress": "hidden",
    "api_visibility": "private",
}
"""How gradio treats what renders: nothing is dropped in the browser, for `Turns` decides what is still wanted."""

logger = logging.getLogger("styleaug.page")

MODES: Mapping[str, str] = {
    Mode.WEAKEN: "Takes the style out of the picture: at θ 0 all of it is there, at 1 none.",
    Mode.AUGMENT: "Adds more of the style than the words ask for; below 0 it takes some away.",
    Mode.GUIDE: "Pushes the picture towards the style while it is being painted; below 0, away from it.",
    Mode.INTERPOLATE: "Walks from the first prompt, at θ 0, to the second, at θ 1.",
    ALL_MODES: "Hangs the four modes side by side: one prompt, one seed, one slider.",
}
"""What each mode does, in the order of the page."""

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
    "start",
    "direction",
    "span",
    "hold_norm",
)
"""The fields of a request, in the order in which the page sends them."""


class Handlers:
    """What the page asks of the server. No handler raises: an error becomes a message in the answer."""

    def __init__(self, engine: StyleEngine, folder: Path, renderer: Executor) -> None:
        """`folder` takes the frames' files; gradio serves it. `renderer` has one thread: see `new_renderer`."""
        self.engine = engine
        self._renderer = renderer
        self.turns = Turns()
        self._folder = folder
        self._notices = itertools.count()

    def open(self, visitor: gr.Request, stops: Any, *values: Any) -> Iterator[tuple[Any, ...]]:
        """The first sweep of a visitor: what their link asks for, else what the page begins with.

        Yields (every control, stage, notice).
        """
        untouched = [gr.skip()] * len(CONTROLS)
        controls: Sequence[Any] = untouched
        wrong = None
        try:
            linked = from_query(dict(visitor.query_params))
            if linked:
                fields = hang({"style": FIRST["style"], **linked}).fields
                controls, values = fill_in(fields), tuple(fields[name] for name in CONTROLS)
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
        low, high = theta_range(hung.mode)
        thetas = coarse_to_fine(low, high, resting, stops)
        with self.turns.sweep(visitor.session_hash) as turn:
            news: dict[str, Any] = {
                "sweep": turn.number,
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
                for panel, result in self._pictures([hung.at(theta) for theta in thetas], turn):
                    if isinstance(result, Exception):
                        news = news | {"error": explain(result)}
                    else:
                        unknown |= dict.fromkeys(result.unknown_words)
                        remark = unknown_words_remark(self.engine.model.name, list(unknown))
                        news = news | {"frames": [*news["frames"], self._frame(panel, result)], "remark": remark}
                    yield news, gr.skip()
            except Cancelled:
                return
            yield news | {"ended": True}, gr.skip()

    def refine(self, visitor: gr.Request, asked: gr.EventData) -> Any:
        """Render the one θ that the stage asks for, of what it shows."""
        question = asked._data if isinstance(asked._data, dict) else {}
        answer = {"sweep": question.get("sweep"), "theta": question.get("theta"), "number": next(self._notices)}
        try:
            hung, theta = self._hang(read_question(question))
            with self.turns.refine(visitor.session_hash) as turn:
                pictures = self._render(hung.at(theta), turn)
                return answer | {"frames": [self._frame(panel, picture) for panel, picture in enumerate(pictures)]}
        except Cancelled:
            return gr.skip()
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
                columns = [self._render(hung.at(each), turn) for each in thetas]
            suffix = "png" if kind == "strip" else str(kind)
            path = self._folder / f"{uuid.uuid4().hex}.{suffix}"
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
                return fill_in(lesson.hang(**self.engine.model.settings).fields)
        return [gr.skip()] * len(CONTROLS)

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
        for panel in hung.panels:
            self.engine.check(panel.request)
        return hung, hung.panels[0].request.theta

    def _render(self, requests: Sequence[Request], turn: Turn) -> list[Picture]:
        pictures = []
        for request in requests:
            with turn.rendering():
                job = self._renderer.submit(self.engine.render, request, cancelled=turn.superseded)
                pictures.append(job.result())
        return pictures

    def _pictures(self, columns: Sequence[Sequence[Request]], turn: Turn) -> Iterator[tuple[int, Picture | Exception]]:
        """Panel by panel, θ by θ, each picture or why there is none. Two failures in a row end the sweep."""
        failures = 0
        for panel, request in ((panel, request) for column in columns for panel, request in enumerate(column)):
            try:
                [picture] = self._render([request], turn)
            except Cancelled:
                raise
            except Exception as error:
                failures += 1
                yield panel, error
                if failures == 2:
                    return
            else:
                failures = 0
                yield panel, picture

    def _frame(self, panel: int, picture: Picture) -> dict[str, Any]:
        """The picture as a file under a name that nobody knows before it is whole."""
        path = self._folder / f"{uuid.uuid4().hex}.webp"
        picture.image.save(path, quality=FRAME_QUALITY, method=0)
        return {
            "panel": panel,
            "theta": picture.request.theta,
            "file": gr.FileData(path=str(path), mime_type="image/webp").model_dump(),
            "seconds": round(picture.seconds, 3),
            "cached": picture.from_cache,
        }


def read_controls(values: Sequence[Any]) -> dict[str, Any]:
    """The fields that the controls' raw values say."""
    fields = dict(zip(CONTROLS, values, strict=True))
    return fields | {"second_seed": number_or_text(fields["second_seed"])}


def read_question(question: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that the stage sends back with a question of its own, at the θ it asks about."""
    fields = question.get("fields")
    return (fields if isinstance(fields, dict) else {}) | {"theta": question.get("theta")}


def read_thetas(thetas: Any) -> list[Any]:
    """The θ of a strip or an animation; each is judged by `Request`."""
    if not isinstance(thetas, list) or not 1 <= len(thetas) <= MOST_EXPORTED:
        raise BadRequest("thetas", f"must be a list of 1 to {MOST_EXPORTED}", thetas)
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
    logger.error("%s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
    return f"This picture could not be painted ({type(error).__name__}). Try again, or another seed."


def unknown_words_remark(model: str, words: Sequence[str]) -> str:
    """Which words did nothing, for they were never learned."""
    if not words:
        return ""
    name = "The bundled model" if model == "tiny" else f"The model {model}"
    return f"{name} does not know: {', '.join(words)}."


def adopt_mode(mode: str, theta: float | None) -> tuple[dict[str, Any], ...]:
    """The slider's range, the style box's name, the mode's sentence and the second seed follow the mode.

    θ stays where it is if the mode has it.
    """
    low, high = theta_range(mode)
    theta = min(max(theta if theta is not None else 0.0, low), high)
    walks = mode == Mode.INTERPOLATE
    return (
        gr.update(minimum=low, maximum=high, value=theta),
        gr.update(label="Second prompt" if walks else "Style"),
        gr.update(info=MODES[mode]),
        gr.update(visible=walks),
    )


def fill_in(fields: Mapping[str, Any]) -> list[Any]:
    """An update for every control: its value if the fields have one, and what follows from the mode."""
    slider, style, mode, second_seed = adopt_mode(fields["mode"], fields["theta"])
    followers = {"theta": slider, "style": style, "mode": mode, "second_seed": second_seed}
    values = {"second_seed": None, **fields, "mode": str(fields["mode"])}
    values["second_seed"] = "" if values["second_seed"] is None else str(values["second_seed"])
    return [
        gr.update(**{**followers.get(name, {}), **({"value": values[name]} if name in values else {})})
        for name in CONTROLS
    ]


def gallery_of() -> list[dict[str, Any]]:
    """The shelves of cards: a heading, and each card's name, words and thumbnail."""

    def card(lesson: Lesson) -> dict[str, Any]:
        image = gr.FileData(path=str(ASSETS / "lessons" / f"{lesson.name}.webp"), mime_type="image/webp")
        return {"name": lesson.name, "title": lesson.title, "text": lesson.text, "image": image.model_dump()}

    shelves = {"Lessons": LESSONS, "Figures of the paper": FIGURE_LESSONS}
    return [{"title": title, "cards": [card(lesson) for lesson in lessons]} for title, lessons in shelves.items()]


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


def build_page(engine: StyleEngine, stops: int = STOPS, renderer: Executor | None = None) -> gr.Blocks:
    """The page on an engine, with sweeps of so many stops at first. For `launch` there are `launch_settings()`.

    Give the `renderer` that the engine's model was loaded in, where there is one.
    """
    renderer = new_renderer() if renderer is None else renderer
    with gr.Blocks(
        title="StyleAug", analytics_enabled=False, delete_cache=(FILE_SECONDS // 4, FILE_SECONDS), fill_width=True
    ) as page:
        island("header")
        with gr.Row(elem_id="room"):
            with gr.Column(elem_id="wall", min_width=280, scale=3):
                lay_out_wall()
            with gr.Column(elem_id="desk", min_width=280, scale=2):
                lay_out_desk(engine, stops)
        island("gallery", value=gallery_of())
        for letter_box in ("refined", "exported"):
            island(letter_box, "letter-box", visible="hidden")
        parts = {block.elem_id: block for block in page.blocks.values() if getattr(block, "elem_id", None)}
        connect(page, parts, Handlers(engine, frames_folder(page), renderer))
    page.queue(max_size=CALLS_QUEUED, api_open=False)
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


def lay_out_wall() -> None:
    """The picture, and the slider under it."""
    low, high = theta_range(FIRST["mode"])
    with island("stage", *(f"stage/{part}" for part in STAGE)):
        gr.Slider(low, high, FIRST["theta"], step=THETA_STEP, label="θ", buttons=[], elem_id="theta")


def lay_out_desk(engine: StyleEngine, stops: int) -> None:
    """What to paint, and how."""
    gr.Textbox(FIRST["prompt"], label="Prompt", max_lines=3, elem_id="prompt")
    gr.Textbox(FIRST["style"], label="Style", info=SEVERAL, max_lines=4, elem_id="style")
    island("words", value=vocabulary_of(engine), visible=engine.model.vocabulary is not None)
    names = [(choice.capitalize(), str(choice)) for choice in MODES]
    mode = FIRST["mode"]
    gr.Radio(names, value=str(mode), label="What θ does", info=MODES[mode], elem_id="mode")
    with gr.Row(elem_id="seeds"):
        gr.Number(FIRST["seed"], label="Seed", elem_id="seed")
        # No gr.Number: in the browser an empty one becomes 0.
        gr.Textbox("", label="Second seed", placeholder="the same", max_lines=1, visible=False, elem_id="second_seed")
        gr.Checkbox(True, label="Keep", elem_id="keep")
        gr.Button("New seed", elem_id="die")
    gr.Button("Paint", variant="primary", elem_id="paint")
    island("notice")
    with gr.Accordion("Fine control", open=False, elem_id="fine"):
        lay_out_fine_control(engine, stops)


def lay_out_fine_control(engine: StyleEngine, stops: int) -> None:
    """What most visitors leave alone."""
    gr.Textbox("", label="Negative prompt", max_lines=3, elem_id="negative_prompt")
    with gr.Row():
        gr.Number(engine.model.num_inference_steps, label="Steps", min_width=100, elem_id="num_inference_steps")
        gr.Number(engine.model.guidance_scale, label="Guidance scale", min_width=100, elem_id="guidance_scale")
        gr.Number(0, step=0.05, label="θ starts at (0 to 1)", min_width=100, elem_id="start")
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
    at_once = {"queue": False, "show_progress": "hidden", "api_visibility": "private", "preprocess": False}
    controls = [parts[name] for name in CONTROLS]
    followers = [parts[name] for name in ("theta", "style", "mode", "second_seed")]

    sweeping = {"concurrency_id": "sweep", "preprocess": False, **IN_LINE}

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
    moded = parts["mode"].input(adopt_mode, [parts["mode"], parts["theta"]], followers, **at_once)
    filled = parts["gallery"].lesson(handlers.lesson, None, controls, **at_once)
    sweep_on(*(event.then for event in (pressed, rolled, moded, filled)))
    sweep_on(parts["words"].pick, *(parts[name].input for name in ("seed", "direction", "span", "hold_norm", "stops")))
    sweep_on(parts["second_seed"].change)  # a gr.Textbox has its .input from keys alone, not from pasting
    opened = page.load(
        handlers.open, [parts["stops"], *controls], [*controls, parts["stage"], parts["notice"]], **sweeping
    )
    opened.failure(None, js=stage_event("sweep-failed"))

    for event in (parts["theta"].input, parts["theta"].change):
        event(None, parts["theta"], js=stage_event("theta"), show_progress="hidden")
    for event, handler, answer in (("refine", handlers.refine, "refined"), ("export", handlers.export, "exported")):
        asked = getattr(parts["stage"], event)(handler, None, parts[answer], concurrency_id=event, **IN_LINE)
        asked.success(None, js=stage_event(f"{event}-ended"))
        asked.failure(None, js=stage_event(f"{event}-failed"))
    page.unload(handlers.leave)


def stage_event(name: str) -> str:
    """JavaScript that tells the stage something, without a request to the server."""
    return f'(detail) => {{ document.getElementById("stage").dispatchEvent(new CustomEvent("{name}", {{ detail }})); }}'


def vocabulary_of(engine: StyleEngine) -> dict[str, list[str]]:
    """The phrases a person may click on, by kind."""
    vocabulary = engine.model.vocabulary
    if vocabulary is None:
        return {}
    return {kind: list(getattr(vocabulary, kind)) for kind in ("subjects", "styles", "moods")}


def frames_folder(page: gr.Blocks) -> Path:
    """A folder inside gradio's own cache, so that a frame is served from where it was written."""
    folder = Path(page.GRADIO_CACHE) / f"styleaug-{uuid.uuid4().hex}"
    folder.mkdir(parents=True)
    return folder


def launch_settings() -> dict[str, Any]:
    """Everything for `launch` but the address: the looks, and what a public host wants shut."""
    return {
        "theme": gr.Theme.load(str(PAGE / "theme.json")),
        "css_paths": [PAGE / "page.css"],
        "footer_links": [],
        "run_history": False,
        "enable_monitoring": False,
        "show_error": False,
        "max_file_size": "1kb",
        "ssr_mode": False,
        "mcp_server": False,
        "pwa": False,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Load the model, serve the page, print its address."""
    parser = argparse.ArgumentParser(prog="app.py", description="Drag a style up and down in a picture.")
    parser.add_argument("--model", default="tiny", help="a model's name, or a folder in diffusers' layout")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on; 0.0.0.0 for every one")
    parser.add_argument("--port", type=int, default=None, help="the port; the first free one from 7860 on if left out")
    parser.add_argument("--share", action="store_true", help="make a public link through gradio's servers")
    chosen = parser.parse_args(arguments)
    renderer = new_renderer()
    try:
        engine = StyleEngine(renderer.submit(load_model, chosen.model).result())
    except (BadRequest, ModelError) as error:
        print(explain(error), file=sys.stderr)
        return 2
    page = build_page(engine, renderer=renderer)
    page.launch(server_name=chosen.host, server_port=chosen.port, share=chosen.share, **launch_settings())
    return 0


if __name__ == "__main__":
    sys.exit(main())
