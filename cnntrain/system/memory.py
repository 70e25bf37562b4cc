"""How much memory this process can use: that of the machine, or less in a container."""

import os
from pathlib import Path

CGROUP_V2 = Path("/sys/fs/cgroup")
CGROUP_V1 = Path("/sys/fs/cgroup/memory")

UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def available_memory(
    meminfo: Path = Path("/proc/meminfo"), v2: Path = CGROUP_V2, v1: Path = CGROUP_V1
) -> int | None:
    """Return the bytes that can still be allocated, or None if the system does not say.

    The machine's free memory includes caches that it would release. A container's is the limit of
    its control group (version 2 or 1) minus what the group uses, not counting such caches.
    """
    found = [
        _machine(meminfo),
        _group(v2, "memory.max", "memory.current", "inactive_file"),
        _group(v1, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ]
    known = [amount for amount in found if amount is not None]
    return min(known, default=None)


def _machine(meminfo: Path) -> int | None:
    """Return Linux's estimate plus free swap; elsewhere, all installed memory."""
    try:
        lines = dict(line.split(":", 1) for line in meminfo.read_text().splitlines() if ":" in line)
        return sum(1024 * int(lines[key].split()[0]) for key in ("MemAvailable", "SwapFree"))
    except (OSError, KeyError, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows
        return None


def _group(folder: Path, limit: str, usage: str, cache: str) -> int | None:
    """Return what a control group has left, or None if there is no group or no limit."""
    try:
        most = int((folder / limit).read_text())  # ValueError: "max", which is no limit
        used = int((folder / usage).read_text())
        statistics = dict(
            line.split() for line in (folder / "memory.stat").read_text().splitlines()
        )
        return max(0, most - used + int(statistics.get(cache, 0)))
    except (OSError, ValueError):
        return None


def in_bytes(count: float) -> str:
    """Return a number of bytes with a suitable unit, in powers of 1,000: 4.8 GB."""
    power = 0
    while count >= 1000 and power < len(UNITS) - 1:
        count, power = count / 1000, power + 1
    return f"{count:,.{min(power, 1)}f} {UNITS[power]}"
