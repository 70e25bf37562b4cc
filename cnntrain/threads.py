"""Threads for the shards of a batch, and one thread for each matrix product."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from threadpoolctl import threadpool_limits

from cnntrain.nn.network import Run, in_turn
from cnntrain.nn.shard import Shard

R = TypeVar("R")


def available() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def workers(threads: int | None = None) -> Iterator[Run]:
    """Yield a way to work on shards with this many threads; left out, one for each processor.

    The matrix library keeps to one thread meanwhile: its own threads would fight with these for
    the processors, and its results would depend on their number.
    """
    count = threads or available()
    with threadpool_limits(1):
        if count == 1:
            yield in_turn
            return
        with ThreadPoolExecutor(count - 1, "shard") as pool:

            def run(work: Callable[[Shard], R], shards: Sequence[Shard], /) -> list[R]:
                return _share(pool, count, work, shards)

            yield run


def _share(
    pool: ThreadPoolExecutor, count: int, work: Callable[[Shard], R], shards: Sequence[Shard]
) -> list[R]:
    """Work on the shards with this thread and the pool's; whoever is free takes the next one."""
    waiting = deque(enumerate(shards))
    results: dict[int, R] = {}

    def take() -> None:
        while True:
            try:
                index, shard = waiting.popleft()
            except IndexError:
                return
            results[index] = work(shard)

    helpers = [pool.submit(take) for _ in range(min(count, len(shards)) - 1)]
    take()
    for helper in helpers:
        helper.result()
    return [results[index] for index in range(len(shards))]
