"""Pieces of writing: a mark, or a part of one that may be several digits that touch."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cnntrain.data.pictures.components import Bounds, bounds_of, stroke_width
from cnntrain.data.pictures.cuts import find_cuts

WIDE = 0.85  # times the height of the line: a wider mark may be several digits
PAIR = 1.5  # times its height: a mark as wide is as likely two digits as one
PER_NARROWNESS = 2.0  # what speaks against cutting a narrower one, in thicknesses of a stroke
DISTANCE = 0.15  # of the height of the line: between cuts
THICKEST = 3.5  # thicknesses of a stroke: a cut goes through no more ink
RULE = 1.5  # thicknesses: a line has no more ink in a column


class Piece(NamedTuple):
    """The pixels of a piece: `mask` (h, w) in its bounds."""

    owner: int  # the number of the mark that it belongs to
    line: float  # the height of its line
    bounds: Bounds
    mask: np.ndarray
    cut: float  # how much ink was cut between it and the piece at its left, in thicknesses

    @property
    def height(self) -> int:
        """Return the number of rows."""
        return self.bounds[2] - self.bounds[0]

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return self.bounds[3] - self.bounds[1]


def cut_up(
    owner: int, box: np.ndarray, mask: np.ndarray, ink: np.ndarray, line: float
) -> list[Piece]:
    """Return a mark in pieces, from left to right: one, unless it is wide enough for two digits.

    `mask` (h, w) are its pixels in its box, `ink` (H, W) the picture's ink, 1 for full ink.
    """
    top, left, bottom, right = map(int, box)
    height, width = mask.shape
    if width <= WIDE * line:
        return [Piece(owner, line, (top, left, bottom, right), mask, 0.0)]
    thickness = stroke_thickness(mask)
    own = ink[top:bottom, left:right] * mask
    cuts = find_cuts(own, max(2, round(DISTANCE * line)), THICKEST * thickness)
    number = np.zeros(mask.shape, np.intp)
    for cut in cuts:
        number += np.arange(width) > cut.columns[:, None]
    narrow = PER_NARROWNESS * max(0.0, PAIR - width / max(height, 0.7 * line))
    costs = [0.0, *(cut.ink / thickness + narrow for cut in cuts)]
    parts = [(mask & (number == index), cost) for index, cost in enumerate(costs)]
    return [_piece(owner, line, (top, left), part, cost) for part, cost in parts if part.any()]


def _piece(owner: int, line: float, corner: tuple[int, int], mask: np.ndarray, cut: float) -> Piece:
    """Return the piece that `mask` marks in a box with this top left corner."""
    top, left, bottom, right = bounds_of(mask)
    down, across = corner
    box = (down + top, across + left, down + bottom, across + right)
    return Piece(owner, line, box, mask[top:bottom, left:right], cut)


def stroke_thickness(mask: np.ndarray) -> float:
    """Return how thick the strokes of a mask are, a pixel at least."""
    return max(1.0, stroke_width(mask))


def is_rule(mask: np.ndarray) -> bool:
    """Return whether a wide mark is a single stroke: a line, not a row of digits that touch."""
    in_a_column = np.count_nonzero(mask) / mask.shape[1]
    return bool(in_a_column < RULE * stroke_thickness(mask))


def joined(parts: Sequence[Piece]) -> np.ndarray:
    """Return the pixels of several pieces in the box around them: (h, w) bool."""
    top, left, bottom, right = around([part.bounds for part in parts])
    mask = np.zeros((bottom - top, right - left), bool)
    for part in parts:
        row, column = part.bounds[0] - top, part.bounds[1] - left
        mask[row : row + part.height, column : column + part.width] |= part.mask
    return mask


def around(boxes: Sequence[Bounds]) -> Bounds:
    """Return the smallest box that contains all."""
    tops, lefts, bottoms, rights = zip(*boxes, strict=True)
    return min(tops), min(lefts), max(bottoms), max(rights)


def aside(first: Bounds, second: Bounds) -> float:
    """Return how far two boxes stand beside each other: 0 is one above the other, 1 is apart."""
    shared = min(first[3], second[3]) - max(first[1], second[1])
    return 1 - max(0, shared) / min(first[3] - first[1], second[3] - second[1])
