import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from styleaug.recipe import Recipe, read_recipe
from styleaug.request import BadRequest, Request

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
