"""Events with plain figures, for the tests of what is done with them."""

import numpy as np

from cnntrain.training.evaluation import Evaluation
from cnntrain.training.loop import BatchDone, EpochDone


def batch(number: int) -> BatchDone:
    return BatchDone(1, number, number, 0.1 + number, 1 / 3, 50, 0.5)


def epoch(number: int = 1, validation: bool = False) -> EpochDone:
    result = Evaluation(8, 6, 0.1, np.zeros((2, 2), int), np.zeros(8, int))
    return EpochDone(
        epoch=number,
        step=2 * number,
        mse=0.25,
        weighted_mse=0.5,
        train_accuracy=0.75,
        seconds=1.23456,
        images_per_second=81.0,
        test=result,
        validation=result if validation else None,
    )
