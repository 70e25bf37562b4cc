"""Whether the classes of some data are those that a network was trained on, whatever their order."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cnntrain.data.examples import Examples
from cnntrain.errors import DataError, UsageError

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def aligned(examples: Examples, trained: tuple[str, ...]) -> tuple[Examples, str | None]:
    """Return the examples with their labels as positions in `trained`, and a note if names differ.

    Names are compared in Unicode's composed form (NFC), because file systems store an é differently.
    `seven`, `7` and `07` count as the same digit, and the note says so. Raises DataError if a class
    is not among the trained ones.
    """
    found = [unicodedata.normalize("NFC", name) for name in examples.classes]
    known = [unicodedata.normalize("NFC", name) for name in trained]
    places, note = _places(found, known), None
    if places is None:
        places = _places([*map(_digit, found)], [*map(_digit, known)])
        if places is None:
            raise _other_classes(found, known)
        pairs = zip(found, places, strict=True)
        renamed = [f"{name} as {known[place]}" for name, place in pairs if name != known[place]]
        note = f"the classes of the data are taken for those of the model: {', '.join(renamed)}"
    if examples.values is not None:  # a target for each output: there is nothing to reorder
        return examples, note
    labels = np.array(places)[examples.labels]
    return replace(examples, labels=labels, classes=trained, identity=None), note


def require_classes(examples: Examples, option: str) -> None:
    """Raise UsageError for an option that needs classes if the targets are just numbers."""
    if not examples.classified:
        raise UsageError(
            f"{option}: found targets that are no classes, expected classes, of which an answer can "
            "be the right one; leave the option out"
        )


def _places(found: Sequence[str], known: Sequence[str]) -> list[int] | None:
    """Return the position of each name among the known ones, or None unless each occurs once."""
    if len(set(found)) < len(found) or len(set(known)) < len(known) or not set(found) <= set(known):
        return None
    return [known.index(name) for name in found]


def _digit(name: str) -> str:
    """Return the number that a name stands for, or the name itself."""
    word = name.strip().casefold()
    if word in DIGITS:
        return str(DIGITS.index(word))
    return str(int(word)) if word.isdecimal() else name


def _other_classes(found: Sequence[str], known: Sequence[str]) -> DataError:
    strange = [name for name in found if name not in known]
    return DataError(
        f"classes: found {', '.join(found)} in the data, expected those that the model was trained "
        f"on, {', '.join(known)}; {', '.join(strange)} cannot be matched. Name the classes as in "
        "training, or give data of the same classes"
    )
