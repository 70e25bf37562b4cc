"""One file per layer, and the table of the names that configurations use."""

from collections import Counter
from collections.abc import Sequence

from cnntrain.nn.layers.activations import ACTIVATIONS
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.dropout import Dropout
from cnntrain.nn.layers.normalization import BatchNormalization, LayerNormalization
from cnntrain.nn.layers.pooling import MaxPooling, MeanPooling

LAYERS: dict[str, type[Layer]] = {
    "conv": Convolution,
    "mean_pool": MeanPooling,
    "max_pool": MaxPooling,
    "dense": Dense,
    **ACTIVATIONS,
    "dropout": Dropout,
    "batch_norm": BatchNormalization,
    "layer_norm": LayerNormalization,
}
OTHER_NAMES: dict[str, type[Layer]] = {  # of other programs; configurations may use them too
    "average_pool": MeanPooling,
    "avg_pool": MeanPooling,
}


def kind_of(layer: Layer | type[Layer]) -> str:
    """Return the name that configurations have for a kind of layer, or for that of a layer."""
    kind = layer if isinstance(layer, type) else type(layer)
    return kind.own_name or next(name for name, known in LAYERS.items() if known is kind)


def layer_names(layers: Sequence[Layer]) -> list[str]:
    """Return a name for each layer: its kind, and its number among those of that kind."""
    seen: Counter[str] = Counter()
    names = []
    for layer in layers:
        kind = kind_of(layer)
        seen[kind] += 1
        names.append(f"{kind}{seen[kind]}")
    return names
