"""Carry out an experiment in its run directory: records, checkpoints, run.json."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cnntrain.parallel.pool import useful, workers
from cnntrain.runs.about import continued, describe_run, finished, summary, write_about
from cnntrain.runs.experiment import Experiment
from cnntrain.runs.folder import BATCHES, EPOCHS
from cnntrain.runs.published import Comparison
from cnntrain.runs.records import Records
from cnntrain.system.interrupt import Interrupted, stoppable
from cnntrain.training.coach import Coach
from cnntrain.training.loop import Event


@dataclass
class Session:
    """An experiment and the run directory that it is carried out in.

    `say` is handed what the coach has to say. `result` is there once all epochs are done, as
    `train --json` prints it.
    """

    experiment: Experiment
    folder: Path
    threads: int | None  # processors to compute with, None for all
    command: Sequence[str]  # that the run was started by
    say: Callable[[str], None]
    result: dict[str, Any] | None = None

    def events(self) -> Generator[Event, None, None]:
        """Train to the end, and yield every event.

        What was reached is saved if the generator is closed early, and before it raises
        DivergedError.
        """
        experiment, folder = self.experiment, self.folder
        batch = experiment.plan.batchsize
        about = describe_run(experiment, useful(self.threads, batch), self.command)
        about = continued(folder, about)
        write_about(folder, about)
        comparison = Comparison(
            experiment.network, experiment.splits.train, experiment.config.published
        )
        comparison.compute(experiment.progress.step)
        coach = Coach(
            experiment.network,
            experiment.rule,
            experiment.splits.train,
            experiment.rates,
            smoothing=experiment.plan.label_smoothing,
            say=self.say,
        )
        try:
            with (
                workers(experiment.network, self.threads, batch=batch) as executor,
                Records(folder / BATCHES, folder / EPOCHS, experiment.progress) as records,
                closing(experiment.events(folder, executor=executor, records=records)) as events,
            ):
                for event in events:
                    yield event
                    comparison(event)
                    coach(event)
                test = experiment.tested(executor)
            self.result = summary(experiment, folder, test)
            if comparison.figures:
                self.result["published"] = [asdict(figure) for figure in comparison.figures]
        finally:
            write_about(folder, finished(about, self.result))


def carry_out(session: Session, show: Callable[[Event], None]) -> dict[str, Any]:
    """Train to the end, show every event, and return the result, as `train --json` prints it.

    Raises Interrupted once the user has asked to stop, and DivergedError; what was reached is
    saved first.
    """
    with stoppable() as stop, closing(session.events()) as events:
        for event in events:
            show(event)
            if stop.asked and not session.experiment.finished:
                raise Interrupted
    assert session.result is not None  # that was the end
    return session.result
