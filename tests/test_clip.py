"""styleaug.training.clip: what a batch is made of, and the loss."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy, normalize

from styleaug.training.clip import TOGETHER, choose_alike, contrastive_loss, groups_alike
from styleaug.training.drawings import draw_facts


def test_each_sixteen_of_a_batch_share_a_style_or_a_subject() -> None:
    generator = np.random.default_rng(0)
    facts = [draw_facts(generator) for _ in range(600)]
    chosen = np.arange(100, 600)
    groups = groups_alike(facts, chosen)
    for _ in range(20):
        batch = choose_alike(groups, 3 * TOGETHER, generator)
        assert batch.shape == (3 * TOGETHER,) and set(batch) <= set(chosen)
        for part in np.split(batch, 3):
            subjects, styles = {facts[n].subject for n in part}, {facts[n].styles[:1] for n in part}
            assert len(subjects) == 1 or len(styles) == 1


def test_a_batch_may_be_smaller_than_a_group() -> None:
    assert choose_alike([np.arange(5)], 4, np.random.default_rng(0)).shape == (4,)


def test_the_loss_is_clips_where_no_two_drawings_are_alike() -> None:
    torch.manual_seed(0)
    images, texts, scale = torch.randn(6, 8), torch.randn(6, 8), torch.tensor(1.3)
    logits = scale.exp() * normalize(images) @ normalize(texts).T
    own = torch.arange(6)
    expected = (cross_entropy(logits, own) + cross_entropy(logits.T, own)) / 2
    torch.testing.assert_close(contrastive_loss(images, texts, scale, torch.eye(6)), expected)


def test_drawings_alike_are_no_negatives_of_one_another() -> None:
    """Two of the same facts with the same text: all right, so nothing is left to lose at a large scale."""
    embeds = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    alike = torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    loss = contrastive_loss(embeds, embeds, torch.tensor(4.0), alike)
    floor = (2 * np.log(2) + 0) / 3  # what the even target over two costs
    assert abs(loss.item() - floor) < 1e-4
