"""A closed list of prompts for a class: what its file may say, and that nothing else is painted."""

from types import SimpleNamespace

import gradio as gr
import pytest
from browser.fake_engine import FakeEngine
from hypothesis import given
from hypothesis import strategies as st

import app
from styleaug import BadRequest, Request
from styleaug.prompt_list import PromptList, read_prompt_list
from styleaug.renderers import OneThread

TEXT = """# What class 7b may paint
castle | Monet style
a   dog in the snow

tree|van Gogh ;  ukiyo-e
castle | cyberpunk
"""
LIST = PromptList(("castle", "a dog in the snow", "tree"), ("Monet style", "van Gogh; ukiyo-e", "cyberpunk"))


def written(tmp_path, text):
    path = tmp_path / "class 7b.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# --- The file -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("\n", "\r\n"), "\ufeff" + TEXT])
def test_a_list_is_read(tmp_path, text):
    assert read_prompt_list(written(tmp_path, text)) == LIST


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("castle | Monet style\n| van Gogh", "prompts line 2 of class 7b.txt must be “prompt” or “prompt | style”"),
        ("castle |", "prompts line 1 of class 7b.txt must be “prompt” or “prompt | style”, got 'castle |'"),
        ("a | b | c", "prompts line 1 of class 7b.txt must be"),
        ("a | b\n\n# no\n" + "x" * 2001, "prompts line 4 of class 7b.txt: prompt must be at most 2000 characters"),
        ("a | " + "x" * 2001, "prompts line 1 of class 7b.txt: style must be at most 2000 characters"),
        ("", "prompts must hold at least one prompt"),
        ("# nothing", "prompts must hold at least one prompt"),
        ("castle\ndog", "prompts must hold at least one style"),
        ("castle | ;", "prompts must hold at least one style"),
        ("a | b\n" * 1001, "prompts must be a file of at most 1000 lines, has 1001"),
        (b"caf\xe9 | Monet style", "prompts must be a text file in UTF-8 that can be read"),
    ],
)
def test_what_is_wrong_is_said_with_file_line_and_rule(tmp_path, text, said):
    with pytest.raises(BadRequest) as caught:
        read_prompt_list(written(tmp_path, text))
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("name", ["", "no such file"])
def test_a_file_that_is_not_there_is_said(tmp_path, name):
    with pytest.raises(BadRequest, match="must be a text file"):
        read_prompt_list(tmp_path / name)


words = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="|;#"), min_size=1, max_size=9)


@given(st.lists(st.tuples(words, words), min_size=1, max_size=9))
def test_all_that_is_listed_may_be_painted_and_nothing_else(tmp_path_factory, pairs):
    path = written(tmp_path_factory.mktemp("list"), "\n".join(f"{prompt} | {style}" for prompt, style in pairs))
    listed = read_prompt_list(path)
    for prompt, _ in pairs:
        for _, style in pairs:
            listed.check(Request(prompt=prompt, style=style))
            listed.check(Request(prompt=prompt, style=prompt, mode="interpolate"))
            with pytest.raises(BadRequest, match="prompt must be one of this page's list"):
                listed.check(Request(prompt=f"{prompt} {prompt}", style=style))
            with pytest.raises(BadRequest, match="style must be one of this page's list"):
                listed.check(Request(prompt=prompt, style=f"{style} {style}"))


# --- The page -------------------------------------------------------------------------------------------------------

VISITOR = SimpleNamespace(session_hash="somebody", query_params={})
LISTED = {"prompt": "castle", "style": "Monet style", "mode": "weaken", "theta": 0.3}
OFF = [
    ({"prompt": "a bomb"}, "Prompt must be one of this page's list, got 'a bomb'."),
    ({"prompt": "Castle"}, "Prompt must be one of this page's list, got 'Castle'."),
    ({"style": "a bomb"}, "Style must be one of this page's list, got 'a bomb'."),
    ({"negative_prompt": "dull"}, "Negative prompt must be left empty on this page, got 'dull'."),
]


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def handlers(engine, tmp_path):
    return app.Handlers(engine, tmp_path, OneThread(engine, app.new_renderer()), LIST)


def swept(handlers, stops=9, **fields):
    known = Request(prompt="-", style="-", num_inference_steps=10).to_dict() | {"second_seed": ""} | LISTED | fields
    return list(handlers.sweep(VISITOR, stops, *(known[name] for name in app.CONTROLS)))


@pytest.mark.parametrize(("fields", "said"), OFF)
def test_what_is_not_listed_is_painted_nowhere(handlers, engine, fields, said):
    question = gr.EventData(None, {"fields": LISTED | fields, "theta": 0.3, "kind": "png"})
    [(_, notice)] = swept(handlers, **fields)
    assert (notice["text"], notice["field"]) == (said, next(iter(fields)))
    assert handlers.refine(VISITOR, question)["error"] == said
    assert handlers.export(VISITOR, question)["error"] == said
    with pytest.raises(gr.Error) as caught:
        app.Calls(handlers).render(VISITOR, **(LISTED | fields))
    assert caught.value.message == said
    with pytest.raises(gr.Error):
        app.Calls(handlers).sweep(VISITOR, 9, None, **(LISTED | fields))
    assert engine.rendered == []


@pytest.mark.parametrize(("fields", "said"), OFF)
def test_no_link_opens_what_is_not_listed(handlers, engine, fields, said):
    visitor = SimpleNamespace(session_hash="somebody", query_params=LISTED | {"theta": "0.3"} | fields)
    controls = [Request(**LISTED, num_inference_steps=10).to_dict()[name] for name in app.CONTROLS]
    answers = list(handlers.open(visitor, 9, *controls))
    assert answers[0][-1]["text"] == said
    assert all(update == gr.skip() for update in answers[0][: len(app.CONTROLS)])
    assert {request.prompt for request in engine.rendered} == {"castle"}


def test_what_is_listed_is_painted(handlers):
    for fields in ({}, {"style": "van Gogh; ukiyo-e"}, {"mode": "all"}, {"mode": "interpolate", "style": "tree"}):
        last, _ = swept(handlers, **fields)[-1]
        assert last["ended"] and not last["error"] and last["frames"]


def test_the_page_offers_choices_and_no_box_to_type_into():
    config = app.build_page(FakeEngine(), prompts=LIST).get_config_file()
    parts = {each["props"].get("elem_id"): each for each in config["components"]}
    assert (parts["prompt"]["type"], parts["style"]["type"]) == ("dropdown", "dropdown")
    assert [value for _, value in parts["prompt"]["props"]["choices"]] == list(LIST.prompts)
    assert [value for _, value in parts["style"]["props"]["choices"]] == [*LIST.styles, *LIST.prompts]
    assert (parts["prompt"]["props"]["value"], parts["style"]["props"]["value"]) == ("castle", "Monet style")
    assert not parts["prompt"]["props"]["allow_custom_value"]
    assert [parts[name]["props"]["visible"] for name in ("words", "negative_prompt")] == [False, False]


def test_the_gallery_leaves_out_what_is_not_listed():
    [shelf] = app.gallery_of(LIST)
    assert [card["name"] for card in shelf["cards"]] == ["how-much-monet", "four-ways"]
    assert len(app.gallery_of(None)) == 2


def test_a_wrong_file_keeps_the_page_from_starting(tmp_path, capsys):
    assert app.main(["--prompts", str(written(tmp_path, "castle"))]) == 2
    assert capsys.readouterr().err.startswith("Prompts must hold at least one style")
