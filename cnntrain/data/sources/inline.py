"""Numbers written into the configuration itself: worked examples from texts."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from cnntrain.data.examples import Examples, Split
from cnntrain.data.sources.base import Invert, Reading, Source
from cnntrain.errors import PictureError


@dataclass(frozen=True, kw_only=True)
class Inline(Source):
    """Inputs and targets as lists of numbers; training and test set are the same."""

    holds_pictures: ClassVar[bool] = False

    inputs: list[list[float]]  # a list of numbers for each example
    targets: list[list[float]]  # what the outputs should be, a list for each example

    def __post_init__(self) -> None:
        """Reject lists of different lengths, and numbers that are not finite."""
        if not self.inputs or len(self.inputs) != len(self.targets):
            raise ValueError(
                f"targets: found {len(self.targets)}, but of inputs {len(self.inputs)}; expected "
                "equally many, one of each for every example, and one example or more"
            )
        for name, lists in (("inputs", self.inputs), ("targets", self.targets)):
            lengths = sorted({len(numbers) for numbers in lists})
            if len(lengths) > 1 or lengths == [0]:
                raise ValueError(
                    f"{name}: found lists of {' and '.join(map(str, lengths))} numbers, "
                    "expected one length, 1 or more"
                )
            for index, numbers in enumerate(lists):
                if not all(map(math.isfinite, numbers)):
                    raise ValueError(f"{name}[{index}]: found {numbers}, expected finite numbers")

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return (D, 1, 1) for D numbers."""
        return len(self.inputs[0]), 1, 1

    @property
    def known_classes(self) -> tuple[str, ...]:
        """Return the positions in a target."""
        return tuple(str(position) for position in range(len(self.targets[0])))

    def load(self, split: Split, root: Path | None) -> Examples:
        """Return the examples; their labels are the positions of the largest targets."""
        values = np.array(self.targets, float)
        images = np.array(self.inputs, float).reshape(len(values), *self.shape)
        return Examples(images, values.argmax(axis=1), self.known_classes, values)

    def read(self, path: Path, invert: Invert, crop: object = None) -> Reading:
        """Refuse: these networks do not take pictures."""
        raise PictureError(
            path,
            "the network takes the numbers of its configuration, not pictures; "
            "choose a network of pictures",
        )
