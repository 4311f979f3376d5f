"""The page without a browser: what its handlers answer, and what it refuses."""

import asyncio
import base64
import dataclasses
import io
import itertools
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from urllib.parse import parse_qsl

import gradio as gr
import pytest
import torch
from browser.fake_engine import LIVE_SETTINGS, VOCABULARY, FakeEngine
from PIL import Image

import app
from app import CONTROLS, FIRST, MODES, SETTINGS, Handlers
from styleaug import Mode, Request, StyleEngine
from styleaug.lessons import FIGURE_LESSONS, LESSONS
from styleaug.model import ModelError, NonFiniteError
from styleaug.panels import ALL_MODES, MODES_IN_ORDER, STOPS, coarse_to_fine, theta_range
from styleaug.recipe import read_recipe
from styleaug.renderers import OneThread

CONTROL_VALUES = {
    "prompt": "a cat",
    "style": "Monet style",
    "mode": "weaken",
    "theta": 0.3,
    "seed": 7,
    "second_seed": "",
    "negative_prompt": "",
    "num_inference_steps": 10,
    "guidance_scale": 4,
    "guidance_until": 1,
    "start": 0,
    "direction": "contrast",
    "span": "token",
    "hold_norm": False,
    "live": False,
}


def values(stops=STOPS, **changed):
    return [stops, *((CONTROL_VALUES | changed)[name] for name in CONTROLS)]


def visitor(name="somebody", **query):
    return SimpleNamespace(session_hash=name, query_params=query)


FIELDS = {"prompt": "a cat", "style": "Monet style", "mode": "weaken"}


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def handlers(engine, tmp_path):
    return Handlers(engine, tmp_path, OneThread(engine, app.new_renderer()))


def refine(handlers, name="somebody", **question):
    return handlers.refine(visitor(name), gr.EventData(None, question))


# --- Sweep and refine -----------------------------------------------------------------------------------------------


def test_a_sweep_announces_itself_then_adds_frame_by_frame(handlers, engine):
    answers = [stage for stage, _ in handlers.sweep(visitor(), *values())]
    stops = coarse_to_fine(0, 1, 0.3)
    assert [len(answer["frames"]) for answer in answers] == [*range(len(stops) + 1), len(stops)]
    assert [frame["theta"] for frame in answers[-1]["frames"]] == stops
    assert [answer["ended"] for answer in answers] == [False] * (len(stops) + 1) + [True]
    assert len({answer["sweep"] for answer in answers}) == 1
    assert Request.from_dict(answers[0]["fields"]) == Request(**FIELDS, theta=0.3, seed=7, num_inference_steps=10)
    json.dumps(answers)  # it all goes to the browser


def test_the_page_runs_on_the_real_engine(random_model, tmp_path):
    real = StyleEngine(random_model)
    handlers = Handlers(real, tmp_path, OneThread(real, app.new_renderer()))
    controls = values(prompt="a cat", style="style", num_inference_steps=2)
    answers = [stage for stage, _ in handlers.sweep(visitor(), *controls)]
    assert [frame["theta"] for frame in answers[-1]["frames"]] == coarse_to_fine(0, 1, 0.3)
    assert answers[-1]["error"] == ""
    assert refine(handlers, sweep=1, fields=answers[0]["fields"], theta=0.5)["frames"][0]["cached"]
    [(_, notice)] = handlers.sweep(visitor(), *values(prompt="submarine " * 9))
    assert "these words are cut: " in notice["text"]


def test_a_frame_is_a_whole_picture_under_a_name_of_its_own(handlers):
    frames = list(handlers.sweep(visitor(), *values()))[-1][0]["frames"]
    paths = [frame["file"]["path"] for frame in frames]
    assert len(set(paths)) == len(frames)
    for path in paths:
        with Image.open(path) as image:
            image.load()
            assert (image.format, image.size) == ("WEBP", (256, 256))


def test_a_later_sweep_has_a_higher_number_even_after_a_restart(handlers, engine, tmp_path):
    first = next(handlers.sweep(visitor(), *values()))[0]["sweep"]
    second = next(handlers.sweep(visitor(), *values()))[0]["sweep"]
    assert second > first
    again = Handlers(engine, tmp_path, OneThread(engine, app.new_renderer()))
    assert next(again.sweep(visitor(), *values()))[0]["sweep"] >= first


def test_what_was_painted_before_comes_from_the_cache(handlers):
    list(handlers.sweep(visitor(), *values()))
    frames = list(handlers.sweep(visitor("another"), *values()))[-1][0]["frames"]
    assert {frame["cached"] for frame in frames} == {True}


