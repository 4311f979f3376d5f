"""What a visitor meets: the slider and the picture move as one, and nothing they type breaks the page."""

import math
import random

import pytest
from fake_engine import FakeModel
from playwright.sync_api import expect

from app import FIRST, MODES
from styleaug import Mode
from styleaug.lessons import FIGURE_LESSONS, LESSONS
from styleaug.panels import coarse_to_fine, theta_range

PROMPT, STYLE, MODE, THETA = (FIRST[name] for name in ("prompt", "style", "mode", "theta"))
GRID = coarse_to_fine(*theta_range(MODE), THETA)
STOPS = len(GRID)
HOSTILE = [
    "${alert(1)}",
    "<img src=x onerror=alert(1)> dog",
    "{{constructor.constructor('alert(1)')()}}",
    "`; alert(1); `",
    "</p><script>alert(1)</script>",
    "قطة في الثلج \u202eلا",
    "a cat 🐈‍⬛ & <b>dog</b> &amp;",
]


def engine_settings():
    return FakeModel().settings


def sorted_stops():
    return sorted(GRID)


def test_a_picture_is_there_without_a_click(stage):
    assert stage.state("frames") == str(STOPS)
    assert stage.theta() == THETA
    assert stage.shows(prompt=PROMPT, style=STYLE, mode=MODE, seed=7)


def test_nothing_is_asked_of_any_other_host(stage):
    assert [url for url in stage.requests if not url.startswith((stage.address, "data:", "blob:"))] == []


KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "PageDown", "PageUp", "Home", "End"]
DRAGS = 200


@pytest.mark.parametrize("hand", ["mouse", "finger", "keyboard"])
@pytest.mark.parametrize(("seconds", "fails_every"), [(0.0, 0), (0.12, 0), (0.04, 3)], ids=["fast", "slow", "failing"])
def test_the_resting_theta_is_the_one_shown(visit, engine, hand, seconds, fails_every):
    """200 drags in all, each of them right."""
    drags = DRAGS // 9 + 1
    stage = visit()
    chance = random.Random(f"{hand} {seconds}")
    engine.seconds = seconds
    engine.fails = lambda _: fails_every > 0 and len(engine.rendered) % fails_every == 0
    right = 0
    for turn in range(drags):
        if turn == drags // 2:
            stage.paint()  # the second half begins while a sweep is running
        if hand == "mouse":
            stage.drag(stage.theta(), chance.random(), chance.random(), steps=6)
        elif hand == "finger":
            stage.swipe(stage.theta(), chance.random(), chance.random(), steps=6)
        else:
            stage.slider().focus()
            for key in chance.choices(KEYS, k=6):
                stage.page.keyboard.press(key)
        stage.settle_on(stage.theta())
        right += stage.shows(prompt=PROMPT, style=STYLE, mode=MODE, seed=7)
    assert right == drags


def test_a_finger_moves_the_slider(stage):
    stage.swipe(stage.theta(), 0.8)
    assert stage.theta() == pytest.approx(0.8, abs=0.03)


def test_a_hand_that_holds_still_without_letting_go_gets_its_theta(stage):
    y = stage.slider().bounding_box()["y"] + 8
    stage.page.mouse.move(stage.x_of(stage.theta()), y)
    stage.page.mouse.down()
    stage.page.mouse.move(stage.x_of(0.57), y, steps=5)
    stage.settle_on(stage.theta())
    assert stage.shows(prompt=PROMPT, style=STYLE, mode=MODE, seed=7)
    stage.page.mouse.up()


def test_the_number_box_moves_the_picture_too(stage):
    number = stage.page.locator("#theta input[type=number]")
    number.fill("0.41")
    stage.settle_on(0.41)
    number.fill("")
    number.fill("0.62")
    stage.settle_on(0.62)
    assert stage.shows(prompt=PROMPT, style=STYLE, mode=MODE, seed=7)


def test_a_number_typed_past_an_end_comes_back_to_it(stage):
    number = stage.page.locator("#theta input[type=number]")
    number.fill("7")
    number.blur()
    stage.settle_on(1)
    assert stage.theta() == 1


def test_a_mode_that_moves_theta_takes_the_picture_along(stage):
    stage.choose("augment")
    stage.drag(-0.5)
    stage.settle_on(stage.theta())
    assert stage.theta() < 0
    stage.choose("weaken")
    stage.settle()
    stage.settle_on(stage.theta())
    assert stage.theta() >= 0 and stage.painted()[0] == stage.theta()


