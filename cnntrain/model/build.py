"""From a configuration to a network, its learning rates and its update rule."""

import copy
from collections.abc import Mapping

import numpy as np

from cnntrain.config import Config
from cnntrain.config.rates import Rate, rate_name, share_out
from cnntrain.data.streams import Stream, generator
from cnntrain.errors import ConfigError
from cnntrain.model.complaints import SEE_DESCRIBE, blamed_config, last_layer, misfit
from cnntrain.model.memory import refuse_too_many_weights
from cnntrain.nn.losses import LOSSES
from cnntrain.nn.network import Network, NetworkShapeError
from cnntrain.nn.parameter import Parameter
from cnntrain.nn.updates import UpdateRule


def build_network(config: Config, *, dtype: str | None = None, plain: bool = False) -> Network:
    """Return the network of a configuration with its initial weights.

    `dtype` overrides the configuration's; with `plain`, layers compute by their own formulas.
    Raises ConfigError where the layers do not fit each other, or their weights do not fit into
    memory.
    """
    try:
        return _built(config, dtype, plain=plain)
    except ConfigError as error:
        raise blamed_config(
            config, error, lambda other: _built(other, dtype, plain=plain)
        ) from error.__cause__


def _built(config: Config, dtype: str | None, *, plain: bool) -> Network:
    refuse_too_many_weights(config, np.dtype(dtype or config.dtype))
    try:
        return Network(
            [copy.copy(layer) for layer in config.network],
            LOSSES[config.loss](),
            in_shape=config.dataset.shape,
            dtype=np.dtype(dtype or config.dtype),
            rng=generator(Stream.WEIGHTS, config.seed),
            plain=plain,
        )
    except NetworkShapeError as error:
        raise misfit(config, error, f"{error}{SEE_DESCRIBE}") from error
    except (MemoryError, ValueError) as error:  # what NumPy raises for arrays that are too large
        raise config.places.complaint(
            "network", f"its weights do not fit into memory: {error}; make its layers smaller"
        ) from error


def check_outputs(config: Config, network: Network, classes: tuple[str, ...] | None) -> None:
    """Raise ConfigError if the network has more or fewer outputs than the data has classes."""
    reason = wrong_outputs(config, network, classes)
    if reason is not None:
        raise last_layer(config, reason)


def wrong_outputs(config: Config, network: Network, classes: tuple[str, ...] | None) -> str | None:
    """Return what is wrong with the number of outputs, if anything, and what would be right.

    Returns None while the classes are still unknown.
    """
    if classes is None or len(classes) == network.classes:
        return None
    plural = "s" * (network.classes != 1)
    return (
        f"found {network.classes} output{plural}, expected {len(classes)}, one for each class of "
        f"{config.dataset.name}; end the network with `- dense: {len(classes)}`"
    )


def layer_rates(config: Config, network: Network) -> dict[str, Rate]:
    """Return the learning rate of each layer with parameters, by the layer's name.

    `config/rates.py` assigns them. Raises ConfigError if a rate is missing or left over.
    """
    try:
        return _layer_rates(config, network)
    except ConfigError as error:
        raise blamed_config(
            config, error, lambda other: _layer_rates(other, _built(other, None, plain=True))
        ) from error


def _layer_rates(config: Config, network: Network) -> dict[str, Rate]:
    pairs = zip(network.names, network.layers, strict=True)
    learning = {name: layer.own_rate() for name, layer in pairs if layer.parameters}
    counted = [name for name, own in learning.items() if own is None]
    rates = {}
    for name, rate in zip(
        learning, share_out(config.train.rates, [*learning.values()]), strict=True
    ):
        if rate is None:
            raise _missing_rate(config, name, counted.index(name) + 1)
        rates[name] = rate
    _check_left_over(config, counted)
    return rates


def _missing_rate(config: Config, layer: str, number: int) -> ConfigError:
    found = ", ".join(map(rate_name, sorted(config.train.rates))) or "no rate"
    key = f"train.{rate_name(number)}"
    error = ConfigError(
        f"{config.places['train']}: {key} is missing: the rate of {layer}; found {found}; "
        "give alpha alone for all layers, or one rate for each layer with weights"
    )
    error.where, error.key = config.places["train"], key
    return error


def _check_left_over(config: Config, counted: list[str]) -> None:
    """Raise ConfigError for a rate beyond the `counted` layers; alpha alone applies to all."""
    for number in sorted(config.train.rates.keys() - {1}):
        if number > len(counted):
            key = f"train.{rate_name(number)}"
            raise config.places.complaint(
                key,
                f"belongs to no layer: the network has {len(counted)} with weights "
                f"({', '.join(counted)}), apart from those with a `rate` of their own; remove it",
            )


def update_rule(
    config: Config, parameters: Mapping[str, Parameter], rates: Mapping[str, Rate]
) -> UpdateRule:
    """Return the configuration's update rule for the parameters, each at its layer's rate.

    Parameters are named as the network has them, layer.part; `rates` are those of `layer_rates`.
    """
    values = [rates[name.partition(".")[0]].value for name in parameters]
    return config.train.update.on(parameters, values)
