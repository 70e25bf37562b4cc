"""What is in the place of a file: a FIFO or a device would keep a reader waiting without end."""

import errno
import io
import os
import stat
from pathlib import Path
from typing import BinaryIO, TextIO

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def instead_of_file(path: Path) -> str | None:
    """Return what is at a path, such as "a FIFO"; None for a file, and where nothing is."""
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        if error.errno == errno.ELOOP:
            return "a link that leads to itself"
        if os.path.islink(path):
            return "a link to what is not there"
        return None
    return None if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "no file")


def open_text(path: Path, encoding: str = "utf-8") -> TextIO:
    """Open a text file for reading, at once. Raises OSError, also for what is not a file."""
    return io.TextIOWrapper(open_file(path), encoding=encoding)


def read_at_most(path: Path, most: int) -> bytes:
    """Return so many bytes of a file, or of what somebody writes, such as a shell's `<(command)`.

    Raises OSError, also for a FIFO that nobody writes to: nothing would ever come from it.
    """
    never_wait = getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, os.O_RDONLY | never_wait | getattr(os, "O_BINARY", 0))
    with open(descriptor, "rb") as file:
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            return file.read(most)
        try:
            first = os.read(descriptor, most)
        except BlockingIOError:  # there is a writer, who has not written anything yet
            first = b""
        else:
            if not first:
                raise OSError(errno.EINVAL, "it is a FIFO that nobody writes to", str(path))
        os.set_blocking(descriptor, True)
        return first + file.read(most - len(first))


def open_file(path: Path) -> BinaryIO:
    """Open a file for reading, at once. Raises OSError, also for what is not a file."""
    never_wait = getattr(os, "O_NONBLOCK", 0)  # for the writer of a FIFO
    descriptor = os.open(path, os.O_RDONLY | never_wait | getattr(os, "O_BINARY", 0))
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return open(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    kind = _KINDS.get(stat.S_IFMT(mode), "something else")
    raise OSError(errno.EINVAL, f"it is {kind}, expected a file", str(path))
