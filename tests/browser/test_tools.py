"""What a visitor does besides dragging: play, compare, look large, hang side by side, take away."""

import itertools
import re
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import expect
from test_page import HOSTILE, MODE, PROMPT, STYLE, THETA, sorted_stops

from styleaug import Mode, Request
from styleaug.panels import MODES_IN_ORDER, hang
from styleaug.recipe import read_recipe

SHOWN = {"prompt": PROMPT, "style": STYLE, "mode": MODE, "seed": 7}


def tool(stage, name):
    return stage.page.locator(f"[data-tool={name}]")


# --- Look -----------------------------------------------------------------------------------------------------------


def test_play_sweeps_back_and_forth_without_a_request(stage, engine):
    painted, sent = len(engine.rendered), len(stage.requests)
    stage.page.evaluate(
        """() => {
            window.seen = [];
            const root = document.getElementById("stage");
            new MutationObserver(() => window.seen.push(Number(root.dataset.thetaShown)))
                .observe(root, { attributes: true, attributeFilter: ["data-theta-shown"] });
        }"""
    )
    tool(stage, "play").click()
    expect(tool(stage, "play")).to_have_text("Pause")
    stops = sorted_stops()
    stage.wait(lambda: len(stage.page.evaluate("window.seen")) >= 2 * len(stops) + 4)
    tool(stage, "play").click()
    expect(tool(stage, "play")).to_have_attribute("aria-pressed", "false")
    seen = stage.page.evaluate("window.seen")
    assert seen == walk(THETA, stops, len(seen))
    assert (len(engine.rendered), len(stage.requests)) == (painted, sent)
    stage.settle_on(stage.theta())
    assert stage.shows(**SHOWN)


def walk(theta, stops, count):
    """`count` steps over the stops, up from θ, turning at the ends."""
    seen, step = [], 1
    for _ in range(count):
        index = stops.index(theta) + step
        if not 0 <= index < len(stops):
            step = -step
            index += 2 * step
        theta = stops[index]
        seen.append(theta)
    return seen


def test_a_hand_on_the_slider_stops_the_play(stage):
    tool(stage, "play").click()
    stage.wait(lambda: stage.theta() != THETA)
    stage.drag(stage.theta(), 0.5)
    expect(tool(stage, "play")).to_have_attribute("aria-pressed", "false")
    stage.settle_on(stage.theta())
    assert stage.shows(**SHOWN)


def test_the_wipe_shows_theta_0_on_its_left(stage):
    stage.hurry([1])
    stage.settle_on(1)
    whole = stage.look()["bars"][0]
    stage.hurry([0])
    stage.settle_on(0)
    base = stage.look()["bars"][0]
    stage.hurry([1])
    stage.settle_on(1)
    tool(stage, "wipe").click()
    slide = stage.page.locator("input.wipe")
    expect(slide).to_be_focused()
    for share, left_bits in ((0.5, 8), (0, 0), (1, 16)):
        slide.fill(str(share))
        stage.page.wait_for_timeout(100)
        left = (1 << left_bits) - 1
        assert stage.look()["bars"][0] == (base & left) | (whole & ~left)
    tool(stage, "wipe").click()
    expect(slide).to_be_hidden()
    stage.page.wait_for_timeout(100)
    assert stage.look()["bars"][0] == whole


def test_the_wipe_follows_the_mouse_and_the_arrow_keys(stage):
    tool(stage, "wipe").click()
    slide = stage.page.locator("input.wipe")
    box = slide.bounding_box()
    stage.page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.7)
    assert float(slide.input_value()) == pytest.approx(0.25, abs=0.03)
    stage.page.keyboard.press("ArrowRight")
    assert float(slide.input_value()) == pytest.approx(0.26, abs=0.03)


def test_full_screen_takes_the_slider_along(stage):
    tool(stage, "screen").click()
    stage.wait(lambda: stage.page.evaluate("document.fullscreenElement?.id") == "stage")
    expect(stage.slider()).to_be_visible()
    stage.drag(stage.theta(), 0.8)
    stage.settle_on(stage.theta())
    assert stage.shows(**SHOWN)
    tool(stage, "screen").click()
    stage.wait(lambda: stage.page.evaluate("document.fullscreenElement") is None)


# --- Side by side ---------------------------------------------------------------------------------------------------


def test_the_four_modes_hang_side_by_side_under_one_slider(stage, engine):
    stage.choose("all")
    stage.settle()
    expect(stage.page.locator(".names li")).to_have_text([mode.capitalize() for mode in MODES_IN_ORDER])
    for theta in (0.62, 1, 0):
        stage.hurry([theta])
        stage.settle_on(theta)
        for panel, mode in enumerate(MODES_IN_ORDER):
            assert stage.shows(panel, 2, **{**SHOWN, "mode": mode})


def test_dragging_several_panels_over_rendered_stops_asks_the_server_nothing(stage, engine):
    stage.field("style").fill("van Gogh; ukiyo-e; cyberpunk")
    stage.press_with("a cat")
    stage.wait_for_text(".title", "a cat: van Gogh, ukiyo-e, cyberpunk")
    stage.settle()
    painted, sent = len(engine.rendered), len(stage.requests)
    stage.hurry([share / 100 for share in (*range(101), *range(100, 49, -1))])
    stage.settle_on(0.5)
    stage.page.wait_for_timeout(400)
    assert (len(engine.rendered), len(stage.requests)) == (painted, sent)
    for panel, style in enumerate(("van Gogh", "ukiyo-e", "cyberpunk")):
        assert stage.shows(panel, 2, **{**SHOWN, "prompt": "a cat", "style": style})


