"""Carry out an experiment in its run directory: records, checkpoints, run.json."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cnntrain.errors import CheckpointError, OutputError
from cnntrain.nn.execution.workspace import Executor
from cnntrain.runs.about import continued, describe_run, finished, summary, write_about
from cnntrain.runs.experiment import Experiment
from cnntrain.runs.folder import BATCHES, EPOCHS, FILES
from cnntrain.runs.lock import training_in
from cnntrain.runs.published import Comparison
from cnntrain.runs.records import Records
from cnntrain.runs.repair import repaired
from cnntrain.runs.rescue import is_gone, rescued
from cnntrain.system.files import remove_unfinished
from cnntrain.system.interrupt import Interrupted, stoppable
from cnntrain.system.run_files import LAST
from cnntrain.training.coach import Coach
from cnntrain.training.loop import EpochDone, Event
from cnntrain.training.parallel.pool import Pool, useful, workers


@dataclass
class Session:
    """An experiment and the run directory that it is carried out in.

    `say` receives the coach's messages. `result` is set when all epochs are done, to what
    `train --json` prints.
    """

    experiment: Experiment
    folder: Path
    threads: int | None  # processors to compute with, None for all
    command: Sequence[str]  # that started the run
    say: Callable[[str], None]
    result: dict[str, Any] | None = None

    def events(self) -> Generator[Event, None, None]:
        """Train to the end, and yield every event.

        What was reached is saved if the generator is closed early, and before it raises
        DivergedError. Raises BusyError where another process trains in the folder, CheckpointError
        where one has done so since the experiment was read, and OutputError.
        """
        with training_in(self.folder) as alone:
            self._refuse_if_outdated()
            if alone:
                remove_unfinished(self.folder, FILES)
            yield from self._events()

    def _refuse_if_outdated(self) -> None:
        origin = self.experiment.origin
        if origin is not None and origin.is_outdated():
            raise CheckpointError(
                f"{origin.path}: another program has trained this run further since it was read; "
                "nothing was changed. Resume it again"
            )

    def _is_saved(self) -> bool:
        """Return whether last.npz holds what is gone on from, or need not."""
        origin, config = self.experiment.origin, self.experiment.config
        if self.experiment.finished:
            return True
        if origin is None or origin.path != self.folder / LAST:
            return False
        return origin.path.is_file() and origin.config_text == config.text

    def _events(self) -> Generator[Event, None, None]:
        experiment, folder = self.experiment, self.folder
        for note in repaired(experiment, folder):
            self.say(note)
        if not self._is_saved():  # before rows are dropped that come after
            experiment.save(folder / LAST)
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
        files = folder / BATCHES, folder / EPOCHS
        try:
            with (
                workers(experiment.network, self.threads, batch=batch) as executor,
                Records(*files, experiment.progress, list(experiment.flat_shares())) as records,
            ):
                for note in (*records.notes, *_alone(executor)):
                    self.say(note)
                try:
                    with closing(
                        experiment.events(folder, executor=executor, records=records)
                    ) as events:
                        for event in events:
                            yield event
                            comparison(event)
                            coach(event)
                            if isinstance(event, EpochDone) and is_gone(folder):
                                raise OutputError(f"{folder}: is gone")
                except OutputError as error:
                    if is_gone(folder):
                        raise rescued(experiment, records, about, folder) from error
                    raise
                test = experiment.tested(executor)
            self.result = summary(experiment, folder, test)
            if comparison.figures:
                self.result["published"] = [asdict(figure) for figure in comparison.figures]
        finally:
            if not is_gone(folder):
                write_about(folder, finished(about, self.result))


def _alone(executor: Executor) -> Iterator[str]:
    if isinstance(executor, Pool) and executor.refused:
        yield (
            f"no other process can take part ({executor.refused}); this one works alone, with the "
            "same results"
        )


def carry_out(session: Session, show: Callable[[Event], None]) -> dict[str, Any]:
    """Train to the end, show every event, and return the result, as `train --json` prints it.

    A request to stop waits for the mini-batch; if that takes long, it is said. Raises Interrupted
    once the user has asked to stop, KeyboardInterrupt at another Ctrl-C, and DivergedError; what was
    reached is saved first.
    """

    def late() -> None:
        session.say("Stopping after this mini-batch; Ctrl-C stops at once, without it")

    with stoppable(late) as stop, closing(session.events()) as events:
        for event in events:
            show(event)
            if stop.asked and not session.experiment.finished:
                raise Interrupted
    assert session.result is not None  # that was the end
    return session.result
