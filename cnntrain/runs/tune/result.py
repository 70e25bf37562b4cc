"""What a search has found: every trial, the best one, and the files that say so."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnntrain.config import Config, parse_config
from cnntrain.runs.tune.extra import optuna
from cnntrain.runs.tune.study import NOTES, Search
from cnntrain.runs.tune.vary import Vary
from cnntrain.system.files import replacing
from cnntrain.system.regular import open_file

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

BEST_CONFIG = "best.yaml"
TABLE = "trials.csv"
LEAST_FOR_IMPORTANCES = 4  # complete trials


@dataclass(frozen=True)
class Tried:
    """A trial that has ended."""

    number: int
    state: str  # complete, pruned, diverged or failed
    values: dict[str, Any]
    scores: list[float]  # by epoch
    weights_sha256: list[str]  # by seed
    seconds: float
    where: str
    reason: str

    @property
    def score(self) -> float | None:
        """Return the score after the last epoch; None if training did not come so far."""
        return self.scores[-1] if self.state == "complete" else None


@dataclass(frozen=True)
class Found:
    """The trials of a search, in their order, and what was varied."""

    varied: Sequence[Vary]
    maximize: bool
    tried: list[Tried]
    importances: dict[str, float]  # of the options, summing to 1; empty for few trials

    @property
    def ranked(self) -> list[Tried]:
        """Return the trials that were trained to the end, the best first."""
        complete = [trial for trial in self.tried if trial.score is not None]
        return sorted(complete, key=lambda t: (t.score or 0.0) * (-1 if self.maximize else 1))

    @property
    def best(self) -> Tried | None:
        """Return the best trial, the first of equals; None if none was trained to the end."""
        return next(iter(self.ranked), None)

    @property
    def epochs(self) -> int:
        """Return the epochs of all trials: the work that was done."""
        return sum(len(trial.scores) for trial in self.tried)


def found(search: Search, *, importances: bool = True) -> Found:
    """Return what a search has found so far; the importances of the options take a moment."""
    tried = [_tried(trial) for trial in search.trials if trial.state.is_finished()]
    matters = _importances(search) if importances else {}
    return Found(search.varied, search.maximize, tried, matters)


def _tried(trial: "FrozenTrial") -> Tried:
    notes = trial.user_attrs.get(NOTES, {})
    return Tried(
        number=trial.number,
        state=notes.get("state", "failed"),
        values=notes.get("values", {}),
        scores=[score for _, score in sorted(trial.intermediate_values.items())],
        weights_sha256=notes.get("weights_sha256", []),
        seconds=round(notes.get("seconds", 0.0), 3),
        where=notes.get("where", ""),
        reason=notes.get("reason", ""),
    )


def _importances(search: Search) -> dict[str, float]:
    """Return how much each option matters to how good a trial is (PED-ANOVA, Watanabe 2023)."""
    complete = [trial for trial in search.trials if trial.state.name == "COMPLETE"]
    if len(search.varied) < 2 or len(complete) < LEAST_FOR_IMPORTANCES:
        return {}
    importance = optuna().importance
    try:
        shares = importance.get_param_importances(
            search.study, evaluator=importance.PedAnovaImportanceEvaluator()
        )
    except (RuntimeError, ValueError):  # where all trials are equally good, or all values are one
        return {}
    return {key: float(share) for key, share in shares.items()}


def best_config(config: Config, trial: Tried, varied: Sequence[Vary]) -> Config:
    """Return a configuration with the values of a trial."""
    overrides = [vary.override(trial.values[vary.key]) for vary in varied]
    return parse_config(config.text, f"{config.name}.yaml", overrides, config.places.own)


def write_best(folder: Path, config: Config, about: Sequence[str]) -> Path:
    """Write a configuration below lines of comment; return its file. Raises OutputError."""
    path = folder / BEST_CONFIG
    with replacing(path) as file:
        file.write(("".join(f"# {line}\n" for line in about) + config.text).encode())
    return path


def rows_of_table(folder: Path) -> int:
    """Return how many trials the table in a folder has; 0 if there is none."""
    try:
        with open_file(folder / TABLE) as file:
            return max(0, sum(1 for _ in file) - 1)
    except OSError:
        return 0


def write_table(folder: Path, result: Found) -> None:
    """Write a row for each trial. Raises OutputError."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    keys = [vary.key for vary in result.varied]
    fixed = ["trial", "state", "score", "epochs", "seconds", "where", "weights_sha256", "reason"]
    writer.writerow([*fixed, *keys])
    for trial in result.tried:
        writer.writerow(
            [
                *(trial.number, trial.state, "" if trial.score is None else trial.score),
                *(len(trial.scores), trial.seconds, trial.where),
                *(" ".join(trial.weights_sha256), trial.reason),
                *(trial.values.get(key, "") for key in keys),
            ]
        )
    with replacing(folder / TABLE) as file:
        file.write(text.getvalue().encode())
