"""The losses and the whole network once more, slowly, with a batch in one piece."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from tests.nn.naive import Products, Twin

LossTwin = Callable[[np.ndarray, np.ndarray, int], tuple[float, np.ndarray]]


def mse(y: np.ndarray, t: np.ndarray, m: int) -> tuple[float, np.ndarray]:
    """Return L = Σ (y − t)² / 2m and dy, for y and t (K, N)."""
    total, dy = 0.0, np.zeros(y.shape)
    for at in np.ndindex(y.shape):
        error = float(y[at]) - float(t[at])
        total += error**2
        dy[at] = error / m
    return total / (2 * m), dy


def softmax_cross_entropy(y: np.ndarray, t: np.ndarray, m: int) -> tuple[float, np.ndarray]:
    """Return L = −Σ t·log p / m and dy = (p − t)/m, with p = e^y / Σ e^y column by column."""
    total, dy = 0.0, np.zeros(y.shape)
    for n in range(y.shape[1]):
        top = max(float(value) for value in y[:, n])
        partition = math.fsum(math.exp(float(value) - top) for value in y[:, n])
        for k in range(len(y)):
            log_p = float(y[k, n]) - top - math.log(partition)
            total -= float(t[k, n]) * log_p
            dy[k, n] = (math.exp(log_p) - float(t[k, n])) / m
    return total / m, dy


class Network:
    """Twins in a row, and a loss: forward, backward and gradient descent."""

    def __init__(self, layers: Sequence[Twin], loss: LossTwin) -> None:
        """Keep the layers in order."""
        self.layers, self.loss = layers, loss

    def backpropagate(self, x: np.ndarray, targets: np.ndarray) -> float:
        """Return the loss of a whole batch, and leave all gradients in the layers."""
        for layer in self.layers:
            x = layer.forward(x)
        total, dy = self.loss(x[:, :, 0, 0].T, targets.T, len(targets))
        dx = dy.T[:, :, None, None]
        for layer in reversed(self.layers):
            dx = layer.backward(dx)
        return total

    def values(self) -> list[np.ndarray]:
        """Return W and b of each layer that has them, in forward order."""
        layers = [layer for layer in self.layers if isinstance(layer, Products)]
        return [values for layer in layers for values in (layer.weights, layer.bias)]

    def gradients(self) -> list[np.ndarray]:
        """Return dW and db of each layer that has them, in forward order."""
        return [gradient for layer in self.layers for gradient in layer.gradients.values()]

    def update(self, rate: float) -> None:
        """Take one step of gradient descent."""
        for values, gradient in zip(self.values(), self.gradients(), strict=True):
            values -= rate * gradient
