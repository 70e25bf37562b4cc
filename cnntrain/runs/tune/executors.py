"""Where trials are trained: processes of this machine, or a Dask cluster.

Both have the interface of `concurrent.futures`. A worker that dies takes its trial with it, and no
more: the trial is handed out again.
"""

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from multiprocessing.process import BaseProcess
from typing import Any, Protocol, TypeVar

from cnntrain.errors import CnntrainError, UsageError
from cnntrain.runs.tune.extra import distributed
from cnntrain.training.parallel.processes import out_of_reach, start_tracker

T = TypeVar("T")
R = TypeVar("R")
SECONDS_TO_CONNECT = 10


class Workers(Protocol):
    """What trains trials: as many at a time as `slots` says."""

    def slots(self) -> int:
        """Return how many jobs can be done at a time."""

    def submit(self, work: Callable[[T], R], job: T) -> Future[R]:
        """Return what will be `work(job)`."""

    def died(self, error: BaseException) -> bool:
        """Return whether the error of a job means that its worker died, so that it can be repeated."""

    def close(self) -> None:
        """End the workers that are ours, whatever they are doing."""


class Processes:
    """Processes of this machine, each with one thread."""

    def __init__(self, count: int) -> None:
        """Start none yet: each starts when there is a job for it."""
        self.count = count
        self.started: set[BaseProcess] = set()
        self.executor = self._new()

    def _new(self) -> Executor:
        start_tracker()
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.count, mp_context=context, initializer=_end_with_parent)

    def slots(self) -> int:
        """Return the number of processes."""
        return self.count

    def submit(self, work: Callable[[T], R], job: T) -> Future[R]:
        """Hand a job to the processes; if one of them has died, to new ones."""
        before = set(multiprocessing.active_children())
        try:
            with out_of_reach():
                try:
                    return self.executor.submit(work, job)
                except BrokenExecutor:
                    self.executor.shutdown(wait=False)
                    self.executor = self._new()
                    return self.executor.submit(work, job)
        finally:
            self.started |= set(multiprocessing.active_children()) - before

    def died(self, error: BaseException) -> bool:
        """Return whether a process died; with it, the others stop, and their jobs fail as well."""
        return isinstance(error, BrokenExecutor)

    def close(self) -> None:
        """Kill the processes: they may be in the middle of a trial."""
        for process in self.started & set(multiprocessing.active_children()):
            process.kill()
        self.executor.shutdown(wait=True, cancel_futures=True)


def _end_with_parent() -> None:
    """See to it that this process ends with the one that started it, even if that one is killed."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class Dask:
    """The workers of a Dask cluster, which other programs start and end."""

    def __init__(self, address: str) -> None:
        """Connect to its scheduler. Raises UsageError if nobody answers."""
        self.address, self.library = address, distributed()
        try:
            asyncio.run(self._refuse_silent())
            self.client: Any = self.library.Client(
                address, timeout=SECONDS_TO_CONNECT, set_as_default=False
            )
        except (OSError, ValueError, TypeError) as error:
            raise UsageError(
                f"--dask {address}: found no scheduler there ({str(error) or 'no answer'}); expected "
                "the address that `dask scheduler` prints, as tcp://host:8786"
            ) from error
        self.executor = self.client.get_executor(pure=False)

    async def _refuse_silent(self) -> None:
        """Raise OSError, ValueError or TypeError unless Dask's protocol is spoken at the address.

        A client waits without end for a program that takes its connection and says nothing, and one
        that could not be made prints a traceback when it is collected.
        """
        options = self.library.Security().get_connection_args("client")
        connecting = self.library.core.connect(self.address, timeout=SECONDS_TO_CONNECT, **options)
        comm = await asyncio.wait_for(connecting, SECONDS_TO_CONNECT + 1)
        comm.abort()

    def slots(self) -> int:
        """Return the number of threads of all workers there are now, at least 1."""
        threads: dict[str, int] = self.client.nthreads()
        return max(1, sum(threads.values()))

    def submit(self, work: Callable[[T], R], job: T) -> Future[R]:
        """Hand a job to the cluster."""
        if self.client.status != "running":
            raise CnntrainError(
                f"--dask {self.address}: the scheduler is gone; what had ended is saved. Start it "
                "again, and give the same command to go on"
            )
        found: Future[R] = self.executor.submit(work, job)
        return found

    def died(self, error: BaseException) -> bool:
        """Return whether the cluster gave a job up, because several workers died over it."""
        return isinstance(error, self.library.scheduler.KilledWorker)

    def close(self) -> None:
        """Leave the cluster; it drops what nobody waits for."""
        self.client.close(timeout=2)