def test_a_failed_stop_is_passed_over_and_told(handlers, engine):
    engine.fails = lambda request: request.theta == 1
    last = list(handlers.sweep(visitor(), *values()))[-1][0]
    assert [frame["theta"] for frame in last["frames"]] == [theta for theta in coarse_to_fine(0, 1, 0.3) if theta != 1]
    assert "RuntimeError" in last["error"]
    assert last["ended"]


def test_two_failures_in_a_row_end_a_sweep(handlers, engine):
    engine.fails = lambda _: True
    last = list(handlers.sweep(visitor(), *values()))[-1][0]
    assert (last["frames"], last["ended"], len(engine.rendered)) == ([], True, 2)


def test_a_refine_answers_with_the_one_frame(handlers, engine):
    answer = refine(handlers, sweep=5, fields=FIELDS, theta=0.41)
    assert (answer["sweep"], answer["theta"], answer["frames"][0]["theta"]) == (5, 0.41, 0.41)
    assert [request.theta for request in engine.rendered] == [0.41]


@pytest.mark.parametrize(
    "question",
    [
        {},
        {"fields": None, "theta": 0.2},
        {"fields": "x", "theta": 0.2},
        {"fields": {"prompt": "a", "style": "b", "colour": 1}, "theta": 0.2},
        {"fields": {"prompt": "a", "style": "b"}, "theta": 3},
        {"fields": {"prompt": "a", "style": "b"}, "theta": float("nan")},
        {"fields": {"prompt": "a", "style": "b"}, "theta": None},
        {"fields": {"prompt": "a", "style": "b", "mode": ["weaken"]}, "theta": 0.2},
    ],
)
def test_a_refine_that_asks_nonsense_is_refused_for_good(handlers, engine, question):
    answer = refine(handlers, sweep=1, **question)
    assert answer["final"]
    assert "frames" not in answer
    assert engine.rendered == []


def test_a_refine_that_fails_may_be_tried_again(handlers, engine):
    engine.fails = lambda _: True
    first, second = (refine(handlers, sweep=1, fields=FIELDS, theta=0.2) for _ in range(2))
    assert not first["final"]
    assert first != second  # gradio hands a value on only if it differs from the last one


# --- Glimpse --------------------------------------------------------------------------------------------------------

QUESTION = {"sweep": 5, "visitor": "somebody", "fields": FIELDS | {"live": True}, "theta": 0.41, "passing": True}


def run(coroutine):
    with ThreadPoolExecutor(1) as own:  # a browser test before this one leaves its loop running in this thread
        return own.submit(asyncio.run, coroutine).result()


def glimpse(handlers, **question):
    return run(handlers.glimpse(QUESTION | question))


def test_a_glimpse_answers_with_the_picture_itself(handlers, engine, tmp_path):
    engine.gives_previews = True
    answer = glimpse(handlers)
    [frame] = answer["frames"]
    assert (answer["sweep"], frame["theta"], frame["preview"]) == (5, 0.41, True)
    kind, content = frame["file"]["url"].split(",")
    with Image.open(io.BytesIO(base64.b64decode(content))) as image:
        assert (kind, image.format, image.size) == ("data:image/webp;base64", "WEBP", (256, 256))
    assert list(tmp_path.iterdir()) == []
    json.dumps(answer)


def test_a_glimpse_of_nonsense_is_refused_for_good(handlers, engine):
    for question in ({"fields": "x"}, {"theta": None}, {"fields": FIELDS | {"mode": ["weaken"]}}, {"fields": None}):
        answer = glimpse(handlers, **question)
        assert answer["final"] and "frames" not in answer
    for question in (None, "x", ["x"], 1):
        assert run(handlers.glimpse(question))["final"]
    assert engine.rendered == []


def test_a_newer_glimpse_does_not_call_off_the_last_but_who_leaves_does(handlers, engine):
    engine.hangs = lambda request: request.theta < 0.5

    async def visit():
        first = asyncio.create_task(handlers.glimpse(QUESTION))
        while not engine.begun:
            await asyncio.sleep(0.01)
        second = await handlers.glimpse(QUESTION | {"theta": 0.61})
        assert engine.cancelled == []
        handlers.leave(visitor())
        return await first, second

    first, second = run(visit())
    assert first is None and second["frames"][0]["theta"] == 0.61
    assert [request.theta for request in engine.cancelled] == [0.41]


