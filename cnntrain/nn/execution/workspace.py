"""Who computes a batch, and in what: executors, shards and their memory, made on first use."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import numpy as np

from cnntrain.nn.execution.inference import InferenceShard, inference_bounds
from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.execution.shard import Shard, bounds
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.losses import Loss

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


class Workspace:
    """Everything that a network computes in: it can be thrown away and made again at any time."""

    def __init__(
        self, layers: Sequence[Layer], loss: Loss, dtype: np.dtype, *, plain: bool
    ) -> None:
        """Begin empty. With `plain`, shards compute by the formulas in `nn/layers/`."""
        self.layers, self.loss, self.dtype, self.plain = layers, loss, dtype, plain
        self.memory = Memory(dtype)
        self.shards: dict[int, list[Shard]] = {}  # by size of batch
        self.inference_shards: dict[int, InferenceShard] = {}  # by size of shard

    def shards_for(self, batch_size: int) -> list[Shard]:
        """Return the shards for training on batches of this size."""
        if batch_size not in self.shards:
            self.shards[batch_size] = [
                Shard(self.layers, self.loss, span, self.memory, plain=self.plain)
                for span in bounds(batch_size)
            ]
        return self.shards[batch_size]

    def inference_shards_for(self, batch_size: int) -> list[InferenceShard]:
        """Return the shards for inference; those of the same size share their memory."""
        spans = inference_bounds(batch_size)
        for size in {last - first for first, last in spans} - self.inference_shards.keys():
            self.inference_shards[size] = InferenceShard(
                self.layers, (0, size), self.memory, plain=self.plain
            )
        return [self.inference_shards[last - first].moved_to(first) for first, last in spans]

    def observed(self, span: tuple[int, int], *, input_grad: bool) -> Shard:
        """Return a shard in memory of its own, whose arrays can all be inspected after a pass."""
        memory = Memory(self.dtype, lasting=True)
        return Shard(self.layers, self.loss, span, memory, input_grad=input_grad, plain=self.plain)
