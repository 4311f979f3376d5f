"""styleaug.allocator: what was freed is not fetched from the system again."""

import json
import platform
import resource
import subprocess
import sys

import pytest

TURNS = 8
PROGRAM = f"""
TURNS = {TURNS}
import json, resource, sys
from concurrent.futures import ThreadPoolExecutor

import torch

from styleaug.allocator import keep_freed_memory

kept = keep_freed_memory() if sys.argv[1] == "keep" else False
layers = torch.nn.Sequential(*(torch.nn.Conv2d(64, 64, 3, padding=1) for _ in range(3)))

def faults():
    torch.set_num_threads(1)
    with torch.no_grad():
        for turn in range(2 * TURNS):
            if turn == TURNS:  # by now it has what it needs
                before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
            layers(torch.zeros(1, 64, 256, 256))
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

with ThreadPoolExecutor(1) as thread:
    print(json.dumps([kept, thread.submit(faults).result()]))
"""


def pages_fetched(how: str) -> tuple[bool, int]:
    """Whether it was set, and the pages that decodes in a thread fetch once as many are done."""
    run = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True)
    kept, pages = json.loads(run.stdout.splitlines()[-1])
    return kept, pages


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="there is nothing to set in another C library")
def test_with_it_hardly_a_page_is_fetched_again():
    _, without = pages_fetched("leave")
    kept, pages = pages_fetched("keep")
    layer = 64 * 256 * 256 * 4 // resource.getpagesize()
    assert without >= TURNS * layer
    assert kept and pages <= 2 * layer  # a last block or two may be new


def test_elsewhere_it_says_that_it_cannot(monkeypatch):
    from styleaug.allocator import keep_freed_memory

    monkeypatch.setattr("styleaug.allocator.sys.platform", "darwin")
    assert keep_freed_memory() is False
