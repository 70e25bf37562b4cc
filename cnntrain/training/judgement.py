"""What a network answers on each of a set of images, and how sure it is: to be judged by."""

import time
from dataclasses import dataclass

import numpy as np

from cnntrain.data.examples import Examples
from cnntrain.nn.network import Network
from cnntrain.training.calibration import Calibration, calibration
from cnntrain.training.evaluation import Evaluation, judged
from cnntrain.training.parallel.pool import workers


@dataclass(frozen=True)
class Judgement:
    """The results on n images as a whole, and for each of them."""

    evaluation: Evaluation
    labels: np.ndarray  # (n,) the true classes; meaningless if the targets are just numbers
    probabilities: np.ndarray  # (n, K) float64, how sure the network is of each class
    seconds: float  # that the outputs took

    @property
    def predicted(self) -> np.ndarray:
        """Return the class that the network assigned to each image, (n,)."""
        return self.evaluation.predicted

    @property
    def confidence(self) -> np.ndarray:
        """Return how sure the network is of its answer, (n,)."""
        sure: np.ndarray = np.take_along_axis(self.probabilities, self.predicted[:, None], 1)[:, 0]
        return sure

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


def judge(network: Network, examples: Examples, *, threads: int | None = 1) -> Judgement:
    """Return how the network does on the examples, image by image.

    `threads` are the processes that compute, None for one on each processor; only the time depends
    on it.
    """
    with workers(network, threads) as executor:
        started = time.perf_counter()
        y = network.outputs(examples.images, executor=executor)
        seconds = time.perf_counter() - started
    shares = network.probabilities_of(y)
    return Judgement(judged(network, examples, y), examples.labels, shares, seconds)
