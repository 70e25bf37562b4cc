"""Processes that share the shards of a batch, and one thread for each matrix product.

Threads would need less code, but all of Python's threads wait for one lock before and after every
call of NumPy, and who slept meanwhile is woken 50 µs late. On the tutorial's network, whose calls
last 10 µs, two threads are 1.0 to 1.4 times as fast as one; two processes are twice as fast. For
the same reason a process that waits looks at its semaphore for a while before it sleeps.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from cnntrain.helper import Helper, start_tracker, wait_for
from cnntrain.interrupt import postponed
from cnntrain.nn.network import EVALUATION_BATCH, Network, Run, in_turn
from cnntrain.nn.outputs import Forward, bounds_for_outputs
from cnntrain.nn.shard import Step, bounds
from cnntrain.notice_board import NoticeBoard

S = TypeVar("S")  # a kind of shard
R = TypeVar("R")  # what comes of it


def available() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def useful(count: int | None, batch: int) -> int:
    """Return how many of `count` processes, or of all, have a shard to work on.

    Of a batch to train on or, if that is 0, of the images whose outputs are computed at a time.
    """
    shards = bounds(batch) if batch else bounds_for_outputs(EVALUATION_BATCH)
    return min(count or available(), len(shards))


def one_thread() -> threadpool_limits:
    """Return a context in which the matrix library keeps to one thread.

    Its own threads would fight with our processes for the processors, and its results would
    depend on their number.
    """
    return threadpool_limits(1)


@contextmanager
def workers(
    network: Network, count: int | None = None, *, batch: int = 0, wait: bool = False
) -> Iterator[Run]:
    """Yield a way to work on the shards of `network` with so many processes, this one included.

    Left out, there is one for each processor, but no more than are `useful`. Larger batches than
    `batch` are trained on by this process alone. Processes take part as soon as
    they are there, or at once with `wait`; results are the same bytes in any case.
    """
    count = useful(count, batch)
    with one_thread():
        if count == 1:
            yield in_turn
            return
        team = Team(network, count, batch)
        try:
            team.start(wait=wait)
            yield team
        finally:
            team.dismiss()


class Team:
    """This process and its helpers: shard i is worked on by process i modulo their number.

    A helper that ends, for whatever reason, is not missed: this process does its part too, and
    fails where it failed.
    """

    def __init__(self, network: Network, count: int, batch: int) -> None:
        """Plan for `count` processes, and training batches of up to `batch` images."""
        self.count = count
        self.context = multiprocessing.get_context("spawn")
        self.board = NoticeBoard(network, batch)
        self.helpers: list[Helper] = []

    def start(self, *, wait: bool) -> None:
        """Start the helpers; where the system lets us have none, this process is alone."""
        try:
            memory = self.context.RawArray("b", self.board.nbytes)
            self._share_values(memory)
            with postponed():  # a helper that is started is in our list
                start_tracker()
                for number in range(1, self.count):
                    helper = Helper(self.context, self.board, memory, number, self.count)
                    self.helpers.append(helper)
        except (OSError, ImportError):  # too few files, processes, memory; no semaphores here
            self.dismiss()
        for helper in self.helpers:
            helper.ready = wait and wait_for(helper.done, helper.process.is_alive)

    def _share_values(self, memory: Any) -> None:
        """Move the weights to memory where the helpers see every update of them."""
        self.board.attach(memory)
        for value, initial in zip(
            self.board.values, self.board.network.state().values(), strict=True
        ):
            value[...] = initial
        self.board.network.adopt_values(self.board.values)

    def __call__(self, job: Callable[[S], R], shards: Sequence[S], /) -> list[R]:
        """Return `job(shard)` for each shard."""
        if len(shards) > 1 and self.complete() and self.board.holds(job):
            try:
                return self._share(job, shards)
            except BaseException:
                self.dismiss()  # they may still be at work
                raise
        return in_turn(job, shards)

    def complete(self) -> bool:
        """Return whether all helpers are there and ready."""
        for helper in self.helpers:
            helper.ready = helper.ready or helper.done.acquire(block=False)
        return bool(self.helpers) and all(helper.ready for helper in self.helpers)

    def _share(self, job: Step | Forward, shards: Sequence[Any]) -> list[Any]:
        """Do the job together; what a helper has not begun when all else is done is done here.

        It may have to wait for a processor, where other programs are running.
        """
        self.board.post(job)
        for helper in self.helpers:
            helper.go.release()
        results: list[Any] = [None] * len(shards)
        self._do_part(0, job, shards, results)
        for helper in self.helpers:
            if helper.go.acquire(block=False):
                self._do_part(helper.number, job, shards, results)
                if not helper.process.is_alive():
                    self.dismiss()
            elif wait_for(helper.done, helper.process.is_alive):
                for index in range(helper.number, len(shards), self.count):
                    results[index] = self.board.result(job, index, shards[index])
            else:
                self.dismiss()
                return in_turn(job, shards)
        return results

    def _do_part(
        self, number: int, job: Step | Forward, shards: Sequence[Any], results: list[Any]
    ) -> None:
        for index in range(number, len(shards), self.count):
            results[index] = job(shards[index])

    def dismiss(self) -> None:
        """Send the helpers home, whatever they are doing."""
        for helper in self.helpers:
            helper.process.kill()
        for helper in self.helpers:
            helper.process.join()
        self.helpers = []
