"""From a configuration or a checkpoint to a network, and the rate of each of its layers."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnntrain.config import Config, parse_config
from cnntrain.errors import CheckpointError, ConfigError, UsageError
from cnntrain.model.checkpoint import Checkpoint, load_checkpoint
from cnntrain.model.memory import refuse_too_many_weights
from cnntrain.nn.losses import LOSSES
from cnntrain.nn.network import Network, NetworkShapeError
from cnntrain.training.loop import Progress

WEIGHTS = 0  # keeps the stream for initial weights apart from the one for orders


def build_network(config: Config, *, dtype: str | None = None) -> Network:
    """Return the network of a configuration with its initial weights.

    `dtype` overrides the configuration's. Raises ConfigError where the layers do not fit each
    other, or their weights do not fit into memory.
    """
    refuse_too_many_weights(config, np.dtype(dtype or config.dtype))
    try:
        return Network(
            [copy.copy(layer) for layer in config.network],
            LOSSES[config.loss](),
            in_shape=config.dataset.shape,
            dtype=np.dtype(dtype or config.dtype),
            rng=np.random.default_rng([config.seed, WEIGHTS]),
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


def layer_rates(config: Config, network: Network) -> dict[str, float]:
    """Return the learning rate of each layer with parameters, by the layer's name.

    alpha belongs to the first of them, alpha2 to the second, and so on; alpha alone is for all.
    Raises ConfigError where a rate is missing or left over.
    """
    pairs = zip(network.names, network.layers, strict=True)
    names = [name for name, layer in pairs if layer.parameters]
    rates = config.train.rates
    if set(rates) == {1}:
        return dict.fromkeys(names, rates[1])
    for number in range(1, len(names) + 1):
        if number not in rates:
            found = ", ".join(map(_rate_name, sorted(rates))) or "no rate"
            raise ConfigError(
                f"{config.places['train']}: train.{_rate_name(number)} is missing: the rate of "
                f"{names[number - 1]}; found {found}; give alpha alone for all layers, or one rate "
                "for each layer with weights"
            )
    for number in sorted(rates):
        if number > len(names):
            key = f"train.{_rate_name(number)}"
            raise ConfigError(
                f"{config.places[key]}: {key} belongs to no layer: the network has "
                f"{len(names)} with weights ({', '.join(names)}); remove it"
            )
    return {name: rates[number] for number, name in enumerate(names, start=1)}


def _rate_name(number: int) -> str:
    return f"alpha{number}" if number > 1 else "alpha"


@dataclass(frozen=True)
class Model:
    """A trained network, ready to be used."""

    config: Config
    network: Network
    classes: tuple[str, ...]
    path: Path
    progress: Progress  # how far its training had come
    trained_epochs: int  # that its run was to have


def load_model(path: Path, *, dataset: str | None = None) -> Model:
    """Return the network in a checkpoint file, to be used on another data set if one is named.

    Raises CheckpointError, and UsageError where the other data set does not fit.
    """
    checkpoint = load_checkpoint(path)
    trained = restored_config(path, checkpoint)
    config = restored_config(path, checkpoint, [f"--dataset={dataset}"]) if dataset else trained
    if config.dataset.shape != trained.dataset.shape:
        raise UsageError(
            f"--dataset {dataset}: its images are {_shape(config)}, but the network of {path} "
            f"takes {_shape(trained)}; name a data set of that size, as '{{mnist: {{resize: 14}}}}'"
        )
    network = build_network(config)
    restore_weights(path, checkpoint, network)
    return Model(
        config, network, checkpoint.classes, path, checkpoint.progress, trained.train.epochs
    )


def _shape(config: Config) -> str:
    return "x".join(map(str, config.dataset.shape))


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
    expected = {name: p.value.shape for name, p in network.parameters.items()}
    given = checkpoint.parameters.items()
    found = {name: value.shape for name, value in given if value.dtype.kind == "f"}
    for name in {**expected, **found}:
        if expected.get(name) != found.get(name):
            raise CheckpointError(
                f"{path}: {name}: found {_numbers(found.get(name))}, expected "
                f"{_numbers(expected.get(name))}; the file was changed, train again"
            )
    network.load_state(checkpoint.parameters)


def _numbers(shape: tuple[int, ...] | None) -> str:
    return "none" if shape is None else f"{'x'.join(map(str, shape))} numbers"
