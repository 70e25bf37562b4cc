"""Begin a run, or resume one: from a configuration or a checkpoint to an experiment."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cnntrain.config import Config
from cnntrain.data.augment.augmentation import Augmentation
from cnntrain.errors import CheckpointError
from cnntrain.model.build import build_network, check_outputs, layer_rates, update_rule
from cnntrain.model.checkpoint import Checkpoint, load_checkpoint
from cnntrain.model.memory import refuse_too_large_batches
from cnntrain.model.restore import (
    restore_average,
    restore_random,
    restore_update,
    restore_weights,
    restored_config,
)
from cnntrain.nn.average import WeightAverage
from cnntrain.runs.experiment import Experiment, Origin, version_of
from cnntrain.system.run_files import BEST
from cnntrain.system.shell import command
from cnntrain.training.splits import load_splits

if TYPE_CHECKING:
    from cnntrain.model.own_layers import OwnLayers

Fetch = Callable[[Config, Path | None], None]  # downloads a configuration's data to a data folder


def begin(
    config: Config,
    *,
    data_dir: Path | None,
    fetch: Fetch,
    limit: int | None = None,
    plain: bool = False,
    own: "OwnLayers | None" = None,
) -> Experiment:
    """Return a new experiment with its data loaded, after downloading it if necessary.

    With `plain` it computes by the layers' own formulas, also when it is resumed. `own` are the
    layers of the user's that the configuration was loaded with; these are plain. Raises ConfigError
    and DataError.
    """
    record = own.record if own else None
    plain = plain or record is not None
    network = build_network(config, plain=plain)
    rates = layer_rates(config, network)
    check_outputs(config, network, config.dataset.known_classes)
    fetch(config, data_dir)
    splits = load_splits(config, data_dir, limit=limit)
    check_outputs(config, network, splits.train.classes)
    refuse_too_large_batches(config, min(config.train.batchsize, len(splits.train)))
    rule = update_rule(config, network.parameters, rates)
    if config.train.augment:
        network.distortion = Augmentation(config.train.augment, network.in_shape, network.dtype)
    average = WeightAverage(network, config.train.ema) if config.train.ema else None
    return Experiment(config, network, splits, rule, limit, average, record)


def resume(
    path: Path,
    *,
    data_dir: Path | None,
    fetch: Fetch,
    epochs: int | None = None,
    own: "OwnLayers | None" = None,
) -> Experiment:
    """Return the experiment that a checkpoint holds, with another number of `epochs` if given.

    Raises CheckpointError, also if the training images are not the same as before.
    """
    checkpoint, version = _loaded(path)
    longer = [] if epochs is None else [f"--epochs={epochs}"]
    config = restored_config(path, checkpoint, longer, own.kinds if own else None)
    limit, plain = checkpoint.limit, checkpoint.plain
    experiment = begin(config, data_dir=data_dir, fetch=fetch, limit=limit, plain=plain, own=own)
    if experiment.data_sha256 != checkpoint.data_sha256:
        raise CheckpointError(
            f"{path}: was trained on other images than these (SHA-256 "
            f"{checkpoint.data_sha256[:12]}, found {experiment.data_sha256[:12]}); "
            "give the same data with --data-dir"
        )
    restore_weights(path, checkpoint, experiment.network)
    if experiment.average is not None:
        restore_average(path, checkpoint, experiment.network, experiment.average)
    restore_update(path, checkpoint, experiment.rule)
    restore_random(path, checkpoint, experiment.network)
    experiment.progress = checkpoint.progress
    experiment.origin = Origin(path, version, checkpoint.config_text)
    experiment.note_random_state()
    return experiment


def _loaded(path: Path) -> tuple[Checkpoint, tuple[int, int, int]]:
    """Return a checkpoint and its version, from before it was read. Raises CheckpointError."""
    try:
        version = version_of(path)
    except OSError:  # that is what reading will say
        version = (0, 0, 0)
    try:
        return load_checkpoint(path), version
    except CheckpointError as error:
        best = path.with_name(BEST)
        if path == best or not best.is_file():
            raise
        raise CheckpointError(
            f"{error}, such as {best}, which `{command('--resume', best)}` goes on from"
        ) from error
