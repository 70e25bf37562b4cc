"""A configuration trained to its end with one seed, and tested: a job of `scripts/reproduce`.

It keeps no files, and depends on nothing but its job. Its weights are those of `cnntrain train`.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cnntrain.config import parse_config
from cnntrain.errors import CnntrainError
from cnntrain.model.trained import fetch_data
from cnntrain.nn.execution.workspace import in_turn
from cnntrain.runs.begin import begin
from cnntrain.runs.experiment import Experiment
from cnntrain.runs.tune.at_work import MOST_TRIES, AtWork
from cnntrain.runs.tune.executors import Workers
from cnntrain.training.loop import EpochDone
from cnntrain.training.parallel.pool import one_thread


@dataclass(frozen=True)
class SeedJob:
    """All that a training depends on. The data set travels by its name."""

    path: str  # of the configuration, for messages
    config: str  # its YAML text
    overrides: tuple[str, ...]
    seed: int
    data_dir: str | None = None  # None for each machine's own cache
    limit: int | None = None


@dataclass(frozen=True)
class Tested:
    """What came of it: the result on the test images after the last epoch, or why there is none."""

    error: float = 0.0  # a share, not percent
    epochs: int = 0
    parameters: int = 0
    seconds: float = 0.0  # of training
    weights_sha256: str = ""
    failed: str = ""  # why


def run_seeds(
    jobs: Iterable[SeedJob], workers: Workers, say: Callable[[str], None]
) -> Iterator[tuple[SeedJob, Tested]]:
    """Let the workers carry out the jobs; yield each with what came of it, as soon as it has ended."""
    at_work: AtWork[SeedJob, Tested] = AtWork(
        workers,
        run_seed,
        lambda job: f"{job.path}, seed {job.seed}",
        say,
        "start them again, and give the same command",
    )
    waiting = deque(jobs)
    while waiting or at_work:
        while waiting and at_work.free:
            at_work.hand_out(waiting.popleft())
        for job, tested in at_work.ended():
            yield job, tested or Tested(failed=f"its worker died {MOST_TRIES} times")


def run_seed(job: SeedJob) -> Tested:
    """Train to the end with one thread; called in a worker."""
    data_dir = None if job.data_dir is None else Path(job.data_dir)
    try:
        config = parse_config(job.config, job.path, [*job.overrides, f"--seed={job.seed}"])
        with one_thread():
            experiment = begin(config, data_dir=data_dir, fetch=fetch_data, limit=job.limit)
            return _tested(experiment)
    except (CnntrainError, MemoryError) as error:
        return Tested(failed=str(error) or "not enough memory")


def _tested(experiment: Experiment) -> Tested:
    """Train, testing after every epoch as `cnntrain train` does, and return the last result."""
    seconds = 0.0
    for event in experiment.train(in_turn, lambda: experiment.judge(in_turn)):
        if isinstance(event, EpochDone):
            experiment.last_epoch = event
            seconds += event.seconds
    error = experiment.tested(in_turn).error
    if error is None:
        return Tested(failed="its targets are not classes, so that there is no test error")
    return Tested(
        error=error,
        epochs=experiment.progress.epoch - 1,
        parameters=sum(each.value.size for each in experiment.network.parameters.values()),
        seconds=seconds,
        weights_sha256=experiment.weights_sha256(),
    )
