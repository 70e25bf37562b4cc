"""How much processor time a Linux container grants: its cgroup's quota, of version 1 or 2."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

MOUNT = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")
NO_LIMIT = float(sys.maxsize)


def cpu_quota(mount: Path = MOUNT, membership: Path = MEMBERSHIP) -> float:
    """Return how many processors' time this process may use; `NO_LIMIT` if there is no limit.

    Of the quotas of this process's group and of the groups around it, the smallest applies.
    """
    quotas = [NO_LIMIT]
    for folder in _groups(mount, membership):
        with suppress(OSError, ValueError):  # no such file, or "max": no limit
            quota, period = (folder / "cpu.max").read_text().split()
            quotas.append(int(quota) / int(period))
        with suppress(OSError, ValueError):
            quota = (folder / "cpu.cfs_quota_us").read_text()
            period = (folder / "cpu.cfs_period_us").read_text()
            quotas.append(int(quota) / int(period))
    return min((quota for quota in quotas if quota > 0), default=NO_LIMIT)  # -1: no limit


def _groups(mount: Path, membership: Path) -> Iterator[Path]:
    """Yield the folders of this process's groups and their parents; in a container, the root."""
    try:
        lines = membership.read_text().splitlines()
    except OSError:  # not Linux
        return
    for line in lines:
        _, controllers, group = line.split(":", 2)  # such as 4:cpu,cpuacct:/docker/1f
        if controllers and "cpu" not in controllers.split(","):
            continue
        root = mount / controllers if controllers else mount
        if controllers and not root.is_dir():
            root = mount / "cpu"
        path = PurePosixPath(group.lstrip("/"))
        for folder in (path, *path.parents):
            if ".." not in folder.parts:
                yield root / folder
