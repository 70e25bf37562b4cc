"""One run from configuration to result: network, training, run directory, checkpoints."""

import hashlib
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from cnntrain.config import Config
from cnntrain.config.rates import Rate
from cnntrain.data.batches import batches_in_epoch
from cnntrain.errors import CnntrainError
from cnntrain.model.build import layer_rates
from cnntrain.model.checkpoint import Checkpoint, save_checkpoint
from cnntrain.nn.average import WeightAverage
from cnntrain.nn.execution.workspace import Executor
from cnntrain.nn.network import Network
from cnntrain.nn.updates import UpdateRule
from cnntrain.runs.records import Records
from cnntrain.system.run_files import BEST, LAST
from cnntrain.training.evaluation import Evaluation, evaluate
from cnntrain.training.loop import BatchDone, EpochDone, Event, Plan, train
from cnntrain.training.progress import Progress
from cnntrain.training.saturation import flat_shares
from cnntrain.training.splits import Splits, fingerprint

SAVE_EVERY = 30.0  # seconds between checkpoints within an epoch
IMAGES_LOOKED_AT = 32  # after each epoch: less than 1 % of the time of a small network's epoch


@dataclass(frozen=True)
class Origin:
    """The checkpoint that a run goes on from, and which version of that file it is."""

    path: Path
    version: tuple[int, int, int]  # time of writing in ns, number of the file, its bytes
    config_text: str

    def is_outdated(self) -> bool:
        """Return whether another program has written the file since. Raises OSError."""
        return self.path.exists() and version_of(self.path) != self.version


def version_of(path: Path) -> tuple[int, int, int]:
    """Return what changes when a file is replaced. Raises OSError."""
    found = path.stat()
    return found.st_mtime_ns, found.st_ino, found.st_size


