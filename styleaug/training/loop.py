"""One resumable training loop for every stage: it knows steps, averages and checkpoints, not what is trained."""

import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import torch
from accelerate import Accelerator
from diffusers.training_utils import EMAModel
from torch import nn
from tqdm import tqdm

from styleaug.training.tiny import StageSpec

# (step) → loss, and figures to log. The step number is all that a loss may draw its random choices from, so that a
# resumed run sees what an unbroken one would have seen.
Loss = Callable[[int], tuple[torch.Tensor, dict[str, float]]]


def learning_rate(step: int, spec: StageSpec) -> float:
    """Linear warm-up, constant, then down to zero as 1 − √ of the cooldown done (Hägele et al. 2024, eq. 2).

    Until the cooldown nothing depends on the number of steps, so a run can be made longer after it has begun.
    """
    if step < spec.warmup:
        return spec.learning_rate * (step + 1) / spec.warmup
    left = (spec.steps - step) / max(1.0, spec.cooldown * spec.steps)
    return spec.learning_rate * (1 - math.sqrt(1 - min(1.0, left)))


def train_stage(
    name: str,
    module: nn.Module,
    loss_at: Loss,
    spec: StageSpec,
    folder: Path,
    accelerator: Accelerator,
    sample: Callable[[Path], None] | None = None,
    sample_every: int = 1_000,
) -> None:
    """Train `module` in place and leave the averaged weights in it. Resumes from `folder`/`name`.pt.

    `sample` is called now and then with the path of a picture to write, on the averaged weights.
    """
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint = folder / f"{name}.pt"
    optimizer = torch.optim.AdamW(module.parameters(), weight_decay=spec.weight_decay, betas=(0.9, 0.99), fused=True)
    average = EMAModel(module.parameters(), decay=spec.average, use_ema_warmup=True, power=3 / 4)
    first = 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location=accelerator.device, weights_only=True)
        module.load_state_dict(saved["module"])
        optimizer.load_state_dict(saved["optimizer"])
        average.load_state_dict(saved["average"])
        first = saved["step"]
    average.to(accelerator.device)

    def save(step: int) -> None:
        aside = checkpoint.with_suffix(".part")
        state = {"module": module.state_dict(), "optimizer": optimizer.state_dict(), "average": average.state_dict()}
        torch.save({**state, "step": step}, aside)
        aside.rename(checkpoint)

    saved_at = time.monotonic()
    started = time.monotonic()
    bar = tqdm(range(first, spec.steps), desc=name, initial=first, total=spec.steps, mininterval=5)
    for step in bar:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, spec)
        loss, figures = loss_at(step)
        optimizer.zero_grad(set_to_none=True)
        accelerator.backward(loss)
        nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimizer.step()
        average.step(module.parameters())
        if step % 50 == 49:
            bar.set_postfix({key: f"{value:.4f}" for key, value in figures.items()})
            line = {"stage": name, "step": step + 1, "seconds": round(time.monotonic() - started, 1), **figures}
            with (folder / "log.jsonl").open("a") as log:
                log.write(json.dumps(line) + "\n")
        if time.monotonic() - saved_at > spec.save_every_seconds:
            save(step + 1)
            saved_at = time.monotonic()
        if sample is not None and step % sample_every == sample_every - 1:
            average.store(module.parameters())
            average.copy_to(module.parameters())
            sample(folder / f"{name}-{step + 1:06d}.png")
            average.restore(module.parameters())
    if first < spec.steps:
        save(spec.steps)
    average.copy_to(module.parameters())
