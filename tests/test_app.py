"""The page without a browser: what its handlers answer, and what it refuses."""

import itertools
import json
import threading
from types import SimpleNamespace

import gradio as gr
import pytest
from browser.fake_engine import VOCABULARY, FakeEngine
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import app
from app import CONTROLS, FIRST, MODES, PRESETS, Handlers, Turns, coarse_to_fine
from styleaug import Mode, Request, StyleEngine
from styleaug.engine import Cancelled
from styleaug.model import ModelError, NonFiniteError

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
    "start": 0,
    "direction": "contrast",
    "span": "token",
    "hold_norm": False,
}


def values(**changed):
    return [(CONTROL_VALUES | changed)[name] for name in CONTROLS]


def visitor(name="somebody"):
    return SimpleNamespace(session_hash=name)


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def handlers(engine, tmp_path):
    return Handlers(engine, tmp_path)


def refine(handlers, name="somebody", **question):
    return handlers.refine(visitor(name), gr.EventData(None, question))


# --- The grid -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "order"),
    [
        (Mode.WEAKEN, [0.3, 0, 1, 0.5, 0.25, 0.75]),
        (Mode.AUGMENT, [0.3, -1, 1, 0]),
        (Mode.GUIDE, [0.3, -1, 2, 0, 1]),
        (Mode.INTERPOLATE, [0.3, 0, 1, 0.5, 0.25, 0.75]),
    ],
)
def test_the_resting_theta_comes_first_then_both_ends_then_halves(mode, order):
    assert coarse_to_fine(mode, 0.3)[: len(order)] == order


@given(mode=st.sampled_from(Mode), share=st.floats(0, 1), stops=st.integers(3, 33))
def test_a_grid_covers_the_range_evenly_and_is_the_same_wherever_theta_rests(mode, share, stops):
    low, high = mode.theta_range
    resting = low + share * (high - low)
    grid = coarse_to_fine(mode, resting, stops)
    assert grid[0] == resting
    assert len(grid) == len(set(grid)) <= stops + 1
    assert {low, high, 0.0} <= set(grid)
    assert set(grid) - {resting} <= set(coarse_to_fine(mode, 0.0, stops))
    ordered = sorted(set(grid) | {low, high})
    if stops >= 9:
        assert max(right - left for left, right in itertools.pairwise(ordered)) <= (high - low) / 4


def test_the_default_grid_has_nine_stops():
    assert [len(coarse_to_fine(mode, 0.0)) for mode in Mode] == [9, 9, 9, 9]


# --- Sweep and refine -----------------------------------------------------------------------------------------------


def test_a_sweep_announces_itself_then_adds_frame_by_frame(handlers, engine):
    answers = [stage for stage, _ in handlers.sweep(visitor(), *values())]
    stops = coarse_to_fine(Mode.WEAKEN, 0.3)
    assert [len(answer["frames"]) for answer in answers] == [*range(len(stops) + 1), len(stops)]
    assert [frame["theta"] for frame in answers[-1]["frames"]] == stops
    assert [answer["ended"] for answer in answers] == [False] * (len(stops) + 1) + [True]
    assert len({answer["sweep"] for answer in answers}) == 1
    assert Request.from_dict(answers[0]["recipe"]) == Request(
        prompt="a cat", style="Monet style", mode="weaken", theta=0.3, seed=7, num_inference_steps=10
    )
    json.dumps(answers)  # it all goes to the browser


def test_the_page_runs_on_the_real_engine(random_model, tmp_path):
    handlers = Handlers(StyleEngine(random_model), tmp_path)
    controls = values(prompt="a cat", style="style", num_inference_steps=2)
    answers = [stage for stage, _ in handlers.sweep(visitor(), *controls)]
    assert [frame["theta"] for frame in answers[-1]["frames"]] == coarse_to_fine(Mode.WEAKEN, 0.3)
    assert answers[-1]["error"] == ""
    assert refine(handlers, sweep=1, recipe=answers[0]["recipe"], theta=0.5)["frame"]["cached"]
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


def test_a_later_sweep_has_a_higher_number_even_after_a_restart(handlers, tmp_path):
    first = next(handlers.sweep(visitor(), *values()))[0]["sweep"]
    second = next(handlers.sweep(visitor(), *values()))[0]["sweep"]
    assert second > first
    assert next(Handlers(FakeEngine(), tmp_path).sweep(visitor(), *values()))[0]["sweep"] >= first


