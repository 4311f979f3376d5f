"""styleaug.training.analogy: three captions that complete a parallelogram, of taught pairs alone."""

from dataclasses import astuple, replace

import numpy as np
import pytest

from styleaug.training.analogy import Analogies, Analogy
from styleaug.training.drawings import Caption, Facts, Wording, choose_wording, draw_facts, held_out


def count_words(text: str) -> int:
    return len(text.split())


def drawn(count: int) -> list[tuple[Facts, Wording, Analogy | None]]:
    """Drawings, a wording of each, and an analogy to it where one was found."""
    generator, analogies = np.random.default_rng(0), Analogies(count_words)
    rows = []
    for _ in range(count):
        facts = draw_facts(generator)
        wording = choose_wording(facts, generator)
        rows.append((facts, wording, analogies.draw(facts, wording, generator)))
    return rows


def test_no_word_changes_its_place() -> None:
    found = [(wording.caption, analogy) for _, wording, analogy in drawn(2_000) if analogy is not None]
    assert len(found) > 300
    for caption, analogy in found:
        assert {count_words(text) for text in astuple(analogy)} == {count_words(caption.full)}


def test_words_counted_form_a_parallelogram() -> None:
    """Whatever a text is taken for, if its words do not hear one another the right side is the left one."""

    def bag(text: str) -> dict[str, int]:
        return {word: text.split().count(word) for word in text.split()}

    for _, wording, analogy in drawn(500):
        if analogy is None:
            continue
        full, neither = bag(wording.caption.full), bag(analogy.neither)
        sides = bag(analogy.other_style), bag(analogy.other_subject)
        for word in {*full, *neither, *sides[0], *sides[1]}:
            assert full.get(word, 0) == sides[0].get(word, 0) + sides[1].get(word, 0) - neither.get(word, 0)


def test_pairs_that_are_held_out_are_in_no_caption(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def all_held(subject: str, style: str) -> bool:
        asked.append((subject, style))
        return True

    monkeypatch.setattr("styleaug.training.analogy.held_out", all_held)
    assert all(analogy is None for _, _, analogy in drawn(200))
    assert asked


def test_a_drawing_without_just_one_style_at_full_strength_has_none() -> None:
    generator, analogies = np.random.default_rng(1), Analogies(count_words)
    plain = Facts(subject="dog", moods=(), style="cubism", strength=1.0, partial=False)
    assert not held_out("dog", "cubism")
    others = [
        replace(plain, style=None, strength=0.0),
        replace(plain, moods=("night",)),
        replace(plain, partial=True),
        replace(plain, second_style="mosaic"),
    ]
    for facts in others:
        for _ in range(20):
            assert analogies.draw(facts, choose_wording(facts, generator), generator) is None
    found = [analogies.draw(plain, choose_wording(plain, generator), generator) for _ in range(20)]
    assert any(each is not None for each in found)


def test_a_wording_says_itself_in_three_orders() -> None:
    wording = Wording(name="dog", style="cubism", before=(), after=("at night",), article="a ", place=0.1)
    assert wording.caption == Caption(full="a dog at night cubism", base="a dog at night", style="cubism")
    assert replace(wording, place=0.7).caption.full == "cubism a dog at night"
    assert replace(wording, place=0.9).caption.full == "a dog cubism at night"
