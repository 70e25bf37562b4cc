"""The register of random streams: every use of a seed has a stream of its own.

A stream consists of the numbers from a generator seeded with [seed, number, ...]. Two uses with
the same seed would draw the same numbers, so that images and initial weights, for example, would
be correlated. A new use takes the next number; numbers are never reused.

Two kinds of stream are not listed here. Dropout's masks are seeded by the network's own generator
(`nn/network.py`), because `nn` imports nothing else. Tests and benchmarks, which keep nothing that
they train, choose their own seeds.
"""

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """What the numbers are for. Changing a number changes the results of every run."""

    WEIGHTS = 0  # [seed, 0]: initial weights, and then the seeds of dropout's masks
    ORDER = 1  # [seed, 1, epoch]: the order of the images in an epoch, counted from 1
    TRAINING_DIGITS = 2  # [seed, 2]: synthetic digits to train on
    TEST_DIGITS = 3  # [seed, 3]: synthetic digits to test on
    CHECK_EXAMPLE = 4  # [seed, 4]: the images and targets that `cnntrain check` makes up
    CHECK_MOVES = 5  # [seed, 5]: its moves away from kinks
    VALIDATION = 6  # [seed, 6]: which training images are set aside for validation
    AUGMENTATION = 7  # [seed, 7, epoch, part of it]: how training images are distorted
    OTHERS = 9  # [seed, 9]: drawn things that are no digits, to train on
    CHECK_SAMPLE = 8  # [seed, 8]: which numbers it checks where it does not check all
    HELD_OUT = 9  # [0, 9]: which images of arrays without a test set are tested on
    COMPUTED_ORDER = (
        10  # [seed, 10, epoch, pass]: ORDER of very many images, for each pass over them
    )


def generator(stream: Stream, seed: int, *more: int) -> np.random.Generator:
    """Return a generator at the start of a stream; `more` selects a substream, such as an epoch.

    All numbers are 0 or above, those in `more` 1 or above: NumPy ignores trailing zeros, so
    substream 0 would be the stream itself.
    """
    return np.random.default_rng([seed, int(stream), *more])
