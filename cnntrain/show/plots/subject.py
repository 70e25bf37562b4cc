"""What a picture is drawn of: a run or a configuration, opened as far as the picture needs it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from cnntrain.config import Config, load_config
from cnntrain.data.classes import require_classes
from cnntrain.data.examples import Examples
from cnntrain.errors import DataError, UsageError
from cnntrain.model.find import find_checkpoint
from cnntrain.model.open import open_subject
from cnntrain.model.trained import Model, load
from cnntrain.nn.layers.base import Layer
from cnntrain.runs.folder import EPOCHS
from cnntrain.runs.provenance import provenance
from cnntrain.show import heading
from cnntrain.system.run_files import CONFIG
from cnntrain.system.shipped import shipped
from cnntrain.training.judgement import Judgement, judge
from cnntrain.training.splits import load_split


@dataclass
class Subject:
    """What the user named, None for the newest run; everything about it is loaded on first use.

    `fetch` downloads the data set if it is missing.
    """

    named: Path | None
    data_dir: Path | None
    threads: int | None
    fetch: Callable[[Config, Path | None], None]
    index: int = 0  # of the image among the test images
    image: Path | None = None  # instead of that
    distorted: bool = False
    own: Mapping[str, type[Layer]] | None = None  # layers of the user's, by name

    @cached_property
    def folder(self) -> Path:
        """Return the run folder. Raises CheckpointError."""
        if self.named is not None and (self.named / EPOCHS).is_file():
            return self.named  # it may not have a checkpoint yet
        return find_checkpoint(self.named).parent

    @cached_property
    def model(self) -> Model:
        """Return the trained network. Raises CheckpointError."""
        return load(self.named, own=self.own)

    @cached_property
    def config(self) -> Config:
        """Return the configuration, of a run as well."""
        if self.named is None:
            return self.model.config
        if (self.named / CONFIG).is_file():
            return load_config(str(self.named / CONFIG), own=self.own)
        return (
            self.model.config if self.is_run else open_subject(str(self.named), own=self.own).config
        )

    @property
    def is_run(self) -> bool:
        """Return whether it is a run or a checkpoint, not a configuration."""
        if self.named is None or self.named.is_dir() or self.named.suffix == ".npz":
            return True
        files = [self.named, Path(f"{self.named}.yaml"), shipped() / f"{self.named}.yaml"]
        return not (self.named.suffix in (".yaml", ".yml") or any(map(os.path.isfile, files)))

    @property
    def name(self) -> str:
        """Return the beginning of the names of its pictures."""
        return self.folder.resolve().name if self.is_run else self.config.name

    @cached_property
    def heading(self) -> str:
        """Return what stands above pictures of the trained network, or of the configuration."""
        if not self.is_run:
            return heading.of_config(self.config)
        return heading.of_model(provenance(self.model, self.named), self.config)

    @cached_property
    def test(self) -> Examples:
        """Return the test images, with the classes of the network. Raises DataError."""
        self.fetch(self.config, self.data_dir)
        return self.model.examples("test", self.data_dir)[0]

    @cached_property
    def train(self) -> Examples:
        """Return the training images. Raises DataError."""
        self.fetch(self.config, self.data_dir)
        return load_split(self.config, "train", self.data_dir)

    @cached_property
    def one_image(self) -> tuple[str, np.ndarray]:
        """Return what is known about the chosen image, and the image (C, H, W).

        Raises PictureError for a file, UsageError for an index that no test image has.
        """
        if self.image is not None:
            return self.image.name, self.config.dataset.read(self.image, "auto").images[0]
        if self.index >= len(self.test):
            raise UsageError(
                f"--index {self.index}: the test split of {self.config.dataset.name} has "
                f"{len(self.test)} images; expected 0 to {len(self.test) - 1}"
            )
        name = self.test.classes[self.test.labels[self.index]]
        return f"test image {self.index}, true class {name}", self.test.images[self.index]

    @cached_property
    def judgement(self) -> Judgement:
        """Return how the network does on each test image. Raises UsageError without classes."""
        require_classes(self.test, "plot")
        return judge(self.model.network, self.test, threads=self.processes)

    @property
    def processes(self) -> int | None:
        """Return how many processes compute: others do not know the user's layers."""
        return 1 if self.own else self.threads

    def require_records(self) -> Path:
        """Return the folder of a run that has records. Raises DataError."""
        if not (self.folder / EPOCHS).is_file():
            raise DataError(
                f"{self.folder}: found no {EPOCHS}, expected the records of a run; name the folder "
                "that `cnntrain train` wrote"
            )
        return self.folder

    def require_pictures(self, picture: str) -> None:
        """Raise DataError if the inputs of the network are numbers, not images."""
        if not self.config.dataset.holds_pictures:
            raise DataError(
                f"plot {picture}: {self.folder if self.is_run else self.config.name}: found a data set of numbers "
                f"({self.config.dataset.name}), expected images; draw `network` or `curves` instead"
            )
