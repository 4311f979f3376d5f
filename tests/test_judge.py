"""styleaug.training.judge and .exam: a judge that learns what it is shown, and an exam that counts rightly."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from styleaug.engine import StyleEngine
from styleaug.model import Model, Vocabulary
from styleaug.request import Mode
from styleaug.training.dataset import Drawings
from styleaug.training.drawings import Facts, held_out
from styleaug.training.exam import Examined, Question, ceiling, named_right, questions, table, walk
from styleaug.training.judge import (
    STYLES,
    SUBJECTS,
    Judge,
    JudgeSpec,
    draw_for_judge,
    paint_for_judge,
    train_judge,
    truths,
)
from styleaug.training.parts import build_parts
from styleaug.training.tiny import Spec, StageSpec, build_sampler

SMALL = JudgeSpec(
    drawings=8,
    tests=4,
    image_size=64,
    shrink=1,
    widths=(16, 32),
    stage=StageSpec(steps=40, batch=8, learning_rate=3e-3, warmup=1, average=0.5),
)


def test_it_learns_the_drawings_it_is_shown(tmp_path):
    drawings, tests = paint_for_judge(tmp_path, SMALL, processes=1)
    assert (len(drawings.facts), len(tests.facts)) == (8, 4)
    before = Judge(SMALL).eval().probabilities(drawings.pictures)
    judge = train_judge(drawings, SMALL, tmp_path)
    assert not judge.training
    subjects, styles = judge.probabilities(drawings.pictures, batch=3)
    assert subjects.shape == (8, len(SUBJECTS)) and styles.shape == (8, len(STYLES))
    np.testing.assert_allclose(subjects.sum(axis=1), 1, rtol=1e-5)

    def right(judged):
        return sum((a.argmax(axis=1) == b).mean() for a, b in zip(judged, truths(drawings.facts), strict=True))

    assert right((subjects, styles)) > max(right(before), 1.5)


def test_its_drawings_hold_every_pair_and_the_models_seeds_are_left_alone():
    drawn = [draw_for_judge(seed, 16)[0] for seed in range(400)]
    assert any(facts.style and held_out(facts.subject, facts.style) for facts in drawn)
    assert any(facts.style is None for facts in drawn) and any(facts.moods for facts in drawn)
    spec = JudgeSpec()
    assert spec.first_test_seed + spec.tests <= spec.first_seed
    assert spec.first_seed + spec.drawings <= 1_000_000


@pytest.mark.parametrize("held", [False, True])
def test_questions_ask_for_one_kind_of_pair_evenly(held):
    asked = questions(130, held)
    assert all(held_out(question.subject, question.style) is held for question in asked)
    assert asked == questions(130, held)
    assert len({question.seed for question in asked}) == 130
    pairs = [(question.subject, question.style) for question in asked]
    assert max(pairs.count(pair) for pair in pairs) - min(pairs.count(pair) for pair in pairs) <= 1


def test_a_model_is_asked_for_what_it_was_taught():
    taught = Vocabulary(("dog", "castle", "boat"), ("comic", "Monet style"), (), frozenset())
    asked = questions(40, False, taught)
    assert {question.subject for question in asked} <= set(taught.subjects)
    assert {question.style for question in asked} <= set(taught.styles)


class FixedJudge:
    """Sees what it is told to see, one entry for each picture."""

    def __init__(self, subjects, styles):
        self._subjects, self._styles = subjects, styles

    def probabilities(self, pictures):
        assert pictures.dtype == np.uint8 and pictures.shape[3] == 3

        def rows(seen, names):
            return np.stack([[0.9 if name == each else 0.0 for name in names] for each in seen])

        return rows(self._subjects, SUBJECTS), rows(self._styles, STYLES)


@pytest.fixture(scope="module")
def model():
    """Untrained parts that know the curriculum's words."""
    spec = Spec(
        image_size=32, text_width=32, text_layers=1, text_heads=2, latent_channels=4, vae_channels=16,
        vae_decoder_blocks=(1, 1, 0), unet_channels=(32, 32), head_width=16,
    )  # fmt: skip
    parts = build_parts(spec)
    return Model("untrained", parts.tokenizer, parts.text_encoder, parts.unet, parts.vae, build_sampler(), None, 1, 2.0)


@pytest.fixture
def engine(model):
    return StyleEngine(model)


def test_shares_and_mistakes_are_counted(engine):
    asked = [Question("dog", "cyberpunk", 1), Question("cat", "cyberpunk", 2)]
    told = []
    judge = FixedJudge(["dog", "dog"], ["cyberpunk", "cyberpunk"])
    report = named_right(Examined(engine, judge, lambda: told.append(1)), asked)
    assert (report["pictures"], report["subject"], report["style"]) == (2, 0.5, 1.0)
    assert report["subject_mistakes"] == [["cat", "dog", 1]] and report["style_mistakes"] == []
    assert len(told) == 2


