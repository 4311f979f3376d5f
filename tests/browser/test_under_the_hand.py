"""The live variant, which paints θ while it is dragged, and previews, which give way to the picture where θ rests."""

import time

import pytest
from fake_engine import LIVE_SETTINGS

from styleaug import Request

FIELDS = {"prompt": "temple hidden in the jungle", "style": "Monet style", "mode": "weaken", "seed": 7}


def choose_live(stage):
    stage.page.locator("#live input").check()
    stage.wait(lambda: stage.shows(**FIELDS, live=True, **LIVE_SETTINGS))  # not settled on what was there before
    stage.settle()


def test_the_live_variant_paints_with_its_own_settings(stage, engine):
    before = len(engine.rendered)
    choose_live(stage)
    asked = engine.rendered[before:]
    assert {(each.live, each.num_inference_steps, each.guidance_scale) for each in asked} == {(True, 2, 1.0)}
    assert stage.shows(**FIELDS, live=True, **LIVE_SETTINGS)
    stage.page.locator("#live input").uncheck()
    stage.settle_on(stage.theta())
    stage.wait_for_text(".facts", "from the cache")  # those pictures are there still
    assert stage.shows(**FIELDS)


def test_a_link_brings_the_live_variant_along(visit):
    stage = visit(
        query="prompt=a+dog&style=van+Gogh&mode=weaken&seed=3&num_inference_steps=2&guidance_scale=1&live=true"
    )
    assert stage.page.locator("#live input").is_checked()
    assert stage.shows(prompt="a dog", style="van Gogh", mode="weaken", seed=3, live=True, **LIVE_SETTINGS)


def test_the_live_variant_paints_while_the_hand_moves_and_calls_nothing_off(stage, engine):
    choose_live(stage)
    engine.seconds = 0.02
    before = len(engine.rendered)
    y = stage.slider().bounding_box()["y"] + 8
    stage.page.mouse.move(stage.x_of(stage.theta()), y)
    stage.page.mouse.down()
    for hundredth in range(31, 71):  # without a rest as long as the full model waits for
        stage.page.mouse.move(stage.x_of(hundredth / 100), y)
        stage.page.wait_for_timeout(30)
    painted = len(engine.rendered) - before
    stage.page.mouse.up()
    stage.settle_on(stage.theta())
    assert painted >= 5
    assert engine.cancelled == []
    assert stage.shows(**FIELDS, live=True, **LIVE_SETTINGS)


def test_each_theta_under_the_hand_costs_one_request(stage, engine):
    engine.gives_previews = True
    choose_live(stage)
    stage.page.wait_for_timeout(500)
    sent, previewed = len(stage.requests), len(engine.previewed)
    stage.page.evaluate(
        """async () => {
            const slider = document.querySelector("#theta input[type=range]");
            for (let hundredth = 31; hundredth < 71; hundredth++) {
                slider.value = hundredth / 100;
                slider.dispatchEvent(new Event("input", { bubbles: true }));
                await new Promise((resolve) => setTimeout(resolve, 30));
            }
        }"""
    )
    asked = [url for url in stage.requests[sent:] if url.startswith("http")]
    stage.settle_on(stage.theta())
    passed = engine.previewed[previewed:]
    assert len(passed) >= 5
    assert len({request.theta for request in passed}) == len(passed)
    assert all(url.endswith("/component_server/") for url in asked)
    assert sum(url.endswith("/component_server/") for url in stage.requests[sent:]) == len(passed)


@pytest.mark.parametrize("failure", ["busy", "broken"])
def test_a_question_about_what_the_hand_passes_that_failed_is_asked_again_after_a_while(stage, failure):
    choose_live(stage)
    asked = []

    def refuse(route):
        asked.append(time.monotonic())
        if len(asked) > 1:
            route.continue_()
        elif failure == "busy":
            route.fulfill(json={"sweep": route.request.post_data_json["data"]["sweep"], "error": "Later."})
        else:
            route.fulfill(status=503)

    stage.page.route("**/component_server/", refuse)
    stage.page.locator("#theta input[type=number]").fill("0.43")
    stage.settle_on(0.43)
    first, second = asked
    assert second - first > 0.9
    stage.errors.clear()  # Chromium's own word of the 503


def test_where_no_glimpse_comes_through_the_event_brings_the_picture(stage, engine):
    engine.gives_previews = True
    choose_live(stage)
    stage.page.route("**/component_server/", lambda route: route.fulfill(status=503))
    stage.page.locator("#theta input[type=number]").fill("0.43")
    stage.settle_on(0.43)
    assert (engine.previewed[-1].theta, engine.rendered[-1].theta) == (0.43, 0.43)
    stage.errors.clear()


def test_the_full_model_waits_for_the_hand_to_rest(stage, engine):
    before = len(engine.rendered)
    stage.hurry([hundredth / 100 for hundredth in range(31, 70)])
    stage.settle_on(0.69)
    assert [request.theta for request in engine.rendered[before:]] == [0.69]


def test_a_preview_gives_way_to_the_picture_where_theta_rests(visit, engine):
    engine.gives_previews = True
    stage = visit()
    [first] = engine.rendered
    assert first.theta == stage.theta()
    assert len(engine.previewed) == 9
    stage.page.locator(".film button").nth(2).click()
    stage.settle_on(stage.theta())
    resting = Request.from_dict({**FIELDS, "theta": stage.theta(), "num_inference_steps": 10})
    assert engine.rendered == [first, resting]
    stage.drag(stage.theta(), first.theta)  # that picture is there: nothing is asked for
    stage.settle_on(first.theta)
    assert engine.rendered == [first, resting]
    assert len(engine.previewed) == 9


def test_under_a_moving_hand_a_preview_will_do_and_at_rest_the_picture_comes(stage, engine):
    engine.gives_previews = True
    choose_live(stage)
    engine.seconds = 0.02
    rendered, previewed = len(engine.rendered), len(engine.previewed)
    y = stage.slider().bounding_box()["y"] + 8
    stage.page.mouse.move(stage.x_of(stage.theta()), y)
    stage.page.mouse.down()
    for hundredth in range(31, 71):
        stage.page.mouse.move(stage.x_of(hundredth / 100), y)
        stage.page.wait_for_timeout(30)
    assert len(engine.previewed) - previewed >= 5
    stage.page.mouse.up()
    stage.settle_on(stage.theta())
    assert engine.rendered[-1].theta == stage.theta()
    assert len(engine.rendered) - rendered <= 2  # one, unless this machine paused while the hand moved
    assert engine.cancelled == []
