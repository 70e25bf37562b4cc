"""What a network answers on each of a set of images, and how sure it is: to be judged by."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cnntrain.data.examples import Examples
from cnntrain.nn.network import Network
from cnntrain.training.calibration import Calibration, calibration
from cnntrain.training.evaluation import AT_ONCE, Evaluation, judged, together
from cnntrain.training.finite import refuse_infinite, refuse_infinite_loss
from cnntrain.training.parallel.pool import workers

BLOCK = 1 << 12  # images whose probabilities are in memory

Each = Callable[[int, np.ndarray, np.ndarray], object]  # (first position, answers, probabilities)


@dataclass(frozen=True)
class Judgement:
    """The results on n images as a whole, and for each of them."""

    evaluation: Evaluation
    labels: np.ndarray  # (n,) the true classes; meaningless if the targets are just numbers
    confidence: np.ndarray  # (n,) float64, how sure the network is of each answer
    seconds: float  # that the outputs took

    @property
    def predicted(self) -> np.ndarray:
        """Return the class that the network assigned to each image, (n,)."""
        return self.evaluation.predicted

    @property
    def right(self) -> np.ndarray:
        """Return whether each answer is right, (n,)."""
        right: np.ndarray = self.predicted == self.labels
        return right

    @property
    def images_per_second(self) -> int:
        """Return the speed, from images to outputs."""
        return round(self.evaluation.n / max(self.seconds, 1e-9))

    @property
    def calibration(self) -> Calibration | None:
        """Return how far the network can be believed; None without classes."""
        if self.evaluation.correct is None:
            return None
        return calibration(self.confidence, self.right)

    def worst(self, most: int) -> np.ndarray:
        """Return the positions of the wrong answers that the network was surest of, surest first."""
        if self.evaluation.correct is None:
            return np.zeros(0, int)
        wrong = np.flatnonzero(~self.right)
        return wrong[np.argsort(-self.confidence[wrong], kind="stable")][:most]


def judge(
    network: Network, examples: Examples, *, threads: int | None = 1, each: Each | None = None
) -> Judgement:
    """Return how the network does on the examples, image by image.

    `threads` are the processes that compute, None for one on each processor; only the time depends
    on it. `each` is handed the answers (k,) to some images at a time, and the probability of each
    class (k, K): there may be more images than memory would hold these of. Raises CheckpointError
    where an output or the loss is not finite.
    """
    confidence, results = np.empty(len(examples)), []
    seconds = 0.0
    with workers(network, threads) as executor:
        for first in range(0, len(examples), AT_ONCE):
            part = examples.part(first, first + AT_ONCE)
            started = time.perf_counter()
            y = network.outputs(part.images, executor=executor)
            refuse_infinite(y)
            seconds += time.perf_counter() - started
            results.append(judged(network, part, y))
            answers = results[-1].predicted
            for start in range(0, len(part), BLOCK):
                block = slice(start, start + BLOCK)
                shares = network.probabilities_of(y[block])
                sure = np.take_along_axis(shares, answers[block, None], 1)[:, 0]
                confidence[first + start : first + start + len(sure)] = sure
                if each is not None:
                    each(first + start, answers[block], shares)
    result = together(results)
    refuse_infinite_loss(result.loss)
    return Judgement(result, examples.labels, confidence, seconds)
