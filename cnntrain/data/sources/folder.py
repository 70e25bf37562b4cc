"""Image files in folders, one sub-folder for each class, grey or in colour."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Literal

import numpy as np

from cnntrain.data.cache import identity
from cnntrain.data.decoded import Picture, decoded
from cnntrain.data.examples import Examples, Split
from cnntrain.data.gathered import mapped
from cnntrain.data.idx.locate import home_expanded
from cnntrain.data.sources.base import IMAGE_ENDINGS, is_image_name, unread_note
from cnntrain.data.sources.stretched import Stretched
from cnntrain.errors import DataError, UsageError


@dataclass(frozen=True, kw_only=True)
class Folder(Stretched):
    """Image files in one sub-folder for each class, whose name is the class.

    The images of a class may lie in further folders below its own. Where there are sub-folders train/ and test/, the classes are in each of these. Where not, a
    share of each class is held out for testing; which files that is depends on their names alone,
    so that a file more moves at most one other from one side to the other. Names that begin with
    a dot, and files without an image's ending, are ignored.
    """

    path: str = field(kw_only=False)  # from the working directory, or from --data-dir if given
    size: int | tuple[int, int] = 28  # height and width, or one for both; images are stretched
    channels: Literal[1, 3] = 1  # 1: grey, 3: RGB; images are converted
    held_out: float = 0.2  # share of each class to test on, without train/ and test/
    strict: bool = False  # refuse a picture that cannot be read, instead of leaving it out

    def __post_init__(self) -> None:
        """Reject numbers that no images can have."""
        super().__post_init__()
        if not 0 < self.held_out < 1:
            raise ValueError(f"held_out: found {self.held_out}, expected between 0 and 1")

    def notes(self, root: Path | None) -> list[str]:
        """Return a sentence on the pictures in the classes' folders that cannot be read, if any."""
        try:
            folder = self._folder(root)
        except UsageError:  # loading says so
            return []
        parents = [folder / "train", folder / "test"] if _divided(folder) else [folder]
        classes = [path for parent in parents for path in _entries(parent) if os.path.isdir(path)]
        others = [
            Path(entry.path)
            for each in classes
            for entry, _ in _files(each)
            if not is_image_name(entry.name)
        ]
        note = unread_note(others, folder)
        return [] if note is None else [note]

    def strictly(self) -> "Folder":
        """Return the same source, which refuses a picture that cannot be read."""
        return replace(self, strict=True)

    def _folder(self, root: Path | None) -> Path:
        return (root or Path()) / home_expanded(Path(self.path), "dataset.folder.path")

    def load(self, split: Split, root: Path | None) -> Examples:
        """Return the images in an order that mixes the classes, the same for the same files.

        Pictures that cannot be read are left out, and named in `left_out`. Raises DataError, also
        for one of these if `strict`.
        """
        folder = self._folder(root)
        classes, files = _find(folder, split, self.held_out)
        found, readable = decoded(
            files,
            self.shape,
            self.pixels,
            title=f"reading {folder} ({split})",
            place=f"{os.path.abspath(folder)} {split} {self.shape}",
            root=root,
        )
        left_out = [
            f"{folder / key.partition(chr(0))[0]}: {why}" for key, why in found.reasons.items()
        ]
        if left_out and (self.strict or not readable):
            raise DataError(f"{left_out[0]}, or take it out of the data set")
        labels = np.array([picture.label for picture in readable])
        own = None
        if mapped(found.pixels) is not None and found.path is not None:
            own = identity([found.path])
        return Examples(found.pixels, labels, classes, identity=own, left_out=tuple(left_out))


