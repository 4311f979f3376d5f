"""`python -m styleaug bench engine`: how long a sweep over θ takes, and what it asks of the model, beside other ways.

All arms run in this process on one set of weights, each once in every round, and are weighed within a round. First the
gate: arms that claim the same pictures must make the same, bit for bit, or there is no report.
"""

import importlib.util
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any

import torch
from PIL import Image
from tqdm import tqdm

from styleaug.bench import BenchRefused, machine, rotated, spread
from styleaug.bench.arms import BASELINE, THREE_ROWS, Arm, Baseline, Pictures, all_arms
from styleaug.bench.counting import counted
from styleaug.bench.flops import flops_a_row
from styleaug.bench.memory import measure_memory
from styleaug.bench.single import measure_single
from styleaug.bench.single import table as single_table
from styleaug.bench.sweeps import STARTS, Sweep, standard_sweeps
from styleaug.compiled import is_compiled
from styleaug.engine import Stats, StyleEngine
from styleaug.model import Model
from styleaug.request import Mode, Request

Expected = Callable[[Request], Image.Image | None]
"""The picture that a request must have, None where nobody knows."""
SINGLES = 8  # single pictures of each kind, for every round
COUNTS = ("unet_rows", "unet_calls", "text_encodes", "decodes")


@dataclass(frozen=True)
class Turn:
    """What one arm took in one round."""

    seconds: float
    pictures: int
    stats: Stats


def measure(
    model: Model,
    *,
    rounds: int = 3,
    frames: Sequence[int] = (9, 33),
    num_inference_steps: int | None = None,
    guidance_scale: float | None = None,
    modes: Sequence[Mode] = tuple(STARTS),
    memory: bool = False,
) -> dict[str, Any]:
    """Everything, as a report for JSON and for `table`.

    Args:
        rounds: how often each arm has its turn.
        frames, num_inference_steps, guidance_scale, modes: see `standard_sweeps`.
        memory: whether to measure the growth of the process, too.

    Raises:
        BenchRefused: arms that claim the same pictures do not make the same.
    """
    packages = ["torch", "diffusers", "transformers"]
    packages += ["compel"] if importlib.util.find_spec("compel") is not None else []
    where = {"threads": torch.get_num_threads(), "device": _device_name(model.device)}
    report: dict[str, Any] = {"machine": machine(*packages) | where, "model": model.name, "rounds": rounds}
    report["run"] = _how_it_runs(model)
    sweeps = standard_sweeps(model, frames, num_inference_steps, modes, guidance_scale)
    baseline = Baseline(model)
    report["sweeps"] = [
        compare(all_arms(model, sweep.request, baseline), baseline.picture, model, sweep, rounds) for sweep in sweeps
    ]
    given = {"num_inference_steps": num_inference_steps, "guidance_scale": guidance_scale}
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    report["single"] = measure_single(replace(model, **chosen), SINGLES * rounds)
    if memory:
        report["memory"] = measure_memory()
    return report


def _how_it_runs(model: Model) -> dict[str, Any]:
    return {
        "dtype": str(model.dtype).removeprefix("torch."),
        "bucket": StyleEngine(model).bucket,
        "compiled": is_compiled(model),
        "flops_a_row": flops_a_row(model),
    }


def compare(arms: Sequence[Arm], expected: Expected, model: Model, sweep: Sweep, rounds: int) -> dict[str, Any]:
    """One sweep by every arm, in turns: its report. What `gate` is for goes on in every round."""
    gate(arms, expected, sweep.thetas)
    runs = {arm.name: arm.run for arm in arms if arm.run is not None}
    exact = [arm.name for arm in arms if arm.exact and arm.name in runs]
    turns: dict[str, list[Turn]] = {name: [] for name in runs}
    with tqdm(total=rounds * len(runs), desc=sweep.name, unit="turn") as bar:
        for number in range(rounds):
            made: dict[str, Pictures] = {}
            for name in rotated(list(runs), number):
                with counted(model) as tally:
                    started = clock(model.device)
                    made[name] = runs[name](sweep.thetas, number)
                    seconds = clock(model.device) - started
                turns[name].append(Turn(seconds, len(made[name]), tally.stats))
                bar.update()
            refuse_differences({name: made[name] for name in exact}, made[BASELINE].get)
    flops = flops_a_row(model)
    rows = [
        summary(arm, turns[arm.name], turns[BASELINE], turns.get(THREE_ROWS), flops)
        if arm.name in turns
        else {"arm": arm.name, "exact": arm.exact, "installed": False}
        for arm in arms
    ]
    return {"sweep": sweep.name, "request": sweep.request.to_dict(), "stops": len(sweep.thetas), "arms": rows}