@pytest.mark.parametrize(("visitors", "most"), [(["somebody"], app.MOST_WAITING), (map(str, range(99)), 64)])
def test_when_too_many_wait_a_glimpse_is_refused_for_now(handlers, engine, visitors, most):
    engine.hangs = lambda _: True
    names = itertools.islice(itertools.cycle(visitors), most + 3)

    async def crowd():
        asked = [asyncio.create_task(handlers.glimpse(QUESTION | {"visitor": name})) for name in names]
        done, waiting = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        while not engine.begun:
            await asyncio.sleep(0.01)
        engine.hangs = lambda _: False
        return [await each for each in done], [await each for each in waiting]

    refused, answers = run(crowd())
    assert [(each["error"], each["final"]) for each in refused] == [(app.BUSY, False)] * 3
    assert len(answers) == most
    assert all(len(answer["frames"]) == 1 for answer in answers)
    assert len(glimpse(handlers)["frames"]) == 1  # there is room again


def test_who_left_is_not_painted_for_after_waiting_for_a_place(handlers, engine):
    engine.hangs = lambda _: True

    async def visit():
        asked = [asyncio.create_task(handlers.glimpse(QUESTION | {"visitor": str(n)})) for n in range(20)]
        while not engine.begun:
            await asyncio.sleep(0.01)
        for number in range(20):
            handlers.leave(visitor(str(number)))
        return await asyncio.gather(*asked)

    assert run(visit()) == [None] * 20
    assert engine.rendered == []


def test_on_a_lent_gpu_all_is_a_refine():
    """Whose the borrowed seconds are is told with gradio's events alone."""

    def lend(**_):
        return lambda function: function

    for gpu, functions in ((None, ["glimpse"]), (lend, [])):
        page = app.build_page(FakeEngine(), gpu=gpu)
        [stage] = [block for block in page.blocks.values() if getattr(block, "elem_id", None) == "stage"]
        assert [function.__name__ for function in stage.server_fns] == functions


# --- Films ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stops", app.FILMS)
def test_a_film_has_as_many_pictures_as_were_chosen(handlers, stops):
    last = list(handlers.sweep(visitor(), *values(stops=stops, theta=0)))[-1][0]
    assert len(last["frames"]) == len(last["grid"]) == stops


@pytest.mark.parametrize("stops", [0, 8, 10**9, None, "9", [9], float("nan")])
def test_a_film_of_another_length_is_refused(handlers, engine, stops):
    [(_, notice)] = handlers.sweep(visitor(), *values(stops=stops))
    assert notice["text"].startswith("Stops must be one of 9, 17, 33, got")
    assert engine.rendered == []


# --- Side by side ---------------------------------------------------------------------------------------------------


def test_panels_are_painted_theta_by_theta(handlers, engine):
    last = list(handlers.sweep(visitor(), *values(style="van Gogh; ukiyo-e")))[-1][0]
    stops = coarse_to_fine(0, 1, 0.3)
    assert last["names"] == ["van Gogh", "ukiyo-e"]
    assert [(frame["theta"], frame["panel"]) for frame in last["frames"]] == [(t, n) for t in stops for n in (0, 1)]
    assert [request.style for request in engine.rendered[:2]] == ["van Gogh", "ukiyo-e"]


def test_a_refine_brings_the_frame_of_every_panel(handlers, engine):
    answer = refine(handlers, sweep=5, fields=FIELDS | {"mode": "all"}, theta=0.41)
    assert [(frame["panel"], frame["theta"]) for frame in answer["frames"]] == [(n, 0.41) for n in range(4)]
    assert [request.mode for request in engine.rendered] == list(MODES_IN_ORDER)


# --- Links ----------------------------------------------------------------------------------------------------------


def test_a_link_reopens_what_is_shown(handlers):
    controls = values(prompt="${alert(1)} <b>قطة</b> 🐈", style="a;b & c", theta=0.41, hold_norm=True, seed=0)
    news = next(handlers.sweep(visitor(), *controls))[0]
    query = dict(parse_qsl(f"{news['link']}&theta=0.41", strict_parsing=True))
    reopened = next(handlers.open(visitor(**query), *values()))
    assert reopened[-2]["fields"] == news["fields"]
    assert [update["value"] for update in reopened[: len(CONTROLS)]] == [
        "" if name == "second_seed" else news["fields"][name] for name in CONTROLS
    ]


