"""Processes that share the shards of a batch, each with a single thread for matrix products.

Threads would need less code, but all of Python's threads wait for one lock before and after every
call of NumPy, and a thread that has gone to sleep is woken 50 µs late. On the tutorial's network,
whose calls last 10 µs, two threads are 1.0 to 1.4 times as fast as one; two processes are twice as
fast. For the same reason a waiting process polls its semaphore for a while before it sleeps.
"""

import math
import multiprocessing
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.heap import Arena
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from cnntrain.nn.execution.inference import InferenceJob, inference_bounds
from cnntrain.nn.execution.shard import TrainingJob, bounds
from cnntrain.nn.execution.workspace import Executor, in_turn
from cnntrain.nn.network import INFERENCE_BATCH, Network
from cnntrain.system.cgroups import cpu_quota
from cnntrain.system.interrupt import postponed
from cnntrain.system.processors import allowed_processors
from cnntrain.training.parallel.processes import start_tracker
from cnntrain.training.parallel.shared_memory import SharedMemory, new_block
from cnntrain.training.parallel.worker import Worker, wait_for

S = TypeVar("S")  # a kind of shard
R = TypeVar("R")  # the result for one


def available() -> int:
    """Return the number of processors that this process may use, at least 1.

    A container's quota counts too: two processes that share one processor are slower than one.
    """
    return max(1, min(allowed_processors(), math.floor(cpu_quota())))


def useful(count: int | None, batch: int) -> int:
    """Return how many of `count` processes (None: one per processor) have a shard to work on.

    The shards are those of a training batch of `batch` images or, if that is 0, of inference.
    """
    shards = bounds(batch) if batch else inference_bounds(INFERENCE_BATCH)
    return min(count or available(), len(shards))


def one_thread() -> threadpool_limits:
    """Return a context in which the matrix library keeps to one thread.

    Its own threads would compete with our processes for the processors, and its results would
    depend on their number.
    """
    return threadpool_limits(1)


@contextmanager
def workers(
    network: Network, count: int | None = None, *, batch: int = 0, wait: bool = False
) -> Iterator[Executor]:
    """Yield an executor for the shards of `network` with `count` processes, this one included.

    By default there is one per processor, but no more than are `useful`. Batches larger than
    `batch` are trained on by this process alone. Workers take part as soon as they have started;
    `wait` waits for all of them. The results are the same bytes in any case.
    """
    count = useful(count, batch)
    with one_thread():
        if count == 1:
            yield in_turn
            return
        pool = Pool(network, count, batch)
        try:
            pool.start(wait=wait)
            yield pool
        finally:
            pool.close()


class Pool:
    """This process and its workers: shard i is worked on by process i modulo their number.

    If a worker dies, this process does its share too, and will hit the same error. One that a signal
    has stopped is ended after some seconds.
    """

    def __init__(self, network: Network, count: int, batch: int) -> None:
        """Plan for `count` processes, and training batches of up to `batch` images."""
        self.count = count
        self.context = multiprocessing.get_context("spawn")
        self.shared = SharedMemory(network, batch)
        self.workers: list[Worker] = []
        self.refused = ""  # why there can be no workers

    def start(self, *, wait: bool) -> None:
        """Start the workers; if the system refuses, this process works alone."""
        try:
            block = new_block(self.shared.nbytes)
            self._share_values(block)
            with postponed():  # so that every worker started is in our list
                start_tracker()
                for number in range(1, self.count):
                    worker = Worker(self.context, self.shared, block, number, self.count)
                    self.workers.append(worker)
        # Too few files, processes, memory; no semaphores here; a layer of a user's own script.
        except (OSError, ImportError, pickle.PicklingError) as error:
            self.refused = getattr(error, "strerror", None) or str(error) or type(error).__name__
            self.close()
        for worker in self.workers:
            if wait and wait_for(worker.done, worker.works):
                worker.begin()

    def _share_values(self, block: Arena) -> None:
        """Move the weights to memory that the workers share, so that they see every update."""
        self.shared.attach(block)
        for value, initial in zip(
            self.shared.values, self.shared.network.state().values(), strict=True
        ):
            value[...] = initial
        self.shared.network.adopt_values(self.shared.values)

    def __call__(self, job: Callable[[S], R], shards: Sequence[S], /) -> list[R]:
        """Return `job(shard)` for each shard."""
        if len(shards) > 1 and self.complete() and self.shared.holds(job):
            try:
                return self._share(job, shards)
            except BaseException:
                self.close()  # they may still be working
                raise
        return in_turn(job, shards)

    def complete(self) -> bool:
        """Return whether all workers are there and ready."""
        for worker in self.workers:
            if not worker.ready and worker.done.acquire(block=False):
                worker.begin()
        return bool(self.workers) and all(worker.ready for worker in self.workers)

    def _share(self, job: TrainingJob | InferenceJob, shards: Sequence[Any]) -> list[Any]:
        """Do the job together; shards that a worker has not begun by the end are done here.

        The worker may be waiting for a processor that other programs are using.
        """
        self.shared.post(job)
        for worker in self.workers:
            worker.go.release()
        results: list[Any] = [None] * len(shards)
        self._do_part(0, job, shards, results)
        for worker in self.workers:
            if worker.go.acquire(block=False):
                self._do_part(worker.number, job, shards, results)
                if not worker.process.is_alive():
                    self.close()
            elif wait_for(worker.done, worker.works):
                for index in range(worker.number, len(shards), self.count):
                    results[index] = self.shared.result(job, index, shards[index])
            else:
                self.close()
                return in_turn(job, shards)
        return results

    def _do_part(
        self,
        number: int,
        job: TrainingJob | InferenceJob,
        shards: Sequence[Any],
        results: list[Any],
    ) -> None:
        for index in range(number, len(shards), self.count):
            results[index] = job(shards[index])

    def close(self) -> None:
        """Kill the workers, whatever they are doing."""
        for worker in self.workers:
            worker.process.kill()
        for worker in self.workers:
            worker.process.join()
        self.workers = []
