"""What a trained network takes an image for, and the image files that a user names."""

import glob
import itertools
import math
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cnntrain.data.sources.base import Source, is_image, unread_note
from cnntrain.errors import PictureError
from cnntrain.training.finite import refuse_infinite

if TYPE_CHECKING:
    from cnntrain.data.pictures.steps import Box, Steps


DOUBTFUL = 0.8  # a less probable digit may be another one, or none
# The same for networks that have learnt what is no digit, and are surer of digits.
DOUBTFUL_TO_EXPERTS = 0.9


class Digit(NamedTuple):
    """The answer for one digit, and how sure the network is of each class."""

    classes: tuple[str, ...]
    probabilities: np.ndarray  # (K,), summing to 1
    seen: np.ndarray  # (C, H, W), the network's input
    line: int = 0  # of the picture, from the top
    box: "Box | None" = None  # left, top, right, bottom in the upright picture, where it is known
    cut: float = 1.0  # how sure it is that marks were rightly cut up, and left out beside it
    doubtful_below: float = DOUBTFUL  # a certainty

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

    @property
    def certainty(self) -> float:
        """Return how far the answer can be relied on, 0..1: no farther than the cut."""
        return min(self.probability, self.cut)

    @property
    def doubtful(self) -> bool:
        """Return whether the network is too unsure of it to be relied on."""
        return self.certainty < self.doubtful_below


def doubtful_below(source: Source) -> float:
    """Return how certain a digit has to be not to be doubtful, by what the network has learnt from."""
    return DOUBTFUL_TO_EXPERTS if source.has_others else DOUBTFUL


class Prediction(NamedTuple):
    """The answer for one picture: most often one digit, but it can be several, or none.

    `digits` are all of them, in the order in which they are read. `label` is the class of the
    only one; of several, it is all classes with spaces between them and " / " between lines, as
    "2 0 2 4" or "1 2 / 3 4"; of none, it is None.
    """

    file: Path | None  # None where the image was an array
    digits: tuple[Digit, ...]
    warnings: tuple[str, ...] = ()
    steps: "Steps | None" = None  # how a file was prepared

    @property
    def label(self) -> str | None:
        """Return the answer as text."""
        lines = itertools.groupby(self.digits, lambda digit: digit.line)
        return " / ".join(" ".join(digit.label for digit in line) for _, line in lines) or None

    @property
    def probability(self) -> float | None:
        """Return how sure the network is of the whole label: the product over the digits."""
        return math.prod(digit.probability for digit in self.digits) if self.digits else None

    @property
    def doubtful(self) -> bool:
        """Return whether any of the digits is."""
        return any(digit.doubtful for digit in self.digits)

    @property
    def probabilities(self) -> np.ndarray:
        """Return those of the only digit, or of the first: (K,); empty where there is none."""
        return self.digits[0].probabilities if self.digits else np.zeros(0)

    @property
    def seen(self) -> np.ndarray:
        """Return the network's input for the only digit, or the first; empty where there is none."""
        return self.digits[0].seen if self.digits else np.zeros((0, 0, 0), np.uint8)


def one_digit_each(
    classes: tuple[str, ...], shares: np.ndarray, seen: np.ndarray, source: Source
) -> list[Prediction]:
    """Return the answers for images (N, C, H, W) that show one digit each: `shares` are (N, K).

    Raises CheckpointError where a share is not finite.
    """
    refuse_infinite(shares)
    sure = doubtful_below(source)
    pairs = zip(shares, seen, strict=True)
    return [Prediction(None, (Digit(classes, *pair, doubtful_below=sure),)) for pair in pairs]


def image_files(paths: Sequence[Path], *, recursive: bool = False) -> Iterator[Path]:
    """Yield the files, and for each folder the image files in it, or the folder if it has none.

    With `recursive`, those in its sub-folders follow, except in hidden ones. Nothing is raised
    here, so that one bad path does not prevent the others from being read.
    """
    for path in paths:
        inside = _contents(path, recursive=recursive)
        yield from [entry for entry in inside if is_image(entry)] or [path]


def unread_notes(paths: Sequence[Path], *, recursive: bool = False) -> list[str]:
    """Return a sentence for each folder that contains pictures in formats that cannot be read."""
    notes = (unread_note(list(_contents(path, recursive=recursive)), path) for path in paths)
    return [note for note in notes if note]


def with_patterns(paths: Sequence[Path]) -> list[Path]:
    """Return the paths, with patterns such as *.png replaced by the files that they match.

    Windows shells leave patterns to the program. A file of exactly that name takes precedence.
    """
    found: list[Path] = []
    for path in paths:
        matches = [] if os.path.lexists(path) else sorted(glob.glob(str(path), recursive=True))
        found += map(Path, matches) if matches else [path]
    return found


def no_images(folder: Path) -> PictureError:
    """Return the complaint about a folder without images."""
    advice = "name a file or folder"
    if any(os.path.isdir(entry) for entry in _entries(folder)):
        advice += ", or have its sub-folders read too with -r"
    return PictureError(folder, f"found no image files in this folder; {advice}")


def _contents(folder: Path, *, recursive: bool) -> Iterator[Path]:
    """Yield the entries of a folder, then, if asked for, those of each folder in it."""
    entries = _entries(folder)
    yield from entries
    for entry in entries if recursive else ():
        if not entry.name.startswith(".") and not entry.is_symlink():  # links can lead in circles
            yield from _contents(entry, recursive=True)


def _entries(folder: Path) -> list[Path]:
    """Return the sorted content of a folder; an empty list if it is not one or cannot be read."""
    try:
        return sorted(folder.iterdir()) if os.path.isdir(folder) else []
    except OSError:
        return []
