"""Images and labels in NumPy's archives, as Keras and Kuzushiji-MNIST ship them."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from cnntrain.data.examples import Split
from cnntrain.data.idx.find import Kind, named_files, require_training
from cnntrain.data.npz import Archive
from cnntrain.data.sources.arrays import Arrays, Part
from cnntrain.errors import DataError

# The names that arrays have in one archive of all; the first are Keras's.
NAMES: dict[tuple[Split, Kind], tuple[str, ...]] = {
    ("train", "images"): ("x_train", "X_train", "train_images", "train_x", "x", "X", "images"),
    ("train", "labels"): ("y_train", "train_labels", "train_y", "y", "labels"),
    ("test", "images"): ("x_test", "X_test", "test_images", "test_x"),
    ("test", "labels"): ("y_test", "test_labels", "test_y"),
}
EXPECTED = "the arrays x_train, y_train, x_test and y_test"
FILES = "files such as kmnist-train-imgs.npz and kmnist-train-labels.npz"


@dataclass(frozen=True, kw_only=True)
class NumPyArchives(Arrays):
    """Images and labels in NumPy's .npz: one file, as Keras has it, or a folder of one for each."""

    def parts(self, place: Path, root: Path | None) -> dict[Split, Part]:
        """Return the training set and, if there is one, the test set. Raises DataError."""
        arrays = self._in_folder(place) if place.is_dir() else self._in_file(place)
        splits: list[Split] = ["train", "test"]
        return {
            split: Part(
                images=partial(_pixels, *arrays[split, "images"], root),
                labels=partial(_labels, *arrays[split, "labels"], root),
                images_path=arrays[split, "images"][0],
                labels_path=arrays[split, "labels"][0],
            )
            for split in splits
            if (split, "images") in arrays
        }

    def _in_file(self, path: Path) -> dict[tuple[Split, Kind], tuple[Path, str]]:
        """Return where the arrays are in an archive of all."""
        held = Archive(path).names
        found = {
            key: (path, next(name for name in names if name in held))
            for key, names in NAMES.items()
            if any(name in held for name in names)
        }
        advice = (
            f"it holds {', '.join(held) or 'nothing'}; save it with numpy.savez under such names"
        )
        require_training(path, {key: path for key in found}, EXPECTED, advice)
        return found

    def _in_folder(self, folder: Path) -> dict[tuple[Split, Kind], tuple[Path, str]]:
        """Return where the arrays are in a folder of archives, each of one array or one of all."""
        alone = sorted(folder.glob("*.npz"))
        if len(alone) == 1:
            return self._in_file(alone[0])
        files = named_files(folder, (".npz",), self.name)
        require_training(folder, files, FILES, f"correct dataset.{self.name}.path")
        return {key: (path, _only(path)) for key, path in files.items()}


def _only(path: Path) -> str:
    """Return the name of an archive's one array. Raises DataError if it has several."""
    names = Archive(path).names
    if len(names) != 1:
        raise DataError(
            f"{path}: holds {len(names)} arrays, expected one, such as arr_0; save each array in a "
            f"file of its own, or all in one file under the names of {EXPECTED}"
        )
    return names[0]


def _pixels(path: Path, name: str, root: Path | None) -> np.ndarray:
    """Return an array of images: uint8 as they are, or floats from 0 to 1."""
    array = Archive(path).array(name, root)
    if array.dtype == np.uint8:
        return array
    problem = f"{path}: {name}: found"
    if array.dtype.kind not in "biuf" or not array.size:
        raise DataError(
            f"{problem} an array of {array.dtype} of shape {array.shape}, expected images of pixels "
            "0 to 255; save such an array"
        )
    low, high = float(array.min()), float(array.max())
    if array.dtype.kind == "f" and 0 <= low and high <= 1:
        return array.astype(np.float32)
    if array.dtype.kind == "b":
        return array * np.uint8(255)
    if not (0 <= low and high <= 255 and high > 1 and (np.rint(array) == array).all()):
        raise DataError(
            f"{problem} values from {low:g} to {high:g}, expected whole numbers 0 to 255, or 0 to 1 "
            "as floats; scale them"
        )
    return array.astype(np.uint8)


def _labels(path: Path, name: str, root: Path | None) -> np.ndarray:
    """Return an array of labels as (N,) int64."""
    array = Archive(path).array(name, root)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1 or not array.size or array.dtype.kind not in "iu":
        how = "numbers, with numpy.unique(labels, return_inverse=True)[1]"
        if array.ndim == 2:
            how = "its positions of ones, labels.argmax(axis=1)"
        raise DataError(
            f"{path}: {name}: found an array of {array.dtype} of shape {array.shape}, expected (N,) "
            f"integers, the class of each image; save {how}"
        )
    return array.astype(np.int64)
