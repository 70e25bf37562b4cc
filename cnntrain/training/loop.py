"""The training loop: a generator of events. It prints nothing and saves nothing.

For each mini-batch, as in the tutorial: forward, loss, backward, update, and record the MSE.
`Progress`, the network, the update rule, and the average of the weights, where one is kept, hold
what is needed to continue a run after any batch.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import repeat

import numpy as np

from cnntrain.config.rates import Rate
from cnntrain.data.batches import batches_in_epoch, epoch_batches, with_images
from cnntrain.data.examples import Examples
from cnntrain.nn.arrays import unwarned
from cnntrain.nn.average import WeightAverage
from cnntrain.nn.execution.shard import Change
from cnntrain.nn.execution.workspace import Executor, in_turn
from cnntrain.nn.losses import smoothed
from cnntrain.nn.network import Network
from cnntrain.nn.schedules import Constant, Length, Schedule
from cnntrain.nn.updates import UpdateRule
from cnntrain.training.divergence import diverged
from cnntrain.training.evaluation import Evaluation
from cnntrain.training.progress import Progress

KEEP = 0.99  # share of the old value in the weighted MSE (S0, DeepLearnToolbox's rL)


@dataclass(frozen=True)
class Plan:
    """How long to train, and on what: the numbers of the section `train`."""

    batchsize: int
    batches: int | None
    epochs: int
    seed: int
    schedule: Schedule = field(default_factory=Constant)
    label_smoothing: float = 0.0
    patience: int | None = None  # epochs without a better validation result before it ends

    def ended(self, progress: Progress) -> bool:
        """Return whether training is over: all epochs done, or none better for `patience` epochs."""
        stopped = self.patience is not None and progress.epochs_since_best >= self.patience
        return progress.epoch > self.epochs or stopped


@dataclass(frozen=True)
class BatchDone:
    """A mini-batch has been trained on. `mse` is its loss before the update."""

    epoch: int
    batch: int
    step: int
    mse: float
    weighted_mse: float
    images: int
    rate: float  # of the first layer that learns, in the update that followed


@dataclass(frozen=True)
class EpochDone:
    """An epoch has ended. `mse` is the average over its batches."""

    epoch: int
    step: int
    mse: float
    weighted_mse: float
    train_accuracy: float | None  # None if the targets are not classes
    seconds: float
    images_per_second: float
    test: Evaluation
    validation: Evaluation | None
    best: bool = False  # the validation result is better than that of every epoch before


Event = BatchDone | EpochDone


def train(
    network: Network,
    rule: UpdateRule,
    examples: Examples,
    plan: Plan,
    progress: Progress,
    *,
    rates: Mapping[str, Rate],
    judge: Callable[[], tuple[Evaluation, Evaluation | None]],
    average: WeightAverage | None = None,
    executor: Executor = in_turn,
) -> Iterator[Event]:
    """Train, and yield an event after every mini-batch and every epoch.

    `rates` has the option with each layer's learning rate, for messages. `judge` evaluates the
    network, on test and validation images, at the end of an epoch. `average` follows the weights.
    `progress` is brought up to date before each event. Raises DivergedError before a bad update
    reaches the weights.
    """
    targets, rows = examples.target_table(network.dtype)
    targets = smoothed(targets, plan.label_smoothing)
    length = Length(plan.epochs, batches_in_epoch(len(examples), plan.batchsize, plan.batches))
    while not plan.ended(progress):
        epoch = progress.epoch
        batches = epoch_batches(
            len(examples),
            plan.batchsize,
            plan.batches,
            seed=plan.seed,
            epoch=epoch,
            skip=progress.batch,
        )
        changes = _changes(network, plan, progress)
        started = time.perf_counter() - progress.seconds
        ahead = with_images(examples.images, batches)
        for (chosen, images), change in zip(ahead, changes, strict=False):  # changes are endless
            wanted = targets[rows[chosen]]
            result = network.backpropagate(images, wanted, change=change, executor=executor)
            rule.scale = plan.schedule.factor(progress.step, length)
            if not _all_finite(network, rule, result.loss):
                where = f"epoch {epoch}, batch {progress.batch + 1}"
                raise diverged(network, rule, rates, (images, wanted), where)
            progress.whole = False
            rule.update()
            network.update_buffers()
            _record(progress, result.loss, result.correct, len(chosen))
            if average is not None:
                average.update(progress.step)
            progress.seconds = time.perf_counter() - started
            progress.whole = True
            yield BatchDone(
                epoch,
                progress.batch,
                progress.step,
                result.loss,
                progress.weighted or 0.0,
                len(chosen),
                rule.first_rate(),
            )
        test, validation = judge()
        progress.whole = False
        best = _note_best(progress, validation)
        event = _summary(progress, test, validation, best=best, share=examples.classified_share)
        _begin_next(progress)
        progress.whole = True
        yield event


@unwarned
def _all_finite(network: Network, rule: UpdateRule, loss: float) -> bool:
    """Return whether the loss and the coming update are finite; the weights still are."""
    # far below where adding the update to a weight could overflow
    return math.isfinite(loss) and rule.squared_length() < float(np.finfo(network.dtype).max)


def _changes(network: Network, plan: Plan, progress: Progress) -> Iterator[Change | None]:
    """Return how the images of each mini-batch of the epoch are distorted, from the next one on."""
    distortion = network.distortion
    if distortion is None:
        return repeat(None)
    numbers = distortion.batches(
        plan.batchsize, seed=plan.seed, epoch=progress.epoch, skip=progress.batch
    )
    return (Change(distortion, each) for each in numbers)


def _record(progress: Progress, loss: float, correct: int, images: int) -> None:
    """Add a batch's results; the weighted MSE starts at the first batch's MSE."""
    before = loss if progress.weighted is None else progress.weighted
    progress.weighted = KEEP * before + (1 - KEEP) * loss
    progress.batch += 1
    progress.step += 1
    progress.loss_sum += loss
    progress.correct += correct
    progress.seen += images


def _note_best(progress: Progress, validation: Evaluation | None) -> bool:
    """Update the best result; return whether this one is it."""
    if validation is None:
        return False
    best = validation.better_than(progress.best)
    if best:
        progress.best = validation.score
    progress.epochs_since_best = 0 if best else progress.epochs_since_best + 1
    return best


def _summary(
    progress: Progress,
    test: Evaluation,
    validation: Evaluation | None,
    *,
    best: bool,
    share: float,
) -> EpochDone:
    return EpochDone(
        epoch=progress.epoch,
        step=progress.step,
        mse=progress.loss_sum / progress.batch,
        weighted_mse=progress.weighted or 0.0,
        train_accuracy=progress.correct / (share * progress.seen) if share else None,
        seconds=progress.seconds,
        images_per_second=progress.seen / max(progress.seconds, 1e-9),
        test=test,
        validation=validation,
        best=best,
    )


def _begin_next(progress: Progress) -> None:
    """Move on to the next epoch."""
    progress.epoch += 1
    progress.batch = progress.correct = progress.seen = 0
    progress.loss_sum = progress.seconds = 0.0
