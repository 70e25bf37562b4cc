"""A process that works on some of the shards of each batch, and how it is started."""

import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.heap import Arena
from types import ModuleType
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from cnntrain.parallel.shared_memory import SharedMemory
from cnntrain.system.interrupt import stopping_signals

if TYPE_CHECKING:
    from multiprocessing.synchronize import Semaphore  # some systems have none

SPINS_BEFORE_SLEEP = 2_000  # polls of a semaphore: about 0.3 ms
SAFE_PATH = "PYTHONSAFEPATH"  # the environment variable: import nothing from the working directory
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
        with _out_of_reach():
            self.process.start()


def _work(
    shared: SharedMemory, block: Arena, number: int, count: int, go: "Semaphore", done: "Semaphore"
) -> None:
    """Do every `count`-th shard of each job that is posted, until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # for systems where signals cannot be blocked
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
    """Acquire a semaphore that another process releases; return False if that process has died."""
    for _ in range(SPINS_BEFORE_SLEEP):
        if semaphore.acquire(block=False):
            return True
    while not semaphore.acquire(timeout=SECONDS_BETWEEN_CHECKS):
        if not alive():
            return False
    return True


def start_tracker() -> None:
    """Start multiprocessing's clean-up process before there is anything to clean up.

    Where it cannot be had, as where processes are limited, we work alone. multiprocessing warns of
    that whenever it deletes a semaphore, so this one message is hidden from here on.
    """
    if os.name == "posix":
        warnings.filterwarnings("ignore", "resource_tracker: process died")
        from multiprocessing import resource_tracker

        with _out_of_reach():
            resource_tracker.ensure_running()


@contextmanager
def _out_of_reach() -> Iterator[None]:
    """Shield processes started in the block from signals, local files, and the main module.

    A terminal sends Ctrl-C to all of a program's processes; only the first should react. Workers
    start as `python -c`, which would import modules from the working directory. And they would
    run the main module again, which is a user's script where cnntrain is used as a library.
    """
    before = os.environ.get(SAFE_PATH)
    main = sys.modules["__main__"]
    os.environ[SAFE_PATH] = "1"
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        with _blocked_signals():
            yield
    finally:
        sys.modules["__main__"] = main
        if before is None:
            del os.environ[SAFE_PATH]
        else:
            os.environ[SAFE_PATH] = before


@contextmanager
def _blocked_signals() -> Iterator[None]:
    """Block signals in this thread for the block, and in processes started in it for good."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, stopping_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
