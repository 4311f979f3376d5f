"""`python -m styleaug bench page`: how soon and how often a picture follows the hand, beside pages that ask the server.

Nothing is painted while it is measured: every page shows the same pictures, drawn before. Each says its θ in its own
pixels, so that page.js reads from the screen, for every page in the same way, which θ is there.
"""

import functools
import math
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from styleaug.bench import machine, peers, rotated, spread
from styleaug.bench.browser import Tab, chromium, renderers_memory, served
from styleaug.engine import Picture, Stats, StyleEngine
from styleaug.request import Request

FRAMES = 33
BLOCKS = 10
MEMORY_SIZE = 512
SETTLED = "#stage[data-state=settled][data-sweep=ended]"
STAGE = "this stage"

Draw = Callable[[float], Image.Image]


def draw(theta: float, size: int) -> Image.Image:
    """A grainy picture that follows θ, under blocks that say θ: in hundredths from −1 on, low bits first, then parity.

    Args:
        theta: −1 to 2.
        size: pixels of a side. The row of blocks is a tenth of it high.
    """
    chance = np.random.default_rng(7)
    plain, styled = (chance.integers(0, 256, (16, 16, 3), dtype=np.uint8) for _ in range(2))
    mixed = Image.fromarray((plain + (theta + 1) / 3 * (styled.astype(float) - plain)).astype(np.uint8))
    smooth = np.asarray(mixed.resize((size, size), Image.Resampling.BICUBIC))
    pixels = np.clip(smooth + chance.normal(0, 3, (size, size, 1)), 0, 255).astype(np.uint8)
    code = math.floor(100 * (theta + 1) + 0.5)
    bits = [code >> bit & 1 for bit in range(BLOCKS - 1)]
    bits.append(1 - sum(bits) % 2)
    columns = np.arange(size) * BLOCKS // size
    pixels[: math.ceil(size / BLOCKS)] = 255 * np.array(bits, dtype=np.uint8)[columns][:, None]
    return Image.fromarray(pixels)


class DrawnEngine:
    """The part of a `StyleEngine` that the page uses, with its pictures at hand. While held, it gives none."""

    def __init__(self, draw: Draw) -> None:
        settings = {"num_inference_steps": 1, "guidance_scale": 1.0, "start": 0.0}
        self.model = SimpleNamespace(
            name="drawn",
            vocabulary=None,
            live=None,
            settings=settings,
            theta_range=lambda mode: mode.theta_range,
            unknown_words=lambda text: (),
            **settings,
        )
        self.thetas: set[float] = set()
        """Where it was asked for a picture."""
        self._draw = draw
        self._released = threading.Event()
        self._released.set()

    @contextmanager
    def held(self) -> Iterator[Callable[[], None]]:
        """Give no picture until the function that this yields is called, or until its end."""
        self._released.clear()
        try:
            yield self._released.set
        finally:
            self._released.set()

    def check(self, request: Request) -> None:
        """Everything will do."""

    def render(self, request: Request, **_: Any) -> Picture:
        """The picture of θ, whatever else is asked for."""
        self._released.wait()
        self.thetas.add(request.theta)
        return Picture(request, self._draw(request.theta), 0.0, Stats(cache_hits=1), self.model.name, ())


def measure(
    *,
    size: int = 256,
    rounds: int = 3,
    moves: int = 20,
    seconds: float = 3.0,
    load: Callable[[], StyleEngine] | None = None,
) -> dict[str, Any]:
    """Everything, as a report for JSON and for `table`.

    Args:
        size: pixels of a picture's side.
        rounds: how often each page has its turn, one after the other, so that a busy moment hits all alike.
        moves: single input events on a page at rest, in a turn; at most 32.
        seconds: of a drag with an input event in every display frame, in a turn.
        load: if given, presses on Paint are measured on this engine too; called in the page's renderer.

    Raises:
        MissingProgram: there is no playwright or no Chromium.
    """
    report: dict[str, Any] = {"size": size, "rounds": rounds, "moves": moves, "seconds": seconds}
    report["machine"] = machine("gradio", "pillow", "playwright")
    with chromium() as browser:
        report["machine"]["versions"]["chromium"] = browser.version
        report |= compare(browser, size=size, rounds=rounds, moves=moves, seconds=seconds)
    with chromium() as browser:  # a fresh one, so that nothing else grows in it
        report["memory"] = measure_memory(browser)
    if load is not None:
        with chromium() as browser, ThreadPoolExecutor(1) as renderer:
            engine = renderer.submit(load).result()
            presses = [measure_presses(browser, engine, stops, rounds, renderer) for stops in (9, FRAMES)]
            report["presses"] = presses
            if engine.model.live is not None:
                report["live"] = measure_live(browser, engine, rounds, seconds, renderer)
    return report


