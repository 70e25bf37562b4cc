"""Carry out an experiment in its run directory: records, checkpoints, run.json."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cnntrain.parallel.pool import useful, workers
from cnntrain.runs.about import continued, describe_run, finished, summary, write_about
from cnntrain.runs.experiment import Experiment
from cnntrain.runs.folder import BATCHES, EPOCHS
from cnntrain.runs.published import Comparison
from cnntrain.runs.records import Records
from cnntrain.system.interrupt import stoppable
from cnntrain.training.coach import Coach
from cnntrain.training.loop import Event


def carry_out(
    experiment: Experiment,
    folder: Path,
    *,
    threads: int | None,
    command: Sequence[str],
    show: Callable[[Event], None],
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Train to the end and return the result, as `train --json` prints it.

    `show` is handed every event, `say` what the coach has to say. Raises
    Interrupted and DivergedError; what was reached is saved in `folder` first.
    """
    about = describe_run(experiment, useful(threads, experiment.plan.batchsize), command)
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
        say=say,
    )

    def watch(event: Event) -> None:
        show(event)
        comparison(event)
        coach(event)

    result = None
    files = (folder / BATCHES, folder / EPOCHS)
    try:
        with (
            stoppable() as stop,
            workers(experiment.network, threads, batch=experiment.plan.batchsize) as executor,
            Records(*files, experiment.progress) as records,
        ):
            test = experiment.run(folder, executor=executor, records=records, show=watch, stop=stop)
        result = summary(experiment, folder, test)
        if comparison.figures:
            result["published"] = [asdict(figure) for figure in comparison.figures]
    finally:
        write_about(folder, finished(about, result))
    return result