def test_a_hand_that_moves_on_while_a_sweep_is_begun_is_not_called_back(stage):
    stage.paint()
    stage.drag(0.87)
    stage.settle()
    stage.settle_on(0.87)
    assert stage.painted()[0] == 0.87


def test_dragging_over_rendered_stops_asks_the_server_nothing(stage, engine):
    stage.drag(stage.theta(), 0.5)
    stage.settle_on(0.5)
    painted, sent = len(engine.rendered), len(stage.requests)
    stage.drag(0.5, *sorted_stops(), *reversed(sorted_stops()), 0.5, steps=1)
    stage.settle_on(0.5)
    stage.slider().focus()
    for key in ["End", "Home", "End", "Home"]:
        stage.page.keyboard.press(key)
    stage.settle_on(0)
    stage.hurry([share / 100 for share in (*range(101), *range(100, 49, -1))])
    stage.settle_on(0.5)
    stage.page.wait_for_timeout(500)
    assert (len(engine.rendered), len(stage.requests)) == (painted, sent)


def test_a_frame_of_the_filmstrip_moves_the_slider(stage):
    stage.page.locator(".film button").nth(2).click()
    stage.settle_on(sorted_stops()[2])
    assert stage.theta() == sorted_stops()[2]


def test_a_drag_does_not_end_a_running_sweep(stage, engine):
    engine.seconds = 0.2
    stage.press_with("a cat")
    stage.page.wait_for_selector("#stage[data-sweep=running]")
    stage.drag(stage.theta(), 0.9, 0.66)
    stage.settle_on(stage.theta())
    stage.settle()
    painted = {request.theta for request in engine.rendered if request.prompt == "a cat"}
    assert painted >= set(GRID)
    assert stage.shows(prompt="a cat", style=STYLE, mode=MODE, seed=7)


def test_a_new_prompt_drops_the_old_sweep(stage, engine):
    engine.hangs = lambda request: request.prompt == "a cat" and request.theta == 1
    stage.press_with("a cat")
    stage.page.wait_for_selector('#stage[data-sweep=running][data-frames="2"]')  # the resting θ and the lower end
    stage.press_with("a dog")
    stage.settle()
    assert stage.shows(prompt="a dog", style=STYLE, mode=MODE, seed=7)
    assert [request.prompt for request in engine.cancelled] == ["a cat"]
    assert len([request for request in engine.begun if request.prompt == "a cat"]) == 3
    for theta in sorted_stops()[::3]:
        stage.drag(stage.theta(), theta)
        stage.settle_on(stage.theta())
        assert stage.shows(prompt="a dog", style=STYLE, mode=MODE, seed=7)


def test_a_superseded_refine_is_called_off(stage, engine):
    engine.hangs = lambda request: request.theta < 0.5
    stage.drag(stage.theta(), 0.31)
    stage.wait(lambda: len(engine.begun) == STOPS + 1)
    stage.drag(stage.theta(), 0.69)
    last = stage.theta()
    stage.settle_on(last)
    assert [request.theta for request in engine.cancelled] == [engine.begun[-2].theta]
    assert engine.rendered[-1].theta == last


def test_a_closed_tab_gives_its_turn_back(visit, engine):
    stage, other = visit(), visit()
    engine.hangs = lambda request: request.prompt == "a cat"
    stage.press_with("a cat")
    stage.wait(lambda: engine.begun[-1].prompt == "a cat")
    stage.page.close()
    other.press_with("a dog")
    other.wait_for_text(".title", "a dog")
    other.settle()
    assert other.shows(prompt="a dog", style=STYLE, mode=MODE, seed=7)
    assert len([request for request in engine.begun if request.prompt == "a cat"]) == 1


def test_two_visitors_see_their_own_pictures(visit, engine):
    engine.seconds = 0.05
    one, other = visit(), visit()
    for tab, prompt in ((one, "a cat"), (other, "a dog")):
        tab.press_with(prompt)
    for tab, prompt in ((one, "a cat"), (other, "a dog")):
        tab.wait_for_text(".title", prompt)
        tab.settle()
        assert tab.shows(prompt=prompt, style=STYLE, mode=MODE, seed=7)


