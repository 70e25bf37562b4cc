"""Zip files from elsewhere, compressed as NumPy and the makers of data sets do it."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cnntrain.system.regular import open_file

# What reading a member raises: KeyError if it is missing, RuntimeError for a password,
# NotImplementedError, a kind of RuntimeError, for a version, EOFError for a file that was cut.
DAMAGED = (zipfile.BadZipFile, zlib.error, ValueError, KeyError, EOFError, RuntimeError)
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@contextmanager
def opened_zip(file: Path | IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """Open a zip file for reading.

    Raises OSError for what is no file, and BadZipFile for a member that is compressed in another way: LZMA could ask for gigabytes
    of memory, and raises errors of its own.
    """
    if isinstance(file, Path):
        open_file(file).close()  # zipfile would wait for the writer of a FIFO
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            if member.compress_type not in METHODS:
                raise zipfile.BadZipFile(
                    f"method {member.compress_type} of compression, expected stored or deflated"
                )
        yield archive
