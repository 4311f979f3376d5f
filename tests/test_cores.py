"""styleaug.cores: so many cores here and now, and as many as before afterwards."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from styleaug.cores import on_cores, on_one_core


@pytest.fixture
def thread():
    """A thread with three cores of its own, whatever this machine has; the others keep theirs."""
    with ThreadPoolExecutor(1) as executor:
        before = torch.get_num_threads()
        executor.submit(torch.set_num_threads, 3).result()
        yield lambda function: executor.submit(function).result()
        executor.submit(torch.set_num_threads, before).result()


def test_inside_so_many_and_outside_as_before(thread):
    def seen() -> list[int]:
        numbers = [torch.get_num_threads()]
        with on_cores(2):
            numbers.append(torch.get_num_threads())
            with on_cores(1):
                numbers.append(torch.get_num_threads())
            numbers.append(torch.get_num_threads())
        return [*numbers, torch.get_num_threads()]

    assert thread(seen) == [3, 2, 1, 2, 3]


def test_none_leaves_it(thread):
    def seen() -> int:
        with on_cores(None):
            return torch.get_num_threads()

    assert thread(seen) == 3


def test_a_failure_inside_leaves_as_many_as_before(thread):
    def fail() -> None:
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        thread(lambda: on_one_core(fail))
    assert thread(torch.get_num_threads) == 3
    assert thread(lambda: on_one_core(torch.get_num_threads)) == 1


def test_other_threads_keep_theirs(thread):
    here = torch.get_num_threads()
    assert thread(lambda: on_one_core(torch.get_num_threads)) == 1
    assert torch.get_num_threads() == here
