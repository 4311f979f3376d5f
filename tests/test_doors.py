"""Open doors and shut ones, probed on a running page: what a program may ask for, and what nobody may.

Whatever is asked, the log has no traceback and nothing that was typed.
"""

import asyncio
import contextlib
import http.client
import io
import json
import logging
import re
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest
from browser.fake_engine import LIVE_SETTINGS, FakeEngine
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client
from PIL import Image

import app
from styleaug import Mode, Request
from styleaug.panels import coarse_to_fine
from styleaug.recipe import Recipe, read_recipe

CANARY = "canarywort"
API = "gradio_api"
JSON = {"content-type": "application/json"}
CAT = {"prompt": f"a {CANARY} cat", "style": "Monet style"}


class Served:
    """A page on a fake engine, on this machine's own address."""

    def __init__(self, **options):
        self.engine = FakeEngine()
        self.page = app.build_page(self.engine, **options.pop("build", {}))
        _, self.address, _ = self.page.launch(prevent_thread_lock=True, quiet=True, **app.launch_settings(**options))
        self.http = httpx.Client(base_url=self.address, timeout=60)

    def close(self):
        self.http.close()
        self.page.close()

    def post(self, path, **sent):
        return self.http.post(f"{API}/{path}", **sent)

    def index(self, name):
        [index] = [index for index, function in self.page.fns.items() if function.api_name == name]
        return index

    def join(self, session, name="render", **fields):
        """Ask for a picture as a page does: by the event's number, with every value."""
        data = list((Request(**CAT, mode="weaken").to_dict() | fields).values())
        return self.post("queue/join", json={"session_hash": session, "fn_index": self.index(name), "data": data})

    def answer(self, session):
        """All that the server tells a session, up to its last event's end."""
        return self.http.get(f"{API}/queue/data", params={"session_hash": session}).text

    def raw(self, method, path):
        """A request with the path exactly as it is: no client tidies it."""
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        connection.request(method, path)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, body.decode()


@pytest.fixture(scope="module")
def running():
    served = Served()
    yield served
    served.close()


@pytest.fixture
def served(running):
    running.engine.reset()
    return running


@pytest.fixture(scope="module")
def client(running):
    return Client(running.address, verbose=False, analytics_enabled=False)


