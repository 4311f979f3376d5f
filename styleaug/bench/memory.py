"""`python -m styleaug bench engine --memory`: whether many different renders make the process grow.

On random weights of a few thousand numbers, and with a store that is full before the measuring begins, so that what
grows is what nobody keeps on purpose.
"""

from itertools import cycle, islice
from typing import Any

from tqdm import tqdm

from styleaug.bench import resident_bytes
from styleaug.bench.random_model import random_model
from styleaug.engine import StyleEngine
from styleaug.request import Mode, Request

RENDERS, SETTLED = 2_000, 500
KEPT_BYTES = 200_000  # 500 pictures of 16 × 16 alone are nearly twice as much


def measure_memory(renders: int = RENDERS, settled: int = SETTLED) -> dict[str, Any]:
    """How many megabytes the renders after the first `settled` added; None where there is no /proc."""
    engine = StyleEngine(random_model("tiny"), cache_bytes=KEPT_BYTES)
    before = None
    for number, mode in enumerate(tqdm(islice(cycle(Mode), renders), total=renders, desc="memory", unit="picture")):
        if number == settled:
            before = resident_bytes()
        engine.render(
            Request(
                prompt="a dog",
                style=f"style {number % 97}",
                mode=mode,
                theta=(number % 89) / 100,
                seed=number,
                start=(number % 3) / 2,
                num_inference_steps=2,
            )
        )
    after = resident_bytes()
    grown = None if before is None or after is None else round((after - before) / 1e6, 1)
    return {"renders": renders, "settled": settled, "grown_megabytes": grown}
