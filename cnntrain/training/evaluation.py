"""How well a network does on a set of images."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnntrain.data.examples import Examples
from cnntrain.nn.execution.workspace import Executor, in_turn
from cnntrain.nn.network import Network

AT_ONCE = 1 << 17  # examples whose outputs are in memory
Z95 = 1.959964  # standard deviations on either side of the mean that hold 95 % of a normal curve


def wilson(count: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share count/n: Wilson's score interval (1927)."""
    z, p = Z95, count / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # at the ends the formula gives 0 and 1 but for rounding, by which they would leave p out
    return (centre - half if count else 0.0), (centre + half if count < n else 1.0)


@dataclass(frozen=True)
class Evaluation:
    """Results on n examples.

    `correct` is None, and so is everything derived from it, if the targets are numbers rather than
    classes: the largest output then means nothing, and a single output is always the largest.
    `confusion[i, j]` counts the images of class i that were classified as j.
    """

    n: int
    correct: int | None
    loss: float
    confusion: np.ndarray  # (K, K) integers
    predicted: np.ndarray  # (n,) the class that the network assigned to each image

    @property
    def accuracy(self) -> float | None:
        """Return the share of images classified correctly."""
        return None if self.correct is None else self.correct / self.n

    @property
    def error(self) -> float | None:
        """Return the share of images classified wrongly."""
        return None if self.correct is None else (self.n - self.correct) / self.n

    @property
    def error_ci95(self) -> tuple[float, float] | None:
        """Return the 95 % interval of the error: Wilson's score interval (1927)."""
        return None if self.correct is None else wilson(self.n - self.correct, self.n)

    @property
    def accuracy_ci95(self) -> tuple[float, float] | None:
        """Return the 95 % interval of the accuracy, likewise."""
        return None if self.correct is None else wilson(self.correct, self.n)

    @property
    def per_class(self) -> list[float | None] | None:
        """Return the share of each class's images classified correctly, None for a class without images."""
        if self.correct is None:
            return None
        counts = self.confusion.sum(axis=1)
        right = self.confusion.diagonal()
        return [float(r / c) if c else None for r, c in zip(right, counts, strict=True)]

    def better_than(self, best: float | None) -> bool:
        """Return whether this beats the `score` of an earlier evaluation; anything beats None."""
        if best is None:
            return True
        return self.score < best if self.accuracy is None else self.score > best

    @property
    def score(self) -> float:
        """Return the figure by which the best epoch is chosen: the accuracy, or else the loss."""
        return self.loss if self.accuracy is None else self.accuracy


def evaluate(network: Network, examples: Examples, *, executor: Executor = in_turn) -> Evaluation:
    """Return how the network does on the examples. The largest output is its answer.

    Outputs are kept for AT_ONCE examples at a time.
    """
    parts = []
    for first in range(0, len(examples), AT_ONCE):
        part = examples.part(first, first + AT_ONCE)
        parts.append(judged(network, part, network.outputs(part.images, executor=executor)))
    return together(parts)


def together(parts: Sequence[Evaluation]) -> Evaluation:
    """Return the results on several parts of some examples as those on all of them."""
    if len(parts) == 1:
        return parts[0]
    n = sum(part.n for part in parts)
    classified = all(part.correct is not None for part in parts)
    return Evaluation(
        n=n,
        correct=sum(part.correct or 0 for part in parts) if classified else None,
        loss=sum(part.loss * part.n for part in parts) / n,
        confusion=np.sum([part.confusion for part in parts], axis=0),
        predicted=np.concatenate([part.predicted for part in parts]),
    )


def judged(network: Network, examples: Examples, y: np.ndarray) -> Evaluation:
    """Return the evaluation of outputs (n, K) that the network has computed for the examples."""
    predicted = y.argmax(axis=1).astype(np.int32)
    confusion = np.zeros((network.classes, network.classes), np.int64)
    if examples.classified:
        np.add.at(confusion, (examples.labels, predicted), 1)
    return Evaluation(
        n=len(examples),
        correct=int(confusion.trace()) if examples.classified else None,
        loss=network.loss_of(y, examples.targets(network.dtype)),
        confusion=confusion,
        predicted=predicted,
    )
