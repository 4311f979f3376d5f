"""styleaug.arrival: the page hears where its model is, and gets it, or the reason why not."""

import threading

import pytest

from styleaug.arrival import Arrival
from styleaug.model import ModelError


def arrival(load, adopted):
    return Arrival("sd14", "the bundled model", load, adopted.append)


def test_the_engine_is_handed_over_when_the_model_is_there(random_model):
    adopted, go_on = [], threading.Event()

    def load(on_bytes):
        on_bytes(1_200_000_000, 2_700_000_000)
        assert go_on.wait(30)
        return random_model

    coming = arrival(load, adopted)
    assert coming.news.waiting and "sd14 is on its way" in coming.news.text
    coming.start()
    while "1.2 of 2.7 GB" not in coming.news.text:
        assert coming.news.waiting
    assert adopted == [] and "painted by the bundled model" in coming.news.text
    go_on.set()
    assert coming.wait().text == "" and not coming.news.waiting
    assert [engine.model for engine in adopted] == [random_model]


def test_a_model_that_cannot_be_had_is_told_for_good():
    def load(on_bytes):
        raise ModelError("It is gated.")

    adopted = []
    coming = arrival(load, adopted)
    coming.start()
    assert coming.wait().text == "It is gated. Pictures are painted by the bundled model."
    assert not coming.news.waiting and adopted == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_nobody_foresaw_is_told_without_its_words():
    def load(on_bytes):
        raise RuntimeError("a canary")

    coming = arrival(load, [])
    coming.start()
    news = coming.wait()
    assert "RuntimeError" in news.text and "canary" not in news.text and not news.waiting
