"""Image files in folders, one sub-folder for each class, grey or in colour."""

import hashlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from cnntrain.data.examples import Examples, Split
from cnntrain.data.idx.locate import home_expanded
from cnntrain.data.sources.base import IMAGE_ENDINGS, is_image, unread_note
from cnntrain.data.sources.stretched import Stretched
from cnntrain.errors import DataError, PictureError, UsageError

_File = tuple[Path, int]  # an image file and its class's position


@dataclass(frozen=True, kw_only=True)
class Folder(Stretched):
    """Image files in one sub-folder for each class, whose name is the class.

    Where there are sub-folders train/ and test/, the classes are in each of these. Where not, a
    share of each class is held out for testing; which files that is depends on their names alone,
    so that a file more moves at most one other from one side to the other. Names that begin with
    a dot, and files without an image's ending, are ignored.
    """

    path: str = field(kw_only=False)  # from the working directory, or from --data-dir if given
    size: int | tuple[int, int] = 28  # height and width, or one for both; images are stretched
    channels: Literal[1, 3] = 1  # 1: grey, 3: RGB; images are converted
    held_out: float = 0.2  # share of each class to test on, without train/ and test/

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
        note = unread_note([path for each in classes for path in _entries(each)], folder)
        return [] if note is None else [note]

    def _folder(self, root: Path | None) -> Path:
        return (root or Path()) / home_expanded(Path(self.path), "dataset.folder.path")

    def load(self, split: Split, root: Path | None) -> Examples:
        """Return the images in an order that mixes the classes, the same for the same files."""
        from tqdm import tqdm

        folder = self._folder(root)
        classes, files = _find(folder, split, self.held_out)
        images = np.empty((len(files), *self.shape), np.uint8)
        bar = tqdm(
            files,
            desc=f"reading {folder} ({split})",
            unit=" images",
            leave=False,
            file=sys.stderr,
            disable=None,
        )
        for pixels, (path, _) in zip(images, bar, strict=True):
            try:
                pixels[...] = self.pixels(path)
            except PictureError as error:
                raise DataError(f"{error}, or take it out of the data set") from error
        return Examples(images, np.array([label for _, label in files]), classes)


def _find(folder: Path, split: Split, held_out: float) -> tuple[tuple[str, ...], list[_File]]:
    """Return the classes, sorted by name, and the files of a split. Raises DataError."""
    divided = _divided(folder)
    classes = _class_names(folder / "train" if divided else folder)
    files: list[_File] = []
    if divided:
        for name in _class_names(folder / split):
            if name not in classes:
                raise DataError(
                    f"{folder / split / name}: is a class that {folder / 'train'} does not have; "
                    "expected the same sub-folders in both; add or remove one"
                )
            files += [(path, classes.index(name)) for path in _image_files(folder / split / name)]
    else:
        for label, name in enumerate(classes):
            mine = _part(_image_files(folder / name), split, held_out)
            files += [(path, label) for path in mine]
    if not files:
        raise DataError(
            f"{folder}: found one image in each class, expected two or more, to train and to test "
            "on; add images"
        )
    return classes, sorted(files, key=lambda file: _mixed(file[0]))


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


def _image_files(folder: Path) -> list[Path]:
    paths = [path for path in _entries(folder) if is_image(path)]
    if not paths:
        raise DataError(
            f"{folder}: found no image files, expected some, as every sub-folder is a class "
            f"({' '.join(IMAGE_ENDINGS)}); add images or remove the folder"
        )
    return paths


def _entries(folder: Path) -> list[Path]:
    """Return what is in a folder and not hidden, sorted by name. Raises DataError."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be read: {error.strerror or error}; expected a folder with a "
            "sub-folder of images for each class; correct dataset.folder.path, or name the folder "
            f"that it starts from with --data-dir{_how_to_make(folder)}"
        ) from error


def _how_to_make(folder: Path) -> str:
    """Return how to get the one folder that cnntrain makes itself: rgb-folder.yaml's."""
    from cnntrain.data.handwriting import coloured

    if folder.name != coloured.FOLDER or os.path.lexists(folder):
        return ""
    return f", or have cnntrain draw the images:\n  {coloured.command(folder)}"


def _part(paths: Sequence[Path], split: Split, held_out: float) -> list[Path]:
    """Return a class's files to train on or to test on; one of both at least, if there are two."""
    mixed = sorted(paths, key=_mixed)
    count = min(max(1, round(held_out * len(mixed))), len(mixed) - 1)
    return mixed[:count] if split == "test" else mixed[count:]


def _mixed(path: Path) -> str:
    """Return a sorting key that looks random and depends on class and file name alone."""
    name = f"{path.parent.name}/{path.name}"
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