def compare(browser: Any, *, size: int, rounds: int, moves: int, seconds: float) -> dict[str, Any]:
    """Our stage and its peers on the same pictures, in turns. The number of frames, and a row for each page."""
    pictures: Draw = functools.cache(functools.partial(draw, size=size))
    engine = DrawnEngine(pictures)
    with ExitStack() as servers:
        stage = Tab(browser, servers.enter_context(serve_stage(engine, FRAMES)))
        stage.page.wait_for_selector(SETTLED)
        thetas = sorted(engine.thetas)
        pages = {
            "gr.Image, webp": peers.plain(pictures, thetas, format="webp"),
            "gr.Image, jpeg": peers.plain(pictures, thetas, format="jpeg"),
            "gallery, scrubbed": peers.scrubbed_gallery(pictures, thetas),
        }
        tabs = {STAGE: stage}
        for name, page in pages.items():
            tabs[name] = Tab(browser, servers.enter_context(served(page)))
        for tab in tabs.values():
            tab.wait_for_picture()
            tab.drag(thetas, 0.5)  # not counted: everybody's first requests are slow
        turns = [(number, name) for number in range(rounds) for name in rotated(list(tabs), number)]
        seen: dict[str, tuple[list[Any], list[Any]]] = {name: ([], []) for name in tabs}
        for number, name in tqdm(turns, desc="bench page", unit="turn"):
            asked = random.Random(number).sample(thetas[:-1], moves)  # a drag ends on the last
            painted, drags = seen[name]
            painted += tabs[name].moves(asked)
            drags.append(tabs[name].drag(thetas, seconds))
        arms = [summary(name, *seen[name], tab.reading_milliseconds()) for name, tab in tabs.items()]
    return {"frames": len(thetas), "arms": arms}


def summary(
    name: str, moves: Sequence[dict[str, Any] | None], drags: Sequence[dict[str, Any]], reading: float
) -> dict[str, Any]:
    """One page's row, over all rounds."""
    painted = [move for move in moves if move is not None]
    return {
        "arm": name,
        "painted_ms": spread([move["milliseconds"] for move in painted]),
        "display_frames": spread([move["frames"] for move in painted]),
        "painted": len(painted),
        "lost": len(moves) - len(painted),
        "drawn_per_second": spread([drag["drawn"] / drag["seconds"] for drag in drags])["median"],
        "moves_per_second": spread([drag["events"] / drag["seconds"] for drag in drags])["median"],
        "drags": len(drags),
        "drag_moves": sum(drag["events"] for drag in drags),
        "drag_requests": sum(drag["requests"] for drag in drags),
        "rested_right": sum(drag["rested"] for drag in drags),
        "reading_ms": round(reading, 3),
    }


def measure_memory(browser: Any) -> dict[str, Any]:
    """What the frames of a sweep add to the resident memory of our tab, before the first and after a drag over all."""
    engine = DrawnEngine(functools.partial(draw, size=MEMORY_SIZE))
    with serve_stage(engine, FRAMES) as address, engine.held() as release:
        tab = Tab(browser, address)
        tab.page.wait_for_selector("#stage[data-state=painting]")
        tab.page.wait_for_timeout(1000)
        before = renderers_memory(browser)
        release()
        tab.page.wait_for_selector(SETTLED)
        frames = sorted(engine.thetas)
        tab.drag(frames, 1.0)
        after = renderers_memory(browser)
    tabs = [(before[number], after[number]) for number in before.keys() & after.keys()]
    grown = max(tabs, key=lambda tab: tab[1] - tab[0], default=None)
    megabytes = None if grown is None else {"before": round(grown[0] / 1e6, 1), "after": round(grown[1] / 1e6, 1)}
    return {"size": MEMORY_SIZE, "frames": len(frames), "megabytes": megabytes}


def measure_presses(
    browser: Any, engine: StyleEngine, stops: int, rounds: int, renderer: Executor | None = None
) -> dict[str, Any]:
    """From a press on Paint, with a new seed and empty caches, to the first picture and to all stops."""
    with serve_stage(engine, stops, renderer) as address:
        tab = Tab(browser, address)
        tab.page.wait_for_selector(SETTLED)
        tab.page.evaluate("() => bench.move(0)")  # a stop of every grid
        tab.page.wait_for_selector(f'{SETTLED}[data-theta-shown="0"]')
        tab.page.locator("#keep input").uncheck()
        presses = []
        for _ in tqdm(range(rounds), desc=f"{stops} stops", unit="press"):
            engine.clear()
            presses.append(tab.press(stops))
            tab.page.wait_for_selector(SETTLED)
    first, all_stops = (spread([press[moment] for press in presses]) for moment in ("first", "all"))
    return {"stops": stops, "presses": rounds, "first_seconds": first, "all_seconds": all_stops}


