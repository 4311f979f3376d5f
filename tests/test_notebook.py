"""The lesson's notebook: its cells run from top to bottom, and it says only words that the bundled model was taught."""

import json
import re

import parts
import pytest
from PIL import Image

import styleaug
from app import ASSETS
from styleaug.model import Vocabulary

NOTEBOOK = ASSETS / "lessons" / "what-is-a-style.ipynb"


@pytest.fixture(scope="module")
def notebook():
    return json.loads(NOTEBOOK.read_text(encoding="utf-8"))


def sources(notebook, kind):
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == kind]


def bundled_vocabulary():
    content = json.loads((ASSETS / "tiny" / "vocabulary.json").read_text(encoding="utf-8"))
    kinds = {kind: tuple(content[kind]) for kind in ("subjects", "styles", "moods")}
    return Vocabulary(**kinds, words=frozenset(content["words"]))


def test_it_is_a_notebook_without_outputs(notebook):
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    names = [cell["id"] for cell in notebook["cells"]]
    assert len(set(names)) == len(names)
    for cell in notebook["cells"]:
        expected = {"id", "cell_type", "metadata", "source"}
        if cell["cell_type"] == "code":
            expected |= {"outputs", "execution_count"}
            assert (cell["outputs"], cell["execution_count"]) == ([], None)
        assert set(cell) == expected
        assert cell["metadata"] == {}


def test_its_cells_run_in_order(notebook, monkeypatch, capsys):
    model = parts.model(vocabulary=bundled_vocabulary(), num_inference_steps=2)
    asked, sweep = [], styleaug.StyleEngine.sweep
    monkeypatch.chdir(NOTEBOOK.parent)
    monkeypatch.setattr(styleaug, "load_model", lambda name: {"tiny": model}[name])
    monkeypatch.setattr(
        styleaug.StyleEngine, "sweep", lambda *arguments: (asked.append(arguments[1]), sweep(*arguments))[1]
    )
    namespace = {}
    shown = []
    for source in sources(notebook, "code"):
        *lines, last = source.splitlines()
        if last.startswith("show("):  # what a notebook shows is the value of a cell's last line
            exec("\n".join(lines), namespace)
            shown.append(eval(last, namespace))
        else:
            exec(source, namespace)
    assert all(isinstance(image, Image.Image) for image in shown)
    assert len(shown) == 3
    assert len(re.findall(r"^θ \d\.\d\d ", capsys.readouterr().out, re.MULTILINE)) == 5
    assert len(asked) == 4
    for request in asked:
        assert model.unknown_words(f"{request.prompt} {request.style}") == ()
