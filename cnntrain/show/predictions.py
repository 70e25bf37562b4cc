"""The answers of `predict`, as text, as JSON objects and as CSV, and what the network saw."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cnntrain.model.predict import Digit, Prediction
from cnntrain.runs.provenance import Provenance
from cnntrain.show.terminal import SHADES
from cnntrain.system.text import joined, one_line

DOUBT = "the answer is doubtful: it may be another digit, or none"
CSV_HEADER = (
    *("file", "line", "position", "label", "probability", "left", "top", "right", "bottom"),
    "doubtful",
)


def as_object(prediction: Prediction, source: Provenance) -> dict[str, Any]:
    """Return the answer as `predict --json` prints it.

    `scores` are of the only digit, null where there are several or none; `digits` has all.
    """
    digits = [_digit_as_object(digit) for digit in prediction.digits]
    return {
        "file": str(prediction.file),
        "label": prediction.label,
        "probability": None if not digits else round(prediction.probability or 0.0, 6),
        "doubtful": prediction.doubtful,
        "scores": digits[0]["scores"] if len(digits) == 1 else None,
        "warnings": [*prediction.warnings, *([DOUBT] if prediction.doubtful else [])],
        "digits": digits,
        "preparation": None if prediction.steps is None else prediction.steps.as_object(),
        **source.as_object(),
    }


def _digit_as_object(digit: Digit) -> dict[str, Any]:
    """Return a digit; its line is counted from 1, its box is left, top, right, bottom."""
    return {
        "label": digit.label,
        "probability": round(digit.probability, 6),
        "doubtful": digit.doubtful,
        "scores": {
            name: round(float(p), 6)
            for name, p in zip(digit.classes, digit.probabilities, strict=True)
        },
        "line": digit.line + 1,
        "box": None if digit.box is None else list(digit.box),
    }


def as_text(prediction: Prediction, *, top: int | None, show: bool) -> str:
    """Return the answer as `predict` prints it, with what the network saw if `show`."""
    text = joined(as_lines(prediction, top=top))
    return f"{text}\n{seen_as_text(prediction)}" if show and prediction.digits else text


def as_lines(prediction: Prediction, *, top: int | None) -> list[str]:
    """Return the answer as one line, or with `top` as a line for each of the likeliest classes.

    Of several digits, `top` shows one after the other, each below its place in the row.
    """
    name = prediction.file
    if prediction.probability is None:
        return [f"{name}: no digit found"]
    doubt = _doubt(prediction)
    if top is None:
        return [f"{name}: {prediction.label}  {prediction.probability:6.1%}{doubt}"]
    if len(prediction.digits) == 1:
        return [
            f"{name}:{doubt}",
            *(f"  {line}" for line in _likeliest(prediction.digits[0], top)),
        ]
    lines = [f"{name}: {prediction.label}{doubt}"]
    for number, digit in enumerate(prediction.digits, 1):
        lines += [f"  digit {number}:", *(f"    {line}" for line in _likeliest(digit, top))]
    return lines


def _doubt(prediction: Prediction) -> str:
    """Return a note where the answer is doubtful; in a row, it names the digits that are."""
    doubtful = [digit.label for digit in prediction.digits if digit.doubtful]
    if not doubtful:
        return ""
    return "  (doubtful)" if len(prediction.digits) == 1 else f"  (doubtful: {' '.join(doubtful)})"


def _likeliest(digit: Digit, count: int) -> list[str]:
    """Return a line for each of the likeliest classes."""
    return [f"{digit.classes[k]}  {digit.probabilities[k]:6.1%}" for k in digit.order[:count]]


def as_rows(prediction: Prediction) -> list[list[str]]:
    """Return a row of CSV_HEADER's columns for each digit, or one without an answer.

    Lines and positions in them are counted from 1; the box is in pixels of the upright picture.
    """
    file = str(prediction.file)
    rows = []
    before: list[int] = []
    for digit in prediction.digits:
        before.append(digit.line)
        place = [str(digit.line + 1), str(before.count(digit.line))]
        box = map(str, digit.box or ("",) * 4)
        rows.append(
            [
                file,
                *place,
                digit.label,
                f"{digit.probability:.6f}",
                *box,
                str(digit.doubtful).lower(),
            ]
        )
    return rows or [[file, *("",) * (len(CSV_HEADER) - 1)]]


def as_csv(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as lines of CSV, the last without its end; what needs quotes has them."""
    import csv
    import io

    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().removesuffix("\n")


def seen_as_text(prediction: Prediction) -> str:
    """Return what the network saw as text: of a coloured image, the first channel.

    Several digits stand one below the other, each with its answer.
    """
    if len(prediction.digits) == 1:
        return _seen(prediction.digits[0])
    blocks = [f"{one_line(_likeliest(digit, 1)[0])}\n{_seen(digit)}" for digit in prediction.digits]
    return "\n".join(blocks)


def _seen(digit: Digit) -> str:
    pixels = digit.seen[0]
    if pixels.dtype != np.uint8:
        pixels = np.round(pixels * 255).astype(np.uint8)
    return shaded(pixels)


def shaded(pixels: np.ndarray) -> str:
    """Draw pixels (H, W) uint8, light on dark: one line per row, two characters per pixel.

    A character is about twice as high as it is wide, so two beside each other make a square.
    """
    shades = np.rint(pixels / 255 * (len(SHADES) - 1)).astype(int)
    return "\n".join("".join(2 * SHADES[shade] for shade in row).rstrip() for row in shades)