def test_without_a_link_the_page_opens_as_it_is(handlers):
    first = next(handlers.open(visitor(__theme="dark"), *values()))
    assert first[: len(CONTROLS)] == (gr.skip(),) * len(CONTROLS)
    assert first[-2]["fields"]["prompt"] == "a cat"
    assert first[-1] is None


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"prompt": ""}, "Prompt must not be empty"),
        ({"prompt": "a dog", "theta": "nan"}, "Theta must be"),
        ({"prompt": "a dog", "theta": "7"}, "Theta must be between"),
        ({"prompt": "a dog", "colour": "red"}, "Colour is not a field"),
        ({"prompt": "a dog", "seed": "1.5"}, "Seed must be"),
        ({"prompt": "a dog", "mode": "no such"}, "Mode must be one of"),
        ({"seed": "3"}, "Prompt must"),
    ],
)
def test_a_bad_link_is_told_and_the_page_opens_all_the_same(handlers, query, said):
    answers = list(handlers.open(visitor(**query), *values()))
    assert all(answer[-1] == gr.skip() or answer[-1]["text"].startswith(said) for answer in answers)
    assert answers[0][-1]["text"].startswith(said)
    assert answers[-1][-2]["fields"]["prompt"] == "a cat"
    assert answers[-1][-2]["ended"]


# --- Take away ------------------------------------------------------------------------------------------------------


def export(handlers, kind, fields=FIELDS, theta=0.3, thetas=(0, 0.5, 1)):
    question = {"kind": kind, "fields": fields, "theta": theta, "thetas": [*thetas]}
    return handlers.export(visitor(), gr.EventData(None, question))


def test_a_picture_carries_its_recipe(handlers):
    answer = export(handlers, "png")
    assert answer["name"] == "a-cat,-Monet-style-weaken-0.3.png"
    assert read_recipe(answer["file"]["path"]).request == Request(**FIELDS, theta=0.3)


@pytest.mark.parametrize(
    ("kind", "format", "frames"),
    [("png", "PNG", 1), ("strip", "PNG", 1), ("webp", "WEBP", 4), ("gif", "GIF", 4)],
)
@pytest.mark.parametrize("fields", [FIELDS, FIELDS | {"style": "van Gogh; ukiyo-e"}, FIELDS | {"mode": "all"}])
def test_everything_taken_away_opens(handlers, fields, kind, format, frames):
    answer = export(handlers, kind, fields)
    with Image.open(answer["file"]["path"]) as image:
        image.load()
        assert (image.format, getattr(image, "n_frames", 1)) == (format, frames)
    assert answer["name"].endswith(".png" if kind == "strip" else f".{kind}")


def test_what_was_shown_is_not_rendered_again(handlers, engine):
    list(handlers.sweep(visitor(), *values()))
    rendered = len(engine.rendered)
    news = next(handlers.sweep(visitor(), *values()))[0]
    export(handlers, "webp", news["fields"], 0.3, news["grid"])
    assert len(engine.rendered) == rendered


def test_a_missing_program_is_named(handlers, monkeypatch):
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    assert "imageio-ffmpeg" in export(handlers, "mp4")["error"]


@pytest.mark.parametrize(
    "question",
    [
        {"kind": "exe"},
        {"kind": None},
        {"kind": "webp", "thetas": []},
        {"kind": "webp", "thetas": [0.5] * 100},
        {"kind": "webp", "thetas": [7]},
        {"kind": "webp", "thetas": None},
        {"kind": "png", "fields": {}},
        {"kind": "png", "theta": "x"},
    ],
)
def test_nonsense_is_not_exported(handlers, engine, question):
    whole = {"kind": "png", "fields": FIELDS, "theta": 0.3, "thetas": [0, 1]} | question
    assert handlers.export(visitor(), gr.EventData(None, whole))["error"]
    assert len(engine.rendered) <= 2


# --- Bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("prompt", " ", "Prompt must not be empty, got ' '."),
        ("prompt", None, "Prompt must be text, got None."),
        ("style", "", "Style must not be empty, got ''."),
        ("prompt", "uncuttable", "Prompt must fit the model's 32 tokens"),
        ("mode", "paint", "Mode must be one of interpolate, augment, weaken, guide, got 'paint'."),
        ("theta", float("nan"), "Theta must be between 0 and 1 in weaken mode, got nan."),
        ("theta", float("inf"), "Theta must be between 0 and 1 in weaken mode, got inf."),
        ("theta", -0.5, "Theta must be between 0 and 1 in weaken mode, got -0.5."),
        ("theta", None, "Theta must be between 0 and 1 in weaken mode, got None."),
        ("seed", 1.5, "Seed must be a whole number between 0 and 4294967295, got 1.5."),
        ("seed", -1, "Seed must be a whole number between 0 and 4294967295, got -1."),
        ("seed", True, "Seed must be a whole number between 0 and 4294967295, got True."),
        ("num_inference_steps", 10_000, "Num inference steps must be a whole number between 1 and 200, got 10000."),
        ("guidance_scale", 0, "Guidance scale must be between 1 and 30, got 0."),
        ("start", "x", "Start must be between 0 and 1, got 'x'."),
        ("hold_norm", "yes", "Hold norm must be true or false, got 'yes'."),
    ],
)
def test_bad_input_is_a_message_and_nothing_else(handlers, engine, field, value, said):
    [(stage, notice)] = handlers.sweep(visitor(), *values(**{field: value}))
    assert stage == gr.skip()
    assert notice["text"].startswith(said)
    assert notice["field"] == field
    assert engine.rendered == []


