"""A hand as matrices, so that many pictures of it are drawn at once.

Letters in the comments: P control points, K points on the curve, S segments between them, E free
ends of strokes.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from cnntrain.data.handwriting.skeletons import Hand, Stroke

REACH = 0.3  # how far along the digit's height neighbours tremble alike
OWN = 0.1  # variance that each point has of its own, where the common one is 1
APART = 0.6  # variance with which strokes that do not touch move against each other
SEGMENT = 4.5  # length of a segment, in hundredths of the digit's height: about a pixel
FAR = 9.0  # heights; the distance from an end of another stroke


@dataclass(frozen=True)
class Curve:
    """A hand as matrices: the points on its curve are linear in its control points."""

    points: np.ndarray  # (P, 2) the distinct control points, in units of the digit's height
    tremble: np.ndarray  # (P, P) turns independent noise into noise correlated between neighbours
    basis: np.ndarray  # (K, P) turns control points into points on the curve
    first: np.ndarray  # (S,) the point on the curve that each segment begins at
    along: np.ndarray  # (S,) the way that the pen has come, in units of the digit's height
    from_end: np.ndarray  # (E, S) the way along the stroke from each free end
    rise: tuple[float, float] | None  # as the hand's
    end: int  # the point on the curve that the first stroke ends at


@cache
def curve_of(hand: Hand) -> Curve:
    """Join the strokes of a hand; points that strokes share are one control point."""
    distinct = list(dict.fromkeys(point for stroke in hand.strokes for point in stroke))
    points = np.array(distinct) / 100
    bases, first, ways, total = [], [], [], 0
    for stroke in hand.strokes:
        places = [distinct.index(point) for point in stroke]
        bases.append(spline(stroke) @ np.eye(len(distinct))[places])
        first.append(total + np.arange(len(bases[-1]) - 1))
        total += len(bases[-1])
        steps = np.linalg.norm(np.diff(bases[-1] @ points, axis=0), axis=1)
        ways.append(np.cumsum(steps) - steps / 2)
    return Curve(
        points,
        np.linalg.cholesky(_covariance(hand, distinct)),
        np.concatenate(bases),
        np.concatenate(first),
        np.concatenate(ways),
        _from_ends(hand, ways),
        hand.rise,
        len(ways[0]),
    )


def lines_of(hand: Hand) -> list[np.ndarray]:
    """Return the strokes of a hand as points (n, 2), in units of the digit's height, y downwards."""
    curve = curve_of(hand)
    points = curve.basis @ curve.points
    cuts = np.flatnonzero(np.diff(curve.first) > 1) + 1
    return [points[[*part, part[-1] + 1]] for part in np.split(curve.first, cuts)]


def _covariance(hand: Hand, distinct: list[tuple[int, int]]) -> np.ndarray:
    """Return how alike the control points tremble: (P, P)."""
    points = np.array(distinct) / 100
    apart = np.linalg.norm(points[:, None] - points, axis=2)
    covariance: np.ndarray = np.exp(-((apart / REACH) ** 2) / 2) + OWN * np.eye(len(points))
    groups: list[set[tuple[int, int]]] = []
    for stroke in hand.strokes:
        touching = [group for group in groups if group & set(stroke)]
        groups = [group for group in groups if group not in touching]
        groups.append(set(stroke).union(*touching))
    if len(groups) > 1:
        for group in groups:
            member = np.array([point in group for point in distinct])
            covariance += APART * np.outer(member, member)
    return covariance


def _from_ends(hand: Hand, ways: list[np.ndarray]) -> np.ndarray:
    """Return each segment's way from each end that no other stroke begins or passes: (E, S)."""
    rows = []
    for number, (stroke, way) in enumerate(zip(hand.strokes, ways, strict=True)):
        others = {point for i, other in enumerate(hand.strokes) if i != number for point in other}
        for end, distance in ((stroke[0], way), (stroke[-1], way[-1] - way)):
            if end not in others and stroke[0] != stroke[-1]:
                row = [
                    distance if i == number else np.full(len(w), FAR) for i, w in enumerate(ways)
                ]
                rows.append(np.concatenate(row))
    return np.array(rows).reshape(len(rows), sum(map(len, ways)))


def spline(stroke: Stroke) -> np.ndarray:
    """Return the matrix of a Catmull-Rom spline: points of the stroke to points on its curve.

    Between p1 and p2 the spline is the cubic with the tangents (p2 - p0)/2 and (p3 - p1)/2
    (E. Catmull, R. Rom, 1974). At an open end the missing neighbour is the end itself; a closed
    stroke wraps around.
    """
    pieces, closed = len(stroke) - 1, stroke[0] == stroke[-1]
    chords = np.linalg.norm(np.diff(np.array(stroke), axis=0), axis=1)
    rows = []
    for piece, steps in enumerate(np.maximum(3, np.ceil(chords / SEGMENT)).astype(int)):
        t = np.arange(steps) / steps
        weights = (
            (-t + 2 * t**2 - t**3) / 2,
            (2 - 5 * t**2 + 3 * t**3) / 2,
            (t + 4 * t**2 - 3 * t**3) / 2,
            (t**3 - t**2) / 2,
        )
        matrix = np.zeros((steps, len(stroke)))
        for neighbour, weight in enumerate(weights, start=piece - 1):
            column = neighbour % pieces if closed else min(max(neighbour, 0), pieces)
            matrix[:, column] += weight
        rows.append(matrix)
    return np.concatenate([*rows, np.eye(len(stroke))[-1:]])
