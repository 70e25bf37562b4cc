"""Carry out a search: ask Optuna, hand out the jobs, enter what comes of them."""

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, field, replace

from cnntrain import __version__
from cnntrain.errors import CnntrainError
from cnntrain.runs.tune.executors import Workers
from cnntrain.runs.tune.pruning import PrunerName, Pruning
from cnntrain.runs.tune.study import Proposal, Search
from cnntrain.runs.tune.trial import Job, Outcome, run_trial
from cnntrain.system.interrupt import Interrupted, Stop

MOST_TRIES = 3  # of a trial whose worker dies: it may be the trial that kills it
SECONDS_TO_LOOK = 0.5  # how often a request to stop, the time, and new workers are looked for

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
    pending: dict[Future[Outcome], tuple[Proposal, Job, int]] = field(default_factory=dict)

    def run(self, trials: int, *, deadline: float, stop: Stop, tell: Tell) -> None:
        """Carry out trials until the study has so many, or `time.monotonic()` is at the deadline.

        Those that were begun then are finished; those that an earlier program left are repeated
        first. `tell` is called with the number of every trial that has ended. Raises Interrupted.
        """
        left = self.search.abandoned()
        while True:
            if stop.asked:
                raise Interrupted
            while len(self.pending) < self.workers.slots() and time.monotonic() < deadline:
                if left:
                    self._hand_out(left.pop(0))
                elif self.search.begun() < trials:
                    self._hand_out(self.search.ask())
                else:
                    break
            if not self.pending:
                return
            done, _ = wait(self.pending, SECONDS_TO_LOOK, return_when=FIRST_COMPLETED)
            for future in done:
                self._enter(future, tell)

    def _hand_out(self, proposal: Proposal) -> None:
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
        job = replace(self.job, number=number, overrides=overrides, pruning=pruning)
        self._submit(proposal, job, 1)

    def _submit(self, proposal: Proposal, job: Job, tries: int) -> None:
        self.pending[self.workers.submit(run_trial, job)] = (proposal, job, tries)

    def _enter(self, future: Future[Outcome], tell: Tell) -> None:
        """Enter what came of a job; hand it out again if its worker died."""
        proposal, job, tries = self.pending.pop(future)
        error = CancelledError() if future.cancelled() else future.exception()
        if error is None:
            outcome = future.result()
        elif self.workers.died(error) and tries < MOST_TRIES:
            self.say(f"trial {job.number}: its worker has died; it is repeated")
            self._submit(proposal, job, tries + 1)
            return
        elif self.workers.died(error):
            outcome = Outcome("failed", reason=f"its worker died {tries} times")
        else:
            raise _translated(job, error)
        self.search.tell(proposal, outcome)
        tell(proposal.number)


def _translated(job: Job, error: BaseException) -> BaseException:
    """Return what to raise for the error of a worker: a message if the cluster is to blame."""
    if isinstance(error, CancelledError):
        return CnntrainError(
            f"trial {job.number}: the workers are gone, because their scheduler has ended or was "
            "left; what had ended is saved. Start them again, and give the same command with --out"
        )
    if isinstance(error, ImportError | AttributeError | TypeError):
        return CnntrainError(
            f"trial {job.number}: its worker cannot carry it out: {type(error).__name__}: {error}; "
            f"expected cnntrain {__version__} and the extra `tune` where the workers run"
        )
    return error
