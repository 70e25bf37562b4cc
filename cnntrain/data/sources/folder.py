"""Image files in folders, one sub-folder for each class, grey or in colour."""

import hashlib
import os
from dataclasses import dataclass, field, replace
from operator import itemgetter
from pathlib import Path
from typing import Literal

from cnntrain.data.cache import identity
from cnntrain.data.decoded import Picture, decoded
from cnntrain.data.decoded_files import name_of
from cnntrain.data.examples import Examples, Split
from cnntrain.data.gathered import mapped
from cnntrain.data.idx.locate import home_expanded
from cnntrain.data.sources.base import unread_note
from cnntrain.data.sources.listed import Listing, divided_into, entries_in, listed, others_in
from cnntrain.data.sources.stretched import Stretched
from cnntrain.errors import DataError, UsageError
from cnntrain.system.text import one_line


@dataclass(frozen=True, kw_only=True)
class Folder(Stretched):
    """Image files in one sub-folder for each class, whose name is the class.

    The images of a class may lie in further folders below its own. Where there are sub-folders
    train/ and test/, or training/ and testing/, the classes are in each of these. Where not, a share
    of each class is held out for testing; which files that is depends on their names alone, so that
    a file more moves at most one other from one side to the other. Names that begin with a dot, and
    files without an image's ending, are ignored.
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
        divided = divided_into(folder)
        parents = [folder] if divided is None else divided.values()
        classes = [path for parent in parents for path in entries_in(parent) if os.path.isdir(path)]
        others = [other for each in classes for other in others_in(each)]
        note = unread_note([path for path, _ in others], folder)
        loops = [
            f"{one_line(str(path))}: is a link that leads back to where it lies, and is not followed; "
            "remove it"
            for path, leads_back in others
            if leads_back
        ]
        return loops if note is None else [note, *loops]

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
        return self._loaded(listed(self._folder(root), split), split, root)

    def load_both(
        self, root: Path | None, train: int | None = None, test: int | None = None
    ) -> tuple[Examples, Examples]:
        """Return training and test images; a folder that is not divided is walked through once."""
        to_train = listed(self._folder(root), "train")
        to_test = to_train if to_train.before is None else listed(to_train.folder, "test")
        return (
            self._loaded(to_train, "train", root).part(0, train),
            self._loaded(to_test, "test", root).part(0, test),
        )

    def _loaded(self, found: Listing, split: Split, root: Path | None) -> Examples:
        folder = found.folder
        kept = decoded(
            f"{found.stamp} {self.held_out}",
            lambda: _in_order(found, split, self.held_out),
            len(found),
            self.shape,
            lambda name: self.pixels(folder / name),
            classes=len(found.classes),
            title=f"reading {folder} ({split})",
            place=f"{os.path.abspath(folder)} {split} {self.shape}",
            root=root,
        )
        left_out = [f"{folder / name}: {why}" for name, why in kept.reasons.items()]
        if left_out and (self.strict or not len(kept.labels)):
            raise DataError(f"{left_out[0]}, or take it out of the data set")
        own = None
        if mapped(kept.pixels) is not None and kept.path is not None:
            own = identity([kept.path])
        return Examples(
            kept.pixels, kept.labels, found.classes, identity=own, left_out=tuple(left_out)
        )


def _in_order(found: Listing, split: Split, held_out: float) -> list[Picture]:
    """Return the pictures of a split in an order that depends on their names alone.

    Raises DataError if there are none.
    """
    files: list[tuple[bytes, Picture]] = []  # each with its place in the order
    for name, keys in found.files:
        label = found.classes.index(name)
        before = found.before or ""  # left out, as files at any place have the same order
        mixed = [(_mixed(name_of(key).removeprefix(before)), Picture(key, label)) for key in keys]
        files += _part(mixed, split, held_out) if found.before is None else mixed
    if not files:
        raise DataError(
            f"{found.folder}: found one image in each class, expected two or more, to train and to "
            "test on; add images"
        )
    return [file for _, file in sorted(files, key=itemgetter(0))]


def _part(
    files: list[tuple[bytes, Picture]], split: Split, held_out: float
) -> list[tuple[bytes, Picture]]:
    """Return a class's files to train on or to test on; one of both at least, if there are two."""
    files = sorted(files, key=itemgetter(0))
    count = min(max(1, round(held_out * len(files))), len(files) - 1)
    return files[:count] if split == "test" else files[count:]


def _mixed(name: str) -> bytes:
    """Return a sorting key that looks random and depends on class and file name alone."""
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()
