"""Ask the operating system how much memory this process takes."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def memory_in_use() -> int:
    """Return the bytes that are resident now, or at most so far where only that can be known."""
    return _field("VmRSS") or _peak_by_rusage()


def peak_memory() -> int:
    """Return the most bytes that were resident at any time."""
    # Linux's rusage would count the parent's pages too, from between fork and exec.
    return _field("VmHWM") or _peak_by_rusage()


def _field(name: str) -> int | None:
    if not _STATUS.exists():
        return None
    for line in _STATUS.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return None


def _peak_by_rusage() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
