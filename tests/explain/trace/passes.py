"""Passes of small networks, for the tests of what a trace makes of them."""

import copy

import numpy as np

from cnntrain.config import parse_config
from cnntrain.explain.trace.builder import Builder
from cnntrain.explain.trace.example import (
    Example,
    Opened,
    Pass,
    from_test_split,
    open_network,
    run_pass,
    shard_of,
)
from cnntrain.explain.trace.follow import trace
from cnntrain.explain.trace.lines import Cell, Line, Trace
from cnntrain.explain.trace.symbols import symbols_for
from cnntrain.model.build import build_network, layer_rates, update_rule
from cnntrain.nn.layers.base import Layer, Shape
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.losses import MeanSquaredError
from cnntrain.nn.network import Network

SYNTHETIC = "dataset={synthetic: {train: 1, test: 3}}"
SYNTHETIC_14 = "dataset={synthetic: {train: 1, test: 3, resize: 14}}"


def traced(
    network: Opened, *, index: int = 0, weight: str | None = None, unit: int | None = None
) -> Trace:
    """Return the trace of an example of the test split."""
    return trace(network, from_test_split(network, index, None), weight, unit)


def shipped(name: str, *overrides: str) -> Opened:
    """Return the network of a shipped configuration."""
    return open_network(name, overrides)


def of_layers(layers: str, loss: str = "mse", train: str = "alpha: 0.1") -> Opened:
    """Return a network for synthetic digits of 7×7, its layers given as YAML."""
    text = (
        f"dataset: {{synthetic: {{test: 2, resize: 7}}}}\nnetwork: [{layers}]\n"
        f"loss: {loss}\ntrain: {{{train}}}"
    )
    config = parse_config(text, "test.yaml")
    network = build_network(config, dtype="float64")
    classes = tuple(str(k) for k in range(network.classes))
    rates = layer_rates(config, network)
    rule = update_rule(config, network.parameters, rates)
    return Opened(config, network, rates, rule, None, classes)


def pass_through(layer: Layer, shape: Shape, *, coarse: bool = False) -> tuple[Network, Builder]:
    """Return a network of a layer and a dense one on it, and the builder of its lines of a pass.

    `coarse` numbers have ties and zeros.
    """
    rng = np.random.default_rng(0)
    layers = [copy.copy(layer), Dense(2)]
    dtype = np.dtype(np.float64)
    network = Network(layers, MeanSquaredError(), in_shape=shape, dtype=dtype, rng=rng)
    for parameter in network.parameters.values():
        parameter.value[...] = rng.normal(size=parameter.value.shape)
    whole = rng.integers(-1, 2, (1, *shape)).astype(float)
    images = whole if coarse else rng.normal(size=(1, *shape))
    example = Example("", images, np.array([[0.2, 0.9]]), None)
    done = run_pass(network, shard_of(network), example, seed=1)
    return network, Builder(done, symbols_for(network))


def arrays(opened: Opened, index: int = 0) -> Pass:
    """Return the arrays that a trace of an example is made from."""
    example = from_test_split(opened, index, None)
    return run_pass(opened.network, shard_of(opened.network), example, seed=opened.config.seed)


def lines_of(found: Trace) -> dict[str, Line]:
    """Return all lines by their plain names: outputs, errors, gradients."""
    return {line.name: line for part in (*found.forward, *found.backward) for line in part.lines}


def cell_of(found: Trace, layer: str) -> Cell:
    """Return the cell of a layer's output that is on the path."""
    [cell] = [cell for name, _, cell in found.path if name == layer]
    assert cell is not None
    return cell
