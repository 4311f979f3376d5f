"""Files of the Hugging Face Hub: looked for on this machine first, else fetched at their pinned commit.

What cannot be had is said within seconds and with what to do next, in a `ModelError`: the libraries' own way is to
try for half a minute and then to speak of a missing config.json.
"""

import re
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from styleaug.model import ModelError
from styleaug.registry import Repository

ANSWER_SECONDS = 4.0  # the hub says within this what a repository holds, or it is taken to be out of reach
LOOK_SECONDS = 0.5
SPARE_BYTES = 2**28
OnBytes = Callable[[int, int], None]
"""Told (bytes that are here, bytes in all) while files arrive."""
Choose = Callable[[Sequence[str]], list[str]]
"""From the names of all files of a repository, those that are wanted."""

_CHECK_SUM = re.compile(r"[0-9a-f]{64}")


def local_folder(repository: Repository, cache: Path | None = None) -> Path | None:
    """Where this commit lies on this machine, whole or in part; None if nothing of it does."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        found = snapshot_download(repository.name, revision=repository.revision, cache_dir=cache, local_files_only=True)
    except LocalEntryNotFoundError as error:
        partial = getattr(error, "snapshot_path", None)
        return None if partial is None else Path(partial)
    return Path(found)


def fetch(repository: Repository, choose: Choose, *, cache: Path | None = None, on_bytes: OnBytes) -> Path:
    """Bring the chosen files of this commit here; those that are here already are not fetched again.

    Raises:
        ModelError: offline, out of reach, gated, gone, or no room on the disk; says which, and what to do.
    """
    from huggingface_hub import constants, snapshot_download

    if constants.is_offline_mode():
        raise ModelError(
            f"{repository.name} is not on this machine, and HF_HUB_OFFLINE forbids to fetch it. Unset it, or fetch "
            f"the model beforehand: hf download {repository.name} --revision {repository.revision}."
        )
    listed = _listing(repository)
    chosen = choose(list(listed))
    total = sum(listed[name] for name in chosen)
    folder = Path(constants.HF_HUB_CACHE) if cache is None else cache
    home = folder / f"models--{repository.name.replace('/', '--')}"
    here = home / "snapshots" / repository.revision
    _check_room(repository, folder, sum(listed[name] for name in chosen if not (here / name).is_file()))
    blobs = home / "blobs"
    try:
        with _watching(blobs, total, on_bytes):
            found = snapshot_download(
                repository.name, revision=repository.revision, cache_dir=cache, allow_patterns=chosen
            )
    except Exception as error:  # the hub's client raises its own kinds, httpx's, and OSError
        raise ModelError(_reason(repository, error)) from error
    return Path(found)


def _listing(repository: Repository) -> dict[str, int]:
    """Every file of the commit, and its bytes. A name server that does not answer holds the library up for longer than
    its own time-out, so it is asked in a thread that may be left behind."""
    from huggingface_hub import HfApi

    answer: Future[Any] = Future()

    def ask() -> None:
        try:
            answer.set_result(
                HfApi().model_info(
                    repository.name, revision=repository.revision, files_metadata=True, timeout=ANSWER_SECONDS
                )
            )
        except Exception as error:
            answer.set_exception(error)

    threading.Thread(target=ask, name="hub", daemon=True).start()
    try:
        info = answer.result(timeout=ANSWER_SECONDS)
    except Exception as error:
        raise ModelError(_reason(repository, error)) from error
    return {file.rfilename: file.size if file.size is not None else 0 for file in info.siblings or ()}


def _reason(repository: Repository, error: Exception) -> str:
    """What went wrong, for a person, and what to do about it."""
    from huggingface_hub import errors

    page = f"huggingface.co/{repository.name}"
    match error:
        case errors.GatedRepoError():
            return f"{repository.name} is gated: accept its licence at {page}, then log in with hf auth login."
        case errors.RevisionNotFoundError():
            return f"{repository.name} no longer has the commit {repository.revision}, which this program was made for."
        case errors.RepositoryNotFoundError():
            return f"{repository.name} is not at {page}, or it is private: log in with hf auth login."
        case errors.HfHubHTTPError() if error.response is not None and error.response.status_code in (401, 403):
            return f"The Hugging Face Hub does not let you have {repository.name}: log in with hf auth login."
        case OSError(errno=28):
            return f"{repository.name} does not fit on the disk; free some room, or set HF_HOME to another disk."
    return (
        f"{repository.name} is not on this machine, and the Hugging Face Hub cannot be reached "
        f"({type(error).__name__}). Look after the network and start again, or give a folder: --model ./FOLDER."
    )


def _check_room(repository: Repository, folder: Path, total: int) -> None:
    existing = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    if free < total + SPARE_BYTES:
        raise ModelError(
            f"{repository.name} takes {total / 1e9:.1f} GB, and the disk of {existing} has {free / 1e9:.1f} GB left. "
            "Free some room, or set HF_HOME to another disk."
        )


@contextmanager
def _watching(blobs: Path, total: int, on_bytes: OnBytes) -> Iterator[None]:
    """Tell how much has arrived, by looking at the files: it does not hang on how the library reports."""
    done = threading.Event()

    def look() -> None:
        while not done.wait(LOOK_SECONDS):
            on_bytes(min(total, bytes_in(blobs)), total)

    watcher = threading.Thread(target=look, name="hub-progress", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
    on_bytes(total, total)


def bytes_in(folder: Path) -> int:
    """The bytes of all files in a folder, those that are still growing as far as they are."""
    total = 0
    for file in folder.glob("*"):
        try:
            total += file.stat().st_size
        except FileNotFoundError:  # renamed as it became whole
            continue
    return total


def expected_sums(folder: Path) -> dict[Path, str]:
    """SHA-256 that the hub's cache knows of its large files: it names their blobs so, and links to these."""
    sums = {}
    for file in folder.rglob("*"):
        if file.is_symlink() and _CHECK_SUM.fullmatch(file.resolve().name):
            sums[file] = file.resolve().name
    return sums
