"""Choose, among the marks on a picture, those that make up one digit."""

from dataclasses import dataclass

import numpy as np

from cnntrain.data.components import components

BORDER_PENALTY = 0.05  # a mark at the border is the digit only where all others are specks
SPECK = 0.02  # marks with less than this share of the main mark's ink are dirt
NEAR = 0.15  # strokes of one digit are closer than this share of its size
RIVAL = 0.25  # marks left out with more than this share of the ink make a second digit likely


@dataclass(frozen=True)
class Marks:
    """The pixels of the digit, and what is remarkable about them."""

    mask: np.ndarray  # (H, W) bool
    rivals: int  # other marks of comparable size
    at_border: bool

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Return top, left, bottom, right (the last two exclusive)."""
        return _box(self.mask)


def _box(mask: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def choose_marks(ink: np.ndarray, level: float) -> Marks | None:
    """Choose the heaviest mark and the strokes near it; None where nothing is above `level`."""
    mask = ink > level
    if not mask.any():
        return None
    labels = components(widen(mask, 1)) * mask
    mass = np.bincount(labels.ravel(), ink.ravel())[1:]
    boxes = _boxes(labels)
    height, width = ink.shape
    at_border = (boxes[:, :2] == 0).any(axis=1) | (boxes[:, 2:] == (height, width)).any(axis=1)
    order = np.argsort(-mass * np.where(at_border, BORDER_PENALTY, 1.0), kind="stable")
    chosen = [order[0]]
    box = boxes[order[0]]
    left_out = []
    for mark in order[1:]:
        if mass[mark] < SPECK * mass[chosen[0]]:
            continue
        joined = np.concatenate([np.minimum(box, boxes[mark])[:2], np.maximum(box, boxes[mark])[2:]])
        stranger = at_border[mark] and not at_border[chosen[0]]
        if not stranger and _gap(box, boxes[mark]) <= NEAR * max(box[2:] - box[:2]):
            chosen.append(mark)
            box = joined
        else:
            left_out.append(mark)
    total = mass[chosen].sum()
    rivals = sum(1 for mark in left_out if mass[mark] > RIVAL * total and not at_border[mark])
    return Marks(np.isin(labels, np.array(chosen) + 1), rivals, bool(at_border[chosen].any()))


def _gap(first: np.ndarray, second: np.ndarray) -> int:
    """Return the distance between two boxes along the axis where they are farther apart."""
    return int(np.maximum(first[:2] - second[2:], second[:2] - first[2:]).max())


def _boxes(labels: np.ndarray) -> np.ndarray:
    """Return top, left, bottom, right of each label from 1 on: (n, 4)."""
    y, x = np.nonzero(labels)
    label = labels[y, x] - 1
    boxes = np.empty((label.max() + 1, 4), np.intp)
    boxes[:, 0] = boxes[:, 1] = max(labels.shape)
    boxes[:, 2:] = 0
    for column, update, place in ((0, np.minimum, y), (1, np.minimum, x)):
        update.at(boxes[:, column], label, place)
    for column, update, place in ((2, np.maximum, y + 1), (3, np.maximum, x + 1)):
        update.at(boxes[:, column], label, place)
    return boxes


def widen(mask: np.ndarray, reach: int) -> np.ndarray:
    """Return the mask grown by `reach` pixels in all eight directions."""
    padded = np.pad(mask, reach)
    height, width = mask.shape
    grown = np.zeros_like(padded)
    for axis in (0, 1):
        grown = padded.copy()
        for step in range(1, reach + 1):
            grown |= np.roll(padded, step, axis) | np.roll(padded, -step, axis)
        padded = grown
    return grown[reach : reach + height, reach : reach + width]
