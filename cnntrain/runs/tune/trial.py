"""A trial: a configuration trained with one seed or more, and judged after every epoch.

It is judged on validation images, taken out of the training images; the test images are never
looked at. It keeps no files, and depends on nothing but its job.
"""

import math
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cnntrain.config import parse_config
from cnntrain.errors import CnntrainError, DivergedError
from cnntrain.model.own_layers import layers_of
from cnntrain.model.trained import fetch_data
from cnntrain.nn.execution.workspace import in_turn
from cnntrain.runs.begin import begin
from cnntrain.runs.experiment import Experiment
from cnntrain.runs.tune.pruning import Judge, Pruning
from cnntrain.system.own_code import failures
from cnntrain.training.evaluation import Evaluation, evaluate
from cnntrain.training.loop import EpochDone
from cnntrain.training.parallel.pool import one_thread

State = Literal["complete", "pruned", "diverged", "failed"]


@dataclass(frozen=True)
class Job:
    """All that a trial depends on. The data set travels by its name."""

    number: int
    name: str  # of the configuration
    config: str  # its YAML text
    overrides: tuple[str, ...]
    seeds: tuple[int, ...]
    data_sha256: str  # of the training images that the search was begun with, with the first seed
    data_dir: str | None = None  # None for each machine's own cache
    limit: int | None = None
    own: tuple[str, bytes] | None = None  # path and content of the user's file of layers
    pruning: Pruning | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of a trial. Scores are accuracies, or losses where there are no classes."""

    state: State
    scores: list[float] = field(default_factory=list)  # mean over the seeds, for each epoch
    weights_sha256: list[str] = field(default_factory=list)  # for each seed, at the end
    reason: str = ""  # why there is no score
    seconds: float = 0.0
    where: str = ""  # host and process
    rungs: dict[str, float] = field(default_factory=dict)  # Hyperband's notes


def run_trial(job: Job) -> Outcome:
    """Train to the end, or until there is no hope; called in a worker."""
    started, where = time.perf_counter(), f"{platform.node()}:{os.getpid()}"
    scores: list[float] = []
    state: State = "complete"
    reason, weights = "", list[str]()
    judge = None if job.pruning is None else Judge(job.pruning)
    try:
        with one_thread(), failures():
            experiments = [_experiment(job, seed) for seed in job.seeds]
            for results in _lockstep([_epochs(experiment) for experiment in experiments]):
                scores.append(math.fsum(results) / len(results))
                if judge is not None and judge.hopeless(len(scores), scores[-1]):
                    state = "pruned"
                    break
            weights = [experiment.weights_sha256() for experiment in experiments]
            if not scores:
                state, reason = (
                    "failed",
                    "found no epoch to train, expected train.epochs of 1 or more",
                )
    except DivergedError as error:
        state, reason = "diverged", str(error)
    except (CnntrainError, MemoryError) as error:
        state, reason = "failed", str(error) or "not enough memory"
    return Outcome(
        state=state,
        scores=scores,
        weights_sha256=weights,
        reason=reason,
        seconds=time.perf_counter() - started,
        where=where,
        rungs={} if judge is None else judge.rungs(),
    )


def _experiment(job: Job, seed: int) -> Experiment:
    """Return the trial's experiment with a seed. Raises CnntrainError if the data is another."""
    overrides = [*job.overrides, f"--seed={seed}"]
    own = None if job.own is None else layers_of(Path(job.own[0]), job.own[1])
    kinds = own.kinds if own else None
    config = parse_config(job.config, f"{job.name}.yaml", overrides, kinds)
    data_dir = None if job.data_dir is None else Path(job.data_dir)
    experiment = begin(config, data_dir=data_dir, fetch=fetch_data, limit=job.limit, own=own)
    if seed == job.seeds[0] and experiment.data_sha256 != job.data_sha256:
        raise CnntrainError(
            f"found other training images than where the search was begun (SHA-256 "
            f"{experiment.data_sha256[:12]}, expected {job.data_sha256[:12]}); give the same data"
        )
    return experiment


def _epochs(experiment: Experiment) -> Iterator[Evaluation]:
    """Train, and yield the result on the validation images after every epoch."""
    aside = experiment.splits.validation
    assert aside is not None  # the search has seen to it

    def judge() -> tuple[Evaluation, Evaluation]:
        with experiment.kept():
            result = evaluate(experiment.network, aside)
        return result, result  # instead of the test images, too

    for event in experiment.train(in_turn, judge):
        if isinstance(event, EpochDone):
            yield event.test


def _lockstep(runs: list[Iterator[Evaluation]]) -> Iterator[list[float]]:
    """Yield the scores of all runs after each epoch; one that ended early keeps its last."""
    scores: list[float] = [math.nan] * len(runs)
    while True:
        going = False
        for index, run in enumerate(runs):
            result = next(run, None)
            if result is not None:
                going, scores[index] = True, result.score
        if not going:
            return
        yield list(scores)