def test_the_ceiling_is_of_drawings():
    facts = tuple(
        Facts(subject=subject, moods=(), style=style, strength=1.0, partial=False)
        for subject, style in (("dog", None), ("cat", "comic"))
    )
    drawings = Drawings(np.zeros((2, 4, 4, 3), np.uint8), facts)
    assert ceiling(FixedJudge(["dog", "dog"], ["", "comic"]), drawings) == {"pictures": 2, "subject": 0.5, "style": 1.0}


class Fading:
    """A judge for whom the first asked style, or the second subject, fades or grows along the walk, or wavers."""

    def __init__(self, curve, question):
        self._curve, self._question = np.array(curve), question

    def probabilities(self, pictures):
        subjects, styles = np.full((9, len(SUBJECTS)), 0.01), np.zeros((9, len(STYLES)))
        subjects[:, SUBJECTS.index(self._question.subject)] = 0.5
        styles[:, STYLES.index(self._question.style)] = self._curve
        return subjects, styles


@pytest.mark.parametrize(
    ("curve", "monotone"),
    [(np.linspace(1, 0, 9), 1.0), (np.linspace(0, 1, 9), 1.0), ([0, 9, 1, 8, 2, 7, 3, 6, 4], 0.0), (np.ones(9), 0.0)],
)
def test_a_walk_is_monotone_or_not(engine, curve, monotone):
    [question] = questions(1, held=False)
    report = walk(Examined(engine, Fading(curve, question), lambda: None), Mode.WEAKEN, 1)
    assert (report["walks"], report["monotone"], report["ends"]) == (1, monotone, 1.0)


def test_a_walk_between_subjects_follows_the_second(model):
    """Two subjects are taught, so one is the other's second; the judge sees every walk go from castle to boat."""
    taught = Vocabulary(("castle", "boat"), ("Monet style",), (), frozenset({"castle", "boat", "monet", "style"}))
    engine = StyleEngine(replace(model, vocabulary=taught))

    class Between:
        def probabilities(self, pictures):
            subjects = np.zeros((9, len(SUBJECTS)))
            subjects[:, SUBJECTS.index("castle")] = np.linspace(1, 0, 9)
            subjects[:, SUBJECTS.index("boat")] = np.linspace(0, 1, 9)
            return subjects, np.zeros((9, len(STYLES)))

    report = walk(Examined(engine, Between(), lambda: None), Mode.INTERPOLATE, 2)
    assert report["monotone"] == 1.0
    assert report["ends"] == 0.5  # the one from boat to castle is seen the wrong way round


def test_the_table_shows_every_figure():
    named = {"subject": 0.951, "style": 0.9}
    walks = {"monotone": 0.9, "median_correlation": 0.98, "ends": 0.8}
    report = {"trained": named, "held_out": named, "drawings": named, "weaken": walks, "interpolate": walks}
    text = table(report)
    assert text.count("95.1%") == 3 and text.count("| 0.98 |") == 2


def test_the_live_variant_is_examined_with_its_own_settings(model):
    live = replace(model, num_inference_steps=3, guidance_scale=1.0)
    examined = Examined(StyleEngine(replace(model, live=live)), FixedJudge(["dog"], ["comic"]), lambda: None, live=True)
    request = examined.request(Question("dog", "comic", 1), Mode.WEAKEN)
    assert (request.live, request.num_inference_steps, request.guidance_scale) == (True, 3, 1.0)
    assert named_right(examined, [Question("dog", "comic", 1)])["subject"] == 1.0
    assert examined.engine.stats.unet_rows == 3


@pytest.fixture
def small_exam(monkeypatch, model):
    """The command line with a small judge and a small model, which has no live variant."""
    import styleaug.training.judge as judge_module
    from styleaug import __main__ as command_line

    monkeypatch.setattr(judge_module, "JudgeSpec", lambda: SMALL)
    monkeypatch.setattr(command_line, "load_model", lambda name: model)
    return command_line


def test_there_is_nothing_to_examine_without_a_live_variant(small_exam, capsys, tmp_path):
    assert small_exam.main(["study", "judge", "--live", "--run", str(tmp_path / "run")]) == 2
    assert "untrained has no live variant" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_the_command_trains_it_and_examines(small_exam, capsys, tmp_path):
    arguments = ["study", "judge", "--pictures", "2", "--walks", "1", "--run", str(tmp_path / "run")]
    assert small_exam.main([*arguments, "--out", str(tmp_path / "judge.json")]) == 0
    printed = capsys.readouterr().out
    report = json.loads(printed.splitlines()[-1])
    assert report == json.loads((tmp_path / "judge.json").read_text())
    assert report["trained"]["pictures"] == report["held_out"]["pictures"] == 2
    assert "| subject named right |" in printed
    assert torch.load(tmp_path / "run" / "judge.pt", weights_only=True)["step"] == SMALL.stage.steps
