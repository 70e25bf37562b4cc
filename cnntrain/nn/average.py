"""A moving average of the weights over the updates, which often tests better than the last ones.

Source: Polyak & Juditsky 1992, "Acceleration of stochastic approximation by averaging". The
exponential form and its growing decay are those of TensorFlow's `ExponentialMovingAverage`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from cnntrain.nn.network import Network


class WeightAverage:
    """The average A of all that a network saves, W: A ← d·A + (1 − d)·W after each update.

    Running statistics of normalisation layers are averaged with the weights that they belong to.
    """

    def __init__(self, network: Network, decay: float) -> None:
        """Begin with the network's values of this moment; `decay` is d, from 0 to below 1."""
        self.network, self.decay = network, decay
        self.values = network.state()

    def update(self, updates: int) -> None:
        """Take in the network's values after so many updates.

        While these are few, d is at most (1 + n)/(10 + n): otherwise the initial weights, which
        know nothing, would stay in the average for long.
        """
        d = min(self.decay, (1 + updates) / (10 + updates))
        for name, array in self.network.saved.items():
            average = self.values[name]
            average *= d
            average += (1 - d) * array.value

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Give the network the averaged values meanwhile, for an evaluation."""
        own = self.network.state()
        self.network.load_state(self.values)
        try:
            yield
        finally:
            self.network.load_state(own)

    def load(self, values: Mapping[str, np.ndarray]) -> None:
        """Overwrite the average; names and shapes must be those of the network's state."""
        for name, average in self.values.items():
            average[...] = values[name]