def test_what_was_painted_before_comes_from_the_cache(handlers):
    list(handlers.sweep(visitor(), *values()))
    frames = list(handlers.sweep(visitor("another"), *values()))[-1][0]["frames"]
    assert {frame["cached"] for frame in frames} == {True}


def test_a_failed_stop_is_passed_over_and_told(handlers, engine):
    engine.fails = lambda request: request.theta == 1
    last = list(handlers.sweep(visitor(), *values()))[-1][0]
    assert [frame["theta"] for frame in last["frames"]] == [
        theta for theta in coarse_to_fine(Mode.WEAKEN, 0.3) if theta != 1
    ]
    assert "RuntimeError" in last["error"]
    assert last["ended"]


def test_two_failures_in_a_row_end_a_sweep(handlers, engine):
    engine.fails = lambda _: True
    last = list(handlers.sweep(visitor(), *values()))[-1][0]
    assert (last["frames"], last["ended"], len(engine.rendered)) == ([], True, 2)


def test_a_refine_answers_with_the_one_frame(handlers, engine):
    recipe = Request(prompt="a cat", style="Monet style", mode="weaken").to_dict()
    answer = refine(handlers, sweep=5, recipe=recipe, theta=0.41)
    assert (answer["sweep"], answer["theta"], answer["frame"]["theta"]) == (5, 0.41, 0.41)
    assert [request.theta for request in engine.rendered] == [0.41]


@pytest.mark.parametrize(
    "question",
    [
        {},
        {"recipe": None, "theta": 0.2},
        {"recipe": "x", "theta": 0.2},
        {"recipe": {"prompt": "a", "style": "b", "colour": 1}, "theta": 0.2},
        {"recipe": {"prompt": "a", "style": "b"}, "theta": 3},
        {"recipe": {"prompt": "a", "style": "b"}, "theta": float("nan")},
        {"recipe": {"prompt": "a", "style": "b"}, "theta": None},
        {"recipe": {"prompt": "a", "style": "b", "mode": ["weaken"]}, "theta": 0.2},
    ],
)
def test_a_refine_that_asks_nonsense_is_refused_for_good(handlers, engine, question):
    answer = refine(handlers, sweep=1, **question)
    assert answer["final"]
    assert "frame" not in answer
    assert engine.rendered == []


def test_a_refine_that_fails_may_be_tried_again(handlers, engine):
    engine.fails = lambda _: True
    recipe = Request(prompt="a cat", style="Monet style").to_dict()
    first, second = (refine(handlers, sweep=1, recipe=recipe, theta=0.2) for _ in range(2))
    assert not first["final"]
    assert first != second  # gradio hands a value on only if it differs from the last one


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
    assert app.read_controls(values(second_seed="9")).second_seed is None
    assert app.read_controls(values(second_seed="9", mode="interpolate")).second_seed == 9
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


# --- Turns ----------------------------------------------------------------------------------------------------------


def test_a_new_sweep_supersedes_the_old_one_and_its_refines():
    turns = Turns()
    with turns.sweep("a") as old, turns.refine("a") as refined, turns.sweep("b") as other:
        assert not old.superseded() and not refined.superseded()
        with turns.sweep("a") as new:
            assert old.superseded() and refined.superseded()
            assert not new.superseded() and not other.superseded()


def test_a_new_refine_supersedes_the_old_refine_but_no_sweep():
    turns = Turns()
    with turns.sweep("a") as sweep, turns.refine("a") as old, turns.refine("a") as new:
        assert old.superseded()
        assert not sweep.superseded() and not new.superseded()


def test_who_left_waits_for_nothing():
    turns = Turns()
    with turns.sweep("a") as sweep, turns.refine("a") as refined, turns.sweep("b") as other:
        turns.leave("a")
        assert sweep.superseded() and refined.superseded() and not other.superseded()


def test_turns_are_taken_one_at_a_time_in_the_order_of_asking():
    turns, order, inside = Turns(), [], threading.Semaphore(1)

    def take(name):
        with turns.refine(name) as turn, turn.rendering():
            assert inside.acquire(blocking=False)
            order.append(name)
            inside.release()

    with turns.sweep("first") as first, first.rendering():
        waiting = []
        for name in "abc":
            waiting.append(threading.Thread(target=take, args=(name,)))
            waiting[-1].start()
            with turns._changed:
                assert turns._changed.wait_for(lambda: len(turns._line) == len(waiting) + 1, timeout=10)
    for thread in waiting:
        thread.join()
    assert order == ["a", "b", "c"]
    assert (turns._line, turns._newest) == ([], {})


