"""Whole networks against PyTorch, where it is installed: `scripts/soak gradients` tries many."""

from collections.abc import Callable

import pytest

from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.activations import Sigmoid
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.losses import LOSSES, smoothed
from tests.nn.networks import DIGIT, batch, every_kind_of_layer, network, tutorial_layers
from tests.nn.pytorch import FORMULAS, MISSING, OF_TWIN, difference

NETWORKS = {"tutorial": tutorial_layers, "every kind of layer": every_kind_of_layer}


@pytest.mark.skipif(MISSING, reason="PyTorch is not installed")
@pytest.mark.parametrize("plain", [False, True], ids=["fast", "plain"])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
def test_loss_gradients_buffers_and_outputs_are_pytorchs(
    layers: Callable[[], list[Layer]], loss: str, *, plain: bool
) -> None:
    net = network(layers(), DIGIT, LOSSES[loss](), plain=plain)
    for seed, size in enumerate((7, 50)):  # one shard, and two
        images, targets = batch(DIGIT, 10, size, seed)
        assert difference(net, images, smoothed(targets, 0.1)) < 1e-11


@pytest.mark.skipif(MISSING, reason="PyTorch is not installed")
def test_a_wrong_derivative_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sigmoid, "df", lambda self, x, y: y * (1 - y) * 1.001)
    net = network(tutorial_layers(), DIGIT, plain=True)
    assert difference(net, *batch(DIGIT, 10, 7)) > 1e-4


def test_every_layer_has_a_formula_in_pytorch() -> None:
    assert {*FORMULAS, *OF_TWIN} == {*LAYERS}
