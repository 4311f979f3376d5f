"""The page on a fake engine, in a real Chromium. A page or console error fails the test it happens in."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import pytest
from fake_engine import BAR, BITS, SIZE, STEPS, FakeEngine, recipe_code
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect, sync_playwright

from app import build_page, launch_settings
from styleaug import Request

FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync "
    "--no-first-run"
).split()
PATIENCE = 60_000  # milliseconds; an upper bound for a machine that is busy with other things
expect.set_options(timeout=PATIENCE)

READ_AT_ONCE = """(root, [bar, bits, left, top]) => {
    const canvas = root.querySelector(".picture canvas");
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    const bars = [0, 1].map((row) => {
        let code = 0;
        for (let bit = 0; bit < bits; bit++) {
            const x = left + bit * bar + bar / 2, y = top + row * bar + bar / 2;
            if (pixels[4 * (y * canvas.width + x)] > 127) code += 2 ** bit;
        }
        return code;
    });
    return { bars, state: root.dataset.state, theta: root.querySelector("#theta input[type=range]").value };
}"""


def bars(seen: dict[str, Any]) -> tuple[float, int]:
    """θ and the number of the recipe, from the two bar codes of `fake_engine.draw`."""
    theta, recipe = seen["bars"]
    return round(theta / 10_000 - 1, 4), recipe


class Stage:
    """The page as a visitor sees it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.requests: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("dialog", lambda dialog: (self.errors.append(dialog.message), dialog.dismiss()))

    def open(self, query: str = "") -> None:
        self.page.goto(f"{self.address}?{query}" if query else self.address)
        self.settle()

    @property
    def root(self) -> Locator:
        return self.page.locator("#stage")

    def state(self, name: str) -> str:
        return self.root.get_attribute(f"data-{name}") or ""

    def field(self, name: str) -> Locator:
        return self.page.locator(f"#{name} :is(input, textarea)").first

    def slider(self) -> Locator:
        return self.page.locator("#theta input[type=range]")

    def theta(self) -> float:
        return float(self.slider().input_value())

    def settle(self) -> None:
        """Wait until θ is shown and the sweep is through."""
        self.page.wait_for_selector("#stage[data-state=settled][data-sweep=ended]")

    def settle_on(self, theta: float) -> None:
        """Wait until this θ is asked for, and shown."""
        selector = f'#stage[data-state=settled][data-theta-asked="{theta:g}"][data-theta-shown="{theta:g}"]'
        self.page.wait_for_selector(selector)

    def look(self, panel: int = 0, columns: int = 1) -> dict[str, Any]:
        """The pixels of a panel, and what the page says of itself, in one breath."""
        stride = SIZE + SIZE // 32  # the gap between panels
        return self.root.evaluate(READ_AT_ONCE, [BAR, BITS, panel % columns * stride, panel // columns * stride])

    def painted(self) -> tuple[float, int]:
        """What the pixels on the canvas say: θ, and the number of the recipe."""
        return bars(self.look())

    def shows(self, panel: int = 0, columns: int = 1, **fields: object) -> bool:
        """Whether, once the page calls itself settled, the pixels are those of this request at the slider's θ."""
        seen: dict[str, Any] = {}

        def settled() -> bool:
            seen.update(self.look(panel, columns))
            return seen["state"] == "settled"

        self.wait(settled)
        request = Request.from_dict({"num_inference_steps": STEPS, **fields, "theta": 0})
        return bars(seen) == (float(seen["theta"]), recipe_code(request))

    def paint(self) -> None:
        self.page.locator("#paint").click()

    def press_with(self, prompt: str) -> None:
        """Type a prompt and press Paint."""
        self.field("prompt").fill(prompt)
        self.paint()

    def choose(self, mode: str) -> None:
        """Choose a mode and wait for its first picture."""
        self.page.locator(f'#mode input[value="{mode}"]').check()
        self.wait_for_text(".facts", "all modes at" if mode == "all" else f"{mode} at")

    def wait_for_text(self, selector: str, text: str) -> None:
        expect(self.page.locator(selector)).to_contain_text(text)

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait for something on the server's side, while the page goes on."""
        for _ in range(PATIENCE // 20):
            if condition():
                return
            self.page.wait_for_timeout(20)
        raise AssertionError("waited in vain")

    def x_of(self, theta: float) -> float:
        """Where on the screen the slider's thumb stands at θ."""
        box = self.slider().bounding_box()
        assert box is not None
        low, high = (float(self.slider().get_attribute(end) or 0) for end in ("min", "max"))
        thumb = 16.0
        return box["x"] + thumb / 2 + (box["width"] - thumb) * (theta - low) / (high - low)

    def drag(self, *thetas: float, steps: int = 8) -> None:
        """Press on the first θ, move over the others, let go on the last."""
        box = self.slider().bounding_box()
        assert box is not None
        y = box["y"] + box["height"] / 2
        self.page.mouse.move(self.x_of(thetas[0]), y)
        self.page.mouse.down()
        for theta in thetas[1:]:
            self.page.mouse.move(self.x_of(theta), y, steps=steps)
        self.page.mouse.up()

    def swipe(self, *thetas: float, steps: int = 8) -> None:
        """Drag with a finger: touch events as a phone's screen sends them."""
        box = self.slider().bounding_box()
        assert box is not None
        finger = self.page.context.new_cdp_session(self.page)

        def touch(kind: str, *places: float) -> None:
            points = [{"x": x, "y": box["y"] + box["height"] / 2} for x in places]
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        touch("touchStart", self.x_of(thetas[0]))
        for start, end in pairwise(self.x_of(theta) for theta in thetas):
            for step in range(1, steps + 1):
                touch("touchMove", start + (end - start) * step / steps)
        touch("touchEnd")
        finger.detach()

    def hurry(self, thetas: Sequence[float]) -> None:
        """Move the slider over many θ in one breath: however busy the machine is, it rests on the last one only."""
        self.slider().evaluate(
            """(slider, thetas) => {
                for (const theta of thetas) {
                    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(slider, theta);
                    slider.dispatchEvent(new Event("input", { bubbles: true }));
                }
            }""",
            thetas,
        )


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The Chromium on the PATH, else playwright's own, fetched once if it is missing."""
    on_path = [path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))]
    if not on_path:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)
    running = playwright.chromium.launch(executable_path=on_path[0] if on_path else None, args=FLAGS)
    yield running
    running.close()


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """All tabs are in one, so that gradio's own files are fetched once."""
    opened = browser.new_context()
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[FakeEngine, str]]:
    engine = FakeEngine()
    page = build_page(engine)
    _, address, _ = page.launch(prevent_thread_lock=True, quiet=True, **launch_settings())
    yield engine, address
    page.close()


@pytest.fixture
def engine(served: tuple[FakeEngine, str]) -> FakeEngine:
    served[0].reset()
    return served[0]


@pytest.fixture
def visit(
    context: BrowserContext, engine: FakeEngine, served: tuple[FakeEngine, str]
) -> Iterator[Callable[..., Stage]]:
    """`visit(width, color_scheme=…, query=…)` opens a tab of its own and waits for its first picture."""
    tabs: list[Stage] = []

    def open_tab(width: int = 1280, height: int = 800, color_scheme: str = "light", query: str = "") -> Stage:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=color_scheme)
        tabs.append(Stage(page, served[1]))
        tabs[-1].open(query)
        return tabs[-1]

    yield open_tab
    errors = [error for tab in tabs for error in tab.errors]
    for tab in tabs:
        tab.page.close()
    assert errors == []


@pytest.fixture
def stage(visit) -> Stage:
    """One visitor on a wide screen, with the first picture before them."""
    return visit()
