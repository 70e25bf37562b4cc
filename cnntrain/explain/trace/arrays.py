"""The arrays of one forward and backward pass on one image."""

from dataclasses import dataclass

import numpy as np

from cnntrain.explain.trace.example import Example
from cnntrain.nn.execution.shard import Shard
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.network import Network

Cell = tuple[int, int, int]  # map, row, column: where a number stands in a layer's output


@dataclass(frozen=True)
class Pass:
    """Copies of what the engine computed, map by map; the input is layer 0, as in `names`."""

    names: list[str]
    layers: list[Layer]  # as the pass left them: winners of pooling, masks of dropout
    outputs: list[np.ndarray]  # y of each layer, (C, H, W)
    errors: list[np.ndarray]  # ∂E/∂y of each layer, (C, H, W)
    values: dict[str, np.ndarray]  # of the parameters
    gradients: dict[str, np.ndarray]
    targets: np.ndarray  # (K,)
    loss: float


def shard_of(network: Network) -> Shard:
    """Return the engine for a batch of one image, which shares the network's weights."""
    return network.observed((0, 1), input_grad=True)


def run_pass(network: Network, shard: Shard, example: Example, *, seed: int) -> Pass:
    """Return the arrays of a pass on an example; change no weight.

    `seed` is for dropout's masks.
    """
    loss, _ = shard.step(example.images, example.targets, seed)
    handed_down = [_maps(dx) for dx in shard.errors[1:] if dx is not None]  # all but the images'
    parameters = {
        f"{name}.{part}": parameter
        for name, layer in zip(network.names, shard.layers, strict=True)
        for part, parameter in layer.parameters.items()
    }
    return Pass(
        names=network.names,
        layers=shard.layers,
        outputs=[_maps(y) for y in shard.outputs],
        errors=[*handed_down, shard.loss.dy.reshape(-1, 1, 1).copy()],
        values={name: p.value.copy() for name, p in parameters.items()},
        gradients={name: p.gradient.copy() for name, p in parameters.items()},
        targets=example.targets[0],
        loss=loss,
    )


def _maps(array: np.ndarray) -> np.ndarray:
    """Return an array of the engine, (H, C, W, 1), as (C, H, W)."""
    return array[..., 0].transpose(1, 0, 2).copy()
