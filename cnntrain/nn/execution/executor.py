"""Executors: what runs a job on the shards of a batch."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

S = TypeVar("S")  # a kind of shard
R = TypeVar("R")  # what the job returns for it


class Executor(Protocol):
    """Does a `TrainingJob` or an `InferenceJob` on every shard: in turn, or in several processes.

    Results come in the order of the shards, whatever the order of the work. Shards of a network
    share memory: a process works on one at a time.
    """

    def __call__(self, job: Callable[[S], R], shards: Sequence[S], /) -> list[R]:
        """Return `job(shard)` for each shard."""
        ...


def in_turn(job: Callable[[S], R], shards: Sequence[S], /) -> list[R]:
    """Do the job on one shard after the other."""
    return [job(shard) for shard in shards]
