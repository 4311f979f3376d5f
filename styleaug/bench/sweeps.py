"""The sweeps over θ that every arm of `bench engine` makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from styleaug.model import Model
from styleaug.request import Mode, Request

PROMPT, STYLE, SEED = "temple hidden in the jungle", "Monet style", 7
STARTS: Mapping[Mode, float] = MappingProxyType({Mode.GUIDE: 0.4, Mode.AUGMENT: 0.25})
"""Where θ takes hold: the part before it is what all θ share."""
STEPS = 20


@dataclass(frozen=True)
class Sweep:
    """One picture over many θ."""

    request: Request
    thetas: tuple[float, ...]

    @property
    def name(self) -> str:
        """What it is, in words."""
        asked = self.request
        return (
            f"{len(self.thetas)} stops of {asked.mode}: start {asked.start:g}, {asked.num_inference_steps} steps, "
            f"guidance {asked.guidance_scale:g}"
        )


def standard_sweeps(
    model: Model,
    frames: Sequence[int],
    num_inference_steps: int | None = None,
    modes: Sequence[Mode] = tuple(STARTS),
    guidance_scale: float | None = None,
) -> list[Sweep]:
    """The longest sweeps with a `start`, of 20 steps; the shorter ones at the model's own settings, from the beginning.

    Args:
        frames: how many stops the sweeps have, 2 at least; if it is one number, both kinds have as many.
        num_inference_steps: of every sweep, instead of 20 and of the model's own.
        modes: guide, augment or both.
        guidance_scale: of every sweep, instead of the model's own; 1 is without guidance.
    """
    given = {"num_inference_steps": num_inference_steps, "guidance_scale": guidance_scale}
    chosen = {name: value for name, value in given.items() if value is not None}
    own = {**model.settings, **chosen}
    started = {**own, "num_inference_steps": STEPS, **chosen}
    longest = max(frames)
    shorter = sorted(set(frames) - {longest}) or [longest]
    return [_sweep(mode, longest, {**started, "start": STARTS[mode]}) for mode in modes] + [
        _sweep(mode, stops, own) for stops in shorter for mode in modes
    ]


def _sweep(mode: Mode, stops: int, settings: dict[str, int | float]) -> Sweep:
    request = Request.from_dict({"prompt": PROMPT, "style": STYLE, "seed": SEED, "mode": str(mode), **settings})
    return Sweep(request, tuple(np.linspace(*mode.theta_range, stops).tolist()))
