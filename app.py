"""The page: type a picture and a style, drag θ, and the same picture gains or loses that style under the hand.

A press starts one *sweep*: the mode's θ grid is rendered coarse to fine, and each frame goes to the browser as it is
ready. The stage (assets/page/stage.js) holds the frames and draws the one nearest to θ, so dragging asks the server
nothing. Where θ rests between two frames, that θ alone is rendered: a *refine*. This is the only file that imports
gradio, and the only one that turns errors into messages.
"""

import argparse
import itertools
import logging
import secrets
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, Self

import gradio as gr

from styleaug import BadRequest, Mode, Picture, Request, StyleEngine, load_model
from styleaug.engine import Cancelled
from styleaug.model import ModelError, NonFiniteError
from styleaug.request import Direction, Span
from styleaug.study import FIGURES

ASSETS = Path(__file__).resolve().parent / "assets" / "page"
STOPS = 9
THETA_STEP = 0.01
NEW_SEEDS = 100_000  # a new seed is drawn below this: short enough to be read aloud in a class
FRAME_QUALITY = 95
FILE_SECONDS = 3600  # how long a frame's file is kept
PLACES_IN_LINE = 16  # sweeps, and again refines, that may wait for their turn at one time
CALLS_QUEUED = 128
IN_LINE: Mapping[str, Any] = {
    "trigger_mode": "multiple",
    "concurrency_limit": PLACES_IN_LINE,
    "show_progress": "hidden",
    "api_visibility": "private",
}
"""How gradio treats what renders: nothing is dropped in the browser, for `Turns` decides what is still wanted."""

logger = logging.getLogger("styleaug.page")

MODES: Mapping[Mode, str] = {
    Mode.WEAKEN: "Takes the style out of the picture: at θ 0 all of it is there, at 1 none.",
    Mode.AUGMENT: "Adds more of the style than the words ask for; below 0 it takes some away.",
    Mode.GUIDE: "Pushes the picture towards the style while it is being painted; below 0, away from it.",
    Mode.INTERPOLATE: "Walks from the first prompt, at θ 0, to the second, at θ 1.",
}
"""What each mode does, in the order of the page."""

PRESETS: Mapping[str, tuple[str, str, Mode, float]] = {
    name: (figure.prompt, figure.style, mode, 0.3)
    for figure, (name, mode) in zip(
        FIGURES,
        (
            ("Fig. 5 · dog to cat", Mode.INTERPOLATE),
            ("Fig. 6 · cyberpunk", Mode.AUGMENT),
            ("Fig. 7 · high tech", Mode.AUGMENT),
            ("Fig. 8 · more Monet", Mode.AUGMENT),
            ("Fig. 9 · less Monet", Mode.WEAKEN),
        ),
        strict=True,
    )
}
"""The paper's figures: prompt, style, mode, θ."""

FIRST = ("temple hidden in the jungle", "Monet style", Mode.WEAKEN, 0.3)
"""What the page shows before anybody has touched it."""
FIRST_SEED = 7

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


def coarse_to_fine(mode: Mode, resting: float, stops: int = STOPS) -> list[float]:
    """The θ grid of a mode in the order of rendering: the resting θ, both ends, 0, then the middle of the widest gap.

    The grid is the same wherever θ rests, so that visitors share its frames; a resting θ beside it comes on top.
    """
    low, high = mode.theta_range
    grid = list(dict.fromkeys((low, high, 0.0)))
    while len(grid) < stops:
        gaps = itertools.pairwise(sorted(grid))
        left, right = max(gaps, key=lambda gap: (gap[1] - gap[0], -abs(gap[0] + gap[1])))
        grid.append(round((left + right) / 2, 2))
    return list(dict.fromkeys((resting, *grid)))