def clock(device: torch.device) -> float:
    """Seconds, once the device has done all that it was given: a GPU is only told what to do, and does it later."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def gate(arms: Sequence[Arm], expected: Expected, thetas: Sequence[float]) -> None:
    """Let every arm make its first, middle and last picture, and compare those that it claims to be the baseline's.

    So nobody's first call is timed, either.

    Raises:
        BenchRefused: one differs.
    """
    few = sorted({thetas[0], thetas[len(thetas) // 2], thetas[-1]})
    made = {arm.name: arm.run(few, 0) for arm in arms if arm.run is not None}
    refuse_differences({arm.name: made[arm.name] for arm in arms if arm.exact and arm.run is not None}, expected)


def refuse_differences(made: Mapping[str, Pictures], expected: Expected) -> None:
    """Raise `BenchRefused` where an arm's picture of a request is not, bit for bit, the one expected."""
    for name, pictures in made.items():
        for request, image in pictures.items():
            other = expected(request)
            if other is not None and image.tobytes() != other.tobytes():
                raise BenchRefused(
                    f"no figures: {name} claims the baseline's picture, and makes another at theta {request.theta:g}"
                )


def summary(
    arm: Arm, turns: Sequence[Turn], baseline: Sequence[Turn], three_rows: Sequence[Turn] | None, flops: int
) -> dict[str, Any]:
    """One arm's row, over all rounds: seconds, how many times as fast as the baseline's a picture of its is, and as
    that of `guide` in its plainest form, where there is one, and the floating-point operations of the UNet alone by the
    second of everything; `flops` are those of a row."""
    speeds = [turn.stats.unet_rows * flops / turn.seconds / 1e12 for turn in turns]
    each = [turn.seconds / turn.pictures for turn in turns]
    counts = asdict(turns[-1].stats)
    return {
        "arm": arm.name,
        "exact": arm.exact,
        "installed": True,
        "pictures": turns[-1].pictures,
        "seconds": spread([turn.seconds for turn in turns], digits=5),
        "seconds_a_picture": spread(each, digits=5),
        "pictures_a_second": round(1 / median(each), 4),
        "unet_tflops_a_second": round(median(speeds), 4),
        "times_as_fast": times_as_fast(turns, baseline),
        "times_as_fast_as_three_rows": None if three_rows is None else times_as_fast(turns, three_rows),
        "counts": {name: counts[name] for name in COUNTS},
    }


def times_as_fast(turns: Sequence[Turn], others: Sequence[Turn]) -> dict[str, Any]:
    """A picture's time against that of another arm in the same round: the median over the rounds, and the least."""
    ratios = [
        (other.seconds / other.pictures) / (turn.seconds / turn.pictures)
        for turn, other in zip(turns, others, strict=True)
    ]
    return {"median": spread(ratios, digits=2)["median"], "least": round(min(ratios), 2)}


def _device_name(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


HEAD = ("arm", "same pictures", "pictures", "s", "p95", "s a picture", "pictures/s", "× baseline", "least",
        "× three rows", "UNet TFLOP/s", "UNet rows", "calls", "encodes", "decodes")  # fmt: skip


def table(report: dict[str, Any]) -> str:
    """The report for people, in Markdown."""
    lines = [f"{report['model']}; {report['rounds']} rounds, each arm once in each", "", _run_line(report["run"]), ""]
    for sweep in report["sweeps"]:
        lines += [f"**{sweep['sweep']}**", "", _row(HEAD), _row(["---", *["---:"] * (len(HEAD) - 1)])]
        lines += [_row(_cells(arm)) for arm in sweep["arms"]] + [""]
    lines += [*single_table(report["single"]), ""]
    if "memory" in report:
        lines += [_memory_line(report["memory"]), ""]
    return "\n".join([*lines, _machine_line(report["machine"])])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(arm: dict[str, Any]) -> list[str]:
    same = "yes" if arm["exact"] else "no"
    if not arm["installed"]:
        return [arm["arm"], same, "not installed", *[""] * (len(HEAD) - 3)]
    return [
        arm["arm"],
        same,
        str(arm["pictures"]),
        f"{arm['seconds']['median']:.3f}",
        f"{arm['seconds']['p95']:.3f}",
        f"{arm['seconds_a_picture']['median']:.4f}",
        f"{arm['pictures_a_second']:.4g}",
        f"{arm['times_as_fast']['median']:.2f}",
        f"{arm['times_as_fast']['least']:.2f}",
        "" if arm["times_as_fast_as_three_rows"] is None else f"{arm['times_as_fast_as_three_rows']['median']:.2f}",
        f"{arm['unet_tflops_a_second']:.3g}",
        *(str(arm["counts"][name]) for name in COUNTS),
    ]


def _run_line(run: dict[str, Any]) -> str:
    compiled = ", the UNet compiled" if run["compiled"] else ""
    return (
        f"{run['dtype']}; {run['flops_a_row'] / 1e9:.4g} GFLOP a row of the UNet; "
        f"ours in a bucket of {run['bucket']}{compiled}"
    )


def _memory_line(memory: dict[str, Any]) -> str:
    grown = memory["grown_megabytes"]
    what = f"memory: {memory['renders']} different renders, "
    return what + (
        "not measured (no /proc here)" if grown is None else f"{grown:+.1f} MB after the first {memory['settled']}"
    )


def _machine_line(machine: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    load = "unknown" if machine["load"] is None else machine["load"]
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['threads']} threads, on {machine['device']}, "
        f"load {load} at the start; {versions}"
    )
