"""Pages served by this process, opened in a headless Chromium.

Playwright and Chromium are the tests' requirements and not the page's: they are imported when asked for.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from styleaug.bench import resident_bytes
from styleaug.export import MissingProgram

SCRIPT = Path(__file__).with_name("page.js")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
PATIENCE = 600_000  # milliseconds; an upper bound for a busy machine
NEVER_PAINTED = 20_000  # milliseconds after which an input event counts as lost
REST = 250  # milliseconds that a hand is still between two moves, longer than any page waits to call it rest


@contextmanager
def chromium() -> Iterator[Any]:
    """The Chromium on the PATH, else playwright's own. Raises MissingProgram."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise MissingProgram("pages are measured with playwright: pip install -r tests/requirements.txt") from error
    on_path = (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=next(on_path, None), args=FLAGS)
        except Error as error:
            raise MissingProgram("pages are measured in Chromium: python -m playwright install chromium") from error
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def served(page: Any, **settings: Any) -> Iterator[str]:
    """A gradio page on a free port of this machine, at the address given."""
    _, address, _ = page.launch(prevent_thread_lock=True, quiet=True, **settings)
    try:
        yield address
    finally:
        page.close(verbose=False)


def renderers_memory(browser: Any) -> dict[int, int]:
    """Resident bytes of Chromium's renderer processes by their id; empty where there is no /proc."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    renderers = [process["id"] for process in processes if process["type"] == "renderer"]
    return {number: held for number in renderers if (held := resident_bytes(number)) is not None}


class Tab:
    """One page in a tab of its own, with page.js in it."""

    def __init__(self, browser: Any, address: str) -> None:
        """Returns when there is a slider to move."""
        self.page = browser.new_page(viewport={"width": 1280, "height": 800})
        self.page.set_default_timeout(PATIENCE)
        self.requests: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(address, wait_until="domcontentloaded")
        self.page.wait_for_selector("#theta input[type=range]")
        self.page.evaluate(SCRIPT.read_text(encoding="utf-8"))

    def wait_for_picture(self) -> None:
        """Until a picture that says its θ is shown."""
        self.page.wait_for_function("() => bench.seen() !== null")

    def moves(self, thetas: Sequence[float]) -> list[dict[str, Any] | None]:
        """Milliseconds and display frames until each θ was painted, one after the other; None where it never was."""
        self.page.bring_to_front()
        options = {"rest": REST, "patience": NEVER_PAINTED}
        return self.page.evaluate("([thetas, options]) => bench.moves(thetas, options)", [thetas, options])

    def drag(self, thetas: Sequence[float], seconds: float) -> dict[str, Any]:
        """To and fro over θ: seconds, input events, pictures drawn, requests, and whether it rested on the last θ."""
        self.page.bring_to_front()
        self._wait_until_quiet()
        before = len(self.requests)
        options = {"seconds": seconds, "patience": NEVER_PAINTED}
        drag = self.page.evaluate("([thetas, options]) => bench.drag(thetas, options)", [thetas, options])
        self._wait_until_quiet()
        requests = [url for url in self.requests[before:] if url.startswith("http")]
        return drag | {"requests": len(requests)}

    def wander(self, thetas: Sequence[float], seconds: float) -> float:
        """To and fro over θ, ending on the last: how many seconds it took."""
        self.page.bring_to_front()
        taken: float = self.page.evaluate(
            "([thetas, seconds]) => bench.wander(thetas, seconds)", [list(thetas), seconds]
        )
        return taken

    def _wait_until_quiet(self) -> None:
        """Until a while has passed without a request: what a move asked for may go on after its picture is there."""
        known = -1
        while known != len(self.requests):
            known = len(self.requests)
            self.page.wait_for_timeout(2 * REST)

    def press(self, stops: int) -> dict[str, float]:
        """Seconds from a press on Paint to the first picture, and to all stops."""
        return self.page.evaluate("([stops, patience]) => bench.press(stops, patience)", [stops, PATIENCE])

    def reading_milliseconds(self) -> float:
        """What one look at the picture cost, on average."""
        return self.page.evaluate("() => bench.readings.milliseconds / bench.readings.times")
