"""What a trace is about: a network in float64, one image with its targets, and one pass on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnntrain.config import Config
from cnntrain.config.rates import Rate
from cnntrain.data.sources.base import Invert
from cnntrain.errors import DataError, UsageError
from cnntrain.model.build import check_outputs, layer_rates, update_rule
from cnntrain.model.open import open_subject
from cnntrain.model.restore import restore_update
from cnntrain.nn.execution.shard import Shard
from cnntrain.nn.fast.routine import from_engine
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.network import Network
from cnntrain.nn.updates import UpdateRule


@dataclass(frozen=True)
class Opened:
    """A network with its initial or its trained weights, and the rate of each layer."""

    config: Config
    network: Network  # float64
    rates: dict[str, Rate]
    rule: UpdateRule  # as the initial weights, or the checkpoint, have it; never run
    trained: Path | None  # the checkpoint, if there is one
    classes: tuple[str, ...] | None  # None if they are only known once the data is loaded


@dataclass(frozen=True)
class Example:
    """One image, and what the outputs should be."""

    about: str
    images: np.ndarray  # (1, C, H, W)
    targets: np.ndarray  # (1, K), float64
    label: int | None  # the true class; None where the targets are numbers
    note: str | None = None


def open_network(
    name: str,
    overrides: Sequence[str],
    *,
    plain: bool = False,
    own: Mapping[str, type[Layer]] | None = None,
) -> Opened:
    """Open the network of a configuration, a run folder or a checkpoint file.

    With `plain` it computes by the formulas in `nn/layers/`; `own` as for `load_config`. Raises ConfigError and
    CheckpointError.
    """
    subject = open_subject(name, overrides, own)
    network = subject.network(dtype="float64", plain=plain)
    check_outputs(subject.config, network, subject.config.dataset.known_classes)
    classes = subject.config.dataset.known_classes
    if subject.checkpoint is not None:
        classes = subject.checkpoint.classes
    rates = layer_rates(subject.config, network)
    rule = update_rule(subject.config, network.parameters, rates)
    if subject.path is not None and subject.checkpoint is not None:
        other_rule = rule.state().keys() != subject.checkpoint.update.keys()
        if not (overrides and other_rule):
            restore_update(subject.path, subject.checkpoint, rule)
    return Opened(subject.config, network, rates, rule, subject.path, classes)


def from_test_split(opened: Opened, index: int, data_dir: Path | None) -> Example:
    """Return an image of the test split. Raises UsageError, ConfigError and DataError."""
    config, network = opened.config, opened.network
    examples = config.dataset.load("test", data_dir)
    if index >= len(examples):
        raise UsageError(
            f"--index {index}: the test split of {config.dataset.name} has {len(examples)} images; "
            f"expected 0 to {len(examples) - 1}"
        )
    check_outputs(config, network, examples.classes)
    one = examples.part(index, index + 1)
    targets = one.targets(network.dtype)
    about = f"image {index} of the test images of {config.dataset.name}"
    if one.values is not None:
        return Example(f"example {index} of its data", one.images, targets, None)
    label = int(one.labels[0])
    return Example(f"{about}, true class {one.classes[label]}", one.images, targets, label)


def from_file(
    opened: Opened, path: Path, invert: Invert, label: str | None, data_dir: Path | None
) -> Example:
    """Return an image file; without a label, its class is the network's own answer.

    Raises PictureError, ConfigError, and UsageError if there is no such class.
    """
    network, classes = opened.network, opened.classes or _class_names(opened, data_dir)
    reading = opened.config.dataset.read(path, invert)
    note = None
    if label is None:
        k = int(network.outputs(reading.images)[0].argmax())
        note = f"No --label given: the target is the network's own answer, {classes[k]}."
    elif label in classes:
        k = classes.index(label)
    else:
        raise UsageError(
            f"--label {label}: found no such class; expected one of {', '.join(classes)}"
        )
    targets = np.eye(network.classes)[[k]]
    return Example(f"{path}, class {classes[k]}", reading.images, targets, k, note)


def _class_names(opened: Opened, data_dir: Path | None) -> tuple[str, ...]:
    """Return the classes found in the data, or numbers if the data is not there."""
    try:
        examples = opened.config.dataset.load("test", data_dir)
    except DataError:
        return tuple(str(k) for k in range(opened.network.classes))
    check_outputs(opened.config, opened.network, examples.classes)
    return examples.classes


@dataclass(frozen=True)
class Pass:
    """Copies of what the engine computed for one image; the input is layer 0."""

    names: list[str]
    layers: list[Layer]  # as the pass left them, with the winners of pooling and masks of dropout
    outputs: list[np.ndarray]  # y of each layer, (C, H, W)
    errors: list[np.ndarray]  # ∂E/∂y of each layer, (C, H, W)
    values: dict[str, np.ndarray]  # of the parameters, by names such as conv1.weights
    gradients: dict[str, np.ndarray]
    targets: np.ndarray  # (K,)
    loss: float


def shard_of(network: Network) -> Shard:
    """Return the engine for a batch of one image; it shares the network's weights."""
    return network.observed((0, 1), input_grad=True)


def run_pass(network: Network, shard: Shard, example: Example, *, seed: int) -> Pass:
    """Return the arrays of a forward and backward pass; no weight changes.

    `shard` is one of `shard_of`, `seed` draws dropout's masks.
    """
    loss, _ = shard.step(example.images, example.targets, seed)
    handed_down = [_maps(dx) for dx in shard.errors[1:] if dx is not None]  # all but the images'
    parameters = {
        f"{name}.{part}": parameter
        for name, layer in zip(network.names, shard.layers, strict=True)
        for part, parameter in layer.parameters.items()
    }
    return Pass(
        names=network.names,
        layers=shard.layers,
        outputs=[_maps(y) for y in shard.outputs],
        errors=[*handed_down, shard.loss.dy.reshape(-1, 1, 1).copy()],
        values={name: p.value.copy() for name, p in parameters.items()},
        gradients={name: p.gradient.copy() for name, p in parameters.items()},
        targets=example.targets[0],
        loss=loss,
    )


def _maps(array: np.ndarray) -> np.ndarray:
    """Return an array of the engine, (H, C, W, 1), as (C, H, W)."""
    maps: np.ndarray = from_engine(array)[0]
    return maps