def test_bad_input_leaves_a_running_sweep_alone(handlers, engine):
    running = handlers.sweep(visitor(), *values())
    next(running), next(running)
    list(handlers.sweep(visitor(), *values(seed=-1)))
    assert list(running)[-1][0]["ended"]


def test_the_same_mistake_twice_is_news_twice(handlers):
    first, second = (next(handlers.sweep(visitor(), *values(prompt="")))[1] for _ in range(2))
    assert first["text"] == second["text"]
    assert first != second


def test_a_good_press_clears_the_message(handlers):
    assert next(handlers.sweep(visitor(), *values()))[1] is None


@pytest.mark.parametrize(
    ("typed", "read"),
    [("", None), (" ", None), (None, None), ("8", 8), ("8.0", 8.0), (8, 8), ("x", "x"), ("1e999", float("inf"))],
)
def test_the_second_seed_may_be_left_empty(typed, read):
    assert app.number_or_text(typed) == read


def test_the_second_seed_counts_in_interpolate_only(handlers):
    for mode, second_seed in (("weaken", None), ("interpolate", 9)):
        news, _ = next(handlers.sweep(visitor(), *values(second_seed="9", mode=mode)))
        assert news["fields"]["second_seed"] == second_seed
    [(_, notice)] = handlers.sweep(visitor(), *values(second_seed="x", mode="interpolate"))
    assert notice["text"] == "Second seed must be a whole number between 0 and 4294967295, got 'x'."


def test_an_unforeseen_error_is_logged_without_what_was_typed(handlers, engine, caplog):
    engine.fails = lambda _: True
    last = list(handlers.sweep(visitor(), *values(prompt="a secret cat")))[-1][0]
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text + last["error"]


@pytest.mark.parametrize("kind", [ModelError, NonFiniteError])
def test_an_error_that_says_what_to_do_is_shown_as_it_is(kind):
    assert app.explain(kind("load the model in float32")) == "load the model in float32"


def test_unknown_words_are_named(handlers):
    last = list(handlers.sweep(visitor(), *values(prompt="a submarine and a cat")))[-1][0]
    assert last["remark"] == "The bundled model does not know: submarine, and."
    assert app.unknown_words_remark("sd", ["x"]) == "The model sd does not know: x."
    assert app.unknown_words_remark("tiny", []) == ""


def test_all_pictures_are_rendered_in_one_thread(handlers, engine, monkeypatch):
    threads, render = set(), engine.render
    monkeypatch.setattr(engine, "render", lambda *a, **k: (threads.add(threading.get_ident()), render(*a, **k))[1])
    for name in "ab":
        visits = threading.Thread(target=lambda name=name: list(handlers.sweep(visitor(name), *values(prompt=name))))
        visits.start()
        visits.join()
    refine(handlers, sweep=1, fields=FIELDS, theta=0.41)
    export(handlers, "png")
    assert len(threads) == 1
    assert threading.get_ident() not in threads


# --- Called off -------------------------------------------------------------------------------------------------------


def test_a_render_is_called_off_between_two_steps(handlers, engine):
    engine.hangs = lambda request: request.prompt == "a cat"
    answers = []
    thread = threading.Thread(target=lambda: answers.extend(handlers.sweep(visitor(), *values())))
    thread.start()
    while not engine.begun:
        pass
    last = list(handlers.sweep(visitor(), *values(prompt="a dog")))[-1][0]
    thread.join(10)
    assert not thread.is_alive()
    assert last["ended"]
    assert [answer["frames"] for answer, _ in answers] == [[]]
    assert len(engine.cancelled) == 1


def test_who_leaves_frees_the_renderer_within_two_steps(handlers, engine):
    engine.hangs = lambda _: True
    thread = threading.Thread(target=lambda: list(handlers.sweep(visitor(), *values())))
    thread.start()
    while engine.steps < 3:
        pass
    before = engine.steps
    handlers.leave(visitor())
    thread.join(10)
    assert not thread.is_alive()
    assert engine.steps - before <= 2


