"""The command line: `python -m styleaug render | sweep | study | bench | train`.

Progress goes to stderr. The last line on stdout is one JSON object; `bench` prints a table before it. What cannot be
done is said in one line on stderr, with exit code 2.
"""

import argparse
import contextlib
import dataclasses
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from styleaug.allocator import keep_freed_memory
from styleaug.bench import BenchRefused
from styleaug.compiled import check_bucket, prepared
from styleaug.engine import Picture, Stats, StyleEngine, save_png
from styleaug.export import MissingProgram, caption
from styleaug.loading import DTYPES, load_model
from styleaug.model import Model, ModelError, NonFiniteError
from styleaug.panels import Panel
from styleaug.recipe import Recipe, read_recipe
from styleaug.registry import MODELS
from styleaug.request import BadRequest, Direction, Mode, Request, Span
from styleaug.sheet import sheet, theta_label
from styleaug.study import write_figures
from styleaug.thumbnails import write_thumbnails

DEFAULT_MODEL = "tiny"
MAX_FRAMES = 100
SHEETS = {
    "figures": (write_figures, Path("assets/figures")),
    "lessons": (write_thumbnails, Path("assets/lessons")),
}
"""What `study` makes, and where it goes unless told otherwise."""

OnStep = Callable[[float], None]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, or 2 for what cannot be done."""
    argv = sys.argv[1:] if argv is None else argv
    arguments = _parser(argv).parse_args(argv)
    if arguments.command == "train":
        from styleaug.training import train

        train.main(arguments)
        return 0
    commands = {"render": _render, "sweep": _sweep, "study": _study, "bench": _bench}
    try:
        with contextlib.redirect_stdout(sys.stderr):  # whatever the libraries print, stdout is for the last line
            report = commands[arguments.command](arguments)
    except (BadRequest, BenchRefused, MissingProgram, ModelError, NonFiniteError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if arguments.command == "bench":
        print(import_module(f"styleaug.bench.{arguments.subject}").table(report), end="\n\n")
    elif arguments.command == "study" and arguments.what == "judge":
        from styleaug.training.exam import table as exam_table

        print(exam_table(report), end="\n\n")
    print(json.dumps(report))
    return 0


def _render(arguments: argparse.Namespace) -> dict[str, Any]:
    given = _given_fields(arguments)
    recipe = None if arguments.recipe is None else read_recipe(arguments.recipe)
    out = _checked_out(arguments.out)
    model_name = arguments.model
    if recipe is not None:
        given = recipe.request.to_dict() | given
        model_name = _recipe_model(recipe) if model_name is None else model_name
    request, engine = _request_and_engine(given, model_name, arguments)
    started = time.perf_counter()
    with _progress_bar(request.num_inference_steps, "render") as on_step:
        picture = engine.render(request, on_step=on_step)
    _write(lambda: picture.save(out), out)
    return _report(engine, [picture], out, time.perf_counter() - started)


def _sweep(arguments: argparse.Namespace) -> dict[str, Any]:
    given = _given_fields(arguments)
    out = _checked_out(arguments.out)
    _check_whole_number("frames", arguments.frames, 1, MAX_FRAMES)
    request, engine = _request_and_engine(given, arguments.model, arguments)
    low, high = request.mode.theta_range
    first = low if arguments.theta_from is None else request.with_theta(arguments.theta_from).theta
    last = high if arguments.theta_to is None else request.with_theta(arguments.theta_to).theta
    thetas = np.linspace(first, last, arguments.frames).tolist()
    started = time.perf_counter()
    with _progress_bar(request.num_inference_steps * len(thetas), "sweep") as on_step:
        pictures = list(engine.sweep(request, thetas, on_step=on_step))
    strip = sheet(
        [[picture.image for picture in pictures]],
        column_labels=[theta_label(theta) for theta in thetas],
        caption=caption([Panel("", request)]),
    )
    _write(lambda: save_png(strip, out), out)
    return _report(engine, pictures, out, time.perf_counter() - started) | {"thetas": thetas}


def _study(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.what == "judge":
        return _judge(arguments)
    write, folder = SHEETS[arguments.what]
    folder = folder if arguments.out is None else Path(arguments.out)
    engine = StyleEngine(_load(arguments.model))
    written: list[str] = []
    started = time.perf_counter()
    with tqdm(desc="study", unit="sheet", file=sys.stderr) as bar:

        def wrote(path: Path) -> None:
            written.append(str(path))
            bar.update()

        _write(lambda: write(engine, folder, wrote), folder)
    seconds = round(time.perf_counter() - started, 3)
    return {"seconds": seconds, **dataclasses.asdict(engine.stats), "out": written, "model": engine.model.name}


def _judge(arguments: argparse.Namespace) -> dict[str, Any]:
    """Train the judge where it is not trained yet, and let it examine the model."""
    from styleaug.training.exam import Examined, examine
    from styleaug.training.judge import JudgeSpec, paint_for_judge, train_judge

    _check_whole_number("pictures", arguments.pictures, 1, 10_000)
    _check_whole_number("walks", arguments.walks, 1, 10_000)
    out = None if arguments.out is None else _checked_out(arguments.out, suffix=".json")
    folder, spec = Path(arguments.run), JudgeSpec()
    started = time.perf_counter()
    engine = StyleEngine(_load(arguments.model))
    engine.model.variant(arguments.live)
    drawings, tests = paint_for_judge(folder, spec, os.cpu_count() or 1)
    judge = train_judge(drawings, spec, folder)
    total = 2 * arguments.pictures + 18 * arguments.walks
    with tqdm(desc="exam", total=total, unit="picture", file=sys.stderr) as bar:
        examined = Examined(engine, judge, bar.update, live=arguments.live)
        report = examine(examined, tests, arguments.pictures, arguments.walks)
    seconds = round(time.perf_counter() - started, 1)
    report |= {"seconds": seconds, "model": engine.model.name, "live": arguments.live}
    if out is not None:
        _write(lambda: out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8"), out)
    return report


def _bench(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure the page or the engine."""
    _check_whole_number("rounds", arguments.rounds, 1, 100)
    out = None if arguments.json is None else _checked_out(arguments.json, "json", ".json")
    report = {"page": _bench_page, "engine": _bench_engine}[arguments.subject](arguments)
    if out is not None:
        _write(lambda: out.write_text(json.dumps(report) + "\n", encoding="utf-8"), out, "json")
    return report


