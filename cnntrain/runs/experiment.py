"""One run from configuration to result: network, training, run directory, checkpoints."""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cnntrain.config import Config
from cnntrain.data.augment import Augmentation
from cnntrain.data.batches import batches_in_epoch
from cnntrain.errors import CheckpointError, CnntrainError
from cnntrain.model.build import build_network, check_outputs, layer_rates, update_rule
from cnntrain.model.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from cnntrain.model.find import BEST, LAST
from cnntrain.model.memory import refuse_too_large_batches
from cnntrain.model.restore import (
    restore_random,
    restore_update,
    restore_weights,
    restored_config,
)
from cnntrain.nn.execution.executor import Executor
from cnntrain.nn.network import Network
from cnntrain.nn.updates import UpdateRule
from cnntrain.runs.records import Records
from cnntrain.system.interrupt import Interrupted, Stop
from cnntrain.training.evaluation import Evaluation, evaluate
from cnntrain.training.loop import BatchDone, EpochDone, Event, Plan, Progress, train
from cnntrain.training.splits import Splits, fingerprint, load_splits

SAVE_EVERY = 30.0  # seconds between checkpoints within an epoch


@dataclass
class Experiment:
    """A network in training. Make one with `begin` or `resume`, then call `run`."""

    config: Config
    network: Network
    splits: Splits
    rule: UpdateRule  # at work on the network's parameters
    limit: int | None = None
    progress: Progress = field(default_factory=Progress)
    seconds: float = 0.0  # of training since `run` was called
    images: int = 0  # trained on since then
    last_epoch: EpochDone | None = None

    def __post_init__(self) -> None:
        """Take the fingerprint of the training images."""
        self.data_sha256 = fingerprint(self.splits.train)

    @property
    def plan(self) -> Plan:
        """Return how long to train, and on what; a limit on images shortens the epoch too."""
        options = self.config.train
        batches = options.batches
        if self.limit is not None and batches is not None:
            once = batches_in_epoch(len(self.splits.train), options.batchsize, None)
            batches = min(batches, once)
        batchsize = min(options.batchsize, len(self.splits.train))
        return Plan(batchsize, batches, options.epochs, self.config.seed)

    @property
    def batches_per_epoch(self) -> int:
        """Return the number of mini-batches in an epoch."""
        return batches_in_epoch(len(self.splits.train), self.plan.batchsize, self.plan.batches)

    @property
    def finished(self) -> bool:
        """Return whether all epochs are done."""
        return self.progress.epoch > self.config.train.epochs

    def run(
        self,
        folder: Path,
        *,
        executor: Executor,
        records: Records,
        show: Callable[[Event], None],
        stop: Stop,
    ) -> Evaluation:
        """Train to the end, record and show every event, save to `folder`; return the test result.

        Raises Interrupted once `stop.asked`, and DivergedError; what was reached is saved first.
        """
        if self.progress.step == 0:
            self.save(folder / LAST)
        saved = time.monotonic()
        try:
            for event in self._events(executor):
                records(event)
                if isinstance(event, EpochDone) or time.monotonic() - saved > SAVE_EVERY:
                    records.flush()
                    self._save(folder, event)
                    saved = time.monotonic()
                show(event)
                if stop.asked and not self.finished:
                    raise Interrupted
        except (Interrupted, CnntrainError, OSError):  # OSError: nobody reads what is shown
            self.save(folder / LAST)
            raise
        if self.last_epoch is not None:
            return self.last_epoch.test
        return evaluate(self.network, self.splits.test, executor=executor)

    def _events(self, executor: Executor) -> Iterator[Event]:
        """Train, and keep count of what the summary tells."""

        def judge() -> tuple[Evaluation, Evaluation | None]:
            held_back = self.splits.validation
            validation = evaluate(self.network, held_back, executor=executor) if held_back else None
            return evaluate(self.network, self.splits.test, executor=executor), validation

        events = train(
            self.network,
            self.rule,
            self.splits.train,
            self.plan,
            self.progress,
            judge=judge,
            executor=executor,
        )
        started = self.progress.seconds
        for event in events:
            if isinstance(event, BatchDone):
                self.images += event.images
            else:
                self.seconds += event.seconds - started
                started = 0.0
                self.last_epoch = event
            yield event

    def _save(self, folder: Path, event: Event) -> None:
        """Save the state, and also as the best if the validation images say so."""
        validation = event.validation if isinstance(event, EpochDone) else None
        if validation is not None and validation.better_than(self.progress.best):
            self.progress.best = validation.score
            self.save(folder / BEST)
        self.save(folder / LAST)

    def save(self, path: Path) -> None:
        """Write a checkpoint of this moment. Raises OutputError."""
        checkpoint = Checkpoint(
            parameters=self.network.state(),
            update=self.rule.state(),
            config_name=self.config.name,
            config_text=self.config.text,
            classes=self.splits.train.classes,
            progress=self.progress,
            random_state=dict(self.network.rng.bit_generator.state),
            data_sha256=self.data_sha256,
            limit=self.limit,
            plain=self.network.plain,
        )
        save_checkpoint(path, checkpoint)

    def weights_sha256(self) -> str:
        """Return the SHA-256 of all parameters' bytes in state order."""
        digest = hashlib.sha256()
        for value in self.network.state().values():
            digest.update(value.tobytes())
        return digest.hexdigest()


Fetch = Callable[[Config, Path | None], None]  # brings a configuration's data to a data folder


def begin(
    config: Config,
    *,
    data_dir: Path | None,
    fetch: Fetch,
    limit: int | None = None,
    plain: bool = False,
) -> Experiment:
    """Return a new experiment with its data loaded, and fetched first where it is missing.

    With `plain` it computes by the layers' own formulas, and so will whoever resumes it. Raises
    ConfigError and DataError.
    """
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
    return Experiment(config, network, splits, rule, limit)


def resume(
    path: Path, *, data_dir: Path | None, fetch: Fetch, epochs: int | None = None
) -> Experiment:
    """Return the experiment that a checkpoint was taken of, `epochs` changed if given.

    Raises CheckpointError, also where the training images are not the same as before.
    """
    checkpoint = load_checkpoint(path)
    longer = [] if epochs is None else [f"--epochs={epochs}"]
    config = restored_config(path, checkpoint, longer)
    experiment = begin(
        config, data_dir=data_dir, fetch=fetch, limit=checkpoint.limit, plain=checkpoint.plain
    )
    if experiment.data_sha256 != checkpoint.data_sha256:
        raise CheckpointError(
            f"{path}: was trained on other images than these (SHA-256 "
            f"{checkpoint.data_sha256[:12]}, found {experiment.data_sha256[:12]}); "
            "give the same data with --data-dir"
        )
    restore_weights(path, checkpoint, experiment.network)
    restore_update(path, checkpoint, experiment.rule)
    restore_random(path, checkpoint, experiment.network)
    experiment.progress = checkpoint.progress
    return experiment
