"""The training loop: a generator of events. It prints nothing and saves nothing.

Batch by batch, as in the tutorial: forward, loss, backward, update, and the MSE recorded. What a
run needs to be continued after any batch is in `Progress`.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from cnntrain.data.batches import epoch_batches
from cnntrain.data.examples import Examples
from cnntrain.errors import DivergedError
from cnntrain.nn.arrays import Images
from cnntrain.nn.execution.executor import Executor, in_turn
from cnntrain.nn.network import Network
from cnntrain.nn.updates import UpdateRule
from cnntrain.training.evaluation import Evaluation

KEEP = 0.99  # share of the old value in the weighted MSE (S0, DeepLearnToolbox's rL)


@dataclass(frozen=True)
class Plan:
    """How long to train, and on what: the numbers of the section `train`."""

    batchsize: int
    batches: int | None
    epochs: int
    seed: int


@dataclass
class Progress:
    """How far a run has come. Read it at any event; training resumes from a copy of it."""

    epoch: int = 1  # the epoch at work, from 1
    batch: int = 0  # mini-batches done in it
    step: int = 0  # updates made since the beginning
    weighted: float | None = None  # weighted MSE
    loss_sum: float = 0.0  # over this epoch's batches
    correct: int = 0  # images of this epoch classified correctly, before their update
    seen: int = 0  # images of this epoch
    seconds: float = 0.0  # spent training in this epoch
    best: float | None = None  # `Evaluation.score` of the best epoch so far, on validation images


@dataclass(frozen=True)
class BatchDone:
    """A mini-batch was learnt. `mse` is its loss, before the update that it led to."""

    epoch: int
    batch: int
    step: int
    mse: float
    weighted_mse: float
    images: int


@dataclass(frozen=True)
class EpochDone:
    """An epoch has ended. `mse` is the average over its batches."""

    epoch: int
    step: int
    mse: float
    weighted_mse: float
    train_accuracy: float | None  # None where the targets are no classes
    seconds: float
    images_per_second: float
    test: Evaluation
    validation: Evaluation | None


Event = BatchDone | EpochDone


def train(
    network: Network,
    rule: UpdateRule,
    examples: Examples,
    plan: Plan,
    progress: Progress,
    *,
    judge: Callable[[], tuple[Evaluation, Evaluation | None]],
    executor: Executor = in_turn,
) -> Iterator[Event]:
    """Train, and yield an event after every mini-batch and every epoch.

    `judge` evaluates the network, on test and validation images, at the end of an epoch.
    `progress` is brought up to date before each event. Raises DivergedError before an update
    would spoil the weights.
    """
    targets = examples.targets(network.dtype)
    while progress.epoch <= plan.epochs:
        epoch = progress.epoch
        batches = epoch_batches(
            len(examples),
            plan.batchsize,
            plan.batches,
            seed=plan.seed,
            epoch=epoch,
            skip=progress.batch,
        )
        started = time.perf_counter() - progress.seconds
        for chosen in batches:
            images, wanted = examples.images[chosen], targets[chosen]
            result = network.backpropagate(images, wanted, executor=executor)
            if not _finite(network, rule, result.loss):
                raise _diverged(network, images, wanted, progress)
            rule.update()
            network.update_buffers()
            _record(progress, result.loss, result.correct, len(chosen))
            progress.seconds = time.perf_counter() - started
            yield BatchDone(
                epoch,
                progress.batch,
                progress.step,
                result.loss,
                progress.weighted or 0.0,
                len(chosen),
            )
        test, validation = judge()
        event = _summary(progress, test, validation, classified=examples.classified)
        _begin_next(progress)
        yield event


def _record(progress: Progress, loss: float, correct: int, images: int) -> None:
    """Enter a batch's results; the weighted MSE starts with the first batch's."""
    before = loss if progress.weighted is None else progress.weighted
    progress.weighted = KEEP * before + (1 - KEEP) * loss
    progress.batch += 1
    progress.step += 1
    progress.loss_sum += loss
    progress.correct += correct
    progress.seen += images


def _summary(
    progress: Progress, test: Evaluation, validation: Evaluation | None, *, classified: bool
) -> EpochDone:
    return EpochDone(
        epoch=progress.epoch,
        step=progress.step,
        mse=progress.loss_sum / progress.batch,
        weighted_mse=progress.weighted or 0.0,
        train_accuracy=progress.correct / progress.seen if classified else None,
        seconds=progress.seconds,
        images_per_second=progress.seen / max(progress.seconds, 1e-9),
        test=test,
        validation=validation,
    )


def _begin_next(progress: Progress) -> None:
    """Move on to the next epoch."""
    progress.epoch += 1
    progress.batch = progress.correct = progress.seen = 0
    progress.loss_sum = progress.seconds = 0.0


def _finite(network: Network, rule: UpdateRule, loss: float) -> bool:
    """Return whether the loss and the coming update are finite; the weights still are.

    The update's squared length has to be a number of the network's type: far below where adding
    it to a weight could overflow.
    """
    return math.isfinite(loss) and rule.squared_length() < float(np.finfo(network.dtype).max)


def _diverged(
    network: Network, images: Images, targets: np.ndarray, progress: Progress
) -> DivergedError:
    """Return the error that names the layer where the numbers stopped being finite."""
    culprit = network.first_not_finite(images, targets) or "the gradients"
    return DivergedError(
        f"epoch {progress.epoch}, batch {progress.batch + 1}: the numbers became infinite or "
        f"undefined, first in {culprit}; the weights from before this batch are kept. "
        "Lower the learning rates (alpha, alpha2, ...)"
    )
