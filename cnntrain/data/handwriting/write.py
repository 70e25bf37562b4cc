"""Built-in handwritten digits: the strokes of `skeletons`, varied a little each time.

A digit is written with trembling control points, warped, slanted, turned and stretched, drawn with
a pen of random width whose pressure varies, and placed as in MNIST: it fits into 20x20 pixels and
its centre of mass is at the centre of the 28x28 picture. Letters in the comments: N pictures, K
points on the curve, S segments between them, E free ends of strokes.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import numpy as np

from cnntrain.data.examples import Examples
from cnntrain.data.handwriting.curve import Curve, curve_of
from cnntrain.data.handwriting.pen import SIDE, Pen, draw
from cnntrain.data.handwriting.skeletons import HANDS, Hand
from cnntrain.data.streams import Stream, generator

CHUNK = 256  # pictures drawn at once: their arrays stay in the processor's cache
MOST_THREADS = 4  # more would wait for each other between NumPy's calls
WAVES = 3  # of which a warp of the plane consists

Split = Literal["train", "test"]
STREAMS: dict[Split, Stream] = {"train": Stream.TRAINING_DIGITS, "test": Stream.TEST_DIGITS}


def synthetic(split: Split, *, count: int, seed: int = 0, first: int | None = None) -> Examples:
    """Write `count` digits: images (count, 1, 28, 28) uint8, light on dark, in shuffled order.

    With `first`, only so many of them are returned, the first ones; what does not belong to them
    is not drawn, but for digits that are drawn at once with theirs.

    Each class appears equally often, give or take one. The two splits come from different random
    streams of the same seed (0 or above); the same arguments give the same bytes on the same type
    of machine, whatever the number of its processors.
    """
    rng = generator(STREAMS[split], seed)
    labels = rng.permutation(np.arange(count) % len(HANDS))
    wanted = count if first is None else min(first, count)
    images = np.empty((wanted, 1, SIDE, SIDE), np.uint8)

    def write(number: int, hand: Hand, places: np.ndarray) -> None:
        own = generator(STREAMS[split], seed, number)
        mine = places < wanted
        if mine.any():
            images[places[mine], 0] = write_hand(curve_of(hand), len(places), own)[mine]

    # Threads, not processes: nearly all of the time is spent inside NumPy, which lets them run.
    with ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as pool:
        jobs = [
            pool.submit(write, number, *job) for number, job in enumerate(_jobs(labels, rng), 1)
        ]
        for job in jobs:
            job.result()
    return Examples(images, labels[:wanted], tuple(HANDS))


def _jobs(labels: np.ndarray, rng: np.random.Generator) -> Iterator[tuple[Hand, np.ndarray]]:
    """Choose each digit's hand; yield hands and the places (N,) of the digits they write at once."""
    for label, hands in enumerate(HANDS.values()):
        mine = np.flatnonzero(labels == label)
        shares = np.array([hand.share for hand in hands])
        choice = rng.choice(len(hands), size=len(mine), p=shares / shares.sum())
        for number, hand in enumerate(hands):
            chosen = mine[choice == number]
            for start in range(0, len(chosen), CHUNK):
                yield hand, chosen[start : start + CHUNK]


def write_hand(
    curve: Curve, count: int, rng: np.random.Generator, places: np.ndarray | None = None
) -> np.ndarray:
    """Write one hand's digit `count` times: (count, 28, 28) uint8.

    `places` (count, P, 2) are the control points of each picture, if they are not the curve's.
    """
    careless = np.exp(rng.normal(np.log(0.05), 0.35, (count, 1, 1)))
    noise = careless * rng.normal(0, 1, (count, *curve.points.shape))
    control = curve.points if places is None else places
    points = curve.basis @ (control + curve.tremble @ noise)  # (N, K, 2)
    points = _keep_rise(_warp(points, rng) @ _affine(count, rng), curve)
    paths = points[:, curve.first], points[:, curve.first + 1]
    u = rng.uniform(0, 1, (5, count, 1, 1))
    pen = Pen(
        radius=np.exp(rng.normal(np.log(1.3), 0.29, (count, 1, 1))),
        softness=0.8 + 0.6 * u[0],
        grain=0.2 * u[1] ** 2,
        level=np.minimum(1, 1.1 - 0.3 * u[2] ** 3),
    )
    return draw(paths, _pressure(curve, paths, rng), pen, rng)


def _warp(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Bend the plane: long waves in all directions; wider heads or feet; waists up or down."""
    count = len(points)
    waist = rng.normal(0, 0.05, (count, 1))
    widening = rng.normal(0, 0.22, (count, 1))
    x, y = points[..., 0], points[..., 1]
    bent = np.stack([x * (1 + widening * (y - 0.5)), y + waist * np.sin(np.pi * y)], axis=-1)
    for _ in range(WAVES):
        wave = rng.normal(0, 0.7, (count, 2, 1))  # its cycles in the digit's height, in x and y
        phase = rng.uniform(0, 1, (count, 1, 1))
        far = rng.normal(0, 0.025, (count, 1, 2))
        bent += np.sin(2 * np.pi * (points @ wave + phase)) * far
    return bent


def _affine(count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw slants, turns and proportions: (count, 2, 2), to be multiplied from the right."""
    slant = rng.normal(0.14, 0.24, count)  # people lean to the right
    turn = rng.normal(0, 0.11, count)
    width = np.exp(rng.normal(0.14, 0.24, count))
    one, zero = np.ones(count), np.zeros(count)
    stretch_and_slant = np.moveaxis(np.array([[width, zero], [-slant, one]]), 2, 0)
    affine: np.ndarray = stretch_and_slant @ _rotation(turn)
    return affine


def _keep_rise(points: np.ndarray, curve: Curve) -> np.ndarray:
    """Turn each picture's points (N, K, 2) as far as its first stroke rises too little or too much."""
    if curve.rise is None:
        return points
    way = points[:, curve.end] - points[:, 0]
    rise = np.arctan2(-way[:, 1], way[:, 0])  # y points downwards
    turn = rise - np.clip(rise, *np.radians(curve.rise))
    turned: np.ndarray = points @ _rotation(turn)
    return turned


def _rotation(turn: np.ndarray) -> np.ndarray:
    """Return what turns points clockwise by radians (N,): (N, 2, 2), to be multiplied from the right."""
    cos, sin = np.cos(turn), np.sin(turn)
    return np.moveaxis(np.array([[cos, sin], [-sin, cos]]), 2, 0)


def _pressure(
    curve: Curve, paths: tuple[np.ndarray, np.ndarray], rng: np.random.Generator
) -> np.ndarray:
    """Draw how much the pen is pressed on each segment: (N, S) pixels more than usual.

    It changes along the way and with the direction, as a broad nib's does; free ends are cut off
    (-inf: the pen is off the paper), and are wet or dry.
    """
    begin, end = paths
    count = len(begin)
    cycles, phase = rng.uniform(0.2, 1.2, (count, 1)), rng.uniform(0, 1, (count, 1))
    press: np.ndarray = rng.normal(0, 0.12, (count, 1)) * np.sin(
        2 * np.pi * (cycles * curve.along + phase)
    )
    heading = np.arctan2(*np.moveaxis(end - begin, 2, 0))  # (N, S)
    nib = rng.uniform(0, np.pi, (count, 1))
    press += np.abs(rng.normal(0, 0.1, (count, 1))) * np.cos(2 * (heading - nib))
    for distance in curve.from_end:  # (S,)
        press += rng.normal(-0.1, 0.3, (count, 1)) * np.exp(-distance / 0.08)
        press[distance < rng.exponential(0.02, (count, 1))] = -np.inf
    return press
