"""The Space's card at the top of the README, against what the Hub takes and what this repository is."""

import re

import pytest
from huggingface_hub import metadata_load, repocard
from packaging.requirements import Requirement

from app import ASSETS
from styleaug.registry import MODELS

ROOT = ASSETS.parent
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


@pytest.fixture(scope="module")
def card():
    return metadata_load(ROOT / "README.md")


def test_the_card_has_what_a_space_needs_and_nothing_it_does_not_know(card):
    known = "title emoji colorFrom colorTo sdk sdk_version python_version app_file license short_description models"
    assert set(card) == {*known.split(), "thumbnail", "suggested_hardware"}
    assert (card["title"], card["sdk"], card["python_version"], card["license"]) == (
        "StyleAug",
        "gradio",
        "3.12",
        "mit",
    )
    assert {card["colorFrom"], card["colorTo"]} <= COLOURS
    assert not card["emoji"].isascii()
    assert card["suggested_hardware"] == "cpu-basic"
    assert 0 < len(card["short_description"]) <= 60


def test_the_files_it_names_are_there(card):
    assert (ROOT / card["app_file"]).is_file()
    assert (ROOT / card["thumbnail"]).is_file()
    assert "MIT License" in (ROOT / "LICENSE").read_text()


def test_its_gradio_is_one_that_the_requirements_allow(card):
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    requirements = {each.name: each for each in map(Requirement, filter(lambda line: line[0] != "#", lines))}
    assert card["sdk_version"] in requirements["gradio"].specifier
    assert "spaces" not in requirements  # a Space has it


def test_what_may_be_preloaded_is_pinned(card):
    text = (ROOT / "README.md").read_text(encoding="utf-8").split("---")[1]
    preloaded = re.findall(r"^#   - (\S+) (\S+) (\S+)$", text, re.MULTILINE)
    assert [repository for repository, _, _ in preloaded] == card["models"]
    pinned = {(source.home.name, source.home.revision) for name, source in MODELS.items() if name != "tiny"}
    for repository, files, revision in preloaded:
        assert all(file.endswith((".json", ".txt", ".safetensors")) for file in files.split(","))
        assert (repository, revision) in pinned


def test_the_readme_below_the_card_begins_with_the_title():
    text = repocard.RepoCard.load(ROOT / "README.md", ignore_metadata_errors=False).text
    assert text.lstrip().startswith("# StyleAug\n")
