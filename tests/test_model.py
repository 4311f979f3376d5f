"""styleaug.model: what the parts do once they are loaded."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import parts
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from styleaug.model import NonFiniteError
from styleaug.request import Mode


def test_a_new_scheduler_shares_nothing(random_model):
    first, second = random_model.new_scheduler(), random_model.new_scheduler()
    first.set_timesteps(3)
    assert second.num_inference_steps is None
    assert random_model.scheduler.num_inference_steps is None


def test_a_new_scheduler_has_the_corrections_of_the_pipeline():
    model = parts.model()
    theirs = parts.pipeline(model).scheduler.config
    ours = model.new_scheduler().config
    assert (model.scheduler.config.steps_offset, model.scheduler.config.clip_sample) == (0, True)
    for name in ("steps_offset", "clip_sample", "beta_schedule", "timestep_spacing", "prediction_type"):
        assert ours[name] == theirs[name]


def test_a_picture_of_nan_is_an_error(random_model):
    with pytest.raises(NonFiniteError, match="VAE"):
        random_model.decode(torch.full((1, *random_model.latent_shape), torch.nan))


def test_threads_may_share_the_tokenizer(random_model):
    """A tokenizer keeps padding and truncation as state: unlocked, threads get short or unpadded texts, or an error."""
    texts = [" ".join(parts.WORDS[:length]) for length in range(12)] * 20
    alone = [(random_model.encode(text), random_model.cut_words(text * 3)) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: (random_model.encode(text), random_model.cut_words(text * 3)), texts))
    for (embeds, cut), (expected_embeds, expected_cut) in zip(together, alone, strict=True):
        assert torch.equal(embeds, expected_embeds) and cut == expected_cut


@given(st.lists(st.sampled_from([*parts.WORDS, "dog,", "xyz", "Ünï"]), max_size=20), st.sampled_from([" ", "  ", "\n"]))
def test_cut_words_are_the_ones_that_change_nothing(random_model, words, space):
    """What is kept encodes to the same, and one word more of it would not have fitted."""
    text = space.join(words)
    cut = random_model.cut_words(text)
    kept = words[: len(words) - len(cut)]
    assert list(cut) == words[len(kept) :]
    length = parts.MAX_LENGTH - 2
    assert len(random_model.tokenizer(" ".join(kept)).input_ids) - 2 <= length
    if cut:
        assert len(random_model.tokenizer(" ".join([*kept, cut[0]])).input_ids) - 2 > length


def test_unknown_words(random_model):
    assert random_model.unknown_words("A dog, in the Submarine: (night) monet-style!") == ("Submarine",)
    assert random_model.unknown_words("whale dog whale - 3") == ("whale", "3")
    assert dataclasses.replace(random_model, vocabulary=None).unknown_words("whale") == ()
    known = dataclasses.replace(parts.vocabulary(), words=frozenset({"ukiyo-e", "van", "gogh"}))
    assert known.unknown_words("ukiyo-e Van Gogh's ukiyo") == ("Gogh's", "ukiyo")


def test_a_slider_goes_no_further_than_the_model_holds(random_model):
    narrow = dataclasses.replace(random_model, theta_ranges={Mode.AUGMENT: (-0.5, 0.5)})
    assert narrow.theta_range(Mode.AUGMENT) == (-0.5, 0.5)
    assert all(narrow.theta_range(mode) == mode.theta_range for mode in Mode if mode is not Mode.AUGMENT)


def test_settings_are_fields_of_a_request(random_model):
    assert random_model.settings == {"num_inference_steps": 50, "guidance_scale": 7.5, "start": 0.0}
