"""Images and labels in CSV files, as Kaggle ships MNIST."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from cnntrain.data.csv_rows import columns, rows
from cnntrain.data.examples import Split
from cnntrain.data.idx.find import SPLITS, entries
from cnntrain.data.sources.arrays import Arrays, Part
from cnntrain.errors import DataError


@dataclass(frozen=True, kw_only=True)
class CSVFiles(Arrays):
    """Images and labels in CSV, an image in each line: one file, or a folder of train and test.

    The column `label` is the class, or the first one where the columns have no names. A test file
    without labels, as Kaggle's, is not used.
    """

    def parts(self, place: Path, root: Path | None) -> dict[Split, Part]:
        """Return the training set and, if there is one, the test set. Raises DataError."""
        files: dict[Split, Path] = {"train": place}
        if place.is_dir():
            files = self._in_folder(place)
        found: dict[Split, Part] = {}
        for split, path in files.items():
            if columns(path).label is not None:
                field = partial(_field, path, root)
                found[split] = Part(partial(field, "pixels"), partial(field, "label"), path, path)
        if "train" not in found:
            raise DataError(
                f"{files['train']}: found no column `label` among those that the first line names, "
                "expected the class of each image; name it so"
            )
        return found

    def _in_folder(self, folder: Path) -> dict[Split, Path]:
        """Return the files of a folder by their names."""
        files = [path for path in entries(folder, self.name) if path.suffix.lower() == ".csv"]
        named: dict[Split, list[Path]] = {
            split: [path for path in files if word.search(path.name.lower())]
            for split, word in SPLITS.items()
        }
        if len(named["train"]) != 1 or len(named["test"]) > 1:
            raise DataError(
                f"{folder}: found {', '.join(path.name for path in files) or 'no CSV files'}, "
                "expected one with train in its name, and at most one with test; name the file to "
                f"train on, as `{self.name}: {folder / 'train.csv'}`"
            )
        return {split: paths[0] for split, paths in named.items() if paths}


def _field(path: Path, root: Path | None, name: str) -> np.ndarray:
    """Return the labels as (N,) int64, or the pixels as (N, H·W) uint8."""
    values: np.ndarray = rows(path, root)[name]
    return values.astype(np.int64) if name == "label" else values
