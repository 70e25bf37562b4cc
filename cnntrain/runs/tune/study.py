"""The search as Optuna keeps it: trials in a storage, where a search that was stopped goes on."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import msgspec
import numpy as np

from cnntrain.errors import UsageError
from cnntrain.runs.tune.extra import optuna
from cnntrain.runs.tune.pruning import Past
from cnntrain.runs.tune.storage import Place, opened, told
from cnntrain.runs.tune.trial import Outcome, State
from cnntrain.runs.tune.vary import Vary
from cnntrain.system.address import without_password

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler
    from optuna.trial import FrozenTrial, Trial

SearchName = Literal["tpe", "random", "grid"]
PLAN = "cnntrain_plan"  # an attribute of the study
OWNER, NOTES = "cnntrain_owner", "cnntrain"  # attributes of a trial


class Notes(TypedDict, total=False):
    """What is noted of a trial that has ended."""

    state: State
    values: dict[str, Any]
    weights_sha256: list[str]
    seconds: float
    where: str
    reason: str
    rungs: dict[str, float]


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
        place: Place,
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
        folder began. Raises UsageError for the study of another plan and for a database that cannot
        be used, DataError for a file; so do all methods.
        """
        self.library = optuna()
        self.varied, self.search, self.seed, self.owner = varied, search, seed, owner
        self.maximize, self.name, self.place = maximize, name, place
        direction = "maximize" if maximize else "minimize"
        with told(place), ExitStack() as otherwise:
            self.storage = opened(place)
            otherwise.callback(self.close)
            self.study = self.library.create_study(
                storage=self.storage,
                study_name=name,
                direction=direction,
                load_if_exists=True,
                pruner=self.library.pruners.NopPruner(),  # workers prune
            )
            self._refuse_other(plan)
            if self.study.direction.name.lower() != direction:
                raise ValueError(f"it is to {self.study.direction.name.lower()}")
            for position, trial in enumerate(self.trials):
                _refuse_odd(trial, position, [vary.key for vary in varied])
            self._queue_grid()
            otherwise.pop_all()

    def _refuse_other(self, plan: str) -> None:
        before = self.study.user_attrs.get(PLAN)
        if before is None and not self.study.get_trials(deepcopy=False):
            self.study.set_user_attr(PLAN, plan)
        elif before != plan:
            place = without_password(str(self.place))
            raise UsageError(
                f"tune: the study '{self.name}' in {place} has trials of another search (another "
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
        with told(self.place):
            found: list[FrozenTrial] = self.study.get_trials(deepcopy=False)
        return found

    def begun(self) -> int:
        """Return the number of trials that have ended or are being carried out, anywhere."""
        return sum(trial.state.name != "WAITING" for trial in self.trials)

    def abandoned(self) -> list[Proposal]:
        """Return the trials that an earlier program in this folder began and did not end."""
        left = [
            trial.number
            for trial in self.trials
            if trial.state.name == "RUNNING" and trial.user_attrs.get(OWNER) == self.owner
        ]
        with told(self.place):
            study = self.storage.get_study_id_from_name(self.name)
            find = self.storage.get_trial_id_from_study_id_trial_number
            trials = [self.library.trial.Trial(self.study, find(study, n)) for n in left]
            return [self._proposal(trial) for trial in trials]

    def ask(self) -> Proposal:
        """Return the next trial.

        What is proposed depends on the seed, the trial's number, and the trials that have ended: a
        search that is stopped between two trials goes on as if it had not been.
        """
        with told(self.place):
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
        with told(self.place):
            self._tell(proposal, outcome)

    def _tell(self, proposal: Proposal, outcome: Outcome) -> None:
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


def _refuse_odd(trial: "FrozenTrial", position: int, keys: Sequence[str]) -> None:
    """Raise ValueError, or msgspec's error, for a trial that was never written so."""
    notes = msgspec.convert(trial.user_attrs.get(NOTES, {}), Notes)
    scores = msgspec.convert(list(trial.intermediate_values.values()), list[float])
    complete = notes.get("state") == "complete"
    if trial.number != position or (
        complete and not (scores and notes.get("values", {}).keys() >= {*keys})
    ):
        raise ValueError(f"parts of trial {position} are missing")