def _find(folder: Path, split: Split, held_out: float) -> tuple[tuple[str, ...], list[Picture]]:
    """Return the classes, sorted by name, and the files of a split. Raises DataError."""
    divided = _divided(folder)
    classes = _class_names(folder / "train" if divided else folder)
    files: list[tuple[bytes, Picture]] = []  # each with its place in the order
    if divided:
        for name in _class_names(folder / split):
            if name not in classes:
                raise DataError(
                    f"{folder / split / name}: is a class that {folder / 'train'} does not have; "
                    "expected the same sub-folders in both; add or remove one"
                )
            found = _image_files(folder / split / name, classes.index(name), folder)
            # as files at any place have the same order
            files += ((_mixed(file.name.removeprefix(f"{split}/")), file) for file in found)
    else:
        for label, name in enumerate(classes):
            files += _part(_image_files(folder / name, label, folder), split, held_out)
    if not files:
        raise DataError(
            f"{folder}: found one image in each class, expected two or more, to train and to test "
            "on; add images"
        )
    return classes, [file for _, file in sorted(files, key=itemgetter(0))]


def _divided(folder: Path) -> bool:
    # unlike Path.is_dir, os.path.isdir is False where we may not look
    return os.path.isdir(folder / "train") and os.path.isdir(folder / "test")


def _class_names(folder: Path) -> tuple[str, ...]:
    names = tuple(path.name for path in _entries(folder) if os.path.isdir(path))
    if len(names) < 2:
        found = f"one sub-folder, {names[0]!r}" if names else "no sub-folders"
        raise DataError(
            f"{folder}: found {found}, expected two or more, one for each class, or train/ and "
            "test/ with these in both; sort the images into such folders, or correct the path"
        )
    return names


def _image_files(folder: Path, label: int, root: Path) -> list[Picture]:
    """Return the images of a class, those in folders below its own as well. Raises DataError."""
    found = []
    for entry, name in _files(folder, f"{folder.relative_to(root).as_posix()}/"):
        if is_image_name(entry.name) and entry.is_file():
            state = entry.stat()
            found.append(Picture(entry.path, name, label, state.st_size, state.st_mtime_ns))
    if not found:
        raise DataError(
            f"{folder}: found no image files, expected some, as every sub-folder is a class "
            f"({' '.join(IMAGE_ENDINGS)}); add images or remove the folder"
        )
    return found


def _files(folder: Path | str, before: str = "") -> Iterator[tuple["os.DirEntry[str]", str]]:
    """Yield what is in a folder and in those below it, and not hidden, each with its whole name."""
    try:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=attrgetter("name")):
                if entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    yield from _files(entry.path, f"{before}{entry.name}/")
                else:
                    yield entry, f"{before}{entry.name}"
    except OSError as error:
        raise _unreadable(Path(folder), error) from error


def _entries(folder: Path) -> list[Path]:
    """Return what is in a folder and not hidden, sorted by name. Raises DataError."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise _unreadable(folder, error) from error


def _unreadable(folder: Path, error: OSError) -> DataError:
    return DataError(
        f"{folder}: cannot be read: {error.strerror or error}; expected a folder with a "
        "sub-folder of images for each class; correct dataset.folder.path, or name the folder "
        f"that it starts from with --data-dir{_how_to_make(folder)}"
    )


def _how_to_make(folder: Path) -> str:
    """Return how to get the one folder that cnntrain makes itself: rgb-folder.yaml's."""
    from cnntrain.data.handwriting import coloured

    if folder.name != coloured.FOLDER or os.path.lexists(folder):
        return ""
    return f", or have cnntrain draw the images:\n  {coloured.command(folder)}"


def _part(files: Sequence[Picture], split: Split, held_out: float) -> list[tuple[bytes, Picture]]:
    """Return a class's files to train on or to test on; one of both at least, if there are two.

    Each has its place in the order of all.
    """
    mixed = sorted(((_mixed(file.name), file) for file in files), key=itemgetter(0))
    count = min(max(1, round(held_out * len(mixed))), len(mixed) - 1)
    return mixed[:count] if split == "test" else mixed[count:]


def _mixed(name: str) -> bytes:
    """Return a sorting key that looks random and depends on class and file name alone."""
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()
