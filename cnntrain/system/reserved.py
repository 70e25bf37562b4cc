"""Memory that processes share, reserved before it is used."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

FOLDER = "/dev/shm"  # a file system in memory, on Linux


@contextmanager
def reserved_file(nbytes: int) -> Iterator[int | None]:
    """Make a file without a name, of so many bytes, and yield its descriptor. Raises OSError.

    It is None on Windows, where memory that is shared is reserved anyway. Where the length of a file
    is set alone, and the folder is full or fills up later, a write ends the program with a bus error.
    """
    if os.name == "nt":
        yield None
        return
    with tempfile.TemporaryFile(dir=_folder_for(nbytes)) as file:
        try:
            os.posix_fallocate(file.fileno(), 0, nbytes)
        except (AttributeError, OSError) as error:  # macOS has no such call, nor have some mounts
            if getattr(error, "errno", None) not in (None, errno.EOPNOTSUPP, errno.EINVAL):
                raise
            os.ftruncate(file.fileno(), nbytes)
        yield file.fileno()


def _folder_for(nbytes: int) -> str:
    """Return the folder for a block: one in memory where there is room, else the temporary one."""
    if os.path.isdir(FOLDER):
        free = os.statvfs(FOLDER)
        if free.f_bavail * free.f_frsize >= nbytes:
            return FOLDER
    return tempfile.gettempdir()
