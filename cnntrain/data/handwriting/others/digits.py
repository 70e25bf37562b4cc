"""What digits become that are no longer digits: crossed out, mirrored, two in one."""

import numpy as np

from cnntrain.data.handwriting.skeletons import HANDS
from cnntrain.data.handwriting.skeletons.hand import Hand, Stroke

CROSSED = "0235689"  # 1, 4 and 7 are crossed by writers, too, or look like other digits
MIRRORED = "347"  # the others look much like digits in a mirror, too


def pair(rng: np.random.Generator) -> Hand:
    """Return two digits beside each other, perhaps touching."""
    left, right = _digit("023456789", rng), _digit("0123456789", rng)
    if rng.random() < 0.5 and len(right) > 1:
        left, right = right, left
    gap = int(rng.integers(-4, 24))
    shift = max(x for stroke in left for x, _ in stroke) + gap
    shift -= min(x for stroke in right for x, _ in stroke)
    beside = tuple(tuple((x + shift, y) for x, y in stroke) for stroke in right)
    return Hand(1, (*left, *beside))


def crossed_out(rng: np.random.Generator) -> Hand:
    """Return a digit with several lines through it."""
    digit = _digit(CROSSED, rng)
    right = max(x for stroke in digit for x, _ in stroke)
    lines: list[Stroke] = []
    for _ in range(int(rng.integers(2, 6))):
        first, last = rng.integers(0, 101, 2)
        sides = int(rng.integers(-20, 4)), right + int(rng.integers(-4, 20))
        lines.append(((sides[0], int(first)), (sides[1], int(last))))
    if rng.random() < 0.3:  # by a zigzag instead
        lines = [tuple((sides[k % 2], 15 * k + 5) for k in range(7))]
    return Hand(1, (*digit, *lines))


def mirrored(rng: np.random.Generator) -> Hand:
    """Return a digit in a mirror."""
    return Hand(1, tuple(tuple((-x, y) for x, y in stroke) for stroke in _digit(MIRRORED, rng)))


def _digit(classes: str, rng: np.random.Generator) -> tuple[Stroke, ...]:
    """Return the strokes of one of the hands of one of these digits."""
    hands = HANDS[classes[int(rng.integers(len(classes)))]]
    shares = np.array([hand.share for hand in hands])
    return hands[int(rng.choice(len(hands), p=shares / shares.sum()))].strokes
