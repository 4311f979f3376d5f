"""Times and counts beside peers, all in one run on the machine at hand; a module for each thing that is measured."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np


class BenchRefused(RuntimeError):
    """There is nothing to report: what was to be compared is not the same."""


def spread(values: Sequence[float], digits: int = 3) -> dict[str, float | None]:
    """Median and 95th percentile, None of nothing."""
    if not values:
        return {"median": None, "p95": None}
    median, p95 = np.percentile(values, [50, 95])
    return {"median": round(float(median), digits), "p95": round(float(p95), digits)}


def rotated(names: Sequence[str], number: int) -> list[str]:
    """Another one begins in every round."""
    start = number % len(names)
    return [*names[start:], *names[:start]]


def resident_bytes(process: int | str = "self") -> int | None:
    """What a process holds in memory, None where there is no /proc."""
    status = Path(f"/proc/{process}/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.is_file() else []
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), None)


def machine(*packages: str) -> dict[str, Any]:
    """What a figure must be read with: processor, cores, system, how busy it was, and versions."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "system": platform.platform(),
        "versions": {"python": platform.python_version()} | {package: version(package) for package in packages},
    }


def _processor() -> str:
    """Its name where Linux says it, else what Python knows."""
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text(encoding="utf-8").splitlines() if listing.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