def test_a_sweep_whose_visitor_left_ends(handlers, engine):
    running = handlers.sweep(visitor(), *values())
    next(running), next(running)
    handlers.leave(visitor())
    assert list(running) == []
    assert len(engine.rendered) == 1


# --- What the controls do to each other -----------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [*Mode, ALL_MODES])
def test_the_slider_has_the_range_of_the_mode(handlers, mode):
    slider, style_box, mode_choice, second_seed = handlers.adopt_mode(str(mode), 0.25)
    assert (slider["minimum"], slider["maximum"], slider["value"]) == (*theta_range(mode), 0.25)
    assert style_box["label"] == ("Second prompt" if mode is Mode.INTERPOLATE else "Style")
    assert mode_choice["info"] == MODES[mode]
    assert second_seed["visible"] is (mode is Mode.INTERPOLATE)


@pytest.mark.parametrize(("theta", "kept"), [(-1.0, 0.0), (2.0, 1.0), (None, 0.0), (0.0, 0.0)])
def test_a_theta_outside_the_new_range_goes_to_its_end(handlers, theta, kept):
    assert handlers.adopt_mode("weaken", theta)[0]["value"] == kept


def test_steps_and_guidance_follow_the_variant(handlers):
    for live, settings in ((True, LIVE_SETTINGS), (False, handlers.engine.model.settings)):
        assert dict(zip(SETTINGS, handlers.adopt_variant(live), strict=True)) == settings


def test_live_is_offered_where_a_model_has_it(handlers, engine):
    def is_offered():
        return handlers.fill_in(FIELDS | {"theta": 0.5})[CONTROLS.index("live")]["visible"]

    assert is_offered()
    engine.model.live = None
    assert not is_offered()


@pytest.mark.parametrize("lesson", [*LESSONS, *FIGURE_LESSONS], ids=lambda lesson: lesson.name)
def test_a_card_of_the_gallery_sets_every_control(handlers, lesson):
    updates = handlers.lesson(gr.EventData(None, {"name": lesson.name}))
    filled = {name: update["value"] for name, update in zip(CONTROLS, updates, strict=True)}
    assert filled == CONTROL_VALUES | lesson.fields | {"mode": str(lesson.mode)}
    news = list(handlers.sweep(visitor(), STOPS, *filled.values()))[-1][0]
    assert news["ended"] and news["error"] == ""


@pytest.mark.parametrize("data", [{}, {"name": "no such"}, {"name": ["x"]}, None])
def test_a_card_that_is_not_there_changes_nothing(handlers, data):
    assert handlers.lesson(gr.EventData(None, data)) == [gr.skip()] * len(CONTROLS)


def test_every_mode_has_its_sentence():
    assert set(MODES) == {*Mode, ALL_MODES}
    assert all(sentence.endswith(".") for sentence in MODES.values())


# --- The page as it is served ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def config():
    page = app.build_page(FakeEngine())
    return page.get_config_file()


def component(config, elem_id):
    [found] = [each for each in config["components"] if each["props"].get("elem_id") == elem_id]
    return found["props"]


def test_the_page_begins_with_a_picture(config):
    assert component(config, "prompt")["value"] == FIRST["prompt"]
    assert component(config, "style")["value"] == FIRST["style"]
    assert any([event for _, event in call["targets"]] == ["load"] for call in config["dependencies"])


def test_gradio_hears_of_no_move_of_the_slider(config):
    slider = next(each["id"] for each in config["components"] if each["props"].get("elem_id") == "theta")
    assert not [call for call in config["dependencies"] if slider in (target for target, _ in call["targets"])]


def test_the_progress_of_an_event_is_kept_on_nothing_that_is_on_the_page(config):
    """gradio's page would copy the values of all such parts at each piece of news, under a moving hand, too."""
    kinds = {component["id"]: component["type"] for component in config["components"]}
    shown_on = [call["show_progress_on"] or call["outputs"] for call in config["dependencies"] if call["targets"]]
    assert shown_on and {kinds[part] for parts in shown_on for part in parts} == {"state"}


def test_nothing_typed_can_reach_a_template(config):
    for each in config["components"]:
        if each["type"] == "html":
            template = each["props"].get("html_template", "")
            assert "{{" not in template
            if each["props"].get("elem_id") in ("stage", "words", "notice", "refined", "exported", "gallery"):
                assert "${" not in template


