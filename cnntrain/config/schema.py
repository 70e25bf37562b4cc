"""What a configuration says: the options with their types and defaults, each with its meaning."""

from dataclasses import dataclass, field
from typing import Literal

from cnntrain.data.sources.base import Source
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.updates import GradientDescent, UpdateRule


@dataclass(frozen=True, kw_only=True)
class Training:
    """The section `train`."""

    batchsize: int = 50  # images in a mini-batch
    batches: int | None = None  # mini-batches in an epoch; left out: all images once
    epochs: int = 1  # how often to go through all mini-batches
    validation: int = 0  # images taken from the end of the training set to choose best.npz
    rates: dict[int, float] = field(default_factory=dict)  # learning rates; alpha alone: of all
    update: UpdateRule = field(default_factory=GradientDescent)  # its options stand beside it

    def __post_init__(self) -> None:
        """Reject numbers that no training can have."""
        for name, least in (("batchsize", 1), ("epochs", 0), ("validation", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{name}: found {getattr(self, name)}, expected {least} or more")
        if self.batches is not None and self.batches < 1:
            raise ValueError(f"batches: found {self.batches}, expected 1 or more")


@dataclass(frozen=True, kw_only=True)
class Published:
    """A figure from the source of a configuration, shown beside the computed one."""

    after: int  # updates made before the figure holds
    loss: float | None = None  # the loss that the source states
    outputs: list[float] | None = None  # the outputs that it states for the first example
    note: str = ""  # why published and computed differ


@dataclass(frozen=True, kw_only=True)
class Config:
    """A whole configuration: what `cnntrain train --config` reads."""

    name: str  # of the file, without folder and ending
    dataset: Source  # where the images come from
    network: list[Layer]  # the layers, from the images to the outputs
    loss: str = "mse"  # what to make small, by its name below
    train: Training = field(default_factory=Training)  # mini-batches, epochs, learning rates
    seed: int = 0  # of the initial weights, the order of the images, dropout
    dtype: Literal["float32", "float64"] = "float32"  # of weights and all that is computed
    published: list[Published] = field(default_factory=list)  # figures to compare with
    text: str = ""  # the effective configuration as YAML: defaults, then file, then flags
    places: dict[str, str] = field(default_factory=dict)  # network[0]: file:line, for complaints
