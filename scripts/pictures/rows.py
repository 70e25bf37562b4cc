"""Rows of handwritten digits, made from single ones: pictures whose digits and boxes are known."""

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from cnntrain.model.predict import Prediction
from cnntrain.model.trained import Model

SIZES = (20, 60)  # pixels: the longer side of a digit
SLOPE = 10  # degrees, up or down
MARGIN = 12  # pixels around the row
SMALLEST_GAP = 3  # pixels between digits that do not touch

OVERLAP = 0.6  # of both boxes together: a digit found there is found at the right place

Box = tuple[int, int, int, int]  # left, top, right, bottom


@dataclass(frozen=True)
class Row:
    """A picture of a row, its digits as text, and the box of each."""

    image: Image.Image
    text: str
    boxes: tuple[Box, ...]


def make_row(
    rng: np.random.Generator,
    digits: np.ndarray,
    labels: np.ndarray,
    count: int,
    *,
    touching: bool = False,
) -> Row:
    """Write `count` digits, drawn at random from `digits` (N, 28, 28) uint8, in a row.

    Sizes vary between the digits of a row, and rows go up or down by up to 10 degrees. Digits
    that touch overlap by a pixel or two where they come closest; the others are at least 3 pixels
    apart. Half of the rows are dark on light, and all have some noise.
    """
    chosen = rng.integers(len(digits), size=count)
    size = rng.uniform(*SIZES)
    slope = math.tan(math.radians(rng.uniform(-SLOPE, SLOPE)))
    ink = np.zeros((600, 1000), np.float32)
    boxes: list[Box] = []
    x, middle = float(SIZES[1]), 300.0  # a wide digit may begin to the left of a narrow one
    for index in chosen:
        stamp = _resized(digits[index], float(np.clip(size * rng.uniform(0.8, 1.25), *SIZES)))
        height, width = stamp.shape
        y = round(middle + slope * (x + width / 2) - height / 2 + rng.uniform(-0.08, 0.08) * size)
        left = round(x)
        if boxes:
            left = _beside(ink, stamp, left, y, -1 if touching else SMALLEST_GAP)
        if boxes and not touching:
            left += round(rng.uniform(0, 0.6) * size)
        place = ink[y : y + height, left : left + width]
        np.maximum(place, stamp, out=place)
        boxes.append((left, y, left + width, y + height))
        x = left + width
    return _photographed(rng, ink, boxes, "".join(str(labels[index]) for index in chosen))


def _resized(digit: np.ndarray, size: float) -> np.ndarray:
    """Cut a digit out and make its longer side `size` pixels: (h, w) float32 0..1."""
    image = Image.fromarray(digit)
    box = Image.fromarray(np.uint8(255 * (digit > 60))).getbbox()
    cut = image.crop(box)
    scale = size / max(cut.size)
    width, height = (max(2, round(scale * side)) for side in cut.size)
    return np.asarray(cut.resize((width, height), Image.Resampling.BICUBIC), np.float32) / 255


def _beside(ink: np.ndarray, stamp: np.ndarray, left: int, y: int, gap: int) -> int:
    """Return where to put a digit so that the closest ink to its left is `gap` pixels away."""
    height = len(stamp)
    mask = stamp > 0.25
    before = ink[max(y - 2, 0) : y + height + 2] > 0.25
    grown = np.array([before[row : row + 5].any(axis=0) for row in range(height)])
    ends = [np.flatnonzero(row)[-1] for row in grown if row.any()]
    starts = [
        (np.flatnonzero(mine)[0], np.flatnonzero(theirs)[-1])
        for mine, theirs in zip(mask, grown, strict=True)
        if mine.any() and theirs.any()
    ]
    if not starts:
        return left + max(gap, 0)
    needed = max(end + 1 + gap - start for start, end in starts)
    return int(max(needed, max(ends) - mask.shape[1] // 2))


def _photographed(
    rng: np.random.Generator, ink: np.ndarray, boxes: Sequence[Box], text: str
) -> Row:
    """Crop the ink to the row with a margin, and give it paper, pen, blur and noise."""
    left, top = min(box[0] for box in boxes) - MARGIN, min(box[1] for box in boxes) - MARGIN
    right, bottom = max(box[2] for box in boxes) + MARGIN, max(box[3] for box in boxes) + MARGIN
    ink = ink[top:bottom, left:right]
    if rng.random() < 0.5:
        paper, pen = rng.uniform(180, 255), rng.uniform(0, 90)
    else:
        paper, pen = rng.uniform(0, 60), rng.uniform(170, 255)
    light = paper + (pen - paper) * ink + rng.normal(0, rng.uniform(0, 8), ink.shape)
    image = Image.fromarray(np.uint8(np.clip(light, 0, 255)))
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 0.7)))
    moved = tuple((a - left, b - top, c - left, d - top) for a, b, c, d in boxes)
    return Row(image, text, moved)


def table(
    model: Model, digits: np.ndarray, labels: np.ndarray, *, rows: int = 100, seed: int = 0
) -> list[str]:
    """Return lines of a table: how many rows are found, and read, by length and by touching.

    A row is found if there are exactly as many digits as were written, each in its place. `digits`
    (N, 28, 28) uint8 and their labels should be those of a test set; each line is of `rows` rows.
    """
    rng = np.random.default_rng(seed)
    lines = ["digits  touching  found   read"]
    for touching in (False, True):
        for count in (2, 4, 8):
            found = read = 0
            for _ in range(rows):
                row = make_row(rng, digits, labels, count, touching=touching)
                answer = _answer(model, row)
                found += _is_found(row, answer)
                read += answer.label == " ".join(row.text)
            words = f"{count:>6}  {'yes' if touching else 'no':>8}"
            lines.append(f"{words}  {found / rows:6.1%}  {read / rows:6.1%}")
    return lines


def _answer(model: Model, row: Row) -> Prediction:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "row.png"
        row.image.save(path)
        return model.predict_file(path)


def _is_found(row: Row, answer: Prediction) -> bool:
    """Return whether every digit's box is found, and no other."""
    places = [digit.box for digit in answer.digits if digit.box is not None]
    return len(places) == len(row.boxes) and all(
        _overlap(place, box) > OVERLAP for place, box in zip(places, row.boxes, strict=True)
    )


def _overlap(first: Box, second: Box) -> float:
    """Return the area that two boxes share, as a share of the area that they cover together."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    shared = max(0, width) * max(0, height)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    return shared / (sum(areas) - shared)
