"""Choose, among the marks on a picture, those that make up one digit."""

from dataclasses import dataclass

import numpy as np

from cnntrain.data.pictures.components import components

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
        rows, columns = np.flatnonzero(self.mask.any(axis=1)), np.flatnonzero(self.mask.any(axis=0))
        return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1

    @property
    def size(self) -> int:
        """Return the height or width, whichever is greater."""
        top, left, bottom, right = self.box
        return max(bottom - top, right - left)


def choose_marks(ink: np.ndarray, level: float) -> Marks | None:
    """Choose the heaviest mark and the strokes near it; None where nothing is above `level`.

    `ink` is (H, W); a mark is what hangs together above `level`, gaps of two pixels included.
    """
    mask = ink > level
    if not mask.any():
        return None
    labels = components(widen(mask, 1)) * mask
    mass = np.bincount(labels.ravel(), ink.ravel())[1:]
    boxes = _boxes(labels)
    at_border = (boxes[:, :2] == 0).any(axis=1) | (boxes[:, 2:] == ink.shape).any(axis=1)
    order = np.argsort(-mass * np.where(at_border, BORDER_PENALTY, 1.0), kind="stable")
    chosen, box = [order[0]], boxes[order[0]]
    for mark in order[1:]:
        dirt = mass[mark] < SPECK * mass[order[0]]
        stranger = at_border[mark] and not at_border[order[0]]
        near = _gap(box, boxes[mark]) <= NEAR * max(box[2:] - box[:2])
        if near and not dirt and not stranger:
            chosen.append(mark)
            box = _around(box, boxes[mark])
    others = np.delete(mass * ~at_border, chosen)
    rivals = int(np.count_nonzero(others > RIVAL * mass[chosen].sum()))
    return Marks(np.isin(labels, np.array(chosen) + 1), rivals, bool(at_border[chosen].any()))


def _around(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the smallest box that contains both."""
    return np.append(np.minimum(first, second)[:2], np.maximum(first, second)[2:])


def _gap(first: np.ndarray, second: np.ndarray) -> int:
    """Return the distance between two boxes along the axis where they are farther apart."""
    return int(np.maximum(first[:2] - second[2:], second[:2] - first[2:]).max())


def _boxes(labels: np.ndarray) -> np.ndarray:
    """Return top, left, bottom, right of each label from 1 on: (n, 4)."""
    y, x = np.nonzero(labels)
    label = labels[y, x] - 1
    boxes = np.empty((label.max() + 1, 4), np.intp)
    boxes[:, :2], boxes[:, 2:] = labels.shape, 0
    for column, places in enumerate((y, x)):
        np.minimum.at(boxes[:, column], label, places)
        np.maximum.at(boxes[:, column + 2], label, places + 1)
    return boxes


def widen(mask: np.ndarray, reach: int) -> np.ndarray:
    """Return the mask grown by `reach` pixels in all eight directions."""
    for axis in (0, 1):
        padding = [(reach, reach) if axis == other else (0, 0) for other in (0, 1)]
        padded = np.pad(mask, padding)
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis)
        mask = np.any(windows, axis=-1)
    return mask
