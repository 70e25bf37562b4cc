"""One update: weights before and after, and the error that is left."""

import numpy as np

from cnntrain.explain.trace.example import Example, Opened, Pass, shard_of
from cnntrain.explain.trace.lines import PublishedLoss, Update
from cnntrain.explain.trace.spot import Spot
from cnntrain.explain.trace.symbols import Symbols
from cnntrain.model.build import update_rule


def after_one_step(opened: Opened, example: Example) -> tuple[dict[str, np.ndarray], float]:
    """Return the parameters after one step, and the error then; put the parameters back.

    The gradients stay in the network.
    """
    network, shard, start = opened.network, shard_of(opened.network), opened.network.state()
    shard.step(example.images, example.targets, opened.config.seed)
    network.gradient[...] = shard.gradient  # also for the arithmetic by hand
    rule = update_rule(opened.config, network.parameters, opened.rates)
    rule.load_state(opened.rule.state())
    rule.update()
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
        parameters = {f"{name}.{part}": p for part, p in routine.layer.parameters.items()}
        update_rule(opened.config, parameters, opened.rates).update()
        dy = routine.backward(dy)
    loss, _ = shard.step(example.images, example.targets, opened.config.seed)
    network.load_state(start)
    return loss


def update_of(
    spot: Spot, done: Pass, after: dict[str, np.ndarray], opened: Opened, symbols: Symbols
) -> Update:
    """Return what the step did to one weight; `after` holds the parameters' new values.

    The network has to hold the old ones and their gradients, as `after_one_step` leaves them.
    """
    name = done.names[spot.layer]
    frozen = done.layers[spot.layer].parameters[spot.part].frozen
    gradient = float(done.gradients[spot.parameter][spot.index])
    change, notes = 0.0, list[str]()
    if not frozen:
        change, notes = opened.rule.by_hand(spot.parameter, spot.index)
    return Update(
        layer=name,
        name=str(spot),
        symbol=symbols.parameter(spot.parameter, spot.index),
        gradient_symbol=symbols.gradient(spot.parameter, spot.index),
        before=float(done.values[spot.parameter][spot.index]),
        gradient=gradient,
        rate=opened.rates[name].value,
        rate_name=opened.rates[name].name,
        change=change,
        notes=notes,
        frozen=frozen,
        value=float(after[spot.parameter][spot.index]),
    )
