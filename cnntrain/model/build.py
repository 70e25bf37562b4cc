"""From a configuration or a checkpoint to a network, its learning rates and its update rule."""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from cnntrain.config import Config, parse_config
from cnntrain.config.rates import Rate, rate_name, share_out
from cnntrain.data.streams import Stream, generator
from cnntrain.errors import CheckpointError, ConfigError
from cnntrain.model.checkpoint import Checkpoint
from cnntrain.model.memory import refuse_too_many_weights
from cnntrain.nn.layers.base import shape_text
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
        layer = f"network[{error.index}]"
        raise ConfigError(
            f"{config.places[layer]}: {layer}: {error}; "
            f"`cnntrain describe` shows the shapes of all layers"
        ) from error
    except (MemoryError, ValueError) as error:  # NumPy's two ways to say that it is too large
        raise ConfigError(
            f"{config.places['network']}: network: its weights do not fit into memory: {error}; "
            "make its layers smaller"
        ) from error


def check_outputs(config: Config, network: Network, classes: tuple[str, ...] | None) -> None:
    """Raise ConfigError if the network has more or fewer outputs than the data has classes."""
    reason = wrong_outputs(config, network, classes)
    if reason is not None:
        raise ConfigError(f"{last_place(config)}: {reason}")


def wrong_outputs(config: Config, network: Network, classes: tuple[str, ...] | None) -> str | None:
    """Return what is wrong with the number of outputs, if anything, and what would be right.

    Nothing is where the classes, None, are not known yet.
    """
    if classes is None or len(classes) == network.classes:
        return None
    return (
        f"found {network.classes} outputs, expected {len(classes)}, one for each class of "
        f"{config.dataset.name}; end the network with `- dense: {len(classes)}`"
    )


def last_place(config: Config) -> str:
    """Return where the last layer stands in the configuration."""
    layer = f"network[{len(config.network) - 1}]"
    return f"{config.places[layer]}: {layer}"


def layer_rates(config: Config, network: Network) -> dict[str, Rate]:
    """Return the learning rate of each layer with parameters, by the layer's name.

    `config/rates.py` says which is whose. Raises ConfigError where a rate is missing or left over.
    """
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
    return ConfigError(
        f"{config.places['train']}: train.{rate_name(number)} is missing: the rate of {layer}; "
        f"found {found}; give alpha alone for all layers, or one rate for each layer with weights"
    )


def _check_left_over(config: Config, counted: list[str]) -> None:
    """Raise ConfigError for a rate beyond the `counted` layers; alpha alone is always for all."""
    for number in sorted(config.train.rates.keys() - {1}):
        if number > len(counted):
            key = f"train.{rate_name(number)}"
            raise ConfigError(
                f"{config.places[key]}: {key} belongs to no layer: the network has "
                f"{len(counted)} with weights ({', '.join(counted)}), apart from those with a `rate` of "
                "their own; remove it"
            )


def update_rule(
    config: Config, parameters: Mapping[str, Parameter], rates: Mapping[str, Rate]
) -> UpdateRule:
    """Return the configuration's update rule at work on parameters, each at its layer's rate.

    Parameters are named as the network has them, layer.part; `rates` are those of `layer_rates`.
    """
    values = [rates[name.partition(".")[0]].value for name in parameters]
    return config.train.update.on(parameters, values)


def restored_config(path: Path, checkpoint: Checkpoint, overrides: Sequence[str] = ()) -> Config:
    """Return the configuration that a checkpoint was trained with. Raises CheckpointError."""
    try:
        name = f"{checkpoint.config_name}.yaml"
        return parse_config(checkpoint.config_text, name, overrides)
    except ConfigError as error:
        if overrides:
            raise
        raise CheckpointError(f"{path}: its configuration is not valid here: {error}") from error


def restore_weights(path: Path, checkpoint: Checkpoint, network: Network) -> None:
    """Give the network a checkpoint's weights. Raises CheckpointError where they do not fit."""
    expected = {name: array.value for name, array in network.saved.items()}
    _check_shapes(path, expected, checkpoint.parameters)
    network.load_state(checkpoint.parameters)


def restore_update(path: Path, checkpoint: Checkpoint, rule: UpdateRule) -> None:
    """Give the update rule a checkpoint's state. Raises CheckpointError where it does not fit."""
    _check_shapes(path, rule.state(), checkpoint.update)
    rule.load_state(checkpoint.update)


def _check_shapes(
    path: Path, expected: Mapping[str, np.ndarray], given: Mapping[str, np.ndarray]
) -> None:
    """Raise CheckpointError unless both have the same names with arrays of the same shapes."""
    right = {name: value.shape for name, value in expected.items()}
    found = {name: value.shape for name, value in given.items() if value.dtype.kind == "f"}
    for name in {**right, **found}:
        if right.get(name) != found.get(name):
            raise CheckpointError(
                f"{path}: {name}: found {_numbers(found.get(name))}, expected "
                f"{_numbers(right.get(name))}; the file was changed, train again"
            )


def _numbers(shape: tuple[int, ...] | None) -> str:
    return "none" if shape is None else f"{shape_text(shape)} numbers"
