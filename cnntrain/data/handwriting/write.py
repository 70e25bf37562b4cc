"""Built-in handwritten digits: the strokes of `strokes.py`, varied a little each time.

A digit is written with trembling control points, warped, slanted, turned and stretched, drawn with
a pen of random width, and placed as in MNIST: it fits into 20x20 pixels and its centre of mass is
at the centre of the 28x28 picture. Letters in the comments: N pictures, P control points, K points
on the curve, S segments between them.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cnntrain.data.examples import Examples
from cnntrain.data.handwriting.strokes import HANDS, Hand, Stroke
from cnntrain.data.streams import Stream, generator

SIDE = 28
BOX = 20.0  # the square that a digit fits into
CENTRE = 14.5  # of mass, in x and y: MNIST's is at the centre of pixel 14, counted from 0
CHUNK = 256  # pictures drawn at once: their arrays stay in the processor's cache

Split = Literal["train", "test"]
STREAMS: dict[Split, Stream] = {"train": Stream.TRAINING_DIGITS, "test": Stream.TEST_DIGITS}


def synthetic(split: Split, *, count: int, seed: int = 0) -> Examples:
    """Write `count` digits: images (count, 1, 28, 28) uint8, light on dark, in shuffled order.

    Each class appears equally often, give or take one. The two splits come from different random
    streams of the same seed (0 or above); the same arguments give the same bytes on the same type
    of machine.
    """
    rng = generator(STREAMS[split], seed)
    labels = rng.permutation(np.arange(count) % len(HANDS))
    images = np.empty((count, 1, SIDE, SIDE), np.uint8)
    for label, hands in enumerate(HANDS.values()):
        mine = np.flatnonzero(labels == label)
        shares = np.array([hand.share for hand in hands])
        choice = rng.choice(len(hands), size=len(mine), p=shares / shares.sum())
        for number, hand in enumerate(hands):
            curve = _curve(hand)
            chosen = mine[choice == number]
            for start in range(0, len(chosen), CHUNK):
                part = chosen[start : start + CHUNK]
                images[part, 0] = _write(curve, len(part), rng)
    return Examples(images, labels, tuple(HANDS))


@dataclass(frozen=True)
class _Curve:
    """A hand as matrices: the points on its curve are linear in its control points."""

    points: np.ndarray  # (P, 2) the distinct control points, in units of the digit's height
    tremble: np.ndarray  # (P, P) turns independent noise into noise correlated between neighbours
    basis: np.ndarray  # (K, P) turns control points into points on the curve
    first: np.ndarray  # (S,) the point on the curve that each segment begins at


def _curve(hand: Hand) -> _Curve:
    """Join the strokes of a hand; points that strokes share are one control point."""
    distinct = list(dict.fromkeys(point for stroke in hand.strokes for point in stroke))
    points = np.array(distinct) / 100
    apart = np.linalg.norm(points[:, None] - points, axis=2)
    covariance = np.exp(-((apart / 0.3) ** 2) / 2) + 0.1 * np.eye(len(points))
    bases, first, total = [], [], 0
    for stroke in hand.strokes:
        places = [distinct.index(point) for point in stroke]
        bases.append(_spline(stroke) @ np.eye(len(distinct))[places])
        first.append(total + np.arange(len(bases[-1]) - 1))
        total += len(bases[-1])
    return _Curve(
        points, np.linalg.cholesky(covariance), np.concatenate(bases), np.concatenate(first)
    )


def _spline(stroke: Stroke) -> np.ndarray:
    """Return the matrix of a Catmull-Rom spline: points of the stroke to points on its curve.

    Between p1 and p2 the spline is the cubic with the tangents (p2 - p0)/2 and (p3 - p1)/2
    (E. Catmull, R. Rom, 1974). At an open end the missing neighbour is the end itself; a closed
    stroke wraps around.
    """
    pieces = len(stroke) - 1
    steps = max(8, 40 // pieces)  # segments shorter than a pixel, also on a long straight line
    t = np.arange(steps) / steps
    weights = (
        (-t + 2 * t**2 - t**3) / 2,
        (2 - 5 * t**2 + 3 * t**3) / 2,
        (t + 4 * t**2 - 3 * t**3) / 2,
        (t**3 - t**2) / 2,
    )
    matrix = np.zeros((pieces * steps + 1, len(stroke)))
    closed = stroke[0] == stroke[-1]
    for piece in range(pieces):
        rows = slice(piece * steps, (piece + 1) * steps)
        for neighbour, weight in enumerate(weights, start=piece - 1):
            column = neighbour % pieces if closed else min(max(neighbour, 0), pieces)
            matrix[rows, column] += weight
    matrix[-1, -1] = 1
    return matrix


def _write(curve: _Curve, count: int, rng: np.random.Generator) -> np.ndarray:
    """Write one hand's digit `count` times: (count, 28, 28) uint8."""
    noise = rng.normal(0, 0.05, (count, *curve.points.shape))
    points = _warp(curve.points + curve.tremble @ noise, rng)
    drawn = curve.basis @ points @ _affine(count, rng)  # (N, K, 2)
    radius = np.exp(rng.normal(np.log(1.4), 0.25, (count, 1, 1)))  # half the pen's width, pixels
    extent = np.ptp(drawn, axis=1).max(axis=1)[:, None, None]
    softness = rng.uniform(1.0, 1.7, (count, 1, 1))  # how far the stroke's edge fades, pixels
    drawn *= (BOX - 2 * radius - softness) / extent

    begin, end = drawn[:, curve.first], drawn[:, curve.first + 1]
    middle = (begin + end) / 2  # (N, S, 2)
    length = np.linalg.norm(end - begin, axis=2, keepdims=True)  # (N, S, 1)
    mass = (length * middle).sum(axis=1, keepdims=True) / length.sum(axis=1, keepdims=True)
    centre = CENTRE + rng.uniform(-0.5, 0.5, (count, 1, 2))
    distance = _distances(middle - mass + centre, length)
    ink = np.clip((radius - distance) / softness + 0.5, 0, 1)
    return _centred(np.rint(255 * ink).astype(np.uint8))


