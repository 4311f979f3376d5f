"""Where pictures are rendered: a ZeroGPU is simulated by a decorator that runs each call in a process of its own."""

import dataclasses
import multiprocessing
import os
import pickle
import sys
import threading
import time
import types
from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import parts
import pytest
from PIL import ImageChops

import app
from styleaug import BadRequest, Mode, Request, StyleEngine
from styleaug.engine import Cancelled
from styleaug.renderers import MOST_SECONDS, Here, OneThread, ZeroGpu, one_call, seconds_for
from styleaug.turns import Turns

REQUEST = Request(prompt="a cat", style="monet style", mode=Mode.WEAKEN, num_inference_steps=2)
LIVE = [dataclasses.replace(REQUEST, live=True, theta=theta) for theta in (0.2, 0.6)]
SWEEP = [REQUEST.with_theta(theta) for theta in (0.3, 0, 1, 0.5)]


class LentGpu:
    """Like `spaces.GPU`: the decorated function runs in a fresh process, and all that comes and goes is pickled."""

    def __init__(self):
        self.calls = []

    def __call__(self, *, duration):
        def decorate(function):
            def lent(*arguments):
                self.calls.append((duration(*arguments), pickle.loads(pickle.dumps(arguments))))
                context = multiprocessing.get_context("fork")
                near, far = context.Pipe()
                process = context.Process(target=lambda: far.send_bytes(pickle.dumps(function(*arguments))))
                process.start()
                far.close()
                if not near.poll(60):
                    process.kill()  # what is read then is the end
                try:
                    return pickle.loads(near.recv_bytes())
                except EOFError:
                    raise gr.Error("GPU task aborted") from None
                finally:
                    process.join()
                    near.close()

            return lent

        return decorate


@pytest.fixture
def gpu():
    return LentGpu()


@pytest.fixture
def engine(random_model):
    return StyleEngine(random_model)


def paint(renderer, requests):
    with Turns().sweep("somebody") as turn:
        return list(renderer.pictures(requests, turn))


def same(one, other):
    return one.hidden == other.hidden and ImageChops.difference(one.image, other.image).getbbox() is None


def test_a_sweep_is_one_call_and_its_pictures_are_those_of_one_thread(engine, gpu, random_model):
    lent = paint(ZeroGpu(engine, gpu), SWEEP)
    here = paint(OneThread(StyleEngine(random_model), Here()), SWEEP)
    assert [picture.request for picture in lent] == SWEEP
    assert all(map(same, lent, here))
    assert [arguments for _, arguments in gpu.calls] == [(SWEEP,)]


@pytest.fixture
def lively(random_model):
    """A model with a live variant whose previews take one core."""
    small = parts.vae("AutoencoderTiny").eval()
    return dataclasses.replace(random_model, live=dataclasses.replace(random_model, preview_vae=small, preview_cores=1))


def paint_at_once(engine, requests, previews):
    """Each asked for by a program of its own, all at one time."""
    turns, executor = Turns(), ThreadPoolExecutor(1)
    renderer = OneThread(engine, executor)

    def paint_one(request):
        with turns.call("somebody") as turn:
            return next(iter(renderer.pictures([request], turn, [request] if previews else [])))

    with executor, ThreadPoolExecutor(len(requests)) as visitors:
        return list(visitors.map(paint_one, requests))


def test_two_previews_are_rendered_abreast_and_are_those_of_one_thread(lively):
    alone = [StyleEngine(lively).render(request, preview=True) for request in LIVE]
    together = threading.Barrier(2, timeout=10)

    class Meeting(StyleEngine):
        def render(self, request, **wishes):
            together.wait()  # fails if the other one has to wait for this one's end
            return super().render(request, **wishes)

    pictures = paint_at_once(Meeting(lively), LIVE, previews=True)
    assert all(picture.preview for picture in pictures)
    assert all(map(same, pictures, alone))


@pytest.mark.parametrize("previews", [True, False])
def test_all_else_is_rendered_alone(lively, random_model, previews):
    """Pictures of the live variant, and previews of a model whose small decoder takes all cores."""
    lively = dataclasses.replace(random_model, live=random_model) if previews else lively
    inside = threading.Semaphore(1)

    class Alone(StyleEngine):
        def render(self, request, **wishes):
            assert inside.acquire(blocking=False)
            time.sleep(0.01)
            inside.release()
            return super().render(request, **wishes)

    pictures = paint_at_once(Alone(lively), LIVE, previews)
    assert [picture.request for picture in pictures] == LIVE


def test_a_lock_that_was_held_when_the_process_was_forked_holds_nobody_up(engine, gpu):
    with engine.model.tokenizer_lock:
        pictures = paint(ZeroGpu(engine, gpu), SWEEP[:1])
    assert [picture.request for picture in pictures] == SWEEP[:1]


def test_what_was_rendered_needs_no_gpu_again(engine, gpu):
    renderer = ZeroGpu(engine, gpu)
    first = paint(renderer, SWEEP)
    again = paint(renderer, SWEEP)
    assert len(gpu.calls) == 1
    assert all(picture.from_cache for picture in again)
    assert all(map(same, first, again))
    paint(renderer, [*SWEEP, REQUEST.with_theta(0.7)])
    assert [arguments for _, arguments in gpu.calls[1:]] == [([REQUEST.with_theta(0.7)],)]


