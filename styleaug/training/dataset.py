"""The drawings on disk: painted once by several processes, then read by every stage of training."""

import json
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from styleaug.training.drawings import MOOD_NAMES, STYLE_NAMES, SUBJECT_NAMES, Facts, draw
from styleaug.training.tiny import Spec

Draw = Callable[[int, int], tuple[Facts, np.ndarray]]
"""(seed, size) → a drawing's facts and its picture."""

CHUNK = 250  # drawings a job: small enough to resume, large enough to keep a process busy


@dataclass(frozen=True)
class Drawings:
    """All drawings of a run: `pictures` uint8 (N, size, size, 3), memory-mapped, and the facts of each."""

    pictures: np.ndarray
    facts: tuple[Facts, ...]


def _paint_chunk(folder: Path, draw: Draw, first_seed: int, start: int, stop: int, size: int) -> None:
    """Paint drawings start…stop−1 into the shared array; the facts file is written last and marks the chunk as done."""
    pictures = np.lib.format.open_memmap(folder / "pictures.npy", mode="r+")
    facts = []
    for number in range(start, stop):
        drawn, pictures[number] = draw(first_seed + number, size)
        facts.append(asdict(drawn))
    pictures.flush()
    done = folder / f"facts-{start:06d}.json"
    aside = done.with_suffix(".part")
    aside.write_text(json.dumps(facts))
    aside.rename(done)


def paint_drawings(folder: Path, spec: Spec, processes: int, draw: Draw = draw) -> Drawings:
    """Paint what is still missing in `folder` and open all of it. `draw` is a function of a module: processes import
    it by name."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "pictures.npy"
    shape = (spec.drawings, spec.image_size, spec.image_size, 3)
    if not file.exists():
        np.lib.format.open_memmap(file, mode="w+", dtype=np.uint8, shape=shape).flush()
    names = json.dumps([list(SUBJECT_NAMES), list(MOOD_NAMES), list(STYLE_NAMES)])
    curriculum = folder / "curriculum.json"
    if not curriculum.exists() and not any(folder.glob("facts-*.json")):
        curriculum.write_text(names)
    alike = np.load(file, mmap_mode="r").shape == shape and curriculum.exists() and curriculum.read_text() == names
    if not alike:
        raise ValueError(f"{folder} holds drawings of another spec: remove it, or train in another folder")
    starts = [start for start in range(0, spec.drawings, CHUNK) if not (folder / f"facts-{start:06d}.json").exists()]
    with ProcessPoolExecutor(processes) as pool:
        jobs = [
            pool.submit(
                _paint_chunk, folder, draw, spec.first_seed, start, min(start + CHUNK, spec.drawings), spec.image_size
            )
            for start in starts
        ]
        for job in tqdm(jobs, desc="drawings", unit="chunk", disable=not jobs):
            job.result()
    return open_drawings(folder)


def open_drawings(folder: Path) -> Drawings:
    """The drawings painted so far, in order of their seeds."""
    facts: list[Facts] = []
    for file in sorted(folder.glob("facts-*.json")):
        for drawn in json.loads(file.read_text()):
            facts.append(Facts(**{**drawn, "moods": tuple(drawn["moods"])}))
    return Drawings(np.load(folder / "pictures.npy", mmap_mode="r")[: len(facts)], tuple(facts))
