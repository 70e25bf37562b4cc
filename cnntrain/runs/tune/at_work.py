"""Jobs that workers are busy with. One whose worker dies is handed out again, but not for ever."""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from cnntrain import __version__
from cnntrain.errors import CnntrainError
from cnntrain.runs.tune.executors import Workers

MOST_TRIES = 3  # of a job whose worker dies: it may be the job that kills it
SECONDS_TO_LOOK = 0.5  # how long `ended` waits

T = TypeVar("T")
R = TypeVar("R")


@dataclass
class AtWork(Generic[T, R]):
    """The jobs of some workers: `work(job)` is done by one of them."""

    workers: Workers
    work: Callable[[T], R]
    name: Callable[[T], str]  # of a job, for messages
    say: Callable[[str], None]
    advice: str  # what to do where the workers are gone
    pending: dict[Future[R], tuple[T, int]] = field(default_factory=dict)  # with how many tries

    def __len__(self) -> int:
        """Return how many jobs there are."""
        return len(self.pending)

    @property
    def free(self) -> bool:
        """Return whether a worker is waiting for a job."""
        return len(self.pending) < self.workers.slots()

    def hand_out(self, job: T, tries: int = 1) -> None:
        """Hand a job to the workers."""
        self.pending[self.workers.submit(self.work, job)] = (job, tries)

    def ended(self) -> Iterator[tuple[T, R | None]]:
        """Wait a moment, and yield the jobs that have ended with their results.

        The result is None where workers have died over the job as often as it may be tried. Raises
        what a job raises, and CnntrainError where the workers are to blame.
        """
        done, _ = wait(self.pending, SECONDS_TO_LOOK, return_when=FIRST_COMPLETED)
        for future in done:
            job, tries = self.pending.pop(future)
            error = CancelledError() if future.cancelled() else future.exception()
            if error is None:
                yield job, future.result()
            elif not self.workers.died(error):
                raise self._translated(job, error)
            elif tries < MOST_TRIES:
                self.say(f"{self.name(job)}: its worker has died; it is repeated")
                self.hand_out(job, tries + 1)
            else:
                yield job, None

    def _translated(self, job: T, error: BaseException) -> BaseException:
        """Return what to raise for the error of a worker: a message if the cluster is to blame."""
        if isinstance(error, CancelledError):
            return CnntrainError(
                f"{self.name(job)}: the workers are gone, because their scheduler has ended or was "
                f"left; {self.advice}"
            )
        if isinstance(error, ImportError | AttributeError | TypeError):
            return CnntrainError(
                f"{self.name(job)}: its worker cannot carry it out: {type(error).__name__}: {error}; "
                f"expected cnntrain {__version__} and its extras where the workers run"
            )
        return error
