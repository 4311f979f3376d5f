"""styleaug.arrival: the page hears where its model is, and gets it, or the reason why not."""

import threading

import pytest

from styleaug.arrival import Arrival
from styleaug.model import ModelError


def settled(coming):
    """The last news and the engine."""
    answers, told = [], threading.Event()
    coming.when_settled(lambda *answer: (answers.append(answer), told.set()))
    assert told.wait(30)
    return answers[0]


def test_the_engine_is_given_when_the_model_is_there(random_model):
    begun, go_on = threading.Event(), threading.Event()

    def load(on_bytes):
        on_bytes(1_200_000_000, 2_700_000_000)
        begun.set()
        assert go_on.wait(30)
        return random_model

    coming = Arrival("sd14", "the bundled model", load)
    assert begun.wait(30) and coming.news.waiting
    assert coming.news.text == "sd14 is on its way: 1.2 of 2.7 GB. Until it is here, the bundled model paints."
    go_on.set()
    for _ in range(2):  # told when it comes, and when it has come
        news, engine = settled(coming)
        assert (news.text, news.reason, news.waiting, engine.model) == ("", "", False, random_model)
    assert coming.news == news


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ModelError("It is gated."), "It is gated. The bundled model paints instead."),
        (RuntimeError("canary"), "sd14 could not be loaded (RuntimeError). The bundled model paints instead."),
    ],
)
def test_a_model_that_cannot_be_had_is_told_for_good(error, text):
    def load(on_bytes):
        raise error

    news, engine = settled(Arrival("sd14", "the bundled model", load))
    assert (news.text, news.waiting, engine) == (text, False, None)
    assert news.reason == text.removesuffix(" The bundled model paints instead.")
    guarded, _ = settled(Arrival("sd14", "the bundled model", load, tells_all=False))
    assert guarded.text == "sd14 could not be had. The bundled model paints instead." and guarded.reason == news.reason
