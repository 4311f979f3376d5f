import json
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from styleaug.recipe import Recipe, from_query, read_recipe, to_query
from styleaug.request import MAX_SEED, BadRequest, Direction, Mode, Request, Span

REQUEST = Request(prompt="temple hidden in the jungle", style="Monet style", theta=0.3, seed=7)


def save(path, **text):
    info = PngInfo()
    for key, value in text.items():
        info.add_text(key, value)
    Image.new("RGB", (4, 4)).save(path, pnginfo=info)
    return path


def test_a_recipe_comes_back_out_of_its_png(tmp_path):
    recipe = Recipe("tiny", REQUEST)
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png", pnginfo=recipe.to_png_info())
    assert read_recipe(tmp_path / "a.png") == recipe
    assert read_recipe(str(tmp_path / "a.png")) == recipe


@given(st.text(min_size=1, max_size=30).filter(lambda text: text.strip() and "\x00" not in text))
def test_any_text_survives(text):
    recipe = Recipe(text, Request(prompt="a", style="b", negative_prompt=text))
    assert Recipe.from_text(recipe.to_text()) == recipe
    assert recipe.to_text().isascii()


def test_the_text_is_plain_json():
    content = json.loads(Recipe("tiny", REQUEST).to_text())
    assert content == {"model": "tiny", "request": REQUEST.to_dict(), "version": 1}


def broken(path):
    whole = save(path, styleaug=Recipe("tiny", REQUEST).to_text()).read_bytes()
    path.write_bytes(whole[:20])


@pytest.mark.parametrize(
    "make",
    [
        lambda path: None,
        lambda path: path.mkdir(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("no picture"),
        broken,
        lambda path: save(path),
        lambda path: Image.new("RGB", (4, 4)).save(path, format="JPEG"),
        lambda path: save(path, styleaug=""),
        lambda path: save(path, styleaug="{"),
        lambda path: save(path, styleaug="[" * 100_000),
        lambda path: save(path, styleaug="[]"),
        lambda path: save(path, styleaug="3"),
        lambda path: save(path, styleaug='{"version": 2}'),
        lambda path: save(path, styleaug='{"version": 1}'),
        lambda path: save(path, styleaug='{"version": 1, "model": "tiny", "request": []}'),
        lambda path: save(path, styleaug='{"version": 1, "model": 3, "request": {}}'),
    ],
)
def test_a_file_that_carries_no_recipe(tmp_path, make):
    make(tmp_path / "a.png")
    with pytest.raises(BadRequest) as caught:
        read_recipe(tmp_path / "a.png")
    assert caught.value.field == "recipe"


def test_a_recipe_with_a_wrong_request_names_the_field(tmp_path):
    text = json.dumps({"version": 1, "model": "tiny", "request": REQUEST.to_dict() | {"theta": 9}})
    with pytest.raises(BadRequest, match=r"^theta must be between"):
        read_recipe(save(tmp_path / "a.png", styleaug=text))


# --- Links ----------------------------------------------------------------------------------------------------------


def parameters(query):
    """As a server reads a query."""
    return dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
FIELDS = {
    "prompt": TEXTS,
    "style": TEXTS,
    "mode": st.sampled_from([*Mode, "all"]),
    "theta": st.floats(-1, 2),
    "seed": st.integers(0, MAX_SEED),
    "second_seed": st.none() | st.integers(0, MAX_SEED),
    "negative_prompt": TEXTS,
    "num_inference_steps": st.integers(1, 200),
    "guidance_scale": st.floats(1, 30),
    "guidance_until": st.floats(0, 1),
    "start": st.floats(0, 1),
    "direction": st.sampled_from(Direction),
    "span": st.sampled_from(Span),
    "hold_norm": st.booleans(),
    "live": st.booleans(),
}


def test_a_query_is_short_and_can_be_read():
    assert to_query(REQUEST.to_dict() | {"mode": "weaken"}) == (
        "prompt=temple+hidden+in+the+jungle&style=Monet+style&mode=weaken&theta=0.3&seed=7"
    )
    assert to_query({"seed": None, "hold_norm": True, "guidance_scale": 1.0, "prompt": "Web 2.0"}) == (
        "prompt=Web+2.0&guidance_scale=1&hold_norm=true"
    )
    assert to_query({}) == ""
    assert from_query({}) == {}


@given(st.fixed_dictionaries({}, optional=FIELDS))
def test_what_goes_into_a_link_comes_out_of_it(fields):
    query = to_query(fields)
    assert query.isascii() and not set(query) & set(" <>\"'`{}$#")
    back = from_query(parameters(query))
    whole = {name: field.default for name, field in Request.__dataclass_fields__.items()}
    assert whole | back == whole | fields
    assert all(type(back[name]) is type(value) for name, value in fields.items() if name in back and name in NUMBERS)


NUMBERS = (
    "theta",
    "seed",
    "second_seed",
    "num_inference_steps",
    "guidance_scale",
    "guidance_until",
    "start",
    "hold_norm",
    "live",
)


@given(st.fixed_dictionaries({name: values for name, values in FIELDS.items() if name != "second_seed"}))
def test_a_link_reopens_the_very_request(fields):
    fields |= {"prompt": f"a {fields['prompt']}", "style": f"a {fields['style']}", "mode": Mode.GUIDE}
    assert Request.from_dict(from_query(parameters(to_query(fields)))) == Request.from_dict(fields)


def test_what_is_not_there_and_what_is_gradios_own():
    assert from_query({"second_seed": "", "negative_prompt": "", "__theme": "dark"}) == {
        "second_seed": None,
        "negative_prompt": "",
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("seed", "x"),
        ("seed", ""),
        ("seed", "7.5"),
        ("seed", "9" * 5000),
        ("second_seed", "one"),
        ("theta", "0,3"),
        ("theta", "${alert(1)}"),
        ("num_inference_steps", "1e1"),
        ("hold_norm", "yes"),
        ("colour", "red"),
        ("Prompt", "a dog"),
        ("<img onerror=alert(1)>", "a dog"),
        ("", ""),
    ],
)
def test_a_link_that_cannot_be_read_names_the_field(name, text):
    with pytest.raises(BadRequest) as caught:
        from_query({"prompt": "a dog", name: text})
    assert (caught.value.field, caught.value.value) == (name, text)


def test_an_endless_name_makes_no_endless_message():
    with pytest.raises(BadRequest) as caught:
        from_query({"x" * 10_000: "y" * 10_000})
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("fields", [{"colour": "red"}, {"prompt": "half a pair \ud800"}, {"mode": "\udfff"}])
def test_what_no_link_can_hold(fields):
    with pytest.raises(BadRequest) as caught:
        to_query(fields)
    assert [caught.value.field] == list(fields)


@given(st.dictionaries(st.sampled_from([*FIELDS, "other"]), st.text(max_size=10)))
def test_any_link_is_read_or_refused(given_parameters):
    try:
        assert set(from_query(given_parameters)) == set(given_parameters)
    except BadRequest as error:
        assert error.field in given_parameters
