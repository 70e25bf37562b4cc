"""What a configuration says: the options with their types and defaults, each with its meaning."""

from dataclasses import dataclass, field
from typing import Literal

from cnntrain.data.augment import Distortion
from cnntrain.data.sources.base import Source
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.updates import GradientDescent, UpdateRule


@dataclass(frozen=True, kw_only=True)
class Training:
    """The section `train`."""

    batchsize: int = 50  # images in a mini-batch
    batches: int | None = None  # mini-batches in an epoch; left out: all images once
    epochs: int = 1
    validation: int = 0  # images taken from the end of the training set to choose best.npz
    rates: dict[int, float] = field(default_factory=dict)  # {1: alpha, 2: alpha2, 3: alpha3, ...}
    augment: list[Distortion] = field(default_factory=list)  # distort training images, in order
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
    loss: float | None = None
    outputs: list[float] | None = None  # of the first example
    note: str = ""  # why published and computed differ


@dataclass(frozen=True, kw_only=True)
class Config:
    """A whole configuration: what `cnntrain train --config` reads."""

    name: str  # of the file, without folder and ending
    dataset: Source
    network: list[Layer]
    loss: str = "mse"
    train: Training = field(default_factory=Training)
    seed: int = 0
    dtype: Literal["float32", "float64"] = "float32"
    published: list[Published] = field(default_factory=list)
    text: str = ""  # the effective configuration as YAML: defaults, then file, then flags
    places: dict[str, str] = field(default_factory=dict)  # network[0]: file:line, for complaints
