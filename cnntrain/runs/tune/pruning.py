"""Stop a trial that has no hope, as Optuna's pruners see it.

A worker decides alone, by the trials that had ended when its own was begun, so that a trial that is
repeated ends where it did before. Nothing needs to be told while it is trained.

Hyperband (Li et al. 2018) is the default, as Optuna's documentation advises for TPE. Networks often
learn nothing for an epoch or two and then overtake others: its brackets differ in how much training
each trial is given before the best quarter alone goes on. `scripts/benchmark_tune` measures what
that saves, and what it costs.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from cnntrain.runs.tune.extra import optuna

if TYPE_CHECKING:
    from optuna.pruners import BasePruner

PrunerName = Literal["median", "hyperband", "none"]
STARTUP = 5  # trials that are trained to the end before the median means something
KEPT = 4  # one trial in so many goes on (the paper's η, "3 or 4")
WARMUP = 1 / 4  # of the epochs: every trial is given them before the median is looked at


@dataclass(frozen=True)
class Past:
    """An earlier trial: its scores by epoch, if it has ended, and what Hyperband noted."""

    complete: bool = False
    scores: list[float] = field(default_factory=list)
    rungs: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Pruning:
    """The pruner, and what it goes by."""

    pruner: PrunerName
    study: str  # its name, by which Hyperband deals out its brackets
    maximize: bool
    epochs: int  # planned
    past: tuple[Past, ...]  # all trials with lower numbers, in their order

    def made(self) -> "BasePruner":
        """Return Optuna's pruner."""
        pruners = optuna().pruners
        found: BasePruner
        if self.pruner == "hyperband":
            found = pruners.HyperbandPruner(
                min_resource=1, max_resource=self.epochs, reduction_factor=KEPT
            )
        elif self.pruner == "median":
            found = pruners.MedianPruner(
                n_startup_trials=STARTUP, n_warmup_steps=max(1, round(WARMUP * self.epochs))
            )
        else:
            found = pruners.NopPruner()
        return found


class Judge:
    """Tells after an epoch whether a trial is to go on; it holds a small study of its own."""

    def __init__(self, pruning: Pruning) -> None:
        """Enter the past."""
        library, self.epochs = optuna(), pruning.epochs
        self.study = library.create_study(
            study_name=pruning.study,
            direction="maximize" if pruning.maximize else "minimize",
            pruner=pruning.made(),
            sampler=library.samplers.RandomSampler(seed=0),
        )
        states = library.trial.TrialState
        for past in pruning.past:
            done = past.complete and past.scores
            self.study.add_trial(
                library.create_trial(
                    state=states.COMPLETE
                    if done
                    else states.PRUNED
                    if past.scores
                    else states.FAIL,
                    value=past.scores[-1] if past.scores else None,
                    intermediate_values=dict(enumerate(past.scores, 1)),
                    system_attrs=past.rungs,
                )
            )
        self.trial = self.study.ask()  # whose number is that of the trial in the search

    def hopeless(self, epoch: int, score: float) -> bool:
        """Return whether the trial had better end after this epoch, counted from 1.

        After the last one there is nothing to save: the trial is a whole one.
        """
        self.trial.report(score, epoch)
        return bool(self.trial.should_prune()) and epoch < self.epochs

    def rungs(self) -> dict[str, float]:
        """Return what the pruner noted about the trial, for those that follow."""
        return dict(self.study.get_trials(deepcopy=False)[-1].system_attrs)
