"""What `dataset:` in a configuration can say: where images come from, and their shape.

A new kind of data is one class and one row in SOURCES; a new data set in MNIST's format is one
row in the table of `datasets.py`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cnntrain.data.datasets import DATASETS
from cnntrain.data.examples import Examples, Split
from cnntrain.data.folder import Folder
from cnntrain.data.inline import Inline
from cnntrain.data.resize import shrink
from cnntrain.data.source import Invert, Reading, Source


@dataclass(frozen=True, kw_only=True)
class Digits(Source):
    """Grey images of 28×28, light on dark, as MNIST has them."""

    resize: Literal[28, 14, 7, 4] = 28  # side of the images; smaller ones are means of blocks

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return (1, side, side)."""
        return 1, self.resize, self.resize

    def read(self, path: Path, invert: Invert) -> Reading:
        """Return a picture of a digit, prepared the way MNIST was made."""
        from cnntrain.data.picture import prepare

        picture = prepare(path, invert=invert)
        return Reading(shrink(picture.pixels[None, None], self.resize), picture.warnings)

    def resized(self, examples: Examples) -> Examples:
        """Return the examples with images of the size asked for."""
        return Examples(shrink(examples.images, self.resize), examples.labels, examples.classes)


@dataclass(frozen=True, kw_only=True)
class Files(Digits):
    """A data set in MNIST's four IDX files."""

    @property
    def known_classes(self) -> tuple[str, ...]:
        """Return the classes of the table of data sets."""
        return DATASETS[self.name].classes

    def missing(self, root: Path | None) -> bool:
        """Return whether a file is nowhere in the data folder."""
        from cnntrain.data.locate import data_root, missing_files

        return bool(missing_files(data_root(root), DATASETS[self.name]))

    def load(self, split: Split, root: Path | None) -> Examples:
        """Return the images of the files in the data folder."""
        from cnntrain.data.loading import load_idx
        from cnntrain.data.locate import data_root

        return self.resized(load_idx(self.name, split, data_root(root)))


@dataclass(frozen=True, kw_only=True)
class Synthetic(Digits):
    """Digits that cnntrain writes itself: no files, no network."""

    train: int = 12_000  # images in the training set
    test: int = 2_000  # images in the test set
    seed: int = 0  # of the digits; the network has its own

    def __post_init__(self) -> None:
        """Reject sets without images."""
        for name in ("train", "test"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: found {getattr(self, name)}, expected 1 or more")

    @property
    def known_classes(self) -> tuple[str, ...]:
        """Return the digits."""
        from cnntrain.data.strokes import HANDS

        return tuple(HANDS)

    def load(self, split: Split, root: Path | None) -> Examples:
        """Return newly written digits, the same for the same seed."""
        from cnntrain.data.synthetic import synthetic

        count = self.train if split == "train" else self.test
        return self.resized(synthetic(split, count=count, seed=self.seed))


SOURCES: dict[str, type[Source]] = {
    **dict.fromkeys(DATASETS, Files),
    "synthetic": Synthetic,
    "inline": Inline,
    "folder": Folder,
}