def test_vocabulary_is_offered_where_there_is_one(config):
    assert component(config, "words")["value"]["subjects"] == list(VOCABULARY.subjects)
    without = app.build_page(FakeEngine(vocabulary=None)).get_config_file()
    assert component(without, "words")["visible"] is False


def test_a_public_host_shows_no_more_than_the_page():
    settings = app.launch_settings()
    page = app.build_page(FakeEngine())
    launch = {name: value for name, value in settings.items() if name not in ("theme", "css_paths")}
    assert (launch["run_history"], launch["enable_monitoring"], launch["footer_links"]) == (False, False, [])
    assert page.analytics_enabled is False
    assert page.delete_cache is not None
    assert page.api_open is False
    assert launch["mcp_server"] is False
    calls = page.get_config_file()["dependencies"]
    assert [call["api_name"] for call in calls if call["api_visibility"] != "private"] == list(app.CALLS)


def contrast(one, other):
    """Ratio of the relative luminances of two "#rrggbb" colours (WCAG 2.2)."""

    def luminance(colour):
        channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["", "_dark"])
@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        ("body_text_color", "body_background_fill", 4.5),
        ("body_text_color_subdued", "body_background_fill", 4.5),
        ("body_text_color", "input_background_fill", 4.5),
        ("block_info_text_color", "body_background_fill", 4.5),
        ("button_primary_text_color", "button_primary_background_fill", 4.5),
        ("button_primary_text_color_hover", "button_primary_background_fill_hover", 4.5),
        ("slider_color", "body_background_fill", 3),  # of a control, not of text (WCAG 1.4.11)
    ],
)
def test_the_colours_can_be_told_apart(text, ground, least, scheme):
    colours = json.loads((app.PAGE / "theme.json").read_text(encoding="utf-8"))["theme"]
    assert contrast(colours[text + scheme], colours[ground + scheme]) >= least


def test_the_theme_asks_for_no_font_from_elsewhere():
    theme = app.launch_settings()["theme"]
    assert theme._stylesheets == []
    assert theme._font_css == []
    for file in app.PAGE.rglob("*.*"):
        assert "://" not in file.read_text(encoding="utf-8"), file


