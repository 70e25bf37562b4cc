"""Choose, among the marks on a picture, those that make up one digit."""

from typing import NamedTuple

import numpy as np

from cnntrain.data.pictures.components import (
    Bounds,
    at_border,
    bordered,
    bounds_around,
    bounds_of_each,
    components,
    gap,
    mass_of_each,
    spread,
)

BORDER_PENALTY = 0.05  # a mark at the border is the digit only where all others are specks
SPECK = 0.02  # marks with less than this share of the main mark's ink are dirt
NEAR = 0.15  # strokes of one digit are closer than this share of its size
RIVAL = 0.25  # marks left out with more than this share of the ink make a second digit likely


class Marks(NamedTuple):
    """The pixels of the digit, and what is remarkable about them."""

    mask: np.ndarray  # (H, W) bool
    bounds: Bounds
    rivals: int  # other marks of comparable size
    at_border: bool

    @property
    def size(self) -> int:
        """Return the height or width, whichever is greater."""
        top, left, bottom, right = self.bounds
        return max(bottom - top, right - left)


def choose_marks(ink: np.ndarray, level: float) -> Marks | None:
    """Choose the heaviest mark and the strokes near it; None where nothing is above `level`.

    `ink` is (H, W); a mark is what hangs together above `level`, gaps of two pixels included.
    """
    mask = ink > level
    if not mask.any():
        return None
    labels = components(widen(mask, 1)) * mask
    mass = mass_of_each(labels, ink)
    boxes = bounds_of_each(labels)
    touching = at_border(boxes, ink.shape)
    order = np.argsort(-mass * np.where(touching, BORDER_PENALTY, 1.0), kind="stable")
    chosen, box = [order[0]], boxes[order[0]]
    dirt = mass < SPECK * mass[order[0]]
    stranger = touching & ~touching[order[0]]
    for mark in order[1:][~(dirt | stranger)[order[1:]]]:
        if gap(box, boxes[mark]) <= NEAR * max(box[2:] - box[:2]):
            chosen.append(mark)
            box = bounds_around(box, boxes[mark])
    is_chosen = np.zeros(len(mass) + 1, bool)
    is_chosen[np.array(chosen) + 1] = True
    others = mass[~touching & ~is_chosen[1:]]
    rivals = int(np.count_nonzero(others > RIVAL * mass[chosen].sum()))
    top, left, bottom, right = map(int, box)
    bounds = top, left, bottom, right
    return Marks(is_chosen[labels], bounds, rivals, bool(touching[chosen].any()))


def widen(mask: np.ndarray, reach: int) -> np.ndarray:
    """Return a mask (H, W), or values from 0 on, grown by `reach` pixels in all eight directions."""
    return spread(bordered(mask, reach), reach)
