"""What a checkpoint holds, back in its place: configuration, weights, update rule, random state."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from cnntrain.config import Config, parse_config
from cnntrain.errors import CheckpointError, ConfigError
from cnntrain.model.checkpoint import Checkpoint
from cnntrain.nn.average import WeightAverage
from cnntrain.nn.layers.base import Layer, shape_text
from cnntrain.nn.network import Network
from cnntrain.nn.updates import UpdateRule
from cnntrain.system.text import shown

OWN_LAYERS = "; if it was trained with a layer of your own, add --with FILE"


def restored_config(
    path: Path,
    checkpoint: Checkpoint,
    overrides: Sequence[str] = (),
    own: Mapping[str, type[Layer]] | None = None,
) -> Config:
    """Return the configuration that a checkpoint was trained with. Raises CheckpointError."""
    try:
        name = f"{checkpoint.config_name}.yaml"
        return parse_config(checkpoint.config_text, name, overrides, own)
    except ConfigError as error:
        if overrides:
            raise
        advice = "" if own or not error.key.startswith("network") else OWN_LAYERS
        raise CheckpointError(
            f"{path}: its configuration is not valid here: {error}{advice}"
        ) from error


def restore_weights(path: Path, checkpoint: Checkpoint, network: Network) -> None:
    """Give the network a checkpoint's weights. Raises CheckpointError where they do not fit."""
    expected = {name: array.value for name, array in network.saved.items()}
    _check_shapes(path, expected, checkpoint.parameters)
    _check_finite(path, checkpoint.parameters, network.dtype)
    network.load_state(checkpoint.parameters)


def restore_average(
    path: Path, checkpoint: Checkpoint, network: Network, average: WeightAverage
) -> None:
    """Give the average the weights that a network was restored to, and the network its own.

    Raises CheckpointError where these do not fit.
    """
    _check_shapes(path, average.values, checkpoint.training)
    _check_finite(path, checkpoint.training, network.dtype)
    average.load(network.state())
    network.load_state(checkpoint.training)


def restore_update(path: Path, checkpoint: Checkpoint, rule: UpdateRule) -> None:
    """Give the update rule a checkpoint's state. Raises CheckpointError where it does not fit."""
    _check_shapes(path, rule.state(), checkpoint.update)
    try:
        rule.load_state(checkpoint.update)
    except ValueError as error:
        raise CheckpointError(f"{path}: {error}; the file was changed, train again") from error


def restore_random(path: Path, checkpoint: Checkpoint, network: Network) -> None:
    """Give the network's generator a checkpoint's state. Raises CheckpointError if it is none."""
    try:
        network.rng.bit_generator.state = checkpoint.random_state
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise CheckpointError(
            f"{path}: its random_state is not valid: {error}; the file was changed"
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
                f"{path}: {shown(name)}: found {_numbers(found.get(name))}, expected "
                f"{_numbers(right.get(name))}; the file was changed, train again"
            )


def _check_finite(path: Path, given: Mapping[str, np.ndarray], dtype: np.dtype) -> None:
    """Raise CheckpointError for weights that are no numbers, or too large for the network."""
    for name, values in given.items():
        with np.errstate(over="ignore"):
            wrong = np.flatnonzero(~np.isfinite(values.astype(dtype)))
        if wrong.size:
            place = int(wrong[0])
            raise CheckpointError(
                f"{path}: {name}: found {values.flat[place]} at position {place:,}, expected finite "
                f"numbers of {dtype}; the file was changed, or its training diverged: train again"
            )


def _numbers(shape: tuple[int, ...] | None) -> str:
    return "none" if shape is None else f"{shape_text(shape)} numbers"
