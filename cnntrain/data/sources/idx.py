"""Data sets in MNIST's four IDX files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnntrain.data.examples import Examples, Split
from cnntrain.data.idx.datasets import DATASETS
from cnntrain.data.sources.digits import Digits


@dataclass(frozen=True, kw_only=True)
class Files(Digits):
    """A data set in MNIST's four IDX files."""

    @property
    def known_classes(self) -> tuple[str, ...]:
        """Return the classes of the table of data sets."""
        return DATASETS[self.name].classes

    @property
    def checked(self) -> str:
        """Return whether a checksum is known."""
        return DATASETS[self.name].verified

    def missing(self, root: Path | None) -> bool:
        """Return whether a file is missing from the data folder."""
        from cnntrain.data.idx.locate import data_root, missing_files

        return bool(missing_files(data_root(root), DATASETS[self.name]))

    def load(self, split: Split, root: Path | None) -> Examples:
        """Return the images of the files in the data folder."""
        from cnntrain.data.idx.locate import data_root
        from cnntrain.data.idx.verify import load_idx

        return self.resized(load_idx(self.name, split, data_root(root)))


@dataclass(frozen=True, kw_only=True)
class MNIST(Files):
    """A data set in MNIST's four IDX files; digits that cnntrain draws can be added."""

    drawn: int = 0  # digits that cnntrain draws itself, added to the training images

    def __post_init__(self) -> None:
        """Reject a negative number of digits."""
        if self.drawn < 0:
            raise ValueError(f"drawn: found {self.drawn}, expected 0 or more")

    def load(self, split: Split, root: Path | None) -> Examples:
        """Return the images of the files in the data folder and, to train on, the drawn digits."""
        examples = super().load(split, root)
        if split == "test" or not self.drawn:
            return examples
        from cnntrain.data.handwriting.kept import kept

        more = self.resized(kept(root, "train", count=self.drawn, seed=0))
        return Examples(
            np.concatenate([examples.images, more.images]),
            np.concatenate([examples.labels, more.labels]),
            examples.classes,
        )
