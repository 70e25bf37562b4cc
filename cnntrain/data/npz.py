"""Arrays in NumPy's .npz files, which a stranger may have made: nothing pickled, nothing oversized."""

import math
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from cnntrain.data.idx.content import LARGE
from cnntrain.errors import DataError
from cnntrain.system.text import shown
from cnntrain.system.zips import DAMAGED, opened_zip

ENDING = ".npy"  # of arrays in an archive


class Archive(NamedTuple):
    """A .npz file."""

    path: Path

    @property
    def names(self) -> list[str]:
        """Return the names of its arrays. Raises DataError."""
        with self._opened() as archive:
            members = archive.namelist()
        return [name.removesuffix(ENDING) for name in members if name.endswith(ENDING)]

    def array(self, name: str, root: Path | None) -> np.ndarray:
        """Return an array; one of more than LARGE bytes is mapped from a copy in the cache.

        Its size has to be that of the file in the archive, so that a header that promises more
        takes no memory. Raises DataError.
        """
        with self._opened() as archive:
            size = archive.getinfo(name + ENDING).file_size
            if size <= LARGE:
                with archive.open(name + ENDING) as file:
                    self._check(file, size, name)
                    file.seek(0)
                    array: np.ndarray = np.lib.format.read_array(file, allow_pickle=False)
                    return array
        return self._mapped(name, size, root)

    def _mapped(self, name: str, size: int, root: Path | None) -> np.ndarray:
        from cnntrain.data.cache import kept_file, short

        def write(target: IO[bytes]) -> None:
            with self._opened() as archive, archive.open(name + ENDING) as file:
                self._check(file, size, name)
                file.seek(0)
                shutil.copyfileobj(file, target)

        kept = kept_file(root, self.path, f"-{short(name)}{ENDING}", write)
        if kept is None:
            raise DataError(
                f"{self.path}: {name}: has {size:,} bytes, more than {LARGE:,}, and no folder to "
                "unpack it to; name a data folder that can be written to with --data-dir"
            )
        mapped: np.ndarray = np.load(kept, mmap_mode="r", allow_pickle=False).view(np.ndarray)
        return mapped

    def _check(self, file: IO[bytes], size: int, name: str) -> None:
        """Raise DataError unless the header of an array fits the size of its file."""
        version = np.lib.format.read_magic(file)
        if version == (1, 0):
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        else:
            shape, _, dtype = np.lib.format.read_array_header_2_0(file)
        if dtype.hasobject:
            raise DataError(
                f"{self.path}: {name}: holds Python objects, expected numbers; save it as an array "
                "of numbers"
            )
        found, expected = size - file.tell(), math.prod(shape) * dtype.itemsize
        if found != expected:
            raise DataError(
                f"{self.path}: {name}: has {found:,} bytes of numbers, expected {expected:,} for "
                f"shape {shown(shape)}; get the file again"
            )

    @contextmanager
    def _opened(self) -> Iterator[zipfile.ZipFile]:
        """Open the archive. Raises DataError for whatever is wrong with it."""
        try:
            with opened_zip(self.path) as archive:
                yield archive
        except OSError as error:
            raise DataError(
                f"{self.path}: cannot be read: {error.strerror or error}; expected a .npz file; "
                "correct the path"
            ) from error
        except DAMAGED as error:
            raise DataError(
                f"{self.path}: is no .npz file, or damaged ({shown(error)}); get it again, or save it with "
                "numpy.savez"
            ) from error
