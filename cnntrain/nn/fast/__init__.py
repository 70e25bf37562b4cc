"""The layers' sums computed fast, and the seam where a network chooses between fast and plain.

Each routine here computes what the formulas in `nn/layers/` say, in the memory layout that
`routine.py` states; the tests compare them. A layer without a row is computed by its formulas.
"""

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.fast.activations import (
    FastGELU,
    FastLeakyReLU,
    FastReLU,
    FastSigmoid,
    FastSiLU,
    FastSoftplus,
    FastTanh,
)
from cnntrain.nn.fast.convolution import FastConvolution
from cnntrain.nn.fast.dense import FastDense
from cnntrain.nn.fast.dropout import FastDropout
from cnntrain.nn.fast.normalization import FastBatchNormalization, FastLayerNormalization
from cnntrain.nn.fast.pooling import FastMaxPooling, FastMeanPooling
from cnntrain.nn.fast.routine import FastInput, Plain, Routine
from cnntrain.nn.layers.activations import GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Softplus, Tanh
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.dropout import Dropout
from cnntrain.nn.layers.input import Input
from cnntrain.nn.layers.normalization import BatchNormalization, LayerNormalization
from cnntrain.nn.layers.pooling import MaxPooling, MeanPooling

FAST: dict[type[Layer], type[Routine]] = {
    Convolution: FastConvolution,
    MeanPooling: FastMeanPooling,
    MaxPooling: FastMaxPooling,
    Dense: FastDense,
    Sigmoid: FastSigmoid,
    Tanh: FastTanh,
    ReLU: FastReLU,
    LeakyReLU: FastLeakyReLU,
    Softplus: FastSoftplus,
    SiLU: FastSiLU,
    GELU: FastGELU,
    Dropout: FastDropout,
    BatchNormalization: FastBatchNormalization,
    LayerNormalization: FastLayerNormalization,
}


def routine_for(
    layer: Layer, batch_size: int, memory: Memory, *, input_grad: bool, plain: bool = False
) -> Routine:
    """Return the routine that computes a built layer on `batch_size` images.

    It uses the layer's own formulas with `plain`, or if there is nothing faster. The input layer
    only changes the layout, in the same way for both.
    """
    if isinstance(layer, Input):
        return FastInput(layer, batch_size, memory, input_grad=input_grad)
    kind = Plain if plain else FAST.get(type(layer), Plain)
    return kind(layer, batch_size, memory, input_grad=input_grad)
