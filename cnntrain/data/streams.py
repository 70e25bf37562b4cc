"""The register of random streams: every use of a seed has a stream of its own.

A stream is numbers from a generator that starts from [seed, number, ...]. Two uses with the same
start would draw the same numbers, so that, for example, images and initial weights would depend
on each other. A new use takes the next number, and no number is ever used again.

Two kinds of stream are not here. Dropout's masks start from numbers that the network's own
generator draws (`nn/network.py`), and `nn` imports nothing else. Tests and benchmarks, which
train nothing that is kept, seed theirs as they like.
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
    AUGMENTATION = 6  # [seed, 6, epoch, part of it]: how training images are distorted


def generator(stream: Stream, seed: int, *more: int) -> np.random.Generator:
    """Return a generator at the start of a stream; `more` divides it, as into epochs from 1.

    All numbers are 0 or above. NumPy takes zeros at the end for nothing, so that a division 0
    would be the undivided stream.
    """
    return np.random.default_rng([seed, int(stream), *more])