BAD_INPUT = [
    ("prompt", "  ", "Prompt must not be empty, got '  '."),
    ("style", "", "Style must not be empty, got ''."),
    ("prompt", "uncuttable", "Prompt must fit the model's 32 tokens; these words are cut: uncuttable"),
    ("seed", "1.5", "Seed must be a whole number between 0 and 4294967295, got 1.5."),
    ("seed", "-1", "Seed must be a whole number between 0 and 4294967295, got -1."),
    ("seed", "4294967296", "Seed must be a whole number between 0 and 4294967295, got 4294967296."),
    ("seed", "", "Seed must be a whole number between 0 and 4294967295, got None."),
    ("num_inference_steps", "0", "Num inference steps must be a whole number between 1 and 200, got 0."),
    ("guidance_scale", "99", "Guidance scale must be between 1 and 30, got 99."),
    ("start", "2", "Start must be between 0 and 1, got 2."),
    ("prompt", f"{HOSTILE[1]} uncuttable {HOSTILE[0]}", f"{HOSTILE[1]} uncuttable {HOSTILE[0]}"),
]


def test_bad_input_is_named_and_the_picture_stays(stage, engine):
    stage.page.locator("#fine button").first.click()
    before, frames, painted = stage.painted(), stage.state("frames"), len(engine.rendered)
    for field, value, said in BAD_INPUT:
        good = stage.field(field).input_value()
        stage.field(field).fill(value)
        stage.paint()
        expect(stage.page.locator("#notice p")).to_contain_text(said)
        expect(stage.field(field)).to_have_attribute("aria-invalid", "true")
        assert stage.page.locator("#notice img").count() == 0
        assert (stage.painted(), stage.state("frames"), len(engine.rendered)) == (before, frames, painted)
        stage.field(field).fill(good)
    stage.paint()
    expect(stage.page.locator("#notice p")).to_have_text("")
    expect(stage.page.locator("[aria-invalid]")).to_have_count(0)


def test_the_slider_still_works_after_bad_input(stage):
    stage.press_with("uncuttable")
    expect(stage.page.locator("#notice p")).to_contain_text("these words are cut")
    stage.drag(stage.theta(), 0.79)
    stage.settle_on(stage.theta())
    assert stage.shows(prompt=PROMPT, style=STYLE, mode=MODE, seed=7)


def test_a_broken_renderer_is_a_message_and_the_picture_stays(stage, engine):
    before = stage.painted()
    engine.fails = lambda _: True
    stage.press_with("a cat")
    expect(stage.page.locator(".remark")).to_contain_text("This picture could not be painted (RuntimeError)")
    assert stage.painted() == before
    engine.fails = lambda _: False
    stage.paint()
    stage.wait_for_text(".title", "a cat")
    stage.settle()
    expect(stage.page.locator(".remark")).to_have_text("")


def test_hostile_prompts_are_shown_as_text(stage):
    for text in (text.replace(";", ",") for text in HOSTILE):  # a semicolon parts styles
        stage.field("style").fill(text)
        stage.press_with(text)
        expect(stage.page.locator(".title")).to_have_text(" ".join(text.split()))
        stage.settle()
        assert stage.page.locator("#stage img, #stage script, #stage b, #notice img").count() == 0
        assert stage.shows(prompt=text, style=text, mode=MODE, seed=7)


def test_the_slider_takes_the_range_of_the_mode(stage):
    for mode in (mode for mode in Mode if mode is not MODE):
        stage.choose(mode)
        stage.settle()
        low, high = mode.theta_range
        slider = stage.slider()
        assert (float(slider.get_attribute("min")), float(slider.get_attribute("max"))) == (low, high)
        expect(stage.page.locator("#mode")).to_contain_text(MODES[mode])
        name = "Second prompt" if mode is Mode.INTERPOLATE else "Style"
        expect(stage.field("style")).to_have_value(STYLE)
        expect(stage.page.locator("#style")).to_contain_text(name)
        slider.focus()
        for key, theta in (("Home", low), ("End", high)):
            stage.page.keyboard.press(key)
            stage.settle_on(theta)
            assert stage.shows(prompt=PROMPT, style=STYLE, mode=mode, seed=7)


def test_a_theta_that_the_new_mode_lacks_is_moved_into_its_range(stage):
    stage.choose(Mode.GUIDE)
    stage.slider().focus()
    stage.page.keyboard.press("Home")
    stage.settle_on(-1)
    stage.choose(Mode.WEAKEN)
    stage.settle_on(0)
    assert stage.shows(prompt=PROMPT, style=STYLE, mode=Mode.WEAKEN, seed=7)


