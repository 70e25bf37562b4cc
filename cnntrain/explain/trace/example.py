"""What a trace is about: a network in float64, one image, and the target outputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnntrain.config import Config
from cnntrain.data.sources.base import Invert
from cnntrain.errors import DataError, UsageError
from cnntrain.model.build import check_outputs, layer_rates
from cnntrain.model.open import open_subject
from cnntrain.nn.network import Network


@dataclass(frozen=True)
class Opened:
    """A network with its initial or its trained weights, and the rate of each layer."""

    config: Config
    network: Network  # float64
    rates: dict[str, float]
    trained: Path | None  # the checkpoint, if there is one
    classes: tuple[str, ...] | None  # None where only the files of the data tell


@dataclass(frozen=True)
class Example:
    """One image with what the outputs should be."""

    about: str
    images: np.ndarray  # (1, C, H, W)
    targets: np.ndarray  # (1, K), float64
    label: int | None  # the true class; None where the targets are numbers
    note: str | None = None


def open_network(name: str, overrides: Sequence[str], *, plain: bool = False) -> Opened:
    """Return the network of a configuration, or of a run folder or checkpoint file.

    Raises ConfigError and CheckpointError.
    """
    subject = open_subject(name, overrides)
    network = subject.network(dtype="float64", plain=plain)
    check_outputs(subject.config, network, subject.config.dataset.known_classes)
    classes = subject.config.dataset.known_classes
    if subject.checkpoint is not None:
        classes = subject.checkpoint.classes
    rates = layer_rates(subject.config, network)
    return Opened(subject.config, network, rates, subject.path, classes)


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
    """Return an image file; without a label its class is taken to be the network's own answer.

    Raises PictureError, ConfigError, and UsageError where there is no such class.
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
    """Return the classes that the files of the data have; numbers where there are no files."""
    try:
        examples = opened.config.dataset.load("test", data_dir)
    except DataError:
        return tuple(str(k) for k in range(opened.network.classes))
    check_outputs(opened.config, opened.network, examples.classes)
    return examples.classes