def test_too_many_styles_are_refused(stage):
    stage.field("style").fill("; ".join(f"style {number}" for number in range(10)))
    stage.paint()
    expect(stage.page.locator("#notice p")).to_contain_text("Style must be at most 9 styles, is 10")


# --- Take away ------------------------------------------------------------------------------------------------------


def take(stage, kind):
    with stage.page.expect_download() as coming:
        stage.page.locator(f"[data-export={kind}]").click()
    return coming.value


@pytest.mark.parametrize(
    ("kind", "format", "frames"), [("png", "PNG", 1), ("strip", "PNG", 1), ("webp", "WEBP", 16), ("gif", "GIF", 16)]
)
def test_what_is_taken_away_opens(stage, kind, format, frames):
    taken = take(stage, kind)
    with Image.open(taken.path()) as image:
        image.load()
        assert (image.format, getattr(image, "n_frames", 1)) == (format, frames)
    expect(stage.page.locator(".taken")).to_have_text(f"Saved as {taken.suggested_filename}")


def test_the_picture_carries_the_recipe_of_what_is_shown(stage):
    stage.hurry([0.41])
    stage.settle_on(0.41)
    recipe = read_recipe(take(stage, "png").path())
    assert recipe.request == Request(**SHOWN, theta=0.41, num_inference_steps=10)


def test_an_export_that_fails_says_why(stage, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "imageio_ffmpeg", None)
    stage.page.locator("[data-export=mp4]").click()
    expect(stage.page.locator(".taken")).to_contain_text("imageio-ffmpeg")
    expect(stage.page.locator("[data-export=mp4]")).to_be_enabled()


def test_hostile_names_become_harmless_downloads(stage):
    for text in HOSTILE:
        stage.field("style").fill("plain")
        stage.press_with(text)
        expect(stage.page.locator(".title")).to_contain_text(" ".join(text.split()))
        stage.settle()
        name = take(stage, "png").suggested_filename
        assert name.endswith(".png")
        assert not re.search(r'[<>:"/\\|?*\u202a-\u202e\u2066-\u2069]', name)


# --- Links ----------------------------------------------------------------------------------------------------------


def link(stage):
    stage.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")  # so that the box shows it
    tool(stage, "link").click()
    return urlsplit(stage.page.locator("input.link").input_value())


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": "a cat", "style": "van Gogh", "theta": 0.37},
        {"prompt": HOSTILE[0], "style": HOSTILE[1], "theta": 0.5},
        {"prompt": HOSTILE[5], "style": HOSTILE[6].replace(";", ""), "theta": 1},
        {"prompt": "a cat", "style": "van Gogh; ukiyo-e", "theta": 0.37},
    ],
)
def test_a_link_reopens_the_same_state(visit, stage, fields):
    stage.field("style").fill(fields["style"])
    stage.press_with(fields["prompt"])
    stage.wait_for_text(".title", " ".join(fields["prompt"].split()))
    stage.hurry([fields["theta"]])
    stage.settle_on(fields["theta"])
    again = visit(query=link(stage).query)
    assert again.theta() == fields["theta"]
    assert again.field("prompt").input_value() == " ".join(fields["prompt"].split())
    requests = hang({**SHOWN, **fields}).at(fields["theta"])
    for panel, request in enumerate(requests):
        for tab in (stage, again):
            shown = request.to_dict() | {"theta": 0, "num_inference_steps": 10}
            assert tab.shows(panel, 2 if len(requests) > 1 else 1, **shown)


def test_a_link_keeps_the_mode_and_the_fine_control(visit, stage):
    stage.choose(Mode.GUIDE)
    stage.settle()
    stage.page.locator("#fine button").first.click()
    stage.page.locator("#hold_norm input").check()
    stage.field("start").fill("0.25")
    stage.paint()
    stage.hurry([-0.5])
    stage.settle()
    again = visit(query=link(stage).query)
    expect(again.page.locator('#mode input[value="guide"]')).to_be_checked()
    assert (again.theta(), again.slider().get_attribute("min")) == (-0.5, "-1")
    assert link(again).query == link(stage).query


def test_a_bad_link_is_told_and_the_page_opens(visit):
    stage = visit(query="prompt=a+dog&theta=7")
    expect(stage.page.locator("#notice p")).to_contain_text("Theta must be between")
    assert stage.shows(**SHOWN)


# --- Others ---------------------------------------------------------------------------------------------------------


def test_two_visitors_take_turns(visit, engine):
    """A second visitor waits for one picture at most between two of theirs, however long the first one's sweep is."""
    one, other = visit(), visit()
    engine.seconds = 0.1
    begun = len(engine.begun)
    one.press_with("a cat")
    one.wait(lambda: len(engine.begun) > begun + 2)
    other.press_with("a dog")
    other.wait_for_text(".title", "a dog")
    other.settle()
    prompts = [request.prompt for request in engine.begun[begun:]]
    places = [place for place, prompt in enumerate(prompts) if prompt == "a dog"]
    assert len(places) >= 9
    assert max(after - before for before, after in itertools.pairwise(places)) <= 2
    assert other.shows(**{**SHOWN, "prompt": "a dog"})