def test_an_unknown_model_is_a_message_and_exit_code_2(capsys):
    assert app.main(["--model", "no-such-model"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("Model must be")
    assert "no-such-model" in said


# --- Starting it ----------------------------------------------------------------------------------------------------


class Launched:
    """What `main` would have served, and with which arrival."""

    def __init__(self, monkeypatch, model):
        self.asked = []
        self.fetched = []
        self.page = SimpleNamespace(launch=lambda **settings: self.settings.update(settings))
        self.settings = {}

        def load(name, **options):
            self.asked.append((name, options))
            return model

        def build(engine, *, arrival, **_):
            self.engine, self.arrival = engine, arrival
            return self.page

        for name in ("STYLEAUG_MODEL", "SPACE_ID", "SPACES_ZERO_GPU", "GRADIO_SERVER_NAME"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(app, "load_model", load)
        monkeypatch.setattr(app, "fetch_model", lambda name, **options: self.fetched.append((name, options)))
        monkeypatch.setattr(app, "build_page", build)


@pytest.fixture
def launched(monkeypatch, random_model):
    return Launched(monkeypatch, random_model)


@pytest.fixture
def unguarded(monkeypatch, random_model):
    """A model that may paint anything, without a filter."""
    return Launched(monkeypatch, dataclasses.replace(random_model, vocabulary=None))


def settled(arrival):
    answers, told = [], threading.Event()
    arrival.when_settled(lambda *answer: (answers.append(answer), told.set()))
    assert told.wait(30)
    return answers[0]


def test_the_bundled_model_is_served_unless_another_is_named(launched, monkeypatch):
    assert app.main([]) == 0
    assert [name for name, _ in launched.asked] == ["tiny"] and launched.arrival is None
    assert launched.settings["server_name"] is None and not launched.settings["share"]
    monkeypatch.setenv("STYLEAUG_MODEL", "./folder")
    assert app.main([]) == 0 and app.main(["--model", "tiny"]) == 0
    assert [name for name, _ in launched.asked] == ["tiny", "./folder", "tiny"]


def test_how_the_model_is_run_is_chosen_at_the_start(launched, monkeypatch):
    told = []
    monkeypatch.setattr(app, "prepared", lambda model, *chosen: told.append(chosen) or model)
    assert app.main(["--bucket", "8", "--dtype", "bfloat16"]) == 0
    assert [options["dtype"] for _, options in launched.asked] == [torch.bfloat16]
    assert app.main([]) == 0
    assert launched.asked[1][1]["dtype"] is None and told == [(8, False), (None, False)]


def test_a_compiled_model_is_there_before_the_page(launched, monkeypatch, capsys):
    """No visitor waits for a compiler, so nothing stands in for a model that is still to come."""
    told = []
    monkeypatch.setattr(app, "prepared", lambda model, *chosen: told.append(chosen) or model)
    assert app.main(["--compile", "--model", "sd14", "--bucket", "6"]) == 0
    assert told == [(6, True)] and launched.arrival is None
    assert [name for name, _ in launched.asked] == ["sd14"]
    assert capsys.readouterr().err == "the page opens once sd14 is fetched, loaded and compiled\n"


def test_what_cannot_be_compiled_is_a_message_and_exit_code_2(launched, monkeypatch, capsys):
    def no_compiler(model, *_):
        raise ModelError("The UNet cannot be compiled here (no C++ compiler).")

    monkeypatch.setattr(app, "prepared", no_compiler)
    assert app.main(["--compile"]) == 2
    assert capsys.readouterr().err == "The UNet cannot be compiled here (no C++ compiler).\n"
    assert app.main(["--compile", "--bucket", "2"]) == 2
    assert capsys.readouterr().err.startswith("Bucket must be a whole number between 3 and 1024 with --compile")
    assert launched.settings == {}


def test_nothing_is_compiled_on_a_zero_gpu(launched, monkeypatch, capsys):
    monkeypatch.setattr(app, "zero_gpu", lambda: lambda **_: lambda function: function)
    assert app.main(["--compile"]) == 2
    assert capsys.readouterr().err.startswith("--compile is of no use on ZeroGPU")
    assert launched.asked == []


def test_a_model_of_the_hub_arrives_while_the_page_stands(launched, random_model):
    assert app.main(["--model", "sd14", "--small-decoder"]) == 0
    news, engine = settled(launched.arrival)
    assert (news.text, engine.model) == ("", random_model)
    [(fetched, how)] = launched.fetched
    assert (fetched, how["small_decoder"], how["safety"]) == ("sd14", True, True)
    options = dict(launched.asked)
    assert options["sd14"]["small_decoder"] and not options["tiny"]["small_decoder"]
    assert all(each["safety"] for each in options.values())


@pytest.mark.parametrize(
    "public", [["--host", "0.0.0.0"], ["--share"], {"SPACE_ID": "a/b"}, {"GRADIO_SERVER_NAME": "::"}]
)
def test_without_a_filter_nothing_is_served_to_others_unless_it_is_meant(unguarded, public, monkeypatch, capsys):
    arguments = public if isinstance(public, list) else []
    for name, value in public.items() if isinstance(public, dict) else ():
        monkeypatch.setenv(name, value)
    assert app.main(["--model", "./folder", *arguments]) == 2
    assert "./folder has no safety filter, and others can reach this page" in capsys.readouterr().err
    assert app.main(["--model", "./folder", "--unfiltered", *arguments]) == 0
    assert [options["safety"] for _, options in unguarded.asked] == [True, False]


def test_alone_or_with_a_filter_or_a_vocabulary_it_is_served(unguarded, launched, random_model, monkeypatch):
    public = ["--host", "0.0.0.0"]
    assert app.main(public) == 0  # the bundled model draws what it was taught
    guarded = dataclasses.replace(random_model, vocabulary=None, safety=object())
    Launched(monkeypatch, guarded)
    assert app.main(["--model", "./folder", *public]) == 0
    Launched(monkeypatch, dataclasses.replace(random_model, vocabulary=None))
    assert app.main(["--model", "./folder"]) == 0
    assert app.main(["--model", "./folder", "--host", "localhost"]) == 0


def test_an_arrival_without_a_filter_is_refused_to_others(unguarded, monkeypatch, capsys):
    """The page stands on the bundled model, and says why the other does not come; so does the terminal."""
    load = app.load_model
    monkeypatch.setattr(
        app,
        "load_model",
        lambda name, **options: dataclasses.replace(
            load(name, **options), vocabulary=VOCABULARY if name == "tiny" else None
        ),
    )
    assert app.main(["--model", "sd-turbo", "--host", "0.0.0.0"]) == 0
    news, engine = settled(unguarded.arrival)
    assert engine is None and news.text == "sd-turbo could not be had. The bundled model paints instead."
    assert news.reason.startswith("sd-turbo has no safety filter")
    said = ""
    while news.reason not in said:
        said += capsys.readouterr().err