class Turns:
    """Whose turn it is to render: one picture at a time, first come first served, and only what is still wanted.

    A visitor's new sweep supersedes the old one and its refines, a new refine the old refine. What is superseded, or
    whose visitor has left, learns it from `Turn.superseded`, while waiting or between two steps.
    """

    def __init__(self) -> None:
        self._numbers = itertools.count(time.time_ns() // 1_000_000)  # goes on rising after a restart
        self._newest: dict[tuple[str, str], int] = {}
        self._line: list[Turn] = []
        self._changed = threading.Condition()

    def sweep(self, visitor: str) -> "Turn":
        """A turn for a sweep; it counts from `with` on."""
        return Turn(self, visitor, "sweep", next(self._numbers))

    def refine(self, visitor: str) -> "Turn":
        """A turn for a single picture."""
        return Turn(self, visitor, "refine", next(self._numbers))

    def leave(self, visitor: str) -> None:
        """Give up all that this visitor waits for."""
        with self._changed:
            for kind in ("sweep", "refine"):
                self._newest.pop((visitor, kind), None)
            self._changed.notify_all()


class Turn:
    """One visitor's place among the `Turns`."""

    def __init__(self, turns: Turns, visitor: str, kind: str, number: int) -> None:
        self.number = number
        self._turns = turns
        self._key = (visitor, kind)

    def __enter__(self) -> Self:
        visitor, kind = self._key
        with self._turns._changed:
            if kind == "sweep":
                self._turns._newest.pop((visitor, "refine"), None)
            self._turns._newest[self._key] = self.number
            self._turns._changed.notify_all()
        return self

    def __exit__(self, *_: object) -> None:
        with self._turns._changed:
            if not self.superseded():
                del self._turns._newest[self._key]

    def superseded(self) -> bool:
        """Whether something newer of this visitor took its place."""
        return self._turns._newest.get(self._key) != self.number

    @contextmanager
    def rendering(self) -> Iterator[None]:
        """Wait in line, then render alone. Raises Cancelled if superseded while waiting."""
        line, changed = self._turns._line, self._turns._changed
        with changed:
            line.append(self)
            changed.wait_for(lambda: line[0] is self or self.superseded())
            if self.superseded():
                line.remove(self)
                changed.notify_all()
                raise Cancelled
        try:
            yield
        finally:
            with changed:
                line.remove(self)
                changed.notify_all()


class Handlers:
    """What the page asks of the server. No handler raises: an error becomes a message in the answer."""

    def __init__(self, engine: StyleEngine, folder: Path) -> None:
        """`folder` takes the frames' files; gradio serves it."""
        self.engine = engine
        self.turns = Turns()
        self._folder = folder
        self._notices = itertools.count()

    def sweep(self, visitor: gr.Request, *values: Any) -> Iterator[tuple[Any, Any]]:
        """Render the grid of what the controls say. Yields (stage, notice), cumulative, frame by frame."""
        try:
            request = read_controls(values)
            thetas = coarse_to_fine(request.mode, request.theta)
            self.engine.sweep(request, thetas)  # checks the whole request before anything on the page changes
        except Exception as error:
            yield gr.skip(), self.notice(error)
            return
        with self.turns.sweep(visitor.session_hash) as turn:
            news = {
                "sweep": turn.number,
                "recipe": request.to_dict(),
                "range": request.mode.theta_range,
                "stops": sorted(thetas),
                "grid": sorted(coarse_to_fine(request.mode, 0.0)),
                "frames": [],
                "ended": False,
                "remark": "",
                "error": "",
            }
            yield news, None
            try:
                for result in self._pictures(request, thetas, turn):
                    news = news | self._news(news, result)
                    yield news, gr.skip()
            except Cancelled:
                return
            yield news | {"ended": True}, gr.skip()

    def refine(self, visitor: gr.Request, asked: gr.EventData) -> Any:
        """Render the one θ that the stage asks for, of the recipe that it shows."""
        question = asked._data if isinstance(asked._data, dict) else {}
        answer = {"sweep": question.get("sweep"), "theta": question.get("theta"), "number": next(self._notices)}
        try:
            recipe = question.get("recipe")
            request = Request.from_dict((recipe if isinstance(recipe, dict) else {}) | {"theta": question.get("theta")})
            with self.turns.refine(visitor.session_hash) as turn, turn.rendering():
                picture = self.engine.render(request, cancelled=turn.superseded)
            return answer | {"frame": self._frame(picture)}
        except Cancelled:
            return gr.skip()
        except Exception as error:
            return answer | {"error": explain(error), "final": isinstance(error, BadRequest)}

    def leave(self, visitor: gr.Request) -> None:
        """The tab was closed."""
        self.turns.leave(visitor.session_hash)

    def notice(self, error: Exception) -> dict[str, Any]:
        """A message beside the controls. It carries a number, so that the same message twice is news twice."""
        field = error.field if isinstance(error, BadRequest) else ""
        return {"text": explain(error), "field": field, "number": next(self._notices)}

    def _pictures(self, request: Request, thetas: Sequence[float], turn: Turn) -> Iterator[Picture | Exception]:
        """Each picture, or why there is none. One failed stop is passed over, two in a row end the sweep."""
        remaining, failures = list(thetas), 0
        while remaining and failures < 2:
            pictures = self.engine.sweep(request, remaining, cancelled=turn.superseded)
            try:
                while remaining:
                    with turn.rendering():
                        picture = next(pictures)
                    del remaining[0]
                    failures = 0
                    yield picture
            except Cancelled:
                raise
            except Exception as error:
                del remaining[0]
                failures += 1
                yield error

    def _news(self, news: dict[str, Any], result: Picture | Exception) -> dict[str, Any]:
        if isinstance(result, Exception):
            return {"error": explain(result)}
        return {
            "frames": [*news["frames"], self._frame(result)],
            "remark": unknown_words_remark(self.engine.model.name, result.unknown_words),
        }

    def _frame(self, picture: Picture) -> dict[str, Any]:
        """The picture as a file under a name that nobody knows before it is whole."""
        path = self._folder / f"{uuid.uuid4().hex}.webp"
        picture.image.save(path, quality=FRAME_QUALITY, method=0)
        return {
            "theta": picture.request.theta,
            "file": gr.FileData(path=str(path), mime_type="image/webp").model_dump(),
            "seconds": round(picture.seconds, 3),
            "cached": picture.from_cache,
        }


def read_controls(values: Sequence[Any]) -> Request:
    """The request that the controls' raw values say. The second seed is there in interpolate mode only."""
    fields = dict(zip(CONTROLS, values, strict=True))
    walks = fields["mode"] == Mode.INTERPOLATE
    fields["second_seed"] = number_or_text(fields["second_seed"]) if walks else None
    return Request(**fields)


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
    if isinstance(error, ModelError | NonFiniteError):
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
    low, high = Mode(mode).theta_range
    theta = min(max(theta if theta is not None else 0.0, low), high)
    walks = mode == Mode.INTERPOLATE
    return (
        gr.update(minimum=low, maximum=high, value=theta),
        gr.update(label="Second prompt" if walks else "Style"),
        gr.update(info=MODES[Mode(mode)]),
        gr.update(visible=walks),
    )


def fill_in(preset: str) -> tuple[Any, ...]:
    """A figure of the paper: what `adopt_mode` gives, with its prompt in front, its style and its mode."""
    prompt, style, mode, theta = PRESETS[preset]
    slider, style_box, mode_choice, second_seed = adopt_mode(mode, theta)
    return prompt, slider, style_box | {"value": style}, mode_choice | {"value": str(mode)}, second_seed


def new_seed() -> int:
    """Any seed, for a person."""
    return secrets.randbelow(NEW_SEEDS)


def asset(name: str) -> str:
    """A file of the page, as text."""
    return (ASSETS / name).read_text(encoding="utf-8")


def build_page(engine: StyleEngine) -> gr.Blocks:
    """The page on an engine. Give `launch` the `launch_settings()`: its looks are there."""
    with gr.Blocks(
        title="StyleAug", analytics_enabled=False, delete_cache=(FILE_SECONDS // 4, FILE_SECONDS), fill_width=True
    ) as page:
        island("header")
        with gr.Row(elem_id="room"):
            with gr.Column(elem_id="wall", min_width=280, scale=3):
                lay_out_wall()
            with gr.Column(elem_id="desk", min_width=280, scale=2):
                lay_out_desk(engine)
        with gr.Row(elem_id="gallery"):
            island("figures")
            presets = [gr.Button(name, size="sm", min_width=130) for name in PRESETS]
        island("refined", visible="hidden")
        parts = {block.elem_id: block for block in page.blocks.values() if getattr(block, "elem_id", None)}
        connect(page, parts, presets, Handlers(engine, frames_folder(page)))
    page.queue(max_size=CALLS_QUEUED, api_open=False)
    return page


def island(name: str, **options: Any) -> gr.HTML:
    """A part of the page that is our own: its static template and its script are files of that name, where it has them.

    A template is compiled as JavaScript, so nothing typed ever goes into one: scripts write it as text.
    """
    script = f"{name}.js"
    return gr.HTML(
        html_template=asset(f"{name}.html"),
        js_on_load=asset(script) if (ASSETS / script).is_file() else None,
        apply_default_css=False,
        elem_id=name,
        **options,
    )


def lay_out_wall() -> None:
    """The picture, and the slider under it."""
    low, high = FIRST[2].theta_range
    with island("stage"):
        gr.Slider(low, high, FIRST[3], step=THETA_STEP, label="θ", buttons=[], elem_id="theta")


def lay_out_desk(engine: StyleEngine) -> None:
    """What to paint, and how."""
    prompt, style, mode, _ = FIRST
    gr.Textbox(prompt, label="Prompt", max_lines=3, elem_id="prompt")
    gr.Textbox(style, label="Style", max_lines=3, elem_id="style")
    island("words", value=vocabulary_of(engine), visible=engine.model.vocabulary is not None)
    names = [(choice.capitalize(), str(choice)) for choice in MODES]
    gr.Radio(names, value=str(mode), label="What θ does", info=MODES[mode], elem_id="mode")
    with gr.Row(elem_id="seeds"):
        gr.Number(FIRST_SEED, label="Seed", elem_id="seed")
        # No gr.Number: in the browser an empty one becomes 0.
        gr.Textbox("", label="Second seed", placeholder="the same", max_lines=1, visible=False, elem_id="second_seed")
        gr.Checkbox(True, label="Keep", elem_id="keep")
        gr.Button("New seed", elem_id="die")
    gr.Button("Paint", variant="primary", elem_id="paint")
    island("notice")
    with gr.Accordion("Fine control", open=False, elem_id="fine"):
        lay_out_fine_control(engine)


def lay_out_fine_control(engine: StyleEngine) -> None:
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


def choose(name: str, label: str, choices: Sequence[tuple[str, StrEnum]]) -> None:
    """One of a few, the first to begin with."""
    named = [(text, str(choice)) for text, choice in choices]
    gr.Radio(named, value=named[0][1], label=label, elem_id=name)


def connect(page: gr.Blocks, parts: Mapping[str, Any], presets: Sequence[gr.Button], handlers: Handlers) -> None:
    """What happens when. preprocess=False: `Request` judges the raw values, which gradio would round."""
    at_once = {"queue": False, "show_progress": "hidden", "api_visibility": "private", "preprocess": False}
    followers = [parts[name] for name in ("theta", "style", "mode", "second_seed")]

    def sweep_on(*events: Callable[..., Any]) -> None:
        for event in events:
            event(
                handlers.sweep,
                [parts[name] for name in CONTROLS],
                [parts["stage"], parts["notice"]],
                concurrency_id="sweep",
                preprocess=False,
                **IN_LINE,
            ).failure(None, js=stage_event("sweep-failed"))

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
    filled = [
        button.click(partial(fill_in, button.value), None, [parts["prompt"], *followers], **at_once)
        for button in presets
    ]
    sweep_on(page.load, *(event.then for event in (pressed, rolled, moded, *filled)))
    sweep_on(parts["words"].pick, *(parts[name].input for name in ("seed", "direction", "span", "hold_norm")))
    sweep_on(parts["second_seed"].change)  # a gr.Textbox has its .input from keys alone, not from pasting

    for event in (parts["theta"].input, parts["theta"].change):
        event(None, parts["theta"], js=stage_event("theta"), show_progress="hidden")
    asked = parts["stage"].refine(handlers.refine, None, parts["refined"], concurrency_id="refine", **IN_LINE)
    asked.then(None, js=stage_event("refine-ended"))
    asked.failure(None, js=stage_event("refine-ended"))
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
        "theme": theme(),
        "css_paths": [ASSETS / "page.css"],
        "footer_links": [],
        "run_history": False,
        "enable_monitoring": False,
        "show_error": False,
        "max_file_size": "1kb",
        "ssr_mode": False,
        "mcp_server": False,
        "pwa": False,
    }


def theme() -> gr.themes.Base:
    """Ink on plaster, at night plaster on ink, one vermilion accent; fonts of the visitor's machine."""
    ink, plaster, paper, line, soft = "#24201b", "#f2efe8", "#fbfaf6", "#cfc8b9", "#675f53"
    night_ink, night, night_paper, night_line, night_soft = "#ece6da", "#1a1815", "#24211d", "#474138", "#a89f90"
    accent, night_accent = "#a83c25", "#e5876b"
    theme = gr.themes.Base(
        neutral_hue=gr.themes.colors.stone,
        font=["ui-sans-serif", "system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
        radius_size=gr.themes.sizes.radius_sm,
    )
    return theme.set(
        body_background_fill=plaster,
        body_background_fill_dark=night,
        body_text_color=ink,
        body_text_color_dark=night_ink,
        body_text_color_subdued=soft,
        body_text_color_subdued_dark=night_soft,
        background_fill_primary=paper,
        background_fill_primary_dark=night_paper,
        background_fill_secondary=plaster,
        background_fill_secondary_dark=night,
        border_color_primary=line,
        border_color_primary_dark=night_line,
        border_color_accent=accent,
        border_color_accent_dark=night_accent,
        color_accent=accent,
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_border_width_dark="0px",
        block_padding="0px",
        block_label_text_color=soft,
        block_label_text_color_dark=night_soft,
        block_title_text_color=soft,
        block_title_text_color_dark=night_soft,
        block_info_text_color=soft,
        block_info_text_color_dark=night_soft,
        panel_background_fill="transparent",
        panel_background_fill_dark="transparent",
        input_background_fill=paper,
        input_background_fill_dark=night_paper,
        input_background_fill_focus=paper,
        input_background_fill_focus_dark=night_paper,
        input_border_color=line,
        input_border_color_dark=night_line,
        input_border_color_focus=ink,
        input_border_color_focus_dark=night_ink,
        input_border_width="1px",
        slider_color=accent,
        slider_color_dark=night_accent,
        checkbox_background_color_selected=accent,
        checkbox_background_color_selected_dark=night_accent,
        checkbox_border_color_selected=accent,
        checkbox_border_color_selected_dark=night_accent,
        checkbox_label_background_fill="transparent",
        checkbox_label_background_fill_dark="transparent",
        button_primary_background_fill=ink,
        button_primary_background_fill_dark=night_ink,
        button_primary_background_fill_hover=accent,
        button_primary_background_fill_hover_dark=night_accent,
        button_primary_border_color=ink,
        button_primary_border_color_dark=night_ink,
        button_primary_border_color_hover=accent,
        button_primary_border_color_hover_dark=night_accent,
        button_primary_text_color=paper,
        button_primary_text_color_dark=night,
        button_primary_text_color_hover=paper,
        button_primary_text_color_hover_dark=night,
        button_secondary_background_fill="transparent",
        button_secondary_background_fill_dark="transparent",
        button_secondary_background_fill_hover=paper,
        button_secondary_background_fill_hover_dark=night_paper,
        button_secondary_text_color=ink,
        button_secondary_text_color_dark=night_ink,
        button_secondary_border_color=line,
        button_secondary_border_color_dark=night_line,
        button_secondary_border_color_hover=ink,
        button_secondary_border_color_hover_dark=night_ink,
        button_border_width="1px",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Load the model, serve the page, print its address."""
    parser = argparse.ArgumentParser(prog="app.py", description="Drag a style up and down in a picture.")
    parser.add_argument("--model", default="tiny", help="a model's name, or a folder in diffusers' layout")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on; 0.0.0.0 for every one")
    parser.add_argument("--port", type=int, default=None, help="the port; the first free one from 7860 on if left out")
    parser.add_argument("--share", action="store_true", help="make a public link through gradio's servers")
    chosen = parser.parse_args(arguments)
    try:
        engine = StyleEngine(load_model(chosen.model))
    except (BadRequest, ModelError) as error:
        print(explain(error), file=sys.stderr)
        return 2
    page = build_page(engine)
    page.launch(server_name=chosen.host, server_port=chosen.port, share=chosen.share, **launch_settings())
    return 0


if __name__ == "__main__":
    sys.exit(main())
