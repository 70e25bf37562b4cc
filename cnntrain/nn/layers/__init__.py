"""One file per layer, and the table of the names that configurations use."""

from cnntrain.nn.layers.activations import ACTIVATIONS
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.dropout import Dropout
from cnntrain.nn.layers.pooling import MaxPooling, MeanPooling

LAYERS: dict[str, type[Layer]] = {
    "conv": Convolution,
    "mean_pool": MeanPooling,
    "max_pool": MaxPooling,
    "dense": Dense,
    **ACTIVATIONS,
    "dropout": Dropout,
}
