"""Digits that cnntrain draws itself, as a data set."""

from dataclasses import dataclass
from pathlib import Path

from cnntrain.data.examples import Examples, Split
from cnntrain.data.sources.digits import Digits


@dataclass(frozen=True, kw_only=True)
class Synthetic(Digits):
    """Digits that cnntrain writes itself: no files, no network.

    Sets of 20,000 or more are kept in the data folder, if it can be written to.
    """

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
        from cnntrain.data.handwriting.skeletons import HANDS

        return tuple(HANDS)

    def load(self, split: Split, root: Path | None) -> Examples:
        """Return the digits of the seed, newly written or as kept in the data folder."""
        return self._written(split, root, None)

    def load_first(self, split: Split, root: Path | None, count: int) -> Examples:
        """Return the first digits."""
        return self._written(split, root, count)

    def _written(self, split: Split, root: Path | None, first: int | None) -> Examples:
        from cnntrain.data.handwriting.kept import kept

        count = self.train if split == "train" else self.test
        return self.resized(kept(root, split, count=count, seed=self.seed, first=first))
