"""What a trained network takes an image file for."""

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnntrain.data.sources.base import Invert, is_image, unread_note
from cnntrain.errors import PictureError
from cnntrain.model.restore import Model


@dataclass(frozen=True)
class Prediction:
    """The answer for one file, and how sure the network is of each class."""

    file: Path
    classes: tuple[str, ...]
    probabilities: np.ndarray  # (K,), summing to 1
    warnings: tuple[str, ...]
    seen: np.ndarray  # (C, H, W), what the network got

    @property
    def order(self) -> list[int]:
        """Return the classes' positions, likeliest first."""
        return [int(k) for k in np.argsort(-self.probabilities, kind="stable")]


def predict_file(model: Model, path: Path, *, invert: Invert) -> Prediction:
    """Return what the model takes an image file for. Raises PictureError."""
    if os.path.isdir(path):  # unlike Path.is_dir: False for an impossible name
        raise PictureError(f"{path}: found no image files in this folder; name a file or folder")
    reading = model.config.dataset.read(path, invert)
    outputs = model.network.outputs(reading.images)[0]
    probabilities = model.network.loss.probabilities(outputs)
    return Prediction(path, model.classes, probabilities, reading.warnings, reading.images[0])


def image_files(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield the files themselves, and for each folder the image files in it, or it if it has none.

    Nothing is raised here, so that one bad path does not keep the others from being read.
    """
    for path in paths:
        inside = _entries(path)
        yield from [entry for entry in inside if is_image(entry)] or [path]


def unread_notes(paths: Sequence[Path]) -> list[str]:
    """Return a sentence for each folder that holds pictures which cannot be read."""
    notes = (unread_note(_entries(path), path) for path in paths)
    return [note for note in notes if note]


def with_patterns(paths: Sequence[Path]) -> list[Path]:
    """Return the paths, with those that a pattern such as *.png stands for in its place.

    Windows shells leave patterns to the program. A file of that very name comes first.
    """
    found: list[Path] = []
    for path in paths:
        matches = [] if os.path.lexists(path) else sorted(glob.glob(str(path)))
        found += map(Path, matches) if matches else [path]
    return found


def _entries(folder: Path) -> list[Path]:
    """Return what is in a folder, sorted; nothing where it is no folder or cannot be read."""
    try:
        return sorted(folder.iterdir()) if os.path.isdir(folder) else []
    except OSError:
        return []
