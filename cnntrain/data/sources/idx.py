"""Data sets in MNIST's four IDX files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnntrain.data.examples import NO_CLASS, Examples, Split
from cnntrain.data.idx.datasets import DATASETS
from cnntrain.data.sources.digits import Digits, shrink


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
    """A data set in MNIST's four IDX files; what cnntrain draws can be added."""

    drawn: int = 0  # digits that cnntrain draws itself, added to the training images
    others: int = 0  # drawn things that are no digits, added so that the network learns to doubt

    def __post_init__(self) -> None:
        """Reject negative numbers."""
        for name in ("drawn", "others"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name}: found {getattr(self, name)}, expected 0 or more")

    @property
    def has_others(self) -> bool:
        """Return whether things that are no digits are added."""
        return self.others > 0

    def load(self, split: Split, root: Path | None) -> Examples:
        """Return the images of the files in the data folder and, to train on, the drawn ones."""
        examples = super().load(split, root)
        return examples if split == "test" else self._with_drawn(examples, root, None)

    def load_first(self, split: Split, root: Path | None, count: int) -> Examples:
        """Return the first images; nothing is drawn where those of the files are enough."""
        examples = super().load(split, root)
        if split == "train" and count > len(examples):
            examples = self._with_drawn(examples, root, count - len(examples))
        return examples.part(0, count)

    def _with_drawn(self, examples: Examples, root: Path | None, first: int | None) -> Examples:
        """Return examples with the `first` of what is drawn added, or a little more; None: all."""
        from cnntrain.data.handwriting.kept import kept, kept_others

        images, labels = [examples.images], [examples.labels]
        if self.drawn:
            digits = self.resized(kept(root, "train", count=self.drawn, seed=0, first=first))
            images.append(digits.images)
            labels.append(digits.labels)
        if self.others and (first is None or first > self.drawn):
            strangers = shrink(kept_others(root, count=self.others, seed=0), self.resize)
            images.append(strangers)
            labels.append(np.full(len(strangers), NO_CLASS, labels[0].dtype))
        return Examples(np.concatenate(images), np.concatenate(labels), examples.classes)
