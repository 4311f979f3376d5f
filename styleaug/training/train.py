"""The stages that make the bundled model: drawings, CLIP, a text tower whose words add up, VAE, UNet, its live variant
with a small decoder, and the folder that is shipped.

`python -m styleaug train --run runs/tiny --out assets/tiny` runs them one by one; stopped and called again, it goes on
from the last checkpoint of the stage it was in.
"""

import argparse
import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import torch
from accelerate import Accelerator
from diffusers import AutoencoderTiny

from styleaug.training.additive import train_additive
from styleaug.training.clip import train_clip
from styleaug.training.dataset import paint_drawings
from styleaug.training.drawings import MOOD_NAMES, STYLE_NAMES, SUBJECT_NAMES, all_words
from styleaug.training.live import Adapter, train_live
from styleaug.training.parts import Parts, build_parts, learn_new_words, load_parts
from styleaug.training.preview import train_preview
from styleaug.training.samples import pipeline_of
from styleaug.training.tiny import Spec
from styleaug.training.unet import train_unet
from styleaug.training.vae import train_vae

LOCAL_NOTES = ("_name_or_path", "is_local", "local_files_only")  # where parts were loaded from: nobody else's business
STAGES = ("drawings", "clip", "additive", "vae", "unet", "live", "preview", "save")


def save_model(
    parts: Parts, out: Path, spec: Spec, live: Adapter | None = None, preview: AutoencoderTiny | None = None
) -> None:
    """Write the folder that is shipped: half precision, no file of 10 MB or more, words and check sums beside it.

    A live variant in `out` of other weights than these goes; a small decoder stays, if no new one comes.
    """
    # A tokenizer writes down how it last padded and cut: forget that, it is no part of the model.
    parts.tokenizer.backend_tokenizer.no_padding()
    parts.tokenizer.backend_tokenizer.no_truncation()
    pipeline_of(parts).to(torch.float16).save_pretrained(out, max_shard_size="9MB")
    for file in out.rglob("*config.json"):
        config = json.loads(file.read_text())
        kept = {key: value for key, value in config.items() if key not in LOCAL_NOTES}
        if file.parent.name in ("text_encoder", "image_encoder"):
            # transformers takes the kind of number from the config: half precision on disk, full where it runs.
            kept["dtype"] = "float32"
        file.write_text(json.dumps(kept, indent=2) + "\n")
    shutil.rmtree(out / "live", ignore_errors=True)
    if live is not None:
        live.save(out / "live", parts.unet, spec.live_strength, spec.live_rank_kept)
    if preview is not None:
        preview.to(torch.float16).save_pretrained(out / "preview")
    phrases = {"subjects": list(SUBJECT_NAMES), "styles": list(STYLE_NAMES), "moods": list(MOOD_NAMES)}
    (out / "vocabulary.json").write_text(json.dumps({**phrases, "words": all_words()}, indent=1) + "\n")
    files = sorted(file for file in out.rglob("*") if file.is_file() and file.name not in ("SHA256SUMS", "README.md"))
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(out).as_posix()}\n" for file in files]
    (out / "SHA256SUMS").write_text("".join(lines))


def missing_words(folder: Path) -> list[str]:
    """Today's words that the text tower of this model never saw."""
    return sorted(set(all_words()) - set(json.loads((folder / "vocabulary.json").read_text())["words"]))


def start_parts(spec: Spec, start_from: Path | None, stages: Sequence[str]) -> Parts:
    """Untrained parts, or those of a saved model, taught the words that have come since if CLIP is among the stages.

    Raises:
        ValueError: words have come and CLIP is not trained: only the UNet would learn them.
    """
    if start_from is None:
        return build_parts(spec)
    parts, missing = load_parts(start_from), missing_words(start_from)
    if missing and "clip" not in stages:
        raise ValueError(f"{start_from} was never taught: {', '.join(missing)}; the stage clip must be run too")
    if missing:
        learn_new_words(parts, spec)
    return parts


def train(
    spec: Spec,
    run: Path,
    out: Path,
    stages: Sequence[str] = STAGES,
    start_from: Path | None = None,
    compiled: bool = False,
) -> None:
    """Run `stages` in order. Finished ones only load their last checkpoint.

    With `start_from`, the folder of a saved model, its parts are trained on, all but the VAE's encoder, which stays:
    a run can be carried on where only the model is left of it.
    """
    accelerator = Accelerator(mixed_precision="bf16")
    parts = start_parts(spec, start_from, stages)
    drawings = paint_drawings(run / "drawings", spec, os.cpu_count() or 1)
    if "clip" in stages:
        train_clip(parts, drawings, spec, run, accelerator)
    if "additive" in stages:
        train_additive(parts, spec, run, accelerator)
    if "vae" in stages:
        train_vae(parts, drawings, spec, run, accelerator, keep_encoder=start_from is not None)
    if "unet" in stages:
        train_unet(parts, drawings, spec, run, accelerator, compiled)
    live = train_live(parts, drawings, spec, run, accelerator, compiled) if "live" in stages else None
    preview = train_preview(parts, drawings, spec, run, accelerator) if "preview" in stages else None
    if "save" in stages:
        save_model(parts, out, spec, live, preview)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m styleaug train`."""
    parser.add_argument("--run", type=Path, default=Path("runs/tiny"), help="folder of drawings and checkpoints")
    parser.add_argument("--out", type=Path, default=Path("assets/tiny"), help="folder to write the model to")
    parser.add_argument("--start-from", type=Path, help="folder of a model to train on")
    parser.add_argument("--compile", action="store_true", help="compile the UNet first: slow start, faster steps")
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=STAGES, help="what to run; all, if not named")


def main(arguments: argparse.Namespace) -> int:
    """Train, or go on training, the bundled model."""
    train(Spec(), arguments.run, arguments.out, arguments.stages, arguments.start_from, arguments.compile)
    return 0
