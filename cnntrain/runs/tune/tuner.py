"""Carry out a search: ask Optuna, hand out the jobs, enter what comes of them."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cnntrain.runs.tune.at_work import MOST_TRIES, AtWork
from cnntrain.runs.tune.executors import Workers
from cnntrain.runs.tune.pruning import PrunerName, Pruning
from cnntrain.runs.tune.study import Proposal, Search
from cnntrain.runs.tune.trial import Job, Outcome, run_trial
from cnntrain.system.interrupt import Interrupted, Stop

ADVICE = "what had ended is saved. Start them again, and give the same command with --out to go on"

Tell = Callable[[int], None]


@dataclass
class Tuner:
    """A search, the workers for it, and the job that every trial is a variation of."""

    search: Search
    workers: Workers
    job: Job  # without a number and overrides
    pruner: PrunerName
    epochs: int
    say: Callable[[str], None]
    proposals: dict[int, Proposal] = field(default_factory=dict)  # of the trials at work

    def run(self, trials: int, *, deadline: float, stop: Stop, tell: Tell) -> None:
        """Carry out trials until the study has so many, or `time.monotonic()` is at the deadline.

        Those that were begun then are finished; those that an earlier program left are repeated
        first. `tell` is called with the number of every trial that has ended. Raises Interrupted.
        """
        left = self.search.abandoned()
        at_work: AtWork[Job, Outcome] = AtWork(
            self.workers, run_trial, lambda job: f"trial {job.number}", self.say, ADVICE
        )
        while True:
            if stop.asked:
                raise Interrupted
            while at_work.free and time.monotonic() < deadline:
                if left:
                    at_work.hand_out(self._job(left.pop(0)))
                elif self.search.begun() < trials:
                    at_work.hand_out(self._job(self.search.ask()))
                else:
                    break
            if not at_work:
                return
            for job, outcome in at_work.ended():
                died = Outcome("failed", reason=f"its worker died {MOST_TRIES} times")
                self.search.tell(self.proposals.pop(job.number), outcome or died)
                tell(job.number)

    def _job(self, proposal: Proposal) -> Job:
        pruning = None
        if self.pruner != "none":
            pruning = Pruning(
                self.pruner,
                self.search.name,
                self.search.maximize,
                self.epochs,
                self.search.past(proposal.number),
            )
        number, overrides = proposal.number, proposal.overrides
        self.proposals[number] = proposal
        return replace(self.job, number=number, overrides=overrides, pruning=pruning)