def measure_live(
    browser: Any, engine: StyleEngine, rounds: int, seconds: float, renderer: Executor | None = None
) -> dict[str, Any]:
    """How many new θ the live variant paints in a second of dragging over hundredths, page and browser included."""
    with serve_stage(engine, 9, renderer) as address:
        tab = Tab(browser, address)
        tab.page.wait_for_selector(SETTLED)
        tab.page.locator("#live input").check()
        tab.page.wait_for_function("() => document.querySelector('#live input').checked")
        tab.page.locator("#keep input").uncheck()
        rates = []
        for _ in tqdm(range(rounds), desc="live", unit="drag"):
            tab.page.wait_for_timeout(1_000)  # for steps and guidance to follow, and for what was asked before
            tab.press(9)
            tab.page.wait_for_selector(SETTLED)
            before = engine.stats.decodes
            taken = tab.wander([hundredth / 100 for hundredth in range(101)], seconds)
            rates.append((engine.stats.decodes - before) / taken)
            tab.page.wait_for_selector(f'{SETTLED}[data-theta-shown="1"]')
    return {"drags": rounds, "seconds": seconds, "thetas_per_second": spread(rates)}


def serve_stage(engine: Any, stops: int, renderer: Executor | None = None) -> AbstractContextManager[str]:
    """Our own page on an engine, which renders in the thread of `renderer`."""
    from app import build_page, launch_settings  # the page stands above all of styleaug

    return served(build_page(engine, stops, renderer), **launch_settings())


def table(report: dict[str, Any]) -> str:
    """The report for people."""
    head = ("", "median ms", "p95 ms", "display frames", "lost", "drawn/s", "moves/s", "requests", "rests right")
    lines = [
        f"{report['frames']} frames of {report['size']} x {report['size']}",
        f"{report['rounds']} x {report['moves']} moves, from the input event to painted: one display frame at least",
        f"{report['rounds']} x {report['seconds']:g} s of dragging, a move in every display frame",
        "",
        *columns([head, *map(cells, report["arms"])]),
        "",
        memory_line(report["memory"]),
        *map(press_line, report.get("presses", [])),
        *([live_line(report["live"])] if "live" in report else []),
        machine_line(report["machine"]),
    ]
    return "\n".join(lines)


def cells(arm: dict[str, Any]) -> tuple[str, ...]:
    """One page's row in words."""
    milliseconds = (number(arm["painted_ms"][name], "{:.1f}") for name in ("median", "p95"))
    return (
        arm["arm"],
        *milliseconds,
        number(arm["display_frames"]["median"], "{:g}"),
        f"{arm['lost']} of {arm['painted'] + arm['lost']}",
        f"{arm['drawn_per_second']:.1f}",
        f"{arm['moves_per_second']:.1f}",
        str(arm["drag_requests"]),
        f"{arm['rested_right']} of {arm['drags']}",
    )


def number(value: float | None, form: str) -> str:
    """A figure, or a dash where there is none."""
    return "-" if value is None else form.format(value)


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Names to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]


def memory_line(memory: dict[str, Any]) -> str:
    """What the tab holds."""
    what = f"memory of the tab, {memory['frames']} frames of {memory['size']} x {memory['size']}: "
    if memory["megabytes"] is None:
        return f"{what}not measured (no /proc here)"
    before, after = memory["megabytes"]["before"], memory["megabytes"]["after"]
    return f"{what}+{after - before:.1f} MB ({before:.1f} to {after:.1f})"


def press_line(presses: dict[str, Any]) -> str:
    """What a press takes."""
    first, all_stops = presses["first_seconds"], presses["all_seconds"]
    return (
        f"press on Paint, {presses['stops']} stops (median of {presses['presses']}): first picture "
        f"{first['median']:.2f} s, all {all_stops['median']:.2f} s"
    )


def live_line(live: dict[str, Any]) -> str:
    """What a drag on the live variant paints."""
    return (
        f"live variant: {live['thetas_per_second']['median']:.1f} new θ a second of dragging (median of "
        f"{live['drags']} drags of {live['seconds']:g} s)"
    )


def machine_line(machine: dict[str, Any]) -> str:
    """On what it was measured."""
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    load = "unknown" if machine["load"] is None else machine["load"]
    return f"{machine['processor']}, {machine['cores']} cores, load {load} at the start; {versions}"
