"""A page whose model is still on its way: it stands on another, says so, and changes over by itself."""

import pytest
from fake_engine import FakeEngine, draw
from playwright.sync_api import expect

from app import build_page, launch_settings
from styleaug.arrival import News


class FakeArrival:
    """Settled when the test says so."""

    def __init__(self):
        self.news = News("sd14 is on its way: 1.2 of 2.7 GB. Until it is here, the bundled model paints.", "", True)
        self._told = []

    def when_settled(self, tell):
        self._told.append(tell)

    def settle(self, news, engine=None):
        self.news = news
        for tell in self._told:
            tell(news, engine)


@pytest.fixture
def arrival():
    return FakeArrival()


@pytest.fixture
def served(arrival):
    engine = FakeEngine()
    page = build_page(engine, arrival=arrival)
    _, address, _ = page.launch(prevent_thread_lock=True, quiet=True, **launch_settings())
    yield engine, address
    page.close()


def test_visitors_hear_of_it_and_are_taken_over(stage, engine, arrival):
    told = stage.page.locator("#arrival p")
    expect(told).to_have_text(arrival.news.text)
    expect(stage.page.locator("#words")).to_be_visible()
    assert engine.begun
    arrived = FakeEngine(vocabulary=None)
    arrived.model.name = "sd14"
    arrived.model.settings |= {"num_inference_steps": 12}
    before = len(engine.begun)
    arrival.settle(News("", "", False), arrived)
    stage.wait(lambda: len(arrived.begun) > 0)
    stage.settle()
    assert len(engine.begun) == before
    shown = [request for request in arrived.begun if request.theta == stage.theta()]
    assert [request.num_inference_steps for request in shown] == [12] and draw(shown[0])
    expect(told).to_have_text("")
    expect(stage.page.locator("#words")).to_be_hidden()


def test_a_model_that_cannot_be_had_stays_told_and_the_page_works(stage, engine, arrival):
    news = News("sd14 is gated. The bundled model paints instead.", "sd14 is gated.", False)
    arrival.settle(news)
    expect(stage.page.locator("#arrival p")).to_have_text(news.text)
    stage.press_with("a dog")
    stage.wait_for_text(".title", "a dog")
    stage.settle()
    assert stage.shows(prompt="a dog", style="Monet style", mode="weaken", seed=7)
