"""How far the activations of a network are in the flat parts of their functions."""

import numpy as np

from cnntrain.nn.execution.inference import layer_outputs
from cnntrain.nn.network import Network


def flat_shares(network: Network, images: np.ndarray) -> dict[str, float]:
    """Return the share of each activation's outputs that lie where hardly any error passes.

    These are outputs near a limit that the formula cannot pass, as with sigmoid, or 0 with no slope
    at all, as with ReLU. Activations that have no such part, and other layers, are left out. `images`
    are (N, C, H, W).
    """
    outputs = layer_outputs(network.layers, images, network.dtype, plain=network.plain)
    shares = {}
    for name, layer, y in zip(network.names, network.layers, outputs, strict=True):
        parts = [part for part in (layer.saturated(y), layer.silent(y)) if part is not None]
        if parts:
            shares[name] = float(np.logical_or.reduce(parts).mean())
    return shares
