"""Losses: a number that says how wrong a batch's outputs are, and its derivative.

The mean over the batch is taken here and nowhere else: dy is already divided by the number m of
images in the batch, of which a call may see only a slice.
"""

from abc import ABC, abstractmethod

import numpy as np


class Loss(ABC):
    """A loss L(y, t) of outputs y and targets t, both (K, N): K classes, N images."""

    def allocate(self, outputs: int, batch_size: int, dtype: np.dtype) -> None:
        """Allocate the arrays of both passes."""
        self.dy = np.zeros((outputs, batch_size), dtype)
        self.scratch = np.zeros((outputs, batch_size), dtype)

    @abstractmethod
    def forward(self, y: np.ndarray, t: np.ndarray, m: int) -> float:
        """Return the slice's share of L, and compute dy = ∂L/∂y for a batch of m images."""

    @abstractmethod
    def probabilities(self, y: np.ndarray) -> np.ndarray:
        """Return class probabilities for outputs (K,): non-negative, summing to 1."""

    @abstractmethod
    def trivial(self, t: np.ndarray) -> float:
        """Return the loss of the best constant output, for targets t (M, K)."""


class MeanSquaredError(Loss):
    """L = ½·Σ (y − t)² / m: summed over the outputs, mean over the batch;  dy = (y − t)/m.

    Sources: S0 (DeepLearnToolbox, `cnnbp.m`), S4's J.
    """

    def forward(self, y: np.ndarray, t: np.ndarray, m: int) -> float:
        """Return ½·Σ (y − t)² / m and compute dy = (y − t)/m."""
        np.subtract(y, t, out=self.dy)
        total = float(np.sum(np.square(self.dy, dtype=np.float64)))
        self.dy /= m
        return total / (2 * m)

    def probabilities(self, y: np.ndarray) -> np.ndarray:
        """Return the outputs' shares of their sum, counting negative outputs as nearly 0.

        Outputs trained on one-hot targets with this loss estimate the classes' probabilities.
        """
        positive = np.maximum(y.astype(np.float64), 1e-12)
        shares: np.ndarray = positive / positive.sum()
        return shares

    def trivial(self, t: np.ndarray) -> float:
        """Return the loss of answering the targets' mean: half the sum of their variances."""
        return 0.5 * float(t.var(axis=0, dtype=np.float64).sum())


class SoftmaxCrossEntropy(Loss):
    """p = e^y / Σ e^y and L = −Σ t·log p / m, combined, because the combined derivative is simple.

    dy = (p − t)/m for targets that sum to 1. The largest y is subtracted first, which changes
    neither p nor L and keeps e^y from overflowing.
    """

    def forward(self, y: np.ndarray, t: np.ndarray, m: int) -> float:
        """Return −Σ t·(y − log Σ e^y) / m and compute dy = (p − t)/m."""
        np.subtract(y, y.max(axis=0), out=self.scratch)
        np.exp(self.scratch, out=self.dy)
        sums = self.dy.sum(axis=0)
        self.scratch -= np.log(sums)
        total = -float(np.vdot(t, self.scratch))
        self.dy /= sums
        self.dy -= t
        self.dy /= m
        return total / m

    def probabilities(self, y: np.ndarray) -> np.ndarray:
        """Return p = e^y / Σ e^y."""
        powers = np.exp(y.astype(np.float64) - y.max())
        shares: np.ndarray = powers / powers.sum()
        return shares

    def trivial(self, t: np.ndarray) -> float:
        """Return the loss of p = the targets' mean, their entropy: log K for K equal classes."""
        shares = t.mean(axis=0, dtype=np.float64)
        shares = shares[shares > 0]
        return -float(shares @ np.log(shares))


LOSSES: dict[str, type[Loss]] = {
    "mse": MeanSquaredError,
    "softmax_cross_entropy": SoftmaxCrossEntropy,
}


def smoothed(targets: np.ndarray, smoothing: float) -> np.ndarray:
    """Return targets (N, K) moved towards 1/K: (1 − ε)·t + ε/K for a smoothing ε.

    Source: Szegedy et al. 2016, "Rethinking the Inception architecture", section 7.
    """
    if not smoothing:
        return targets
    mixed: np.ndarray = (1 - smoothing) * targets + smoothing / targets.shape[1]
    return mixed
