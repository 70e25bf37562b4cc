"""The page's arithmetic, in a browser, against the engine's."""

import json
from typing import Any

import numpy as np
import pytest

from cnntrain.config import load_config
from cnntrain.errors import UsageError
from cnntrain.model.build import build_network
from cnntrain.nn.execution.inference import layer_outputs
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.activations import ReLU
from cnntrain.nn.losses import LOSSES
from cnntrain.nn.network import Network
from cnntrain.system.shipped import shipped
from cnntrain.web.network import array_object, layer_object, network_object
from tests.nn.cases import CASES, odd_sizes
from tests.nn.harness import built
from tests.web.conftest import Evaluate
from tests.web.numbers import assert_same

CONFIGS = sorted(path.name for path in shipped().glob("*.yaml"))
LARGE = {"best.yaml", "emnist-balanced.yaml", "fashion-mnist.yaml", "nielsen.yaml"}  # same layers

OUTPUTS = """async ([description, images, count]) => {
  const { Network, unpacked } = await import("engine/network.js");
  const network = new Network(description);
  network.forward(unpacked(images), count);
  return network.outputs.map((y) => [...y]);
}"""

LAYER = """async ([description, x, dy]) => {
  const { built, unpacked } = await import("engine/network.js");
  const layer = built(description);
  const inferred = [...layer.forward(unpacked(x), x.shape[0], { train: false })];
  const trained = [...layer.forward(unpacked(x), x.shape[0], { train: true })];
  const dx = [...layer.backward(unpacked(dy), x.shape[0])];
  const gradients = Object.entries(layer.parameters).map(([part, p]) => [part, [...p.gradient]]);
  const mask = layer.m ? [...layer.m] : null; // of dropout
  return { inferred, trained, dx, gradients: Object.fromEntries(gradients), mask };
}"""

LOSS = """async ([name, y, t]) => {
  const { LOSSES } = await import("engine/losses.js");
  const { unpacked } = await import("engine/network.js");
  const { loss, parts, dy } = LOSSES[name].of(unpacked(y), unpacked(t), y.shape[0]);
  const probabilities = LOSSES[name].probabilities(unpacked(y).subarray(0, y.shape[1]));
  return { loss, parts: [...parts], dy: [...dy], probabilities: [...probabilities] };
}"""


def change_state(network: Network) -> None:
    """Change all weights, and running statistics, from what they start with."""
    rng = np.random.default_rng(0)
    for array in network.saved.values():
        array.value += np.abs(rng.normal(0, 0.1, array.value.shape)).astype(array.value.dtype)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] if name in LARGE else []) for name in CONFIGS],
)
def test_all_outputs_of_every_layer_are_the_engines(engine: Evaluate, name: str) -> None:
    config = load_config(name)
    network = build_network(config)
    change_state(network)
    classes = tuple(map(str, range(network.classes)))
    images = np.random.default_rng(1).random((2, *network.in_shape)).astype(network.dtype)
    found = engine(OUTPUTS, [network_object(network, config, classes), array_object(images), 2])
    expected = layer_outputs(network.layers, images, network.dtype)
    for layer, ours, theirs in zip(network.names, found, expected, strict=True):
        assert_same(ours, theirs, 1e-5, layer)


@pytest.mark.parametrize("kind", LAYERS)
def test_each_kind_of_layer_computes_both_ways_as_the_engine_does(
    engine: Evaluate, kind: str
) -> None:
    rng = np.random.default_rng(2)
    for number, (name, drawn, shape) in enumerate(odd_sizes()):
        if name != kind:
            continue
        layer = built(drawn, shape)
        x = rng.normal(0, 2, (3, *shape))
        dy = rng.normal(0, 1, (3, *layer.out_shape))
        found = engine(LAYER, [layer_object(kind, layer), array_object(x), array_object(dy)])
        assert_same(found["inferred"], layer.forward(x, train=False), 1e-12, f"{number}: y")
        layer.reseed([0])
        y = layer.forward(x, train=True)
        if found["mask"] is not None:
            layer.m = np.array(found["mask"]).reshape(x.shape)  # type: ignore[attr-defined]
            y = x * layer.m  # type: ignore[attr-defined]
        assert_same(found["trained"], y, 1e-12, f"{number}: y while training")
        assert_same(found["dx"], layer.backward(dy), 1e-12, f"{number}: dx")
        for part, parameter in layer.parameters.items():
            assert_same(found["gradients"][part], parameter.gradient, 1e-12, f"{number}: d{part}")


def test_dropout_switches_off_its_share_and_enlarges_the_rest(engine: Evaluate) -> None:
    layer = built(next(layer for name, layer, _ in odd_sizes() if name == "dropout"), (1, 60, 60))
    x = np.ones((1, 1, 60, 60))
    mask = np.array(engine(LAYER, [layer_object("d", layer), *[array_object(x)] * 2])["mask"])
    assert set(np.round(mask, 9)) == {0, round(1 / 0.6, 9)}
    assert abs(np.mean(mask == 0) - 0.4) < 0.05  # six standard deviations


@pytest.mark.parametrize("x", [-50.0, -8.0, -3.01, -2.99, -1e-9, 0.0, 0.5, 2.99, 3.01, 8.0, 50.0])
def test_gelu_loses_no_digits_far_out(engine: Evaluate, x: float) -> None:
    from cnntrain.nn.layers.activations import GELU

    array = np.full((1, 1, 1, 1), x)
    layer = built(GELU(), (1, 1, 1))
    found = engine(LAYER, [layer_object("g", layer), *[array_object(array)] * 2])["trained"]
    assert found == pytest.approx(layer.forward(array, train=True).ravel(), rel=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_each_loss_and_its_derivative_are_the_engines(engine: Evaluate, name: str) -> None:
    rng = np.random.default_rng(3)
    y, t = rng.normal(0, 30, (4, 5)), rng.dirichlet(np.ones(5), 4)
    t[0] = np.eye(5)[1]
    found = engine(LOSS, [name, array_object(y), array_object(t)])
    loss = LOSSES[name]()
    loss.allocate(5, 4, y.dtype)
    assert found["loss"] == pytest.approx(loss.forward(y.T, t.T, 4), rel=1e-12)
    assert sum(found["parts"]) == pytest.approx(found["loss"], rel=1e-12)
    assert_same(found["dy"], loss.dy.T, 1e-12, "dy")
    assert_same(found["probabilities"], loss.probabilities(y[0]), 1e-12, "probabilities")


def test_the_pages_tables_have_what_configurations_can_have(engine: Evaluate) -> None:
    tables: Any = engine("""async () => [
      Object.keys((await import("engine/layers.js")).LAYERS),
      Object.keys((await import("engine/losses.js")).LOSSES),
    ]""")
    assert sorted(tables[0]) == sorted(["input", *LAYERS])
    assert sorted(tables[1]) == sorted(LOSSES)
    assert CASES.keys() == LAYERS.keys()


def test_a_layer_of_a_users_own_is_refused() -> None:
    class Own(ReLU):
        own_name = "swish"

    with pytest.raises(UsageError, match="swish1: is a layer from a file of your own, expected"):
        layer_object("swish1", built(Own(), (1, 2, 2)))


def test_images_that_cannot_be_drawn_are_refused() -> None:
    images = {"npz": {"path": "x.npz", "channels": 2}}
    config = load_config("activations.yaml", [f"dataset={json.dumps(images)}"])
    with pytest.raises(UsageError, match="its images have 2 channels, expected 1"):
        network_object(build_network(config), config, tuple("0123456789"))