@dataclass
class Experiment:
    """A network in training. Make one with `begin` or `resume`, then iterate over `events`."""

    config: Config
    network: Network
    splits: Splits
    rule: UpdateRule  # at work on the network's parameters
    limit: int | None = None
    average: WeightAverage | None = None  # what is tested and kept, if the configuration has `ema`
    own: dict[str, Any] | None = None  # the file that layers of the user's own come from
    progress: Progress = field(default_factory=Progress)
    seconds: float = 0.0  # of training since it was made
    images: int = 0  # trained on since then
    last_epoch: EpochDone | None = None
    origin: Origin | None = None  # None for an experiment that was never saved

    def __post_init__(self) -> None:
        """Take the fingerprint of the training images."""
        self.data_sha256 = fingerprint(self.splits.train)
        self.note_random_state()

    def note_random_state(self) -> None:
        """Note the random state to save: that of the last event, whatever was drawn since."""
        self.random_state = dict(self.network.rng.bit_generator.state)

    @property
    def plan(self) -> Plan:
        """Return how long to train, and on what; a limit on the images also shortens the epochs."""
        options = self.config.train
        batches = options.batches
        if self.limit is not None and batches is not None:
            once = batches_in_epoch(len(self.splits.train), options.batchsize, None)
            batches = min(batches, once)
        return Plan(
            batchsize=min(options.batchsize, len(self.splits.train)),
            batches=batches,
            epochs=options.epochs,
            seed=self.config.seed,
            schedule=options.schedule,
            label_smoothing=options.label_smoothing,
            patience=options.patience,
        )

    @property
    def rates(self) -> dict[str, Rate]:
        """Return the learning rate of each layer with parameters, by the layer's name."""
        return layer_rates(self.config, self.network)

    @property
    def batches_per_epoch(self) -> int:
        """Return the number of mini-batches in an epoch."""
        return batches_in_epoch(len(self.splits.train), self.plan.batchsize, self.plan.batches)

    @property
    def finished(self) -> bool:
        """Return whether all epochs are done, or `patience` has ended training early."""
        return self.plan.ended(self.progress)

    def kept(self) -> AbstractContextManager[None]:
        """While active, the network has the averaged weights if there is an average."""
        return nullcontext() if self.average is None else self.average.in_place()

    def train(
        self, executor: Executor, judge: Callable[[], tuple[Evaluation, Evaluation | None]]
    ) -> Iterator[Event]:
        """Train to the end, and yield every event; nothing is written. Raises DivergedError."""
        return train(
            self.network,
            self.rule,
            self.splits.train,
            self.plan,
            self.progress,
            rates=self.rates,
            judge=judge,
            average=self.average,
            executor=executor,
        )

    def events(
        self, folder: Path, *, executor: Executor, records: Records
    ) -> Generator[Event, None, None]:
        """Train to the end; record every event, save to `folder`, and yield the event.

        The state is saved if the generator is closed early or interrupted, and before it raises
        DivergedError. Called again, it goes on from there.
        """
        saved, started = time.monotonic(), self.progress.seconds
        try:
            for event in self.train(executor, lambda: self.judge(executor)):
                if isinstance(event, BatchDone):
                    self.images += event.images
                else:
                    self.seconds += event.seconds - started
                    started, self.last_epoch = 0.0, event
                if self.network.random:
                    self.note_random_state()
                flat = isinstance(event, EpochDone) and records.activations
                records(event, self.flat_shares() if flat else {})
                if isinstance(event, EpochDone) or time.monotonic() - saved > SAVE_EVERY:
                    records.flush()
                    self._save(folder, event)
                    saved = time.monotonic()
                yield event
        except (GeneratorExit, KeyboardInterrupt, CnntrainError, OSError):
            if self.progress.whole:
                records.flush()
                self.save(folder / LAST)
                if self.progress.batch == 0 and self.last_epoch and self.last_epoch.best:
                    self.save(folder / BEST)  # perhaps it was this that could not be written
            raise

    def flat_shares(self) -> dict[str, float]:
        """Return how far the activations are in their flat parts, over a few training images."""
        with self.kept():
            found = flat_shares(self.network, self.splits.train.images[:IMAGES_LOOKED_AT])
        return {name: round(share, 6) for name, share in found.items()}

    def tested(self, executor: Executor) -> Evaluation:
        """Return how the network does on the test images at the end of training."""
        if self.last_epoch is not None:
            return self.last_epoch.test
        with self.kept():
            return evaluate(self.network, self.splits.test, executor=executor)

    def judge(self, executor: Executor) -> tuple[Evaluation, Evaluation | None]:
        """Return how the network does on the test images, and on the validation images."""
        aside = self.splits.validation
        with self.kept():
            validation = evaluate(self.network, aside, executor=executor) if aside else None
            return evaluate(self.network, self.splits.test, executor=executor), validation

    def _save(self, folder: Path, event: Event) -> None:
        """Save the state, and also as the best if it is the best on the validation images."""
        if isinstance(event, EpochDone) and event.best:
            self.save(folder / BEST)
        self.save(folder / LAST)

    def save(self, path: Path) -> None:
        """Write a checkpoint of the current state. Raises OutputError."""
        checkpoint = Checkpoint(
            parameters=self._kept_values(),
            training={} if self.average is None else self.network.state(),
            update=self.rule.state(),
            config_name=self.config.name,
            config_text=self.config.text,
            classes=self.splits.train.classes,
            progress=self.progress,
            random_state=self.random_state,
            data_sha256=self.data_sha256,
            limit=self.limit,
            plain=self.network.plain,
        )
        save_checkpoint(path, checkpoint)
        if path.name == LAST:
            self.origin = Origin(path, version_of(path), self.config.text)

    def weights_sha256(self) -> str:
        """Return the SHA-256 of the bytes, in state order, of all weights that are kept."""
        digest = hashlib.sha256()
        for value in self._kept_values().values():
            digest.update(value.tobytes())
        return digest.hexdigest()

    def _kept_values(self) -> dict[str, np.ndarray]:
        """Return what is tested and saved, by name: the average, or the network's own values."""
        return self.network.state() if self.average is None else self.average.values
