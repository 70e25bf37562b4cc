"""Group marks into lines of writing, which may rise or fall, in the order in which they are read."""

import numpy as np

from cnntrain.data.pictures.components import gap

NEIGHBOUR = 1.5  # times the height of a digit: marks no farther apart tell the slope of the lines
STEEPEST = 0.35  # pixels down for a pixel to the right
OVERLAP = 0.4  # of the height of the lower one: marks that overlap as much are on one line
FRAGMENT = 0.45  # of the height of a digit: lower marks make no line
NEAR = 0.25  # of the height of a digit: a fragment as near belongs to a line


def typical_height(heights: np.ndarray, masses: np.ndarray) -> float:
    """Return the median of the heights (n,), weighted with the masses (n,)."""
    order = np.argsort(heights)
    total = np.cumsum(masses[order])
    return float(heights[order][np.searchsorted(total, total[-1] / 2)])


def grouped(boxes: np.ndarray, height: float) -> list[list[int]]:
    """Return the lines from top to bottom, each with the positions of its boxes from left to right.

    `boxes` (n, 4) are the bounds of each mark; `height` is that of a typical digit. Fragments
    that are near to no line are left out.
    """
    middles = (boxes[:, 1] + boxes[:, 3]) / 2
    shift = _slope(boxes, height) * middles
    tops, bottoms = boxes[:, 0] - shift, boxes[:, 2] - shift
    lines: list[list[int]] = []
    for mark in np.argsort(tops - bottoms, kind="stable"):  # tall marks found the lines
        shares = [
            (min(bottoms[mark], bottoms[line[0]]) - max(tops[mark], tops[line[0]]))
            / max(bottoms[mark] - tops[mark], 0.3 * height)
            for line in lines
        ]
        if shares and max(shares) >= OVERLAP:
            lines[int(np.argmax(shares))].append(int(mark))
        else:
            lines.append([int(mark)])
    whole = _with_fragments(lines, boxes, height)
    whole.sort(key=lambda line: tops[line[0]] + bottoms[line[0]])
    return [sorted(line, key=lambda mark: middles[mark]) for line in whole]


def _with_fragments(lines: list[list[int]], boxes: np.ndarray, height: float) -> list[list[int]]:
    """Return the lines that have a whole digit, with the fragments that are near to them."""
    heights = boxes[:, 2] - boxes[:, 0]
    whole = [line for line in lines if heights[line[0]] > FRAGMENT * height]
    for mark in (mark for line in lines if line not in whole for mark in line):
        gaps = [min(gap(boxes[mark], boxes[other]) for other in line) for line in whole]
        if gaps and min(gaps) < NEAR * height:
            whole[int(np.argmin(gaps))].append(mark)
    return whole


def _slope(boxes: np.ndarray, height: float) -> float:
    """Return how steeply the lines fall, fitted to the steps from each mark to its neighbour."""
    tall = boxes[boxes[:, 2] - boxes[:, 0] > height / 2]
    steps: list[tuple[float, float]] = []
    for box in tall:
        right = tall[:, 1] - box[3]
        shared = np.minimum(tall[:, 2], box[2]) - np.maximum(tall[:, 0], box[0])
        near = (tall[:, 1] > box[1]) & (right < NEIGHBOUR * height) & (shared > 0.3 * height)
        if near.any():
            other = tall[near][np.argmin(right[near])]
            across = (other[1] + other[3] - box[1] - box[3]) / 2
            steps.append((across, (other[0] + other[2] - box[0] - box[2]) / 2))
    if not steps:
        return 0.0
    across, down = np.array(steps).T
    return float(np.clip((across @ down) / max(across @ across, 1), -STEEPEST, STEEPEST))
