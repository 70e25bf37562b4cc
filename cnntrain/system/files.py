"""Write files so that a crash, a full disk or a power cut leaves either the old file or the new one."""

import errno
import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from cnntrain.errors import OutputError
from cnntrain.system.unfinished import RANDOM, held, prefix, remove_abandoned

# A virus scanner or a cloud drive may hold a file for a moment after it was written.
PAUSES_BEFORE_RENAMING_AGAIN = (0.05, 0.1, 0.2, 0.4, 0.8)  # seconds
HELD = (errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY)  # what renaming fails with meanwhile
# What syncing fails with on a mount that has no such call; an error of the disk is another.
CANNOT_SYNC = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)


@contextmanager
def replacing(target: Path, *, parents: bool = True) -> Iterator[IO[bytes]]:
    """Open a file beside `target` for writing; sync it and rename it to `target` on success.

    Its folder is made if it is missing, unless `parents` is False. On any exception the new file is
    removed and `target` is left unchanged; what a killed process has left is removed the next time.
    Some mounts cannot set permissions (S3, gcsfuse) or sync a folder (CIFS, VirtualBox), or a file
    either (some FUSE file systems): the file is written anyway.
    Raises OutputError if the folder cannot be written to or the disk is full.
    """
    import tempfile  # here, because reading needs none

    try:
        if parents:
            target.parent.mkdir(parents=True, exist_ok=True)
        remove_abandoned(target.parent, target)
        descriptor, name = tempfile.mkstemp(prefix=prefix(target), dir=target.parent)
    except OSError as error:
        raise _cannot_write(target, error) from error
    beside = Path(name)
    try:
        with held(beside):
            with os.fdopen(descriptor, "wb") as file:
                yield file
                sync(file)
            with suppress(OSError):  # on a mount without permissions
                beside.chmod(0o666 & ~_umask())
            rename(beside, target)
        sync_folder(target.parent)
    except OSError as error:
        raise _cannot_write(target, error) from error
    finally:
        with suppress(OSError):  # it must not mask the original error
            beside.unlink(missing_ok=True)


def remove_unfinished(folder: Path, names: Iterable[str]) -> None:
    """Remove what `replacing` leaves beside files of these names where a process is killed.

    Only for a folder where no other process is writing them.
    """
    ours = re.compile(rf"\.({'|'.join(map(re.escape, names))})\.{RANDOM}")
    with suppress(OSError):
        for path in folder.iterdir():
            if ours.fullmatch(path.name):
                with suppress(OSError):
                    path.unlink()


def rename(source: Path, target: Path) -> None:
    """Rename a file, replacing `target`; keep trying for a moment if it is held.

    Raises OSError if the file cannot be renamed.
    """
    for pause in PAUSES_BEFORE_RENAMING_AGAIN:
        try:
            source.replace(target)
            return
        except OSError as error:
            if error.errno not in HELD:
                raise
            time.sleep(pause)
    source.replace(target)


def _cannot_write(target: Path, error: OSError) -> OutputError:
    return OutputError.of(target, error, "choose a folder that you may write to and that has room")


def _umask() -> int:
    """Return the process's umask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def sync(file: IO[bytes] | IO[str]) -> None:
    """Make a file's content durable where the mount can. Raises OSError if the disk fails."""
    file.flush()
    try:
        os.fsync(file.fileno())
    except OSError as error:
        if error.errno not in CANNOT_SYNC:
            raise


def sync_folder(folder: Path) -> None:
    """Make a rename durable on mounts that can sync a folder; on others the file is in place, too."""
    if not hasattr(os, "O_DIRECTORY"):  # Windows
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