def _centred(images: np.ndarray) -> np.ndarray:
    """Shift each picture (N, 28, 28) by whole pixels, as MNIST's were, to centre its mass.

    The path is centred already, but where strokes overlap its ink is off by a pixel.
    """
    total = images.sum(axis=(1, 2))
    at = np.arange(SIDE)
    rows, columns = (
        (at + np.rint(images.sum(axis=axis) @ at / total - (CENTRE - 0.5))[:, None].astype(int))
        % SIDE
        for axis in (2, 1)
    )
    pictures = np.arange(len(images))[:, None, None]
    centred: np.ndarray = images[pictures, rows[:, :, None], columns[:, None, :]]
    return centred


def _warp(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Move each digit's waist up or down, and make its head wider than its feet or narrower."""
    waist = rng.normal(0, 0.06, (len(points), 1))
    widening = rng.normal(0, 0.22, (len(points), 1))
    x, y = points[..., 0], points[..., 1]
    return np.stack([x * (1 + widening * (y - 0.5)), y + waist * np.sin(np.pi * y)], axis=-1)


def _affine(count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw slants, turns and proportions: (count, 2, 2), to be multiplied from the right."""
    slant = rng.normal(0.18, 0.22, count)  # people lean to the right
    turn = rng.normal(0, 0.1, count)
    width = np.exp(rng.normal(0.12, 0.2, count))
    cos, sin, one, zero = np.cos(turn), np.sin(turn), np.ones(count), np.zeros(count)
    stretch_and_slant = np.array([[width, zero], [-slant, one]])
    rotate = np.array([[cos, sin], [-sin, cos]])
    affine: np.ndarray = np.einsum("ijn,jkn->nik", stretch_and_slant, rotate)
    return affine


def _distances(middle: np.ndarray, length: np.ndarray, spread: float = 0.7) -> np.ndarray:
    """Return every pixel's distance from the pen's path, in pixels: (N, 28, 28) float32.

    Along the path lie Gaussian dabs of ink, each as heavy as its segment is long. A Gaussian is a
    function of x times one of y, so a picture's dabs add up in one matrix product. Beside a
    straight path the sum is exp(-d²/2·spread²), from which d follows; where paths meet or end,
    this is a smooth version of the distance.
    """
    centres = np.arange(SIDE, dtype=np.float32) + np.float32(0.5)
    apart = (centres[:, None, None] - middle[:, None].astype(np.float32)) / spread  # (N, 28, S, 2)
    dabs = np.exp(apart**2 / -2)
    across = dabs[..., 0]  # (N, 28, S), of x
    down = dabs[..., 1] * (length / (np.sqrt(2 * np.pi) * spread)).astype(np.float32).mT
    ink = np.clip(down @ across.mT, 1e-30, 1)  # (N, 28, 28)
    distance: np.ndarray = spread * np.sqrt(-2 * np.log(ink))
    return distance
