"""The networks to compare: each opened, and judged on the same images."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnntrain.config import Config
from cnntrain.config.dump import dump_config
from cnntrain.data.classes import require_classes
from cnntrain.data.examples import Examples
from cnntrain.errors import UsageError
from cnntrain.model.trained import load
from cnntrain.nn.layers.base import Layer
from cnntrain.runs.provenance import Provenance, provenance
from cnntrain.training.judgement import Judgement, judge

if TYPE_CHECKING:
    from cnntrain.training.splits import SplitName


@dataclass(frozen=True)
class Contender:
    """A network, the images it was judged on, and its answers."""

    letter: str  # A, B, ...
    source: Provenance
    config: Config
    examples: Examples
    judgement: Judgement

    @property
    def accuracy(self) -> float:
        """Return the share of images that it classifies correctly."""
        return float(self.judgement.right.mean())

    @property
    def without_seed(self) -> str:
        """Return the configuration but for its seed: runs with the same one differ by chance."""
        return dump_config(replace(self.config, seed=0))


def letter(number: int) -> str:
    """Return A, B, ..., Z, A2, B2, ... for 0, 1, ..."""
    again, position = divmod(number, 26)
    return chr(ord("A") + position) + (str(again + 1) if again else "")


def contenders(
    models: Sequence[Path],
    *,
    dataset: str | None,
    split: "SplitName",
    data_dir: Path | None,
    fetch: Callable[[Config, Path | None], None],
    threads: int | None,
    own: Mapping[str, type[Layer]] | None = None,
) -> list[Contender]:
    """Return the networks of run folders or checkpoint files, judged on a split of the data.

    That is `dataset`, or else what each was trained on. `own` are layers of the user's, as for `load`.
    Raises what `load` does, and UsageError
    unless those are the same images, of classes.
    """
    opened = [load(path, own=own) for path in models]
    found: list[Contender] = []
    for number, (path, trained) in enumerate(zip(models, opened, strict=True)):
        model = trained if dataset is None else trained.on(dataset)
        fetch(model.config, data_dir)
        examples, _ = model.examples(split, data_dir)
        require_classes(examples, f"compare {path}")
        if found:
            _refuse_others(found[0], examples, model.config, path)
        judgement = judge(model.network, examples, threads=threads)
        source = provenance(model, path)
        found.append(Contender(letter(number), source, trained.config, examples, judgement))
    return found


def _refuse_others(first: Contender, examples: Examples, config: Config, path: Path) -> None:
    """Raise UsageError unless the examples are those of the first network.

    Images of another size, as of a network that sees them reduced, are told by their classes.
    """
    own = first.examples
    if len(own) == len(examples) and _names(own) == _names(examples):
        same_shape = own.images.shape == examples.images.shape
        if not same_shape or np.array_equal(own.images, examples.images):
            return
    raise UsageError(
        f"compare: found other images for {path} ({len(examples):,} of {config.dataset.name}) than "
        f"for {first.source.path} ({len(own):,} of {first.config.dataset.name}), expected the same, "
        "so that each can be compared; name them with --dataset, and leave --split at test"
    )


def _names(examples: Examples) -> list[str]:
    """Return the class of each image."""
    return [examples.classes[label] for label in examples.labels]
