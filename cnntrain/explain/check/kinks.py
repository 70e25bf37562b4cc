"""Where a network is not differentiable: which formula each output of a layer was made by."""

import numpy as np

from cnntrain.nn.layers.activations import LeakyReLU, ReLU
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.layers.pooling import MaxPooling


def branches(layer: Layer, y: np.ndarray) -> np.ndarray | None:
    """Return which of the layer's formulas made each element of y; None if there is only one.

    For ReLU and leaky ReLU that is the side of 0, for max pooling the position of the winner. On
    an interval in which no branch changes the network is smooth, and a difference quotient means
    something; where one changes there may be a kink.
    """
    if isinstance(layer, ReLU | LeakyReLU):
        return y > 0
    if isinstance(layer, MaxPooling):
        return layer.winner
    return None
