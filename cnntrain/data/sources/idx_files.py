"""Images and labels in IDX files of the user's own."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from cnntrain.data.examples import Split
from cnntrain.data.idx.content import read_content
from cnntrain.data.idx.find import Kind, named_files, require_training
from cnntrain.data.idx.format import parse_array, parse_labels
from cnntrain.data.idx.header import IdxError
from cnntrain.data.sources.arrays import Arrays, Part
from cnntrain.errors import DataError

ENDINGS = ("ubyte", "int", ".idx", ")", ".gz")
EXPECTED = "IDX files such as train-images-idx3-ubyte and train-labels-idx1-ubyte, with .gz or not"


@dataclass(frozen=True, kw_only=True)
class IdxFiles(Arrays):
    """Images and labels in IDX files of any number, size and classes: MNIST's format."""

    train_images: str | None = None  # names of the files, where they do not say what they hold
    train_labels: str | None = None  # of the training images
    test_images: str | None = None  # to test on; left out, a share of the training images is
    test_labels: str | None = None  # of the test images

    def notes(self, root: Path | None) -> list[str]:
        """Return a sentence on files that are named as EMNIST's are, whose images lie on their side."""
        names = sorted(path.name for path in self._files(self.place(root)).values())
        if self.transposed or not names[0].startswith("emnist-"):
            return []
        return [
            (
                f"{names[0]}: rows and columns of EMNIST's images are exchanged; write "
                f"`idx: {{path: {self.path}, transposed: true}}` to have them upright"
            )
        ]

    def parts(self, place: Path, root: Path | None) -> dict[Split, Part]:
        """Return the training set and, if there is one, the test set. Raises DataError."""
        files = self._files(place)
        splits: list[Split] = ["train", "test"]
        return {
            split: Part(
                images=partial(_read, files[split, "images"], "images", root),
                labels=partial(_read, files[split, "labels"], "labels", root),
                images_path=files[split, "images"],
                labels_path=files[split, "labels"],
            )
            for split in splits
            if (split, "images") in files
        }

    def _files(self, place: Path) -> dict[tuple[Split, Kind], Path]:
        """Return the files: those that are named, or else those that a folder has."""
        named: dict[tuple[Split, Kind], str | None] = {
            ("train", "images"): self.train_images,
            ("train", "labels"): self.train_labels,
            ("test", "images"): self.test_images,
            ("test", "labels"): self.test_labels,
        }
        given = {key: place / name for key, name in named.items() if name is not None}
        advice = (
            f"correct dataset.{self.name}, or name the files with train_images, train_labels, ..."
        )
        if not given:
            if place.is_file():
                raise DataError(
                    f"{place}: found a file, expected a folder of {EXPECTED}; "
                    f"{_instead(place) or advice}"
                )
            given = named_files(place, ENDINGS, self.name)
        require_training(place, given, EXPECTED, advice)
        return given


def _read(path: Path, kind: Kind, root: Path | None) -> np.ndarray:
    """Return what is in a file. Raises DataError, without the advice to download it."""
    try:
        content = read_content(path, root=root)
        return parse_labels(content, path) if kind == "labels" else parse_array(content, path, kind)
    except IdxError as error:
        raise IdxError(error.path, error.problem, command="") from error


def _instead(place: Path) -> str | None:
    """Return what to write for a file of another kind, None if that is not known."""
    ending = place.suffix.lower()
    if ending in (".npz", ".csv"):
        return f"write `dataset: {{{ending[1:]}: {place}}}`"
    if ending in (".zip", ".tar", ".tgz", ".7z"):
        return "unpack it, and name the folder"
    if ending == ".mat":
        return "get the data in MNIST's format, or save it as .npz"
    return None
