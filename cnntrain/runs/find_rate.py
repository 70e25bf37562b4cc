"""A sweep over the learning rates of an experiment: what it proposes, and its record."""

import csv
import io
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cnntrain.errors import UsageError
from cnntrain.nn.execution.workspace import Executor
from cnntrain.runs.experiment import Experiment
from cnntrain.system.files import replacing
from cnntrain.system.interrupt import Stop
from cnntrain.training.advice import RateAdvice
from cnntrain.training.find_rate import find_rate
from cnntrain.training.sweep import End, Found, Sweep, Trial

RECORD = "find-rate.csv"
CURVE = "find-rate.png"


@dataclass(frozen=True)
class Proposal:
    """Rates to train with, by the option of a configuration that has each; how they were found."""

    run: str
    config: str
    rates: dict[str, float]  # proposed, of two digits
    found: dict[str, float]  # in the configuration
    factor: float  # proposed rates / found ones, before rounding
    trials: list[Trial]  # the factors that were tried, the losses in the end
    lowest: float  # factor at which the loss of the sweep was lowest
    steps: int  # of the sweep
    ended: End
    learnt: bool  # whether the loss fell clearly below that of guessing; else trust nothing above

    def for_json(self) -> dict[str, Any]:
        """Return all of it, with None for a loss that is not finite."""
        trials = [
            {"factor": trial.factor, "loss": trial.loss if math.isfinite(trial.loss) else None}
            for trial in self.trials
        ]
        return {**asdict(self), "trials": trials}


def sweep_of(experiment: Experiment, *, executor: Executor, stop: Stop) -> Found:
    """Return what a sweep over an experiment's rates finds.

    Raises UsageError where there is no rate to move or no loss to see, and Interrupted.
    """
    name = experiment.config.name
    if not any(slot.rate > 0 for slot in experiment.rule.slots):
        raise UsageError(
            f"{name}: --find-rate: found no learning rate above 0, expected one at least, because "
            "the sweep keeps their ratios; give --set train.alpha=1"
        )
    found = find_rate(
        experiment.network,
        experiment.rule,
        experiment.splits.train,
        experiment.plan,
        executor=executor,
        stop=stop,
    )
    if found is None:
        raise UsageError(
            f"{name}: --find-rate: found numbers that are not finite even with tiny rates, "
            "expected finite ones; start from smaller weights"
        )
    return found


def proposal(experiment: Experiment, found: Found, folder: Path) -> Proposal:
    """Return the rates that a sweep proposes: those of the configuration, times one factor."""
    given, sweep = RateAdvice(experiment.network, experiment.rates).values(), found.sweep
    return Proposal(
        run=str(folder),
        config=experiment.config.name,
        rates={key: float(f"{value * found.factor:.2g}") for key, value in given.items()},
        found=given,
        factor=found.factor,
        trials=found.trials,
        lowest=sweep.lowest,
        steps=len(sweep.losses),
        ended=sweep.end,
        learnt=found.learnt,
    )


def record(sweep: Sweep, folder: Path) -> None:
    """Write a row for each mini-batch of the sweep. Raises OutputError."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["step", "factor", "loss", "smoothed"])
    columns = (sweep.factors.tolist(), sweep.losses.tolist(), sweep.smoothed.tolist())
    for step, row in enumerate(zip(*columns, strict=True), 1):
        writer.writerow([step, *row])
    with replacing(folder / RECORD, parents=False) as file:
        file.write(text.getvalue().encode())
