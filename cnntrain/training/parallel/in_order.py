"""Work through a list of items in several processes, and return the results in its order.

`concurrent.futures` would do, but that its workers hold both ends of their queues: they wait for
ever where the program is killed. Ours have a pipe each, which ends with the program.
"""

import multiprocessing
import pickle
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from typing import Any, TypeVar

from cnntrain.training.parallel.processes import (
    Working,
    ignore_interrupts,
    out_of_reach,
    start_tracker,
)

Item = TypeVar("Item")
Result = TypeVar("Result")

CHUNK = 4  # items that a worker gets at a time
SECONDS_BETWEEN_CHECKS = 0.5  # of whether a worker is alive
AHEAD = 2  # chunks that a worker has before the results of the first are fetched


def in_order(
    work: Callable[[Item], Result], items: Sequence[Item], processes: int
) -> Generator[Result, None, None]:
    """Yield `work(item)` for each item, in order; no more than a few chunks are computed ahead.

    `work` can be pickled. Where a worker cannot be started, or dies, this process does its share,
    and raises what there is to raise. The workers end with the iteration, also if it is left early.
    """
    chunks = [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]
    workers = _started(work, min(processes, len(chunks)))
    given = 0
    try:
        for number, chunk in enumerate(chunks):
            while workers and given < min(len(chunks), number + AHEAD * len(workers)):
                workers[given % len(workers)].give(chunks[given])
                given += 1
            results = workers[number % len(workers)].results() if workers else None
            yield from map(work, chunk) if results is None else results
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """A process that works on chunks, and our end of its pipe."""

    def __init__(self, context: SpawnContext, work: Callable[..., Any]) -> None:
        """Start it."""
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, work), daemon=True)
        with out_of_reach():
            self.process.start()
        theirs.close()  # so that the pipe breaks when the process ends
        self.works = Working(self.process)

    def give(self, chunk: Sequence[Any]) -> None:
        """Hand it a chunk, unless it has died."""
        with suppress(OSError):
            self.pipe.send(chunk)

    def results(self) -> list[Any] | None:
        """Wait for the results of the next chunk; None if the process has died or was stopped."""
        try:
            while not self.pipe.poll(SECONDS_BETWEEN_CHECKS):
                if not self.works():
                    return None
            results: list[Any] = self.pipe.recv()
        except (EOFError, OSError):
            return None
        return results

    def end(self) -> None:
        """End it at once."""
        self.pipe.close()
        self.process.kill()  # which ends one that was stopped, too
        self.process.join()


def _started(work: Callable[..., Any], count: int) -> list[_Worker]:
    """Start workers, as many as the system allows."""
    context = multiprocessing.get_context("spawn")
    workers: list[_Worker] = []
    with suppress(OSError, ImportError, pickle.PicklingError):  # too few processes or files
        start_tracker()
        for _ in range(count):
            workers.append(_Worker(context, work))
    return workers


def _work(pipe: Connection, work: Callable[[Item], Any]) -> None:
    """Do the chunks that come through the pipe, until the program at its other end is gone."""
    ignore_interrupts()
    try:
        while True:
            pipe.send([work(item) for item in pipe.recv()])
    except Exception as error:  # the program has ended, or will raise the same and report it
        raise SystemExit(1) from error