@contextlib.contextmanager
def nothing_leaks():
    """No traceback in any log meanwhile, nor what was typed."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    loggers = [logging.getLogger(name) for name in (None, "uvicorn", "uvicorn.error", "uvicorn.access")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
            yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
    assert "Traceback" not in text.getvalue()
    assert CANARY not in text.getvalue()


# --- Open: what a program may ask for -------------------------------------------------------------------------------


def test_a_program_renders_a_picture_with_its_recipe(served, client):
    with nothing_leaks():
        path, told = client.predict(**CAT, mode="weaken", theta=0.3, seed=7, api_name="/render")
    request = Request(**CAT, mode="weaken", theta=0.3, seed=7, num_inference_steps=10)
    assert read_recipe(path) == Recipe("tiny", request)
    assert told["request"] == request.to_dict()
    [took] = told["pictures"]
    assert (took["theta"], took["cached"], took["hidden"]) == (0.3, False, False)
    assert told["unknown_words"] == [CANARY]


def test_a_program_may_ask_for_the_live_variant(served, client):
    _, told = client.predict(**CAT, live=True, api_name="/render")
    settings = {name: told["request"][name] for name in LIVE_SETTINGS}
    assert told["request"]["live"] is True and settings == LIVE_SETTINGS


def test_a_program_renders_a_sweep(served, client):
    strip, paths, told = client.predict(**CAT, mode="guide", frames=5, api_name="/sweep")
    thetas = sorted(coarse_to_fine(-1, 2, 0, 5))
    assert [read_recipe(path).request.theta for path in paths] == thetas
    assert [each["theta"] for each in told["pictures"]] == thetas
    with Image.open(strip) as image:
        assert image.width > 5 * 256
    _, paths, _ = client.predict(**CAT, mode="guide", thetas=[1.25, -0.5], api_name="/sweep")
    assert [read_recipe(path).request.theta for path in paths] == [1.25, -0.5]


def test_what_is_handed_out_is_cleaned_away_in_time(served):
    assert served.join("tidy").status_code == 200
    [path] = re.findall(r'"path":"([^"]+\.png)"', served.answer("tidy"))
    frequency, age = served.page.delete_cache
    assert frequency < age == app.FILE_SECONDS
    assert any(path in files for files in served.page.temp_file_sets)  # gradio deletes what it finds there


def test_every_field_of_a_request_is_told_with_its_default_and_its_meaning(running):
    endpoints = running.http.get(f"{API}/info").json()["named_endpoints"]
    assert list(endpoints) == ["/render", "/sweep"]
    told = {each["parameter_name"]: each for each in endpoints["/render"]["parameters"]}
    own = dict.fromkeys(("num_inference_steps", "guidance_scale", "start"))  # left out, they are the model's
    defaults = Request(prompt="-", style="-").to_dict() | own
    assert list(told) == list(defaults)
    assert [name for name, each in told.items() if not each["parameter_has_default"]] == ["prompt", "style"]
    for name, each in told.items():
        assert each["parameter_default"] == (None if name in CAT else defaults[name])
        assert each["python_type"]["description"] == app.HELP[name]
    assert told["mode"]["type"] == {"enum": [str(mode) for mode in Mode], "additional_description": app.HELP["mode"]}


def test_calls_of_one_program_do_not_supersede_each_other(served, client):
    jobs = [client.submit(**CAT, seed=seed, api_name="/render") for seed in range(5)]
    assert [read_recipe(job.result(60)[0]).request.seed for job in jobs] == list(range(5))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"theta": 7}, "Theta must be between -1 and 1 in augment mode, got 7."),
        ({"seed": 1.5}, "Seed must be a whole number between 0 and 4294967295, got 1.5."),
        ({"prompt": "uncuttable"}, "Prompt must fit the model's 32 tokens"),
        ({"prompt": None}, "Prompt must be text, got None."),
        ({"prompt": "x" * 50_000}, "Prompt must be at most 2000 characters, is 50000"),
        ({"mode": "<img src=x>"}, "augment, weaken, guide, got '&lt;img src=x&gt;'."),
        ({"hold_norm": "yes"}, "Hold norm must be true or false, got 'yes'."),
    ],
)
def test_a_bad_call_is_answered_with_field_rule_and_value(served, client, fields, said):
    with nothing_leaks(), pytest.raises(AppError) as caught:
        client.predict(**{**CAT, **fields}, api_name="/render")
    assert said in caught.value.message
    assert served.engine.rendered == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"frames": 34}, "Frames must be a whole number between 3 and 33, got 34."),
        ({"frames": "9"}, "Frames must be a whole number between 3 and 33, got '9'."),
        ({"thetas": []}, "Thetas must be a list of 1 to 33, got []."),
        ({"thetas": [0.0] * 34}, "Thetas must be a list of 1 to 33"),
        ({"thetas": [0.5, 3]}, "Theta must be between -1 and 1 in augment mode, got 3."),
    ],
)
def test_a_bad_sweep_paints_nothing(served, client, fields, said):
    with pytest.raises(AppError) as caught:
        client.predict(**CAT, **fields, api_name="/sweep")
    assert said in caught.value.message
    assert served.engine.rendered == []


def test_theta_that_is_no_number_is_refused(served):
    data = json.dumps(list(Request(**CAT).to_dict().values())).replace("0.0", "NaN", 1)
    body = f'{{"session_hash": "nan", "fn_index": {served.index("render")}, "data": {data}}}'
    with nothing_leaks():
        served.post("queue/join", content=body, headers={"content-type": "application/json"})
        assert "Theta must be between -1 and 1 in augment mode, got nan." in served.answer("nan")


def test_a_failure_says_no_more_than_its_kind(served, client):
    served.engine.fails = lambda _: True
    with nothing_leaks(), pytest.raises(AppError) as caught:
        client.predict(**CAT, api_name="/render")
    assert "(RuntimeError)" in caught.value.message
    assert CANARY not in caught.value.message


def test_no_field_chooses_a_model(served):
    answer = served.post("call/v2/render", json={**CAT, "model": "CompVis/stable-diffusion-v1-4"})
    assert (answer.status_code, answer.json()["detail"]) == (400, "got an unexpected keyword argument 'model'.")
    answer = served.post("call/v2/render", json={"style": "Monet style"})
    assert (answer.status_code, answer.json()["detail"]) == (400, "missing a required argument: 'prompt'.")


# --- Agents ---------------------------------------------------------------------------------------------------------


def test_an_agent_lists_and_runs_the_tools():
    served = Served(mcp=True)

    async def hear(progress, total, message):
        """gradio answers with the picture itself only those who want to hear how it goes; others get its address."""

    async def visit():
        async with streamablehttp_client(f"{served.address}{API}/mcp/") as (read, write, _):
            async with ClientSession(read, write) as session:
                await session.initialize()
                tools = (await session.list_tools()).tools
                called = await session.call_tool("render", {**CAT, "theta": 0.25}, progress_callback=hear)
                silent = await session.call_tool("sweep", {**CAT, "thetas": [0.5]})
                refused = await session.call_tool("render", {**CAT, "theta": 7})
                return tools, called, silent, refused

    with nothing_leaks():
        with ThreadPoolExecutor(1) as own:  # a browser test before this one leaves its loop running in this thread
            tools, called, silent, refused = own.submit(lambda: asyncio.run(visit())).result()
    served.close()
    assert [tool.name for tool in tools] == ["render", "sweep"]
    assert all(each["description"] for tool in tools for each in tool.inputSchema["properties"].values())
    assert [content.type for content in called.content] == ["image", "text", "text"]
    assert f"{served.address}{API}/file=" in silent.content[0].text
    assert [request.theta for request in served.engine.rendered] == [0.25, 0.5]
    assert refused.isError
    assert "Theta must be between" in refused.content[0].text


def test_without_gradios_part_for_agents_the_page_does_not_start(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "mcp", None)
    assert app.main(["--mcp"]) == 2
    assert 'pip install "gradio[mcp]"' in capsys.readouterr().err


# --- Shut -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"{API}/upload"),
        ("GET", f"{API}/upload_progress?upload_id=1"),
        ("GET", "monitoring"),
        ("GET", "monitoring/summary"),
        ("GET", f"{API}/runs"),
        ("GET", f"{API}/run-history/buckets"),
        ("GET", "docs"),
        ("GET", "redoc"),
        ("GET", "openapi.json"),
        ("GET", f"{API}/openapi.json"),
        ("GET", f"{API}/deep_link?session_hash=x"),
        ("GET", f"{API}/proxy=https://x.hf.space/"),
        ("GET", f"{API}/file=http://127.0.0.1/"),
        ("GET", f"{API}/file=HTTPS://127.0.0.1/"),
        ("GET", f"{API}/custom_component/x/client/component/y"),
        ("GET", f"{API}/dev/reload"),
        ("POST", f"{API}/run/render"),
        ("POST", f"{API}/api/predict"),
        ("POST", f"{API}/call/refine"),
        ("POST", f"{API}/process_recording"),
        ("POST", f"{API}/vibe-code"),
        ("POST", f"{API}/mcp"),
        ("POST", "login"),
        ("PUT", ""),
    ],
)
def test_all_else_is_shut(served, method, path):
    with nothing_leaks():
        answer = served.http.request(method, path, json={} if method == "POST" else None)
    assert (answer.status_code, answer.json()) == (404, {"detail": "There is nothing here."})


@pytest.mark.parametrize(
    "path",
    [
        f"{API}/file=/etc/passwd",
        f"{API}/file=../../../../etc/passwd",
        f"{API}/file=..%2f..%2f..%2fetc%2fpasswd",
        f"{API}/file=app.py",
        f"{API}/file={app.ASSETS / 'tiny' / 'model_index.json'}",
        f"{API}/file=%00",
        f"{API}/file=" + "a" * 5000,
        f"{API}/file%3D/etc/passwd",
        "assets/../../../../etc/passwd",
        "assets/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "static/%2e%2e/%2e%2e/routes.py",
        "static//etc/passwd",
        "svelte/..\\..\\routes.py",
    ],
)
def test_no_path_leads_to_a_file_of_the_machine(served, path):
    with nothing_leaks():
        status, body = served.raw("GET", f"/{path}")
    assert status in (403, 404)
    assert "detail" in body


@pytest.mark.parametrize("path", ["queue/join", "run/predict", "component_server", "call/render", "cancel"])
def test_a_large_body_is_refused(served, path):
    large = json.dumps({"data": ["x" * 200_000], "session_hash": CANARY}).encode()
    with nothing_leaks():
        counted = served.post(path, content=large)
        uncounted = served.post(path, content=iter([large[:50_000], large[50_000:]]))
    assert counted.status_code == uncounted.status_code == 413
    assert counted.json() == uncounted.json() == {"detail": "The body must be at most 65536 bytes."}


def test_a_prompt_of_100_000_characters_is_refused(served):
    with nothing_leaks():
        assert served.join("long", prompt=CANARY * 10_000).status_code == 413
    assert served.engine.rendered == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"[" * 60_000,
        {},
        {"fn_index": 10**9, "data": [], "session_hash": CANARY},
        {"fn_index": "0", "data": [], "session_hash": CANARY},
        {"fn_index": 0, "data": [CANARY], "session_hash": CANARY},
        {"fn_index": 0, "data": None, "session_hash": CANARY},
        {"fn_index": 0, "data": [CANARY] * 13, "session_hash": CANARY * 10},
        {"fn_index": 0, "data": [CANARY] * 13, "session_hash": [CANARY]},
    ],
)
def test_a_join_that_names_nothing_of_the_page_is_refused(served, body):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with nothing_leaks():
        answer = served.post("queue/join", content=content)
    assert answer.status_code == 400
    assert answer.json()["detail"]


JUNK = (
    {"data": [[[[CANARY]]]]},
    {"data": CANARY},
    {"data": {"path": f"/{CANARY}", "meta": {"_type": "gradio.FileData"}}, "event_data": CANARY, "trigger_id": 3},
    {"data": [1e300], "event_data": {"fields": CANARY}, "batched": True},
)


@pytest.mark.parametrize("junk", JUNK)
def test_junk_for_any_event_of_the_page_leaves_no_trace(served, junk):
    with nothing_leaks():
        for index, function in served.page.fns.items():
            session = f"junk{index}"
            body = {**junk, "fn_index": index, "data": [junk["data"]] * len(function.inputs), "session_hash": session}
            served.post("run/predict", json=body)
            if served.post("queue/join", json=body).status_code == 200:
                served.answer(session)
        assert "404" in served.answer("nobody")
    assert served.engine.rendered == []


@pytest.mark.parametrize("wrap", [lambda file: file, lambda file: [file], lambda file: [[file]]])
def test_no_object_is_taken_for_a_file_and_fetched(served, wrap):
    """gradio fetches a file from wherever a value says that it is, whatever the event wants."""
    value = wrap({"path": "http://example.invalid/big", "meta": {"_type": "gradio.FileData"}})
    for index, function in served.page.fns.items():
        if function.fn is not None and function.inputs:
            body = {"fn_index": index, "data": [value] * len(function.inputs), "session_hash": "fetcher"}
            assert served.post("run/predict", json=body).status_code == 400
            assert served.post("queue/join", json=body).status_code == 400
    call = served.post("call/v2/render", json={**CAT, "hold_norm": value})
    assert call.status_code == 400 and "must be texts, numbers" in call.json()["detail"]
    assert served.engine.rendered == []


def test_the_stages_function_is_the_only_one_that_answers(served):
    [stage] = [index for index, block in served.page.blocks.items() if getattr(block, "elem_id", None) == "stage"]
    question = {"sweep": 1, "visitor": "eye", "fields": CAT, "theta": 0.25}
    good = {"component_id": stage, "fn_name": "glimpse", "session_hash": "eye", "data": question}
    with nothing_leaks():
        answer = served.post("component_server", json=good).json()
        assert (answer["sweep"], answer["theta"], len(answer["frames"])) == (1, 0.25, 1)
        for bad in (
            {},
            {"fn_name": "get_config"},
            {"fn_name": ["glimpse"]},
            {"component_id": stage + 1},
            {"component_id": str(stage)},
            {"component_id": [stage]},
            {"session_hash": None},
            {"session_hash": "x" * (app.SESSION_NAME + 1), "data": {"visitor": "x" * (app.SESSION_NAME + 1)}},
            {"session_hash": "another"},
            {"data": None},
            {"data": [CANARY]},
            {"data": {"visitor": [CANARY]}},
        ):
            assert served.post("component_server", json=(good | bad) if bad else {}).status_code == 400
        for kind in ("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ""):
            headers = {"content-type": kind}
            assert served.post("component_server", content=json.dumps(good), headers=headers).status_code == 400
        for nonsense in ({"fields": CANARY}, {"theta": CANARY}, {"sweep": 2**70}, {"sweep": "\ud800", "theta": [[]]}):
            bad = good | {"data": {"visitor": "eye"} | nonsense}
            assert served.post("component_server", content=json.dumps(bad), headers=JSON).json()["final"] is True
    assert len(served.engine.rendered) == 1


# --- Busy -----------------------------------------------------------------------------------------------------------


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


@pytest.fixture
def crowded(served):
    """An engine that paints nothing before the test is over."""
    served.engine.hangs = lambda _: True
    yield served
    served.engine.reset()
    wait_until(lambda: not len(served.page._queue) and not any(served.page._queue.active_jobs))


def test_a_hundred_joins_meet_the_bound(crowded):
    with nothing_leaks(), ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: crowded.join(f"visitor{number}", seed=number), range(100)))
        refused = [answer for answer in answers if answer.status_code != 200]
        most = app.CALLS_QUEUED + app.PLACES_IN_LINE + 8  # those who were judged in one moment
        assert app.CALLS_QUEUED <= len(answers) - len(refused) <= most
        assert {(answer.status_code, answer.json()["detail"]) for answer in refused} == {(503, app.BUSY)}
        with pytest.raises(Exception, match="Queue is full! Please try again"):
            Client(crowded.address, verbose=False).predict(**CAT, api_name="/render")


def test_one_visitor_may_wait_for_so_many_only(crowded):
    answers = [crowded.join("greedy", seed=seed) for seed in range(app.MOST_WAITING + 1)]
    assert [answer.status_code for answer in answers] == [200] * app.MOST_WAITING + [429]
    assert "may wait for one visitor" in answers[-1].json()["detail"]
    assert crowded.join("modest").status_code == 200
    body = {"session_hash": "greedy", "fn_index": crowded.index("new_seed"), "data": []}
    assert crowded.post("run/predict", json=body).status_code == 200  # what renders nothing waits for nobody


def test_what_a_program_left_behind_is_not_painted(crowded, monkeypatch):
    monkeypatch.setenv("GRADIO_IS_E2E_TEST", "1")  # gradio looks for who has left every quarter of a second, not 15 s
    client = Client(crowded.address, verbose=False)
    client.submit(**CAT, api_name="/render")
    wait_until(lambda: crowded.engine.begun)
    threading.Thread(target=client.close).start()
    wait_until(lambda: crowded.engine.cancelled)
    assert crowded.engine.rendered == []