def _bench_page(arguments: argparse.Namespace) -> dict[str, Any]:
    from styleaug.bench.page import FRAMES, measure

    _check_whole_number("size", arguments.size, 64, 1024)
    _check_whole_number("moves", arguments.moves, 1, FRAMES - 1)
    _check_whole_number("seconds", arguments.seconds, 1, 60)
    return measure(
        size=arguments.size,
        rounds=arguments.rounds,
        moves=arguments.moves,
        seconds=arguments.seconds,
        load=(lambda: StyleEngine(_load(None))) if arguments.bundled else None,
    )


def _bench_engine(arguments: argparse.Namespace) -> dict[str, Any]:
    from styleaug.bench.engine import measure
    from styleaug.bench.random_model import FEW_STEPS, SIZES
    from styleaug.bench.sweeps import STARTS

    for stops in arguments.frames:
        _check_whole_number("frames", stops, 2, MAX_FRAMES)
    if arguments.steps is not None:
        _check_whole_number("steps", arguments.steps, 1, 200)
    check_bucket(arguments.bucket, arguments.compile)
    if arguments.size is not None and arguments.size not in SIZES:
        raise BadRequest("size", f"must be {' or '.join(SIZES)}", arguments.size)
    if arguments.size is not None and arguments.model is not None:
        raise BadRequest("size", "must be left out where a model is named", arguments.size)
    for mode in arguments.modes:
        if mode not in list(STARTS):
            raise BadRequest("modes", f"must be {' or '.join(STARTS)}", mode)
    model = _bench_model(arguments)
    steps = arguments.steps
    if steps is None and model.device.type == "cpu":
        steps = FEW_STEPS.get(arguments.size)
    return measure(
        model,
        rounds=arguments.rounds,
        frames=arguments.frames,
        num_inference_steps=steps,
        guidance_scale=arguments.guidance_scale,
        modes=[Mode(mode) for mode in dict.fromkeys(arguments.modes)],
        memory=arguments.memory,
    )


def _bench_model(arguments: argparse.Namespace) -> Model:
    """The model that is named, or random weights of a size."""
    from styleaug.bench.random_model import random_model

    small_decoder = arguments.small_decoder
    if arguments.size is None:
        return _load(arguments.model, arguments, small_decoder=small_decoder)
    model = random_model(arguments.size, dtype=DTYPES.get(arguments.dtype), small_decoder=small_decoder)
    return prepared(model, arguments.bucket, arguments.compile)


def _recipe_model(recipe: Recipe) -> str:
    """A recipe may name a model, not a folder to look into: it comes with a picture, perhaps from a stranger."""
    if recipe.model not in MODELS:
        raise BadRequest("model", "of this recipe is not known here: name its folder with --model", recipe.model)
    return recipe.model


def _request_and_engine(
    given: dict[str, Any], model_name: str | None, arguments: argparse.Namespace
) -> tuple[Request, StyleEngine]:
    """Check what was asked before the weights are read; then fill in the model's own settings."""
    Request.from_dict(given)
    check_bucket(arguments.bucket, arguments.compile)
    model = _load(model_name, arguments)
    request = Request.from_dict(model.variant(given.get("live", False)).settings | given)
    texts = " ".join((request.prompt, request.style, request.negative_prompt))
    unknown_words = model.unknown_words(texts)
    if unknown_words:
        print(f"note: the model {model.name} does not know: {', '.join(unknown_words)}", file=sys.stderr)
    return request, StyleEngine(model)


