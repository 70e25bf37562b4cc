"""From the path of a pen to grey pixels, placed as in MNIST."""

from dataclasses import dataclass

import numpy as np

SIDE = 28
BOX = 20.0  # the square that a digit fits into
CENTRE = 14.5  # of mass, in x and y: MNIST's is at the centre of pixel 14, counted from 0
SPREAD = 0.7  # pixels: standard deviation of a dab of ink


@dataclass(frozen=True)
class Pen:
    """What N pens and papers are like; each array is (N, 1, 1)."""

    radius: np.ndarray  # half the width of a stroke, pixels
    softness: np.ndarray  # how far a stroke's edge fades, pixels
    grain: np.ndarray  # how rough the edge is: standard deviation of its place, pixels
    level: np.ndarray  # of ink where it is thickest, 0 to 1


def draw(
    paths: tuple[np.ndarray, np.ndarray], press: np.ndarray, pen: Pen, rng: np.random.Generator
) -> np.ndarray:
    """Return N digits as pictures (N, 28, 28), uint8.

    `paths` are the beginnings and ends of the segments, (N, S, 2) each, of any size and place;
    `press` (N, S) says by how many pixels the pen's radius is larger there, -inf where it does not
    touch the paper.
    """
    begin, end = paths
    middle = (begin + end) / 2  # (N, S, 2)
    length = np.linalg.norm(end - begin, axis=2)  # (N, S)
    # See `_distances`: a dab e**w times as heavy is as far from a given pixel as one whose distance
    # is smaller by about w * SPREAD**2 / distance.
    heavy = length * np.exp(press * pen.radius[:, 0] / SPREAD**2)
    place = _fitted(middle, heavy, pen)
    distance = _distances(_ink(middle, heavy, place))
    grain = rng.standard_normal(distance.shape, np.float32) * pen.grain.astype(np.float32)
    ink = np.clip((pen.radius.astype(np.float32) - distance + grain) / pen.softness + 0.5, 0, 1)
    return centred(np.rint(255 * pen.level * ink).astype(np.uint8))


@dataclass(frozen=True)
class _Place:
    """Where paths are drawn: multiplied by `scale` (N, 1, 1) and moved by `shift` (N, 1, 2)."""

    scale: np.ndarray
    shift: np.ndarray  # pixels


def _fitted(middle: np.ndarray, heavy: np.ndarray, pen: Pen) -> _Place:
    """Return the place where the ink fills the box's longer side, in whole pixels as MNIST's do.

    How far the ink reaches beyond the path depends on how the path ends there. So the digit is
    drawn once about right, and then corrected by what is measured.
    """
    inked = (heavy > 0)[..., None]
    highest = np.where(inked, middle, -np.inf).max(axis=1, keepdims=True)  # (N, 1, 2)
    lowest = np.where(inked, middle, np.inf).min(axis=1, keepdims=True)
    extent = (highest - lowest).max(axis=2, keepdims=True)
    scale = (BOX - 1.7 * pen.radius) / extent
    shift = SIDE / 2 - scale * (highest + lowest) / 2
    reach = (pen.radius + 0.4 * pen.softness)[:, 0]  # where a tenth of the ink is left
    ink = _ink(middle, heavy, _Place(scale, shift))
    edges = np.stack([_edges(ink.max(axis=axis), reach) for axis in (1, 2)], axis=-1)  # (N, 2, 2)
    sides = np.diff(edges, axis=1)  # (N, 1, 2)
    bare = scale * extent  # the path's longer side
    grown = 1 + (BOX - sides.max(axis=2, keepdims=True)) / bare
    begin = SIDE / 2 + (edges[:, :1] - SIDE / 2) * (1 + (grown - 1) * bare / BOX)
    return _Place(scale * grown, SIDE / 2 + grown * (shift - SIDE / 2) + np.rint(begin) - begin)


def _edges(profile: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Return where the ink of each row or column (N, 28) begins and ends, in pixels: (N, 2)."""
    nearer = reach - _distances(profile)  # (N, 28), above 0 where there is ink
    both = np.stack([nearer, nearer[:, ::-1]], axis=1)  # (N, 2, 28)
    first = np.maximum(np.argmax(both > 0, axis=2), 1)[..., None]
    inside, outside = (
        np.take_along_axis(both, place, axis=2)[..., 0] for place in (first, first - 1)
    )
    edge: np.ndarray = first[..., 0] + 0.5 - inside / np.maximum(inside - outside, 1e-6)
    edge[:, 1] = SIDE - edge[:, 1]
    return edge


def _ink(middle: np.ndarray, heavy: np.ndarray, place: _Place) -> np.ndarray:
    """Return how much ink there is at every pixel: (N, 28, 28) float32, 1 on a straight path.

    Along the path lie Gaussian dabs of ink, each as heavy as its segment is long. A Gaussian is a
    function of x times one of y, so a picture's dabs add up in one matrix product.
    """
    at = (middle * place.scale + place.shift).astype(np.float32)
    weight = (heavy * (place.scale[:, 0] / (np.sqrt(2 * np.pi) * SPREAD))).astype(np.float32)
    centres = np.arange(SIDE, dtype=np.float32)[:, None] + np.float32(0.5)
    across, down = (
        np.exp(np.square((centres - at[:, None, :, axis]) / SPREAD) / -2)  # (N, 28, S)
        for axis in (0, 1)
    )
    down *= weight[:, None]
    ink: np.ndarray = down @ across.mT
    return ink


def _distances(ink: np.ndarray) -> np.ndarray:
    """Return the distance from the pen's path that an amount of ink stands for, in pixels.

    Beside a straight path the dabs add up to exp(-d²/2·SPREAD²), from which d follows; where paths
    meet or end, this is a smooth version of the distance.
    """
    distance: np.ndarray = SPREAD * np.sqrt(-2 * np.log(np.clip(ink, 1e-30, 1)))
    return distance


def centred(images: np.ndarray) -> np.ndarray:
    """Shift each picture (N, 28, 28) by whole pixels, as MNIST's were, to centre its mass.

    No ink leaves the picture, which for a rare 7 means a centre that is a pixel off.
    """
    total = images.sum(axis=(1, 2))
    at, margin = np.arange(SIDE), int(SIDE - BOX) // 2
    rows, columns = (
        np.rint(images.sum(axis=axis) @ at / total - (CENTRE - 0.5)).clip(-margin, margin)
        for axis in (2, 1)
    )
    rows, columns = ((at + shift[:, None].astype(int)) % SIDE for shift in (rows, columns))
    pictures = np.arange(len(images))[:, None, None]
    centred: np.ndarray = images[pictures, rows[:, :, None], columns[:, None, :]]
    return centred
