"""Files that a process was writing when it was killed, beside those that they were to become.

A writer holds a lock on its file, which ends with the process, so that others can tell. Where there
are no locks, such files stay; Windows needs none, as it does not remove a file that is open.
"""

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

YOUNG = 2.0  # seconds: a younger file may have a writer that has not come to locking it
RANDOM = "[a-z0-9_]{8}"  # what `tempfile` appends to a name


def prefix(target: Path) -> str:
    """Return how the name of a file begins that is to become `target`."""
    return f".{target.name}."


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep others from removing a file that is being written."""
    if sys.platform == "win32":
        yield
        return
    descriptor = None
    with suppress(OSError):  # without the lock it is written all the same
        descriptor = os.open(path, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def remove_abandoned(folder: Path, target: Path | None = None) -> None:
    """Remove what nobody writes any more of what was to become `target`.

    Without `target`, that is any file; only for a folder in which all files are ours.
    """
    begins = r"\..+\." if target is None else re.escape(prefix(target))
    ours = re.compile(f"{begins}{RANDOM}")
    with suppress(OSError):
        for path in folder.iterdir():
            if ours.fullmatch(path.name):
                with suppress(OSError):
                    if _is_abandoned(path):
                        path.unlink()


def _is_abandoned(path: Path) -> bool:
    """Return whether nobody writes a file. Raises OSError where that cannot be told."""
    if time.time() - path.stat().st_mtime < YOUNG:
        return False
    if sys.platform == "win32":
        return True  # if it is open, it is not removed
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(descriptor)
    return True
