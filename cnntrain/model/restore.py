"""From a checkpoint to the network that was trained, its configuration and its update rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnntrain.config import Config, parse_config
from cnntrain.errors import CheckpointError, ConfigError, UsageError
from cnntrain.model.build import build_network
from cnntrain.model.checkpoint import Checkpoint, load_checkpoint
from cnntrain.nn.layers.base import shape_text
from cnntrain.nn.network import Network
from cnntrain.nn.updates import UpdateRule
from cnntrain.training.loop import Progress


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
            f"--dataset {dataset}: its images are {shape_text(config.dataset.shape)}, but the "
            f"network of {path} takes {shape_text(trained.dataset.shape)}; name a data set of that size, as '{{mnist: {{resize: 14}}}}'"
        )
    network = build_network(config)
    restore_weights(path, checkpoint, network)
    return Model(
        config, network, checkpoint.classes, path, checkpoint.progress, trained.train.epochs
    )


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


def restore_random(path: Path, checkpoint: Checkpoint, network: Network) -> None:
    """Give the network's generator a checkpoint's state. Raises CheckpointError if it is none."""
    try:
        network.rng.bit_generator.state = checkpoint.random_state
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise CheckpointError(
            f"{path}: its random_state is none: {error}; the file was changed"
        ) from error


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
