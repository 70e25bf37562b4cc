"""Read image files with a network: what may be digits is prepared, and the network chooses."""

import itertools
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnntrain.data.pictures.candidates import best_reading, costs_of_cutting
from cnntrain.data.sources.base import Invert, Reading, Source
from cnntrain.errors import PictureError, UsageError
from cnntrain.model.predict import Digit, Prediction, doubtful_below, no_images
from cnntrain.nn.network import Network
from cnntrain.training.finite import refuse_infinite

if TYPE_CHECKING:
    from cnntrain.data.pictures.crop import Crop

NO_DIGIT = 0.35  # a network that knows what else there is takes the less certain for no digit
NOTHING = "what is there does not look like a digit"
AS_TALL = 0.7  # of the digits beside it: what is taken for no digit may be one, or several
LEFT_OUT = "something as tall as the digits beside it does not look like one and was left out"
CERTAINTY = 4.0  # how much the network's doubts count, compared with those about a digit's form


@dataclass(frozen=True)
class Reader:
    """Prepares files for a network, in this process or in another."""

    source: Source
    invert: Invert
    crop: "Crop | None"

    def __call__(self, path: Path) -> Reading | PictureError:
        """Return a file's images, or why there are none."""
        try:
            if os.path.isdir(path):
                raise no_images(path)
            return self.source.read_all(path, self.invert, self.crop)
        except PictureError as error:
            return error
        except UsageError as error:  # of a crop outside this picture
            return PictureError(path, str(error))


def as_crop(text: str | None) -> "Crop | None":
    """Return the part of a picture that a text names. Raises UsageError."""
    if text is None:
        return None
    from cnntrain.data.pictures.crop import parse_crop

    return parse_crop(text)


def read_files(
    network: Network,
    classes: tuple[str, ...],
    reader: Reader,
    paths: Sequence[Path],
    processes: int = 1,
) -> Iterator[Prediction | PictureError]:
    """Yield for each file, in order, what the network reads in it, or why it cannot be read.

    `processes` prepare the pictures.
    """
    results: Iterable[Reading | PictureError] = map(reader, paths)
    if processes > 1:
        from cnntrain.training.parallel.in_order import in_order

        results = in_order(reader, paths, processes)
    for path, result in zip(paths, results, strict=True):
        if isinstance(result, PictureError):
            yield result
        else:
            shares = network.probabilities(result.images)
            refuse_infinite(shares)
            yield _answer(path, result, shares, classes, reader)


def _answer(
    path: Path,
    reading: Reading,
    probabilities: np.ndarray,
    classes: tuple[str, ...],
    reader: Reader,
) -> Prediction:
    """Return the digits of a picture, without what a network that knows better takes for none."""
    found = chosen(reading, probabilities, classes, doubtful_below(reader.source))
    digits, lost, steps = found, False, reading.steps
    if reader.source.has_others:
        digits, lost = without_others(found)
    warnings = (LEFT_OUT,) if lost else () if len(digits) > 1 else reading.warnings
    if found and not digits:
        warnings, steps = (NOTHING,), steps and steps._replace(blank=NOTHING)
    return Prediction(path, digits, warnings, steps)


def without_others(found: Sequence[Digit]) -> tuple[tuple[Digit, ...], bool]:
    """Leave out what is no digit, and say whether any of it may be one all the same.

    That is where it stands beside the digits of a line, and is as tall: the line may lack one, and
    its digits are no surer than that is of being a digit.
    """
    others = [part for part in found if part.certainty < NO_DIGIT]
    digits = [part for part in found if part.certainty >= NO_DIGIT]
    kept: list[Digit] = []
    lost = False
    for _, line in itertools.groupby(digits, lambda digit: digit.line):
        row = list(line)
        tops, bottoms = zip(*map(_rows, row), strict=True)
        first, last = min(tops), max(bottoms)
        least = AS_TALL * max(bottom - top for top, bottom in zip(tops, bottoms, strict=True))
        beside = [
            other.certainty
            for other, (top, bottom) in zip(others, map(_rows, others), strict=True)
            if min(bottom, last) - max(top, first) >= least
        ]
        lost = lost or bool(beside)
        kept += [digit._replace(cut=min(digit.cut, *beside, 1.0)) for digit in row]
    return tuple(kept), lost


def _rows(digit: Digit) -> tuple[int, int]:
    """Return where a digit begins and ends in the picture, from the top, in pixels."""
    return (digit.box[1], digit.box[3]) if digit.box else (0, 0)


def chosen(
    reading: Reading, probabilities: np.ndarray, classes: tuple[str, ...], sure: float
) -> tuple[Digit, ...]:
    """Return the digits of a picture, as the network finds them: `probabilities` are (N, K).

    Where a picture can be cut up in several ways, the one is chosen whose digits the network is
    surest of, weighed against what their form says. Digits less certain than `sure` are doubtful.
    """
    doubts = -CERTAINTY * np.log(np.maximum(probabilities.max(axis=1, initial=0), 1e-9))
    digits, number = [], 0
    for line in reading.lines:
        best = best_reading(line, doubts)
        cuts = costs_of_cutting(line, best, doubts)
        found = [
            Digit(
                classes,
                probabilities[part.image],
                reading.images[part.image],
                number,
                reading.boxes[part.image] if reading.boxes else None,
                math.exp(-cut / CERTAINTY),
                sure,
            )
            for part, cut in zip(best, cuts, strict=True)
            if part.image is not None
        ]
        digits += found
        number += bool(found)
    return tuple(digits)
