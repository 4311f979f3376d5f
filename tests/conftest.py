from collections.abc import Iterator
from pathlib import Path

import parts
import pytest
import torch
from hypothesis import settings

from styleaug.loading import load_model
from styleaug.model import Model

settings.register_profile("styleaug", deadline=None)  # a busy machine is no failure
settings.load_profile("styleaug")


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    """Small tensors do not gain from a second thread, and two processes fighting over the cores lose much."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def random_model() -> Model:
    return parts.model(vocabulary=parts.vocabulary())


@pytest.fixture(scope="session", params=["random parts", "bundled"])
def model(request: pytest.FixtureRequest, random_model: Model) -> Model:
    """What is promised of every model is tested on both."""
    return random_model if request.param == "random parts" else load_model("tiny", device="cpu")


@pytest.fixture(scope="session")
def model_folder(random_model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The random model in diffusers' layout. Tests that damage it take a copy."""
    return parts.save(random_model, tmp_path_factory.mktemp("models") / "random")
