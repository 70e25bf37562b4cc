"""One step of gradient descent: weights before and after, and the error that is left."""

import numpy as np

from cnntrain.explain.trace.arrays import Pass, shard_of
from cnntrain.explain.trace.example import Example, Opened
from cnntrain.explain.trace.spot import Spot
from cnntrain.explain.trace.steps import PublishedLoss, Update
from cnntrain.explain.trace.symbols import Symbols
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.updates import GradientDescent


def after_one_step(opened: Opened, example: Example) -> tuple[dict[str, np.ndarray], float]:
    """Return the parameters after one step, and the error then; put the parameters back."""
    network, shard, start = opened.network, shard_of(opened.network), opened.network.state()
    shard.step(example.images, example.targets, opened.config.seed)
    for name, layer in zip(network.names, shard.layers, strict=True):
        _descend(layer, opened.rates.get(name))
    after = network.state()
    loss, _ = shard.step(example.images, example.targets, opened.config.seed)
    network.load_state(start)
    return after, loss


def published_loss(opened: Opened, example: Example) -> PublishedLoss | None:
    """Return the error after one step as the configuration's source has it, if it has.

    Beside it stands the error where each layer is updated before the error goes down through it,
    with its new weights, as the programs of some authors do.
    """
    figures = [f for f in opened.config.published if f.after == 1 and opened.trained is None]
    for figure in figures:
        if figure.loss is not None:
            return PublishedLoss(figure.loss, _loss_in_turn(opened, example), figure.note)
    return None


def _loss_in_turn(opened: Opened, example: Example) -> float:
    network, shard, start = opened.network, shard_of(opened.network), opened.network.state()
    shard.step(example.images, example.targets, opened.config.seed)
    dy: np.ndarray | None = shard.loss.dy.reshape(1, -1, 1, 1)
    for name, routine in zip(reversed(network.names), reversed(shard.routines), strict=True):
        assert dy is not None  # the shard makes the gradient of every input
        routine.backward(dy)
        _descend(routine.layer, opened.rates.get(name))
        dy = routine.backward(dy)
    loss, _ = shard.step(example.images, example.targets, opened.config.seed)
    network.load_state(start)
    return loss


def _descend(layer: Layer, rate: float | None) -> None:
    """Update a layer's parameters by its gradients; layers without parameters have no rate."""
    if rate is not None:
        parameters = list(layer.parameters.values())
        GradientDescent(parameters, [rate] * len(parameters)).update()


def update_of(
    spot: Spot, done: Pass, after: dict[str, np.ndarray], opened: Opened, symbols: Symbols
) -> Update:
    """Return what the step did to one weight; `after` holds the parameters' new values."""
    name = done.names[spot.layer]
    one_for_all = set(opened.config.train.rates) == {1}
    number = 1 if one_for_all else list(opened.rates).index(name) + 1
    parameter = done.layers[spot.layer].parameters[spot.part]
    return Update(
        layer=name,
        name=str(spot),
        symbol=symbols.parameter(spot.parameter, spot.index),
        gradient_symbol=symbols.gradient(spot.parameter, spot.index),
        before=float(done.values[spot.parameter][spot.index]),
        gradient=float(done.gradients[spot.parameter][spot.index]),
        rate=opened.rates[name],
        rate_name=f"alpha{number if number > 1 else ''}",
        frozen=parameter.frozen,
        value=float(after[spot.parameter][spot.index]),
    )