def _load(model_name: str | None, arguments: argparse.Namespace | None = None, *, small_decoder: bool = False) -> Model:
    """Load a model, the default one if none is named, without the libraries' chatter. `arguments` say how it runs."""
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("DIFFUSERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    name = DEFAULT_MODEL if model_name is None else model_name
    if arguments is None:
        return load_model(name)
    model = load_model(name, dtype=DTYPES.get(arguments.dtype), small_decoder=small_decoder)
    return prepared(model, arguments.bucket, arguments.compile)


def _report(engine: StyleEngine, pictures: Sequence[Picture], out: Path, seconds: float) -> dict[str, Any]:
    stats: Stats = engine.stats
    return {
        "seconds": round(seconds, 3),
        "unet_rows": stats.unet_rows,
        "unet_calls": stats.unet_calls,
        "text_encodes": stats.text_encodes,
        "decodes": stats.decodes,
        "cache_hits": stats.cache_hits,
        "out": str(out),
        "model": engine.model.name,
        "unknown_words": list(pictures[0].unknown_words),
        "hidden": sum(picture.hidden for picture in pictures),
        "request": pictures[0].request.to_dict(),
    }


def _given_fields(arguments: argparse.Namespace) -> dict[str, Any]:
    """The request's fields that were given; the parser leaves out the others."""
    return {name: value for name, value in vars(arguments).items() if name in Request.__dataclass_fields__}


def _checked_out(out: str, field: str = "out", suffix: str = ".png") -> Path:
    """Refuse, before any work, a file that cannot be written."""
    path = Path(out)
    if path.suffix.lower() != suffix:
        raise BadRequest(field, f"must end in {suffix}", out)
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise BadRequest(field, "must be a file in a folder that can be written", out)
    return path


def _check_whole_number(field: str, value: object, low: int, high: int) -> None:
    if not isinstance(value, int) or not low <= value <= high:
        raise BadRequest(field, f"must be a whole number between {low} and {high}", value)


def _write(write: Callable[[], object], out: Path, field: str = "out") -> None:
    try:
        write()
    except OSError as error:
        raise BadRequest(field, f"must be a file that can be written ({error.strerror})", str(out)) from error


@contextlib.contextmanager
def _progress_bar(num_steps: int, description: str) -> Any:
    """An `on_step` that moves a bar on stderr."""
    with tqdm(total=num_steps, desc=description, file=sys.stderr) as bar:

        def on_step(progress: float) -> None:
            bar.update(round(progress * num_steps) - bar.n)

        yield on_step


def _parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m styleaug", description="Turn a style up and down in a picture.")
    commands = parser.add_subparsers(dest="command", required=True)
    render = commands.add_parser("render", help="one picture")
    _add_request_arguments(render)
    render.add_argument("--theta", type=_number, default=argparse.SUPPRESS, help="how far, in the mode's range; 0")
    render.add_argument("--recipe", metavar="PNG", help="a picture to make again; other options change its request")
    sweep = commands.add_parser("sweep", help="a strip of pictures over θ")
    _add_request_arguments(sweep)
    sweep.add_argument("--frames", type=_number, default=9, help=f"number of pictures, 1 to {MAX_FRAMES}; 9")
    sweep.add_argument("--theta-from", type=_number, help="first θ; the lowest of the mode")
    sweep.add_argument("--theta-to", type=_number, help="last θ; the highest of the mode")
    study = commands.add_parser("study", help="the paper's figures and the sheet of all subjects and styles; lessons")
    study.add_argument(
        "what",
        nargs="?",
        choices=(*SHEETS, "judge"),
        default="figures",
        help="figures; the gallery's thumbnails; or what a judge that is not the model says of its pictures",
    )
    study.add_argument("--out", metavar="PATH", help="where it goes: a folder, of the judge a JSON file")
    study.add_argument("--run", default="runs/judge", metavar="FOLDER", help="where judge and drawings are kept")
    study.add_argument("--pictures", type=_number, default=512, help="that the judge names, of each kind of pair; 512")
    study.add_argument("--walks", type=_number, default=100, help="of θ that the judge follows, in each mode; 100")
    study.add_argument("--live", action="store_true", help="let the judge examine the model's live variant")
    _add_model_argument(study)
    bench = commands.add_parser("bench", help="times and counts beside others, on this machine")
    subjects = bench.add_subparsers(dest="subject", required=True)
    _add_page_bench_arguments(subjects.add_parser("page", help="the page, beside other pages"))
    _add_engine_bench_arguments(subjects.add_parser("engine", help="sweeps over θ, beside other ways to make them"))
    train = commands.add_parser("train", help="train the bundled model again")
    if argv[:1] == ["train"]:
        from styleaug.training import train as training

        training.add_arguments(train)
    return parser


def _add_request_arguments(parser: argparse.ArgumentParser) -> None:
    """The fields of a request. What is not given is left out of the result, so that a recipe or a default can hold."""
    ranges = ", ".join(f"{mode} {mode.theta_range[0]:g}…{mode.theta_range[1]:g}" for mode in Mode)

    def option(*names: str, **settings: Any) -> None:
        parser.add_argument(*names, default=argparse.SUPPRESS, **settings)

    option("prompt", nargs="?", help='what is in the picture, e.g. "temple hidden in the jungle"')
    option("--style", help='the style phrase, e.g. "Monet style"; in interpolate mode the second prompt')
    option("--mode", help=f"how θ acts, and its range: {ranges}; augment")
    option("--seed", type=_number, help="of the initial noise, 0 to 2³²−1; 0")
    option("--second-seed", type=_number, help="interpolate only: the noise at θ = 1")
    option("--negative-prompt", help="what to keep out of the picture")
    option("--num-inference-steps", "--steps", type=_number, help="1 to 200; the model's own")
    option("--guidance-scale", type=_number, help="1 (off) to 30; the model's own")
    option("--guidance-until", type=_number, help="part of the run that is guided, 0 to 1; 1, all of it")
    option("--start", type=_number, help="part of the run before θ takes hold, 0 to 1; 0")
    option("--direction", help=f"augment, guide: {' or '.join(Direction)}; contrast")
    option("--span", help=f"one angle for each token or for the whole text: {' or '.join(Span)}; token")
    option("--hold-norm", action=argparse.BooleanOptionalAction, help="keep each token's length at θ = 0")
    option("--live", action=argparse.BooleanOptionalAction, help="the model's live variant: few steps, no guidance")
    _add_model_argument(parser)
    _add_running_arguments(parser)
    parser.add_argument("--out", required=True, metavar="PNG", help="where the picture goes")


def _add_page_bench_arguments(page: argparse.ArgumentParser) -> None:
    page.add_argument("--size", type=_number, default=256, help="pixels of a picture's side; 256")
    page.add_argument("--rounds", type=_number, default=3, help="turns that every page has; 3")
    page.add_argument("--moves", type=_number, default=20, help="single moves of the slider in a turn; 20")
    page.add_argument("--seconds", type=_number, default=3, help="of dragging in a turn; 3")
    page.add_argument("--bundled", action="store_true", help="measure presses on Paint with the bundled model, too")
    page.add_argument("--json", metavar="FILE", help="where the JSON goes as well")


def _add_engine_bench_arguments(engine: argparse.ArgumentParser) -> None:
    engine.add_argument("--rounds", type=_number, default=3, help="turns that every arm has; 3")
    engine.add_argument("--frames", type=_number, nargs="+", default=[9, 33], help="stops of the sweeps; 9 33")
    engine.add_argument("--steps", type=_number, help="of every sweep; 20, and the model's own; sd14 on a CPU: 5")
    engine.add_argument("--modes", nargs="+", default=["guide", "augment"], help="of the sweeps; guide augment")
    engine.add_argument("--guidance-scale", type=_number, help="of every sweep, 1 (off) to 30; the model's own")
    engine.add_argument(
        "--size", help="random weights instead of a model's: tiny; sd14 (as Stable Diffusion 1.4's, 256²); sd14-512"
    )
    engine.add_argument("--small-decoder", action="store_true", help="decode with the small decoder (TAESD)")
    engine.add_argument("--memory", action="store_true", help="measure the growth over 2,000 renders, too")
    engine.add_argument("--json", metavar="FILE", help="where the JSON goes as well")
    _add_model_argument(engine)
    _add_running_arguments(engine)


def _add_running_arguments(parser: argparse.ArgumentParser) -> None:
    """How the model is run, whatever is asked of it."""
    parser.add_argument("--dtype", choices=DTYPES, help="what to compute in; float16 on a GPU, float32 on a CPU")
    parser.add_argument("--bucket", type=_number, help="rows of our UNet calls, which θ share; 1, or 3 compiled")
    parser.add_argument("--compile", action="store_true", help="compile our UNet first: a minute or two, then faster")


def _add_model_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="NAME_OR_FOLDER", help=f"{' or '.join(MODELS)}, or a diffusers folder")


def _number(text: str) -> int | float | str:
    """A number where there is one; other text goes on to the request, which says what it must be."""
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text


if __name__ == "__main__":
    keep_freed_memory()
    sys.exit(main())
