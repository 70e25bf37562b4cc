"""What a trained network takes an image for, and the image files that a user names."""

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnntrain.data.sources.base import is_image, unread_note


@dataclass(frozen=True)
class Prediction:
    """The answer for one image, and how sure the network is of each class."""

    file: Path | None  # None where the image was an array
    classes: tuple[str, ...]
    probabilities: np.ndarray  # (K,), summing to 1
    warnings: tuple[str, ...]
    seen: np.ndarray  # (C, H, W), the network's input

    @property
    def order(self) -> list[int]:
        """Return the classes' positions, likeliest first."""
        return [int(k) for k in np.argsort(-self.probabilities, kind="stable")]

    @property
    def label(self) -> str:
        """Return the likeliest class."""
        return self.classes[self.order[0]]

    @property
    def probability(self) -> float:
        """Return how sure the network is of it, 0..1."""
        return float(self.probabilities[self.order[0]])


def image_files(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield the files, and for each folder the image files in it, or the folder if it has none.

    Nothing is raised here, so that one bad path does not prevent the others from being read.
    """
    for path in paths:
        inside = _entries(path)
        yield from [entry for entry in inside if is_image(entry)] or [path]


def unread_notes(paths: Sequence[Path]) -> list[str]:
    """Return a sentence for each folder that contains pictures in formats that cannot be read."""
    notes = (unread_note(_entries(path), path) for path in paths)
    return [note for note in notes if note]


def with_patterns(paths: Sequence[Path]) -> list[Path]:
    """Return the paths, with patterns such as *.png replaced by the files that they match.

    Windows shells leave patterns to the program. A file of exactly that name takes precedence.
    """
    found: list[Path] = []
    for path in paths:
        matches = [] if os.path.lexists(path) else sorted(glob.glob(str(path)))
        found += map(Path, matches) if matches else [path]
    return found


def _entries(folder: Path) -> list[Path]:
    """Return the sorted content of a folder; an empty list if it is not one or cannot be read."""
    try:
        return sorted(folder.iterdir()) if os.path.isdir(folder) else []
    except OSError:
        return []
