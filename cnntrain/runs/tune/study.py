"""The search as Optuna keeps it: trials in a storage, where a search that was stopped goes on."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from cnntrain.errors import OutputError, UsageError
from cnntrain.runs.tune.extra import optuna
from cnntrain.runs.tune.pruning import Past
from cnntrain.runs.tune.trial import Outcome
from cnntrain.runs.tune.vary import Vary

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler
    from optuna.trial import FrozenTrial, Trial

SearchName = Literal["tpe", "random", "grid"]
DATABASE = "study.db"
PLAN = "cnntrain_plan"  # an attribute of the study
OWNER, NOTES = "cnntrain_owner", "cnntrain"  # attributes of a trial


@dataclass(frozen=True)
class Proposal:
    """A trial to carry out: Optuna's, and the overrides of its values."""

    trial: "Trial"
    values: dict[str, Any]
    overrides: tuple[str, ...]

    @property
    def number(self) -> int:
        """Return its number in the study, from 0."""
        return self.trial.number


class Search:
    """An Optuna study, and what is varied in it."""

    def __init__(
        self,
        url: str,
        name: str,
        varied: Sequence[Vary],
        *,
        search: SearchName,
        seed: int,
        maximize: bool,
        plan: str,
        owner: str,
    ) -> None:
        """Open or make the study.

        `plan` is what has to be the same for trials to be comparable; `owner` marks those that this
        folder began. Raises UsageError for the study of another plan, and if the storage cannot be
        had.
        """
        self.library = optuna()
        self.varied, self.search, self.seed, self.owner = varied, search, seed, owner
        self.maximize, self.name = maximize, name
        try:
            self.storage = self.library.storages.RDBStorage(url)
            self.study = self.library.create_study(
                storage=self.storage,
                study_name=name,
                direction="maximize" if maximize else "minimize",
                load_if_exists=True,
                pruner=self.library.pruners.NopPruner(),  # workers prune
            )
        except Exception as error:  # whatever a database's driver raises
            raise _no_storage(url, error) from error
        self._refuse_other(plan, url)
        self._queue_grid()

    def _refuse_other(self, plan: str, url: str) -> None:
        before = self.study.user_attrs.get(PLAN)
        if before is None and not self.study.get_trials(deepcopy=False):
            self.study.set_user_attr(PLAN, plan)
        elif before != plan:
            raise UsageError(
                f"tune: the study '{self.name}' in {url} has trials of another search (another "
                "configuration, other values, seeds or number of images); give the same as then to "
                "go on, or another --out, or another --study"
            )

    def _queue_grid(self) -> None:
        """Queue all combinations of the values, unless that was done before."""
        if self.search != "grid" or self.study.get_trials(deepcopy=False):
            return
        from itertools import product

        keys = [vary.key for vary in self.varied]
        for values in product(*(vary.labels for vary in self.varied)):
            self.study.enqueue_trial(dict(zip(keys, values, strict=True)))

    @property
    def trials(self) -> "list[FrozenTrial]":
        """Return all trials, by number."""
        found: list[FrozenTrial] = self.study.get_trials(deepcopy=False)
        return found

    def begun(self) -> int:
        """Return the number of trials that have ended or are being carried out, anywhere."""
        return sum(trial.state.name != "WAITING" for trial in self.trials)

    def abandoned(self) -> list[Proposal]:
        """Return the trials that an earlier program in this folder began and did not end."""
        study = self.storage.get_study_id_from_name(self.name)
        found = []
        for trial in self.trials:
            if trial.state.name == "RUNNING" and trial.user_attrs.get(OWNER) == self.owner:
                trial_id = self.storage.get_trial_id_from_study_id_trial_number(study, trial.number)
                found.append(self._proposal(self.library.trial.Trial(self.study, trial_id)))
        return found

    def ask(self) -> Proposal:
        """Return the next trial.

        What is proposed depends on the seed, the trial's number, and the trials that have ended: a
        search that is stopped between two trials goes on as if it had not been.
        """
        trial = self.study.ask()
        trial.set_user_attr(OWNER, self.owner)
        return self._proposal(trial)

    def _proposal(self, trial: "Trial") -> Proposal:
        self.study.sampler = self._sampler(trial.number)
        values = {vary.key: vary.suggested(trial) for vary in self.varied}
        return Proposal(trial, values, tuple(v.override(values[v.key]) for v in self.varied))

    def _sampler(self, number: int) -> "BaseSampler":
        seed = int(np.random.SeedSequence([self.seed, number]).generate_state(1)[0])
        samplers = self.library.samplers
        found: BaseSampler
        if self.search == "tpe":
            found = samplers.TPESampler(seed=seed, constant_liar=True)
        else:  # the values of a grid are queued
            found = samplers.RandomSampler(seed=seed)
        return found

    def tell(self, proposal: Proposal, outcome: Outcome) -> None:
        """Enter what came of a trial; from here on it cannot be lost."""
        trial, states = proposal.trial, self.library.trial.TrialState
        trial.set_user_attr(NOTES, {"values": proposal.values, **asdict(outcome), "scores": None})
        known = self.trials[trial.number].intermediate_values  # an earlier program came so far
        for epoch, score in enumerate(outcome.scores, 1):
            if epoch not in known:
                trial.report(score, epoch)
        if outcome.state == "complete":
            self.study.tell(trial, outcome.scores[-1])
        elif outcome.state == "failed":
            self.study.tell(trial, state=states.FAIL)
        else:  # TPE takes a trial that diverged for a bad one, and learns from it
            self.study.tell(trial, state=states.PRUNED)

    def close(self) -> None:
        """Close the storage; SQLite then keeps a single file."""
        self.storage.remove_session()
        self.storage.engine.dispose()

    def past(self, number: int) -> tuple[Past, ...]:
        """Return the trials with lower numbers than this, as pruning sees them."""
        return tuple(
            Past(
                trial.state.name == "COMPLETE",
                list(trial.intermediate_values.values()) if trial.state.is_finished() else [],
                trial.user_attrs.get(NOTES, {}).get("rungs", {}),
            )
            for trial in self.trials[:number]
        )


def database(folder: Path) -> str:
    """Return the URL of the SQLite database in a folder, which is made if it is not there.

    It logs changes ahead of making them (WAL). A trial takes some twenty transactions; each then
    waits for the disk once instead of four times, and so does the worker that the next trial is for.
    """
    path = folder.resolve() / DATABASE
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:
        # where the file system cannot do it, SQLite goes on with its usual journal
        connection.execute("PRAGMA journal_mode = WAL")
    return f"sqlite:///{path}"


def _no_storage(url: str, error: Exception) -> UsageError | OutputError:
    """Return the error for a storage that Optuna cannot open."""
    first = str(error).strip().partition("\n")[0]
    missing = ""
    if isinstance(error, ImportError):
        missing = " (for PostgreSQL, `pip install 'psycopg[binary]'`)"
    return UsageError(
        f"--storage {url}: cannot be opened: {first}{missing}; expected a database that Optuna "
        "knows, as sqlite:///study.db or postgresql+psycopg://user@host/name"
    )
