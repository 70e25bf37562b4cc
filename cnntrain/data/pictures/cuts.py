"""Where a mark that may be several touching digits can be cut: along paths through little ink."""

from typing import NamedTuple

import numpy as np

SIDEWAYS = 0.05  # cost of a step to the side, in pixels of full ink: a straight cut is preferred
SPLINTER = 0.03  # of the ink: what has less of it is no digit, and is not cut off


class Cut(NamedTuple):
    """A path from top to bottom: its column in each row (h,), and the ink it goes through."""

    columns: np.ndarray
    ink: float  # in pixels of full ink


def find_cuts(ink: np.ndarray, distance: int, most: float) -> list[Cut]:
    """Return the cuts of `ink` (h, w), 0..1, from left to right; none cuts off a mere splinter.

    A path moves by at most a pixel to the side from row to row. In the middle row it goes through
    a stroke or a gap: each of those returned costs less than any within `distance` columns of it
    through the same one, and at most `most`.
    """
    height, width = ink.shape
    middle = height // 2
    above, from_above = _cheapest(ink[: middle + 1])
    below, from_below = _cheapest(ink[middle:][::-1])
    total = above + below - ink[middle]
    least = SPLINTER * ink.sum()
    cuts = []
    for x in _valleys(total, ink[middle] > 0, distance):
        if total[x] <= most:
            upper, lower = _followed(from_above, x)[::-1], _followed(from_below, x)
            columns = np.concatenate([upper, lower[1:]])
            left = np.arange(width) <= columns[:, None]
            if min(ink[left].sum(), ink[~left].sum()) > least:
                cuts.append(Cut(columns, float(ink[np.arange(height), columns].sum())))
    return _distinct(cuts)


def _valleys(cost: np.ndarray, stroke: np.ndarray, distance: int) -> list[int]:
    """Return where `cost` (w,) is least within `distance`, in each stroke and each gap."""
    valleys = []
    for run in np.split(np.arange(len(cost)), np.flatnonzero(np.diff(stroke)) + 1):
        own = cost[run]
        lowest = [own[max(x - distance, 0) : x + distance + 1].min() for x in range(len(run))]
        least = run[own == lowest]
        for same in np.split(least, np.flatnonzero(np.diff(least) > 1) + 1):
            valleys.append(int(same[len(same) // 2]))  # of equally good columns
    return valleys


def _cheapest(ink: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the cost of the cheapest path from the first row to each column of the last.

    And for each row but the first, the step -1, 0, +1 to where the path comes from: (h - 1, w).
    """
    cost, steps = ink[0].astype(float), np.zeros((len(ink) - 1, ink.shape[1]), np.intp)
    for row in range(1, len(ink)):
        padded = np.pad(cost, 1, constant_values=np.inf)
        choices = np.stack([padded[1:-1], padded[:-2] + SIDEWAYS, padded[2:] + SIDEWAYS])
        best = choices.argmin(axis=0)
        steps[row - 1] = np.array([0, -1, 1])[best]
        cost = choices.min(axis=0) + ink[row]
    return cost, steps


def _followed(steps: np.ndarray, x: int) -> np.ndarray:
    """Return the columns of the path that ends at column x of the last row, last row first."""
    columns = [x]
    for row in steps[::-1]:
        columns.append(columns[-1] + int(row[columns[-1]]))
    return np.array(columns)


def _distinct(cuts: list[Cut]) -> list[Cut]:
    """Leave out cuts that cross the one before, or share most of its way."""
    kept: list[Cut] = []
    for cut in cuts:
        if not kept or np.mean(cut.columns > kept[-1].columns) > 0.5:
            if kept:
                columns = np.maximum(cut.columns, kept[-1].columns)
                cut = Cut(columns, cut.ink)
            kept.append(cut)
    return kept
