"""The processors: how many this process may use, and what they are called."""

import os
import platform
import sys
from pathlib import Path


def allowed_processors() -> int:
    """Return the number of processors that the system lets this process run on, at least 1."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def processor_name(listing: Path = Path("/proc/cpuinfo")) -> str:
    """Return the processor's name as the system reports it."""
    if sys.platform == "linux" and listing.is_file():
        for line in listing.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
