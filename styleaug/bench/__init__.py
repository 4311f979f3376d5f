"""Times and counts beside peers, all in one run on the machine at hand; a module for each thing that is measured."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np


def spread(values: Sequence[float]) -> dict[str, float | None]:
    """Median and 95th percentile, None of nothing."""
    if not values:
        return {"median": None, "p95": None}
    median, p95 = np.percentile(values, [50, 95])
    return {"median": round(float(median), 3), "p95": round(float(p95), 3)}


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