def test_a_superseded_turn_leaves_the_line():
    turns, ended = Turns(), threading.Event()

    def wait_in_vain():
        with turns.refine("a") as turn:
            try:
                with turn.rendering():
                    raise AssertionError("it had no turn")
            except Cancelled:
                ended.set()

    with turns.sweep("b") as other, other.rendering():
        thread = threading.Thread(target=wait_in_vain)
        thread.start()
        with turns._changed:
            assert turns._changed.wait_for(lambda: len(turns._line) == 2, timeout=10)
        with turns.refine("a"):
            assert ended.wait(10)
    thread.join()
    assert turns._line == []


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


def test_a_sweep_whose_visitor_left_ends(handlers, engine):
    running = handlers.sweep(visitor(), *values())
    next(running), next(running)
    handlers.leave(visitor())
    assert list(running) == []
    assert len(engine.rendered) == 1


# --- What the controls do to each other -----------------------------------------------------------------------------


@pytest.mark.parametrize("mode", Mode)
def test_the_slider_has_the_range_of_the_mode(mode):
    slider, style_box, mode_choice, second_seed = app.adopt_mode(str(mode), 0.25)
    assert (slider["minimum"], slider["maximum"], slider["value"]) == (*mode.theta_range, 0.25)
    assert style_box["label"] == ("Second prompt" if mode is Mode.INTERPOLATE else "Style")
    assert mode_choice["info"] == MODES[mode]
    assert second_seed["visible"] is (mode is Mode.INTERPOLATE)


@pytest.mark.parametrize(("theta", "kept"), [(-1.0, 0.0), (2.0, 1.0), (None, 0.0), (0.0, 0.0)])
def test_a_theta_outside_the_new_range_goes_to_its_end(theta, kept):
    assert app.adopt_mode("weaken", theta)[0]["value"] == kept


def test_the_presets_are_the_papers_figures_word_for_word():
    assert [preset[:3] for preset in PRESETS.values()] == [
        ("a dog", "a cat", Mode.INTERPOLATE),
        ("doomsday pyramid cyberpunk alien invasion", "cyberpunk", Mode.AUGMENT),
        ("futuristic high tech city architecture", "futuristic high tech", Mode.AUGMENT),
        ("temple hidden in the jungle Monet style", "Monet style", Mode.AUGMENT),
        ("temple hidden in the jungle Monet style", "Monet style", Mode.WEAKEN),
    ]
    assert [name.split(" · ")[0] for name in PRESETS] == [f"Fig. {number}" for number in range(5, 10)]
    assert all(0 <= preset[3] <= 0.5 for preset in PRESETS.values())  # the paper's range


def test_every_mode_has_its_sentence():
    assert set(MODES) == set(Mode)
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
    assert component(config, "prompt")["value"] == FIRST[0]
    assert component(config, "style")["value"] == FIRST[1]
    assert any([event for _, event in call["targets"]] == ["load"] for call in config["dependencies"])


def test_the_slider_asks_the_server_nothing(config):
    slider = next(each["id"] for each in config["components"] if each["props"].get("elem_id") == "theta")
    calls = [call for call in config["dependencies"] if any(target == slider for target, _ in call["targets"])]
    assert sorted(event for call in calls for _, event in call["targets"]) == ["change", "input"]
    assert not any(call["backend_fn"] for call in calls)


def test_nothing_typed_can_reach_a_template(config):
    for each in config["components"]:
        if each["type"] == "html":
            template = each["props"].get("html_template", "")
            assert "{{" not in template
            if each["props"].get("elem_id") in ("stage", "words", "notice", "refined"):
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
    assert all(call["api_visibility"] == "private" for call in page.get_config_file()["dependencies"])
    assert TestClient(page.app).get("/gradio_api/info").json() == {"named_endpoints": {}, "unnamed_endpoints": {}}


def test_the_theme_asks_for_no_font_from_elsewhere():
    theme = app.theme()
    assert theme._stylesheets == []
    assert "http" not in (app.ASSETS / "page.css").read_text(encoding="utf-8")


def test_an_unknown_model_is_a_message_and_exit_code_2(capsys):
    assert app.main(["--model", "no-such-model"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("Model must be")
    assert "no-such-model" in said
