"""Rows of several pictures in UNet calls of one size.

What the UNet says of a row depends, in its last bits, on how many rows the call has, but neither on which they are nor
on their order (DESIGN.md §4, and tests/test_engine.py for the parts at hand). So every call is filled up to one number
of rows, the bucket, and a picture's bytes do not depend on what is rendered beside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import torch
from torch import Tensor

from styleaug.trajectory import PredictNoise, Question

BUCKETS: Mapping[str, int] = MappingProxyType({"cpu": 1})
"""Rows of a UNet call by the kind of device, where it was measured; elsewhere 1, each picture on its own.

On a CPU, 4 rows at once cost 0.82 of what they cost two by two on the bundled model, and 8 no less (one thread of an
AMD EPYC, medians of 8 interleaved rounds). But then a single θ, the one under the hand, pays for 4 rows where it
needs 2, 1.6 times the time, and θ = 0 is no longer diffusers' own picture bit for bit, which is promised. So it is 1.
"""


def answer_in_buckets(questions: Sequence[Question], predict_noise: PredictNoise, bucket: int) -> list[Tensor]:
    """The noise predicted for each question, in calls of `bucket` rows; one that alone has more has a call of its own.

    Args:
        questions: at one timestep.
        bucket: at least 1, which gives every question a call of its own, of just its rows.
    """
    answers: list[Tensor] = []
    for together in _fitting(questions, bucket):
        latents = torch.cat([question.latents for question in together])
        prompt_embeds = torch.cat([question.guidance.prompt_embeds for question in together])
        predictions = predict_noise(_filled(latents, bucket), together[0].timestep, _filled(prompt_embeds, bucket))
        answers += predictions[: len(latents)].split([len(question.latents) for question in together])
    return answers


def _fitting(questions: Sequence[Question], bucket: int) -> Iterator[list[Question]]:
    """As many questions as fit into a bucket, and so on."""
    together: list[Question] = []
    for question in questions:
        if together and sum(len(each.latents) for each in [*together, question]) > bucket:
            yield together
            together = []
        together.append(question)
    if together:
        yield together


def _filled(rows: Tensor, bucket: int) -> Tensor:
    """At least `bucket` rows: the last one stands in for those that lack."""
    missing = bucket - len(rows)
    return rows if missing <= 0 else torch.cat([rows, rows[-1:].repeat_interleave(missing, dim=0)])