def test_a_card_of_the_gallery_fills_the_boxes_and_paints(stage):
    for lesson in (*LESSONS, *FIGURE_LESSONS):
        stage.page.locator(f'[data-lesson="{lesson.name}"]').click()
        expect(stage.field("prompt")).to_have_value(lesson.prompt)
        expect(stage.field("style")).to_have_value(lesson.style)
        expect(stage.page.locator(f'#mode input[value="{lesson.mode}"]')).to_be_checked()
        hung = lesson.hang(**engine_settings())
        stage.wait_for_text(".title", hung.title)
        stage.settle_on(lesson.theta)
        columns = math.ceil(math.sqrt(len(hung.panels)))
        for panel, request in enumerate(hung.at(lesson.theta)):
            assert stage.shows(panel, columns, **{**request.to_dict(), "theta": 0})


def test_every_card_has_its_picture(stage):
    images = stage.page.locator("#gallery img")
    expect(images).to_have_count(len(LESSONS) + len(FIGURE_LESSONS))
    for index in range(images.count()):
        images.nth(index).scroll_into_view_if_needed()
        stage.wait(lambda index=index: images.nth(index).evaluate("image => image.complete && image.naturalWidth > 0"))


def test_a_kept_seed_stays_and_a_free_one_changes(stage):
    stage.paint()
    stage.page.wait_for_timeout(300)
    stage.settle()
    assert stage.field("seed").input_value() == "7"
    stage.page.locator("#keep input").uncheck()
    stage.paint()
    expect(stage.field("seed")).not_to_have_value("7")
    seed = int(stage.field("seed").input_value())
    stage.wait_for_text(".facts", f"seed {seed}")
    stage.settle()
    assert stage.shows(prompt=PROMPT, style=STYLE, mode=MODE, seed=seed)


def test_the_die_draws_a_seed_and_paints(stage):
    stage.page.locator("#die").click()
    expect(stage.field("seed")).not_to_have_value("7")
    seed = int(stage.field("seed").input_value())
    stage.wait_for_text(".facts", f"seed {seed}")
    stage.settle()
    assert stage.shows(prompt=PROMPT, style=STYLE, mode=MODE, seed=seed)


def test_the_second_seed_is_there_in_interpolate_only(stage):
    expect(stage.page.locator("#second_seed")).to_have_count(0)
    stage.choose(Mode.INTERPOLATE)
    stage.field("second_seed").fill("8")
    stage.wait_for_text(".facts", "second seed 8")
    stage.settle()
    assert stage.shows(prompt=PROMPT, style=STYLE, mode=Mode.INTERPOLATE, seed=7, second_seed=8)
    stage.choose(Mode.WEAKEN)
    stage.settle()
    assert stage.shows(prompt=PROMPT, style=STYLE, mode=Mode.WEAKEN, seed=7)


def test_known_words_are_there_to_click(stage):
    stage.page.get_by_role("button", name="pyramid", exact=True).click()
    expect(stage.field("prompt")).to_have_value("pyramid")
    stage.page.get_by_role("button", name="snow", exact=True).click()
    expect(stage.field("prompt")).to_have_value("pyramid snow")
    stage.page.get_by_role("button", name="ukiyo-e", exact=True).click()
    expect(stage.field("style")).to_have_value("ukiyo-e")
    stage.wait_for_text(".title", "pyramid snow, ukiyo-e")
    stage.settle()
    assert stage.shows(prompt="pyramid snow", style="ukiyo-e", mode=MODE, seed=7)


def test_unknown_words_are_named(stage):
    stage.press_with("a submarine in the jungle")
    expect(stage.page.locator(".remark")).to_have_text("The bundled model does not know: submarine.")


def test_the_status_says_what_is_shown_and_what_it_cost(stage):
    facts = stage.page.locator(".facts")
    expect(facts).to_contain_text("weaken at θ 0.3 · seed 7 · painted in")
    stage.paint()
    expect(facts).to_contain_text("from the cache")
    expect(stage.slider()).to_have_attribute("aria-valuetext", "θ 0.3")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_its_window(visit, scheme):
    stage = visit(color_scheme=scheme)
    stage.page.locator("#fine button").first.click()
    stage.choose(Mode.INTERPOLATE)
    expect(stage.page.locator("#second_seed")).to_be_visible()
    for width in (320, 390, 768, 1024, 1280, 1920):
        stage.page.set_viewport_size({"width": width, "height": 844})
        assert stage.page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_the_picture_comes_first_then_the_slider_then_the_boxes(visit):
    stage = visit(width=390, height=844)
    tops = [stage.page.locator(name).first.bounding_box()["y"] for name in ("#stage canvas", "#theta", "#prompt")]
    assert tops == sorted(tops)
    bottom = stage.slider().bounding_box()
    assert bottom["y"] + bottom["height"] <= 844
