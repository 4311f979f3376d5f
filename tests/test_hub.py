"""styleaug.hub: what is on this machine is found there, and what cannot be had is said at once, and truthfully."""

import shutil
import socket
import threading
from collections import namedtuple
from types import SimpleNamespace

import httpx
import huggingface_hub
import parts
import pytest
from huggingface_hub import constants, errors

from styleaug.hub import bytes_in, expected_sums, fetch, local_folder
from styleaug.loading import choose_files
from styleaug.model import ModelError
from styleaug.registry import Repository

REPOSITORY = Repository("somebody/something", "0123456789abcdef0123456789abcdef01234567")


def choose(names):
    return [name for name in names if name.endswith(".json")]


@pytest.fixture
def shelf(tmp_path):
    made = tmp_path / "made"
    (made / "unet").mkdir(parents=True)
    (made / "unet" / "config.json").write_text("{}")
    parts.put_on_shelf(made, REPOSITORY, tmp_path / "hub")
    return tmp_path / "hub"


@pytest.fixture
def hub(monkeypatch):
    """A Hub that holds two files, or fails as it is told to."""
    hub = SimpleNamespace(fails=None, files={"a.json": 10, "b.bin": 10**6}, fetched=[])

    class Api:
        def model_info(self, name, *, revision, files_metadata, timeout):
            assert (name, revision, files_metadata) == (REPOSITORY.name, REPOSITORY.revision, True)
            if hub.fails is not None:
                raise hub.fails
            siblings = [SimpleNamespace(rfilename=name, size=size) for name, size in hub.files.items()]
            return SimpleNamespace(siblings=siblings)

    def download(name, *, revision, cache_dir, allow_patterns):
        hub.fetched.append(allow_patterns)
        return str(cache_dir / "snapshot")

    monkeypatch.setattr(huggingface_hub, "HfApi", Api)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    return hub


def test_what_is_here_is_found_and_knows_its_sums(shelf, tmp_path):
    folder = local_folder(REPOSITORY, shelf)
    assert (folder / "unet" / "config.json").read_text() == "{}"
    assert list(expected_sums(folder)) == [folder / "unet" / "config.json"]
    assert local_folder(REPOSITORY, tmp_path / "nothing") is None


def test_only_what_is_wanted_is_fetched_and_told(hub, tmp_path):
    told = []
    fetch(REPOSITORY, choose, cache=tmp_path, on_bytes=lambda *news: told.append(news))
    assert hub.fetched == [["a.json"]]
    assert told[-1] == (10, 10)


def response(status):
    return httpx.Response(status, request=httpx.Request("GET", "https://example.invalid"))


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (errors.GatedRepoError("", response=response(403)), "is gated: accept its licence"),
        (errors.RevisionNotFoundError("", response=response(404)), "no longer has the commit 0123"),
        (errors.RepositoryNotFoundError("", response=response(401)), "or it is private"),
        (errors.HfHubHTTPError("", response=response(401)), "does not let you have"),
        (errors.HfHubHTTPError("", response=response(500)), "cannot be reached"),
        (OSError(28, "No space left on device"), "does not fit on the disk"),
        (ConnectionError("canary"), r"cannot be reached \(ConnectionError\)"),
    ],
)
def test_every_failure_has_its_own_message(hub, tmp_path, failure, said):
    hub.fails = failure
    with pytest.raises(ModelError, match=said) as caught:
        fetch(REPOSITORY, choose, cache=tmp_path, on_bytes=lambda *_: None)
    assert "canary" not in str(caught.value) and hub.fetched == []


def test_offline_is_said_without_asking_anybody(hub, monkeypatch, tmp_path):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    hub.fails = AssertionError("it was asked")
    with pytest.raises(ModelError, match=r"HF_HUB_OFFLINE forbids .*hf download somebody/something"):
        fetch(REPOSITORY, choose, cache=tmp_path, on_bytes=lambda *_: None)


def test_a_disk_without_room_is_said_before_anything_is_fetched(hub, monkeypatch, tmp_path):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 10, 5))
    with pytest.raises(ModelError, match=r"takes 0\.0 GB, and the disk of .* has 0\.0 GB left"):
        fetch(REPOSITORY, choose, cache=tmp_path, on_bytes=lambda *_: None)
    assert hub.fetched == []


def test_what_is_here_already_needs_no_room(hub, monkeypatch, tmp_path):
    here = tmp_path / "models--somebody--something" / "snapshots" / REPOSITORY.revision
    here.mkdir(parents=True)
    (here / "a.json").write_text("{}")
    usage = namedtuple("usage", "total used free")
    hub.files["a.json"] = 10**12
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**10, 0, 10**10))
    fetch(REPOSITORY, choose, cache=tmp_path, on_bytes=lambda *_: None)
    assert hub.fetched == [["a.json"]]


def test_a_hub_that_does_not_answer_is_not_waited_for(monkeypatch, tmp_path):
    """A server that takes the call and never speaks; the answer's time is cut down so that the test is short."""
    import styleaug.hub

    silent = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setattr(styleaug.hub, "ANSWER_SECONDS", 0.3)
    released = threading.Event()

    class Api:
        def model_info(self, *_, **__):
            with socket.create_connection(silent.getsockname()) as call:
                released.wait(10)
                return call.recv(1)

    monkeypatch.setattr(huggingface_hub, "HfApi", Api)
    try:
        with pytest.raises(ModelError, match="cannot be reached"):
            fetch(REPOSITORY, choose, cache=tmp_path, on_bytes=lambda *_: None)
    finally:
        released.set()
        silent.close()


def test_growing_files_are_counted(tmp_path):
    (tmp_path / "whole").write_bytes(b"12345")
    (tmp_path / "part.incomplete").write_bytes(b"123")
    assert bytes_in(tmp_path) == 8
    assert bytes_in(tmp_path / "nothing") == 0


def test_of_a_repository_only_safetensors_and_json_are_chosen_half_where_there_is_half():
    names = [
        "model_index.json", "README.md", "v1-4.ckpt", "scheduler/scheduler_config.json", "tokenizer/merges.txt",
        "tokenizer/vocab.json", "unet/config.json", "unet/diffusion_pytorch_model.bin",
        "unet/diffusion_pytorch_model.safetensors", "unet/diffusion_pytorch_model.fp16.safetensors",
        "vae/config.json", "vae/diffusion_pytorch_model.safetensors", "text_encoder/config.json",
        "text_encoder/model.safetensors.index.json", "text_encoder/model-00001-of-00002.safetensors",
        "text_encoder/pytorch_model.bin", "safety_checker/model.safetensors", "safety_checker/config.json",
        "feature_extractor/preprocessor_config.json",
    ]  # fmt: skip
    left = {"README.md", "v1-4.ckpt", "unet/diffusion_pytorch_model.bin", "text_encoder/pytorch_model.bin"}
    left |= {"unet/diffusion_pytorch_model.safetensors"}
    assert set(choose_files(names, safety=True)) == set(names) - left
    without = {name for name in choose_files(names, safety=False)}
    assert set(names) - left - without == {name for name in names if name.startswith(("safety", "feature"))}
