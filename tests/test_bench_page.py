"""The bench of the page in a real Chromium: small, and judged by counts, never by a time."""

import json
import sys
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from typing import Any, TypeVar

import pytest
from PIL import Image

from styleaug import StyleEngine
from styleaug.__main__ import main
from styleaug.bench.browser import SCRIPT, chromium
from styleaug.bench.page import FRAMES, STAGE, draw, live_line, measure, measure_live, measure_presses, table

Result = TypeVar("Result")
THETAS = [step / 8 for step in range(-8, 17)]
MOVES = 3
LOOK = """async (url) => {
    const [image] = document.images;
    image.src = url;
    await image.decode();
    return bench.seen();
}"""


def in_a_thread(call: Callable[[], Result]) -> Result:
    """Playwright wants a thread of its own, and the other browser tests may have theirs open here."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result()


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return in_a_thread(lambda: measure(size=128, rounds=1, moves=MOVES, seconds=0.5))


@pytest.fixture(scope="module")
def arms(report) -> dict[str, dict[str, Any]]:
    return {arm["arm"]: arm for arm in report["arms"]}


def test_four_pages_have_their_turn(report, arms):
    assert list(arms) == [STAGE, "gr.Image, webp", "gr.Image, jpeg", "gallery, scrubbed"]
    assert report["frames"] >= FRAMES
    for arm in arms.values():
        assert arm["painted"] + arm["lost"] == MOVES and arm["drags"] == 1
        assert arm["drag_moves"] > 0
        assert arm["painted"] == 0 or arm["display_frames"]["median"] >= 1


def test_our_stage_loses_nothing_and_asks_the_server_nothing(arms):
    ours = arms[STAGE]
    assert (ours["lost"], ours["drag_requests"], ours["rested_right"]) == (0, 0, 1)


def test_every_peer_asks_the_server(arms):
    assert [name for name, arm in arms.items() if arm["drag_requests"] == 0] == [STAGE]


def test_the_memory_of_the_tab_is_measured_where_there_is_proc(report):
    memory = report["memory"]
    assert memory["size"] == 512 and memory["frames"] >= FRAMES
    if sys.platform == "linux":
        assert 0 < memory["megabytes"]["before"] < memory["megabytes"]["after"]


def test_the_report_says_where_it_was_measured_and_is_json(report):
    assert {"gradio", "playwright", "chromium", "python"} <= set(report["machine"]["versions"])
    assert report["machine"]["cores"] >= 1
    assert json.loads(json.dumps(report)) == report


def test_the_table_has_a_line_for_every_page(report, arms):
    lines = table(report).splitlines()
    assert [line.split("  ")[0] for line in lines if line.startswith(tuple(arms))] == list(arms)
    assert any(line.startswith("memory of the tab, ") for line in lines)
    assert not any(line.startswith("press on Paint") for line in lines)


def test_the_table_says_what_was_not_measured(report):
    never = {"painted_ms": {"median": None, "p95": None}, "display_frames": {"median": None, "p95": None}}
    presses = {"stops": 9, "presses": 1, "first_seconds": {"median": 0.5}, "all_seconds": {"median": 4.5}}
    changed = {
        "arms": [arm | never | {"painted": 0, "lost": MOVES} for arm in report["arms"]],
        "memory": report["memory"] | {"megabytes": None},
        "presses": [presses],
    }
    text = table(report | changed)
    assert "not measured (no /proc here)" in text
    assert f"{MOVES} of {MOVES}" in text
    assert "press on Paint, 9 stops (median of 1): first picture 0.50 s, all 4.50 s" in text


def test_presses_end_with_all_stops(random_model):
    def press() -> dict[str, Any]:
        with chromium() as browser:
            return measure_presses(browser, engine, 9, 1)

    engine = StyleEngine(replace(random_model, num_inference_steps=2))
    result = in_a_thread(press)
    assert (result["stops"], result["presses"]) == (9, 1)
    assert 0 < result["first_seconds"]["median"] <= result["all_seconds"]["median"]
    assert engine.stats.decodes >= 9 + 9  # the page's first sweep, and the press


def test_a_drag_on_the_live_variant_paints_new_thetas(random_model):
    def drag() -> dict[str, Any]:
        with chromium() as browser:
            return measure_live(browser, engine, rounds=1, seconds=0.5)

    live = replace(random_model, num_inference_steps=1, guidance_scale=1.0)
    engine = StyleEngine(replace(random_model, num_inference_steps=2, live=live))
    result = in_a_thread(drag)
    assert result["thetas_per_second"]["median"] > 0
    assert live_line(result).startswith("live variant: ")


def test_a_picture_says_its_theta_through_any_compression():
    cases = [(theta, size, kind) for theta in THETAS for size in (128, 256, 512) for kind in ("WEBP", "JPEG", "PNG")]

    def read() -> list[int | None]:
        with chromium() as browser:
            page = browser.new_page()
            page.set_content("<img>")
            page.evaluate(SCRIPT.read_text(encoding="utf-8"))
            return [page.evaluate(LOOK, data_url(draw(theta, size), kind)) for theta, size, kind in cases]

    assert in_a_thread(read) == [int(100 * (theta + 1) + 0.5) for theta, _, _ in cases]


def data_url(image: Image.Image, kind: str) -> str:
    data = BytesIO()
    image.save(data, kind, quality=50)
    return f"data:image/{kind.lower()};base64,{b64encode(data.getvalue()).decode()}"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--size", "0"], "size must be a whole number between 64 and 1024, got 0"),
        (["--rounds", "none"], "rounds must be a whole number between 1 and 100, got 'none'"),
        (["--moves", "33"], "moves must be a whole number between 1 and 32, got 33"),
        (["--seconds", "0"], "seconds must be a whole number between 1 and 60, got 0"),
        (["--json", "a.txt"], "json must end in .json, got 'a.txt'"),
        (["--json", "missing/a.json"], "json must be a file in a folder that can be written"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(options, message, capsys):
    assert main(["bench", "page", *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.startswith(f"error: {message}")


def test_without_playwright_it_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    assert main(["bench", "page"]) == 2
    assert capsys.readouterr().err == (
        "error: pages are measured with playwright: pip install -r tests/requirements.txt\n"
    )


def test_the_command_prints_a_table_and_json_last(monkeypatch, capsys, report, tmp_path):
    asked = {}
    monkeypatch.setattr("styleaug.bench.page.measure", lambda **options: asked.update(options) or report)
    out = tmp_path / "page.json"
    assert main(["bench", "page", "--size", "512", "--json", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:-2] == table(report).splitlines()
    assert json.loads(lines[-1]) == json.loads(out.read_text()) == report
    assert asked == {"size": 512, "rounds": 3, "moves": 20, "seconds": 3, "load": None}
