"""Draw many things that are no digits, placed in 28x28 pixels as digits are."""

from collections.abc import Callable

import numpy as np

from cnntrain.data.handwriting.curve import curve_of
from cnntrain.data.handwriting.others import areas, digits
from cnntrain.data.handwriting.others.letters import LETTERS
from cnntrain.data.handwriting.others.shapes import SHAPES
from cnntrain.data.handwriting.pen import SIDE, centred
from cnntrain.data.handwriting.skeletons.hand import Hand
from cnntrain.data.handwriting.write import write_hand
from cnntrain.data.streams import Stream, generator

AT_ONCE = 40  # pictures of one shape: more shapes, or faster


def others(count: int, *, seed: int = 0) -> np.ndarray:
    """Draw `count` things that are no digits: (count, 1, 28, 28) uint8, light on dark, shuffled.

    The same arguments give the same bytes on the same type of machine.
    """
    rng = generator(Stream.OTHERS, seed)
    kinds = rng.choice(len(KINDS), -(-count // AT_ONCE), p=SHARES)
    drawn = [KINDS[kind][1](AT_ONCE, rng) for kind in kinds]
    images = np.concatenate(drawn)[rng.permutation(len(drawn) * AT_ONCE)[:count]]
    return images[:, None]


def _letters(count: int, rng: np.random.Generator) -> np.ndarray:
    return write_hand(curve_of(LETTERS[rng.integers(len(LETTERS))]), count, rng)


def _shapes(count: int, rng: np.random.Generator) -> np.ndarray:
    shares = np.array([share for share, _ in SHAPES])
    curve, points = SHAPES[rng.choice(len(SHAPES), p=shares / shares.sum())][1](count, rng)
    return write_hand(curve, count, rng, points)


def _of_digits(make: Callable[[np.random.Generator], Hand]) -> Callable[..., np.ndarray]:
    def draw(count: int, rng: np.random.Generator) -> np.ndarray:
        return write_hand(curve_of(make(rng)), count, rng)

    return draw


def _areas(make: Callable[[int, np.random.Generator], np.ndarray]) -> Callable[..., np.ndarray]:
    def draw(count: int, rng: np.random.Generator) -> np.ndarray:
        level = rng.uniform(0.7, 1, (count, 1, 1))
        values = make(count, rng)
        values[:, SIDE // 2, SIDE // 2] += 0.1  # none is empty
        return centred((255 * np.clip(level * values, 0, 1)).astype(np.uint8))

    return draw


KINDS: tuple[tuple[float, Callable[[int, np.random.Generator], np.ndarray]], ...] = (
    (30, _letters),
    (32, _shapes),
    (14, _of_digits(digits.pair)),
    (5, _of_digits(digits.crossed_out)),
    (3, _of_digits(digits.mirrored)),
    (6, _areas(areas.blots)),
    (5, _areas(areas.textures)),
)
SHARES = np.array([share for share, _ in KINDS]) / sum(share for share, _ in KINDS)
