"""A process that works on some of the shards of each batch, and how it is started."""

import multiprocessing
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import util
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.heap import Arena
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from cnntrain.training.parallel.processes import Working, ignore_interrupts, out_of_reach
from cnntrain.training.parallel.shared_memory import SharedMemory

if TYPE_CHECKING:
    from multiprocessing.synchronize import Semaphore  # some systems have none

SPINS_BEFORE_SLEEP = 2_000  # polls of a semaphore: about 0.3 ms
SECONDS_BETWEEN_CHECKS = 0.5  # of whether the other process is alive


class Worker:
    """A process that works on some of the shards."""

    def __init__(
        self, context: SpawnContext, shared: SharedMemory, block: Arena, number: int, count: int
    ) -> None:
        """Start it."""
        self.number, self.ready = number, False
        self.go, self.done = context.Semaphore(0), context.Semaphore(0)
        arguments = (shared, block, number, count, self.go, self.done)
        self.process: SpawnProcess = context.Process(target=_work, args=arguments, daemon=True)
        with out_of_reach():
            self.process.start()
        self.works = Working(self.process)

    def begin(self) -> None:
        """Note that it is ready, and remove the names of the semaphores, which it has opened.

        Otherwise they would stay in the system where both processes are killed at once. Python
        removes them as it exits; this does the same now.
        """
        self.ready = True
        names = {each._semlock.name for each in (self.go, self.done)}  # type: ignore[attr-defined]  # None on Windows
        for finalizer in list(getattr(util, "_finalizer_registry", {}).values()):
            arguments = getattr(finalizer, "_args", None) or [None]
            if isinstance(arguments[0], str) and arguments[0] in names:
                with suppress(OSError):  # somebody else has removed it
                    finalizer()


def _work(
    shared: SharedMemory, block: Arena, number: int, count: int, go: "Semaphore", done: "Semaphore"
) -> None:
    """Do every `count`-th shard of each job that is posted, until the parent is gone."""
    ignore_interrupts()
    parent = multiprocessing.parent_process()
    assert parent is not None
    shared.attach(block)
    shared.network.adopt_values(shared.values)
    with threadpool_limits(1):
        done.release()
        while wait_for(go, parent.is_alive):
            try:
                shared.work(number, count)
            except Exception as error:  # the parent will fail in the same way and report it
                raise SystemExit(1) from error
            done.release()


def wait_for(semaphore: "Semaphore", alive: Callable[[], bool]) -> bool:
    """Acquire a semaphore that another process releases; return False once that is not `alive`."""
    for _ in range(SPINS_BEFORE_SLEEP):
        if semaphore.acquire(block=False):
            return True
    while not semaphore.acquire(timeout=SECONDS_BETWEEN_CHECKS):
        if not alive():
            return False
    return True
