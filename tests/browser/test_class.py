"""A page with a closed list of prompts: a class chooses, and types nothing."""

import pytest
from fake_engine import FakeEngine
from playwright.sync_api import expect

from app import build_page, launch_settings
from styleaug.prompt_list import PromptList


@pytest.fixture(scope="module")
def served():
    engine = FakeEngine()
    page = build_page(engine, prompts=PromptList(("a cat", "a dog"), ("van Gogh", "ukiyo-e; cyberpunk")))
    _, address, _ = page.launch(prevent_thread_lock=True, quiet=True, **launch_settings())
    yield engine, address
    page.close()


def choose(stage, box, text):
    stage.field(box).click()
    stage.page.get_by_role("option", name=text, exact=True).click()


def test_a_choice_paints_at_once(stage):
    expect(stage.page.locator(".title")).to_have_text("a cat, van Gogh")
    choose(stage, "prompt", "a dog")
    stage.wait_for_text(".title", "a dog, van Gogh")
    choose(stage, "style", "ukiyo-e; cyberpunk")
    stage.wait_for_text(".title", "a dog: ukiyo-e, cyberpunk")
    stage.settle()
    seen = {"prompt": "a dog", "mode": "weaken", "seed": 7}
    for panel, style in enumerate(("ukiyo-e", "cyberpunk")):
        assert stage.shows(panel, 2, style=style, **seen)


def test_there_is_nothing_to_type_into(stage, engine):
    stage.field("prompt").click()
    stage.page.keyboard.type("a bomb")
    stage.page.keyboard.press("Enter")
    stage.paint()
    stage.settle()
    assert {request.prompt for request in engine.begun} == {"a cat"}
