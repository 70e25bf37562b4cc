"""What a configuration says: the options with their types and defaults, each with its meaning."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from cnntrain.config.places import Places
from cnntrain.data.augment import Distortion
from cnntrain.data.sources.base import Source
from cnntrain.nn.checks import check_0_to_below_1
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.schedules import Constant, Schedule
from cnntrain.nn.updates import GradientDescent, UpdateRule


@dataclass(frozen=True, kw_only=True)
class Training:
    """The section `train`."""

    batchsize: int = 50  # images in a mini-batch
    batches: int | None = None  # mini-batches in an epoch; left out: all images once
    epochs: int = 1  # how often to go through all mini-batches
    validation: int = 0  # training images set aside, in proportion to classes, to choose best.npz
    patience: int | None = None  # end after so many epochs without a better validation result
    schedule: Schedule = field(default_factory=Constant)  # how all rates change during training
    label_smoothing: float = 0.0  # share of each target that is spread over all classes
    ema: float = 0.0  # decay of a moving average of the weights, tested and saved instead of them
    rates: dict[int, float] = field(default_factory=dict)  # rates; alpha alone is for all layers
    augment: list[Distortion] = field(default_factory=list)  # distort training images, in order
    update: UpdateRule = field(default_factory=GradientDescent)  # its options stand beside it

    def __post_init__(self) -> None:
        """Reject numbers out of range, and `patience` without validation images."""
        for name, least in (("batchsize", 1), ("epochs", 0), ("validation", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{name}: found {getattr(self, name)}, expected {least} or more")
        for name in ("batches", "patience"):
            number = getattr(self, name)
            if number is not None and number < 1:
                raise ValueError(f"{name}: found {number}, expected 1 or more")
        for name in ("label_smoothing", "ema"):
            check_0_to_below_1(name, getattr(self, name))
        if self.patience is not None and not self.validation:
            raise ValueError(
                "patience: found no validation images to judge by; set validation: 5000, or remove "
                "patience"
            )


@dataclass(frozen=True, kw_only=True)
class Published:
    """A figure from the source of a configuration, shown beside the computed one."""

    after: int  # updates made before the figure holds
    loss: float | None = None  # the loss that the source states
    outputs: list[float] | None = None  # the outputs that it states for the first example
    note: str = ""  # why published and computed differ


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """The section `tune`: what `cnntrain tune` searches. Training takes no notice of it."""

    vary: dict[str, Any] = field(
        default_factory=dict
    )  # log:LOW:HIGH, LOW:HIGH or a list, by option
    trials: int = 40  # how many to carry out
    seeds: int = 1  # trained in each trial; their mean counts
    search: Literal["tpe", "random", "grid"] = "tpe"  # how values are proposed
    prune: Literal["median", "hyperband", "none"] = "hyperband"  # how hopeless trials are told

    def __post_init__(self) -> None:
        """Reject numbers out of range."""
        for name in ("trials", "seeds"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: found {getattr(self, name)}, expected 1 or more")


@dataclass(frozen=True, kw_only=True)
class Config:
    """A whole configuration: what `cnntrain train --config` reads."""

    name: str  # of the file, without folder and ending
    dataset: Source  # where the images come from
    network: list[Layer]  # the layers, from the images to the outputs
    loss: str = "mse"  # name of the loss to minimize
    train: Training = field(default_factory=Training)  # mini-batches, epochs, learning rates
    seed: int = 0  # of the initial weights, the order of the images, dropout
    dtype: Literal["float32", "float64"] = "float32"  # of weights and all that is computed
    tune: Tuning = field(default_factory=Tuning)  # what `cnntrain tune` searches
    published: list[Published] = field(default_factory=list)  # figures to compare with
    places: Places = field(default_factory=Places)  # where it was written, for complaints

    @cached_property
    def text(self) -> str:
        """The effective configuration as YAML: defaults, then file, then flags."""
        from cnntrain.config.dump import dump_config

        return dump_config(self)
