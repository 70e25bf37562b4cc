"""Normalization once more, slowly: every number of a group depends on every other, pair by pair."""

import math
from collections.abc import Callable

import numpy as np

from tests.nn.naive import Index, Twin

Group = Callable[[Index], Index]  # from a place in x to what is the same for all of its group


class Normalization(Twin):
    """y = γ·x̂ + β; backward by the matrix of all ∂x̂[i]/∂x[j] within each group."""

    def __init__(self, gamma: np.ndarray, beta: np.ndarray, epsilon: float, group: Group) -> None:
        """Keep float64 copies of γ (C) and β (C)."""
        super().__init__()
        self.gamma, self.beta = gamma.astype(float), beta.astype(float)
        self.epsilon, self.group = epsilon, group

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return γ·(x − μ)/s + β."""
        self.groups: dict[Index, list[Index]] = {}
        for at in np.ndindex(x.shape):
            self.groups.setdefault(self.group(at), []).append(at)
        self.x_hat, self.s, y = np.zeros(x.shape), np.zeros(x.shape), np.zeros(x.shape)
        for places in self.groups.values():
            mean = math.fsum(float(x[at]) for at in places) / len(places)
            variance = math.fsum((float(x[at]) - mean) ** 2 for at in places) / len(places)
            for at in places:
                self.s[at] = math.sqrt(variance + self.epsilon)
                self.x_hat[at] = (float(x[at]) - mean) / self.s[at]
                y[at] = self.gamma[at[1]] * self.x_hat[at] + self.beta[at[1]]
        return y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dx[j] = Σ ∂x̂[i]/∂x[j]·γ·dy[i], ∂x̂[i]/∂x[j] = ((i = j) − 1/m − x̂[i]·x̂[j]/m) / s."""
        dx, dgamma, dbeta = np.zeros(dy.shape), np.zeros_like(self.gamma), np.zeros_like(self.beta)
        for at in np.ndindex(dy.shape):
            dgamma[at[1]] += dy[at] * self.x_hat[at]
            dbeta[at[1]] += dy[at]
        for places in self.groups.values():
            m = len(places)
            for i in places:
                for j in places:
                    slope = (i == j) - 1 / m - self.x_hat[i] * self.x_hat[j] / m
                    dx[j] += slope / self.s[i] * self.gamma[i[1]] * dy[i]
        self.gradients = {"weights": dgamma, "bias": dbeta}
        return dx
