"""How good a network is on a set of images."""

import math
from dataclasses import dataclass

import numpy as np

from cnntrain.data.examples import Examples
from cnntrain.nn.execution.executor import Executor, in_turn
from cnntrain.nn.network import Network


@dataclass(frozen=True)
class Evaluation:
    """Results on n images. `confusion[i, j]` counts images of class i that were taken for j."""

    n: int
    correct: int
    loss: float
    confusion: np.ndarray
    predicted: np.ndarray  # (n,) the class that each image was taken for

    @property
    def accuracy(self) -> float:
        """Return the share of images classified correctly."""
        return self.correct / self.n

    @property
    def error(self) -> float:
        """Return the share of images classified wrongly."""
        return (self.n - self.correct) / self.n

    @property
    def error_ci95(self) -> tuple[float, float]:
        """Return the 95 % interval of the error: Wilson's score interval (1927)."""
        z, n, p = 1.959964, self.n, self.error
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, centre - half), min(1.0, centre + half)

    @property
    def per_class(self) -> list[float | None]:
        """Return, for each class, the share of its images classified correctly; None without any."""
        counts = self.confusion.sum(axis=1)
        right = self.confusion.diagonal()
        return [float(r / c) if c else None for r, c in zip(right, counts, strict=True)]


def evaluate(network: Network, examples: Examples, *, executor: Executor = in_turn) -> Evaluation:
    """Return how the network does on the examples. The largest output is its answer."""
    y = network.outputs(examples.images, executor=executor)
    predicted = y.argmax(axis=1)
    confusion = np.zeros((network.classes, network.classes), np.int64)
    np.add.at(confusion, (examples.labels, predicted), 1)
    return Evaluation(
        n=len(examples),
        correct=int(np.count_nonzero(predicted == examples.labels)),
        loss=network.loss_of(y, examples.targets(network.dtype)),
        confusion=confusion,
        predicted=predicted,
    )
