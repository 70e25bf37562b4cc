"""Tell what kind of data a file or folder holds."""

from dataclasses import replace
from pathlib import Path

from cnntrain.data.idx.find import named_files
from cnntrain.data.sources.arrays import Arrays
from cnntrain.data.sources.base import Source
from cnntrain.data.sources.csv_files import CSVFiles
from cnntrain.data.sources.folder import Folder
from cnntrain.data.sources.idx_files import ENDINGS, IdxFiles
from cnntrain.data.sources.npz import NumPyArchives
from cnntrain.errors import UsageError
from cnntrain.system.text import one_line


def recognise(path: Path) -> Source:
    """Return the source for a file or folder, with the size and channels that its images have.

    Raises UsageError where it is nothing that is known, DataError where it cannot be read.
    """
    source = _kind(path)
    return fitted(source) if isinstance(source, Arrays) else source


def _kind(path: Path) -> Source:
    name, ending = str(path), path.suffix.lower()
    if not path.exists():
        raise UsageError(
            f"{one_line(name)}: no such file or folder, expected a data set's name, a folder of IDX "
            "files or pictures, or a file, .npz or .csv; correct the path"
        )
    if path.is_dir():
        if named_files(path, ENDINGS, "idx"):
            return IdxFiles(name="idx", path=name)
        if any(path.glob("*.npz")):
            return NumPyArchives(name="npz", path=name)
        if any(path.glob("*.csv")):
            return CSVFiles(name="csv", path=name)
        if packed := next(path.glob("*.csv.gz"), None):
            raise _packed(packed)
        inner = _only_folder(path)
        if inner is not None:
            return _kind(inner)
        return Folder(name="folder", path=name)
    if name.lower().endswith(".csv.gz"):
        raise _packed(path)
    if ending == ".npz":
        return NumPyArchives(name="npz", path=name)
    if ending == ".csv":
        return CSVFiles(name="csv", path=name)
    raise UsageError(
        f"{path}: found a file that is neither .npz nor .csv, expected a folder of IDX files or "
        "pictures, or such a file; unpack an archive first"
    )


def _packed(path: Path) -> UsageError:
    return UsageError(
        f"{one_line(str(path))}: found CSV packed with gzip, expected it unpacked; unpack it, as "
        "with gunzip"
    )


def _only_folder(path: Path) -> Path | None:
    """Return the one thing in a folder, if that is a folder, as archives are often unpacked to."""
    try:
        found = [entry for entry in path.iterdir() if not entry.name.startswith(".")]
    except OSError:  # who reads it, says so
        return None
    return found[0] if len(found) == 1 and found[0].is_dir() else None


def fitted(source: Arrays) -> Arrays:
    """Return a source of arrays with the size and channels of the images that its files hold."""
    part = source.parts(source.place(None), None)["train"]
    found = part.images().shape[1:]
    if len(found) == 1:  # pixels in a row: of a square, in one channel or three
        for channels in (1, 3):
            side = round((found[0] / channels) ** 0.5)
            if channels * side * side == found[0]:
                return replace(source, size=side, channels=channels)
        return replace(source, size=(1, found[0]))
    if len(found) == 2:
        return replace(source, size=found)
    if found[0] < found[2]:
        return replace(source, size=found[1:], channels=found[0])
    return replace(source, size=found[:2], channels=found[2])
