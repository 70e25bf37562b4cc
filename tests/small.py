"""A small, fast training run on synthetic digits, for the tests of what surrounds the engine."""

from contextlib import closing
from pathlib import Path

from cnntrain.config import Config, parse_config
from cnntrain.nn.execution.workspace import Executor, in_turn
from cnntrain.runs.begin import begin, resume
from cnntrain.runs.experiment import Experiment
from cnntrain.runs.folder import BATCHES, EPOCHS
from cnntrain.runs.new_folder import new_run
from cnntrain.runs.records import Records
from cnntrain.training.loop import BatchDone, EpochDone, Event

# Dropout draws random numbers in every step; 45 images in batches of 20 leave a last one of 5.
SMALL = """\
dataset: {synthetic: {train: 60, test: 30}}
network:
  - conv: {filters: 2, kernel: 5}
  - relu
  - max_pool: 4
  - dropout: 0.2
  - dense: 10
loss: softmax_cross_entropy
train: {batchsize: 20, epochs: 2, validation: 15, alpha: 0.5}
seed: 3
"""


def small(*overrides: str) -> Config:
    return parse_config(SMALL, "small.yaml", overrides)


def started(*overrides: str, limit: int | None = None) -> Experiment:
    return begin(small(*overrides), data_dir=None, fetch=lambda *_: None, limit=limit)


def resumed(path: Path, epochs: int | None = None) -> Experiment:
    return resume(path, data_dir=None, fetch=lambda *_: None, epochs=epochs)


def finish(experiment: Experiment, folder: Path, *, executor: Executor = in_turn) -> list[Event]:
    """Run an experiment to its end in a folder; return what happened."""
    return interrupt(experiment, folder, after=None, executor=executor)


def interrupt(
    experiment: Experiment, folder: Path, *, after: int | None, executor: Executor = in_turn
) -> list[Event]:
    """Run an experiment until so many events have happened; return them."""
    seen: list[Event] = []
    if not folder.exists():
        new_run(experiment.config, folder, experiment.save)
    with (
        Records(folder / BATCHES, folder / EPOCHS, experiment.progress) as records,
        closing(experiment.events(folder, executor=executor, records=records)) as events,
    ):
        for event in events:
            seen.append(event)
            if len(seen) == after:
                break
    return seen


def batches(events: list[Event]) -> list[BatchDone]:
    return [event for event in events if isinstance(event, BatchDone)]


def epochs(events: list[Event]) -> list[EpochDone]:
    return [event for event in events if isinstance(event, EpochDone)]
