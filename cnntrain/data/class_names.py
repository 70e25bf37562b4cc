"""The classes of labels that are numbers: names from a text file, or the numbers themselves."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnntrain.data.batches import LARGEST_STORED
from cnntrain.errors import DataError
from cnntrain.system.regular import open_text

FILES = ("classes.txt", "class_names.txt", "names.txt", "labels.txt")  # looked for beside images
MOST_CLASSES = 10_000
# EMNIST's mapping: a label, and characters' codes.
CHARACTERS = re.compile(r"(\d{1,9})((?:[ \t]+\d{1,9})+)")
NUMBERED = re.compile(r"(\d{1,9})[ \t]*[ \t,:;=][ \t]*(\S.*)")  # a label and a name


class Classes(NamedTuple):
    """Names of classes, and the position of the class of each label, −1 where there is none."""

    names: tuple[str, ...]
    places: np.ndarray  # (largest label + 1,)

    def positions(self, labels: np.ndarray, path: Path) -> np.ndarray:
        """Return labels as positions of classes: int64, or the smallest type for very many.

        Raises DataError, which names a label without a class.
        """
        low, high = int(labels.min()), int(labels.max())
        if 0 <= low and high < len(self.places):
            places = self.places
            if len(labels) > LARGEST_STORED and places.min() >= 0:  # as small as they can be
                places = places.astype(np.min_scalar_type(len(self.names)))
            found: np.ndarray = places[labels]
            if found.min() >= 0:
                return found
        known = np.flatnonzero(self.places >= 0)
        place = int(np.flatnonzero(~np.isin(labels, known))[0])
        raise DataError(
            f"{path}: label {labels[place]} at position {place:,}, expected one of the "
            f"{len(self.names)} classes, {known[0]} to {known[-1]}; correct the labels, or the names "
            "of the classes"
        )


def classes_of(labels: Sequence[np.ndarray], names: Path | None, path: Path) -> Classes:
    """Return the classes of all labels of a data set, with the names in a file if there is one.

    Labels may begin with 0 or 1. Without names, classes are called by their labels, from the
    smallest to the largest: from 1 if no label is 0. Raises DataError; `path` is that of the labels.
    """
    low, high = min(int(each.min()) for each in labels), max(int(each.max()) for each in labels)
    if low < 0 or high >= MOST_CLASSES:
        raise DataError(
            f"{path}: holds labels from {low} to {high:,}, expected 0 to {MOST_CLASSES - 1:,} at most; "
            "number the classes from 0 or 1"
        )
    if names is None:
        first = 1 if low == 1 else 0
        return _numbered({n: str(n) for n in range(first, high + 1)}, path)
    found = read_names(names)
    if not isinstance(found, Mapping):
        first = 1 if low >= 1 and high == len(found) else 0
        found = {first + n: name for n, name in enumerate(found)}
    return _numbered(dict(found), names)


def _numbered(names: dict[int, str], path: Path) -> Classes:
    """Return the classes of labels with names, in the order of the labels."""
    if len(names) < 2:
        raise DataError(
            f"{path}: found {len(names)} class, expected two or more; give data of several classes"
        )
    doubled = [name for name, count in Counter(names.values()).items() if count > 1]
    if doubled:
        raise DataError(
            f"{path}: found {doubled[0]!r} as the name of several classes, expected one name for "
            "each; give them different names"
        )
    places = np.full(max(names) + 1, -1, np.int64)
    places[sorted(names)] = np.arange(len(names))
    return Classes(tuple(names[label] for label in sorted(names)), places)


def read_names(path: Path) -> list[str] | dict[int, str]:
    """Return the names in a text file, one in a line, or by their labels where each line has one.

    A line of numbers alone is a label with the codes of its characters, as in EMNIST's mapping
    files: `36 97` is the letter a. Raises DataError.
    """
    try:
        with open_text(path, "utf-8-sig") as file:
            text = file.read()
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read: {error.strerror or error}; expected the names of the classes, "
            "one in a line; correct the path"
        ) from error
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}: is not UTF-8 text ({error.reason}); save the names of the classes as UTF-8"
        ) from error
    lines = [line.strip() for line in text.strip().splitlines()]
    for kind, name in ((CHARACTERS, _characters), (NUMBERED, str)):
        matches = [kind.fullmatch(line) for line in lines]
        labels = [int(match[1]) for match in matches if match]
        if lines and len(labels) == len(lines) == len(set(labels)) and max(labels) < MOST_CLASSES:
            return {int(match[1]): name(match[2]) for match in matches if match}
    empty = next((number for number, line in enumerate(lines, 1) if not line), None)
    if empty is not None:
        raise DataError(
            f"{path}:{empty}: found an empty line, expected the name of a class; remove the line"
        )
    return lines


def _characters(codes: str) -> str:
    """Return the characters with these codes, each once."""
    numbers = [int(code) for code in codes.split()]
    return "".join(dict.fromkeys(chr(n) for n in numbers if n < 0x110000))


def beside(folder: Path, images: str) -> Path | None:
    """Return the file with the classes' names in a folder, None if there is none.

    Of several mappings, as EMNIST has them, it is that whose name begins as that of the images.
    """
    for name in FILES:
        if (folder / name).is_file():
            return folder / name
    own = [
        path
        for path in sorted(folder.glob("*mapping.txt"))
        if images.startswith(path.name.removesuffix("mapping.txt"))
    ]
    return own[-1] if own else None