def test_what_the_filter_hides_stays_hidden_here(random_model, gpu):
    strict = types.SimpleNamespace(hides=lambda images: [True] * len(images))
    renderer = ZeroGpu(StyleEngine(dataclasses.replace(random_model, safety=strict)), gpu)
    lent, kept = paint(renderer, [REQUEST]), paint(renderer, [REQUEST])
    assert [picture.hidden for picture in (*lent, *kept)] == [True, True]
    assert same(*lent, *kept)


def test_nothing_set_in_the_lent_process_is_seen_here(engine, gpu, monkeypatch):
    seen = []
    predict = type(engine.model).predict_noise
    monkeypatch.setattr(type(engine.model), "predict_noise", lambda *a: (seen.append(os.getpid()), predict(*a))[1])
    pictures = paint(ZeroGpu(engine, gpu), SWEEP)
    assert seen == []
    assert engine.stats.unet_rows == sum(picture.stats.unet_rows for picture in pictures) > 0
    engine.render(REQUEST.with_theta(0.9))
    assert set(seen) == {os.getpid()}
    assert engine.stats.text_encodes > pictures[0].stats.text_encodes  # its texts were not kept on this side


def test_an_error_is_that_pictures_alone_and_quotes_nothing(engine, gpu, monkeypatch):
    def fail(model, *arguments):
        raise RuntimeError("a secret prompt")

    long = Request(prompt="dog " * 40, style="monet style", mode=Mode.WEAKEN, num_inference_steps=2)
    refused, painted = paint(ZeroGpu(engine, gpu), [long, REQUEST])
    assert isinstance(refused, BadRequest)
    assert "must fit" in str(refused)
    assert painted.request == REQUEST
    monkeypatch.setattr(type(engine.model), "predict_noise", fail)
    [broken] = paint(ZeroGpu(engine, gpu), [REQUEST.with_theta(0.25)])
    assert str(broken) == "RuntimeError"


def test_where_no_gpu_is_to_be_had_each_picture_says_so(engine):
    def exhausted(*, duration):
        def decorate(function):
            def lent(*arguments):
                raise gr.Error("You have used up your GPU time. Come back tomorrow.")

            return lent

        return decorate

    errors = paint(ZeroGpu(engine, exhausted), SWEEP)
    assert {app.explain(error) for error in errors} == {"You have used up your GPU time. Come back tomorrow."}


def test_who_gave_up_gets_nothing_but_the_pictures_are_kept(engine, gpu):
    turns = Turns()
    with turns.sweep("somebody") as turn:
        pictures = ZeroGpu(engine, gpu).pictures(SWEEP, turn)
        next(pictures)
        turns.leave("somebody")
        with pytest.raises(Cancelled):
            next(pictures)
        with pytest.raises(Cancelled):
            next(ZeroGpu(engine, gpu).pictures([REQUEST.with_theta(0.8)], turn))
    assert len(gpu.calls) == 1
    assert all(engine.cached(request) for request in SWEEP)


@pytest.mark.parametrize("count", [1, 9, 33, 200])
@pytest.mark.parametrize("steps", [1, 20, 200])
def test_no_call_asks_for_more_time_than_there_is(count, steps):
    requests = [Request(prompt="a", style="b", num_inference_steps=steps, seed=seed) for seed in range(count)]
    left, called = requests, []
    while left:
        part = one_call(left)
        assert 0 < seconds_for(part) <= MOST_SECONDS
        called += part
        left = left[len(part) :]
    assert called == requests
    if steps <= 20 and count <= 33:
        assert len(one_call(requests)) == count  # a sweep of the page is one call


def test_the_page_on_a_lent_gpu_sweeps_refines_and_exports(engine, gpu, tmp_path):
    handlers = app.Handlers(engine, tmp_path, ZeroGpu(engine, gpu))
    visitor = types.SimpleNamespace(session_hash="somebody", query_params={})
    fields = REQUEST.to_dict() | {"second_seed": ""}
    stages = [stage for stage, _ in handlers.sweep(visitor, 9, *(fields[name] for name in app.CONTROLS))]
    assert (len(stages[-1]["frames"]), stages[-1]["error"], len(gpu.calls)) == (9, "", 1)
    question = {"fields": stages[0]["fields"], "theta": 0.41, "kind": "strip", "thetas": stages[0]["grid"]}
    assert handlers.refine(visitor, gr.EventData(None, question))["frames"][0]["theta"] == 0.41
    assert "error" not in handlers.export(visitor, gr.EventData(None, question))
    assert len(gpu.calls) == 2


def test_spaces_is_asked_for_on_a_zero_gpu_only(monkeypatch, gpu):
    monkeypatch.delenv("SPACES_ZERO_GPU", raising=False)
    monkeypatch.setitem(sys.modules, "spaces", types.SimpleNamespace(GPU=gpu))
    assert app.zero_gpu() is None
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    assert app.zero_gpu() is gpu


def test_a_job_done_here_is_done_in_this_thread_or_failed():
    assert Here().submit(os.getpid).result() == os.getpid()
    with pytest.raises(ZeroDivisionError):
        Here().submit(lambda: 1 / 0).result()
