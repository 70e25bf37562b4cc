"""A fixed slice of every batch, with layers that share their weights, and gradients of its own.

A batch is cut into the same shards whatever the number of processors; that only decides who
computes which shard, and gradients are added up in the order of the shards. This is why results
are the same bytes on one processor and on many.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np

from cnntrain.nn.arrays import EngineMaps, Images, unwarned
from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.fast import routine_for
from cnntrain.nn.fast.routine import Routine
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.losses import Loss
from cnntrain.nn.parameter import keep_gradients, keep_seen, total_size

LARGEST_SHARD = 32  # images; a shard's arrays should stay in a core's own cache
SMALLEST_BATCH_TO_CUT = 16  # images; below this, cutting a batch costs more than it gains


def bounds(batch_size: int, largest: int = LARGEST_SHARD) -> list[tuple[int, int]]:
    """Return where a batch is cut: an even number of nearly equal shards, from 16 images on."""
    if batch_size < SMALLEST_BATCH_TO_CUT:
        return [(0, batch_size)]
    pairs = -(-batch_size // (2 * largest))
    return spans(batch_size, 2 * pairs)


def spans(size: int, count: int) -> list[tuple[int, int]]:
    """Return `count` spans of nearly equal size."""
    cuts = [size * i // count for i in range(count + 1)]
    return list(pairwise(cuts))


class Distortion(Protocol):
    """Changes images before a network is trained on them, each by some numbers of its own."""

    numbers: int  # for each image

    def batches(
        self, batchsize: int, *, seed: int, epoch: int, skip: int = 0
    ) -> Iterator[np.ndarray]:
        """Yield without end the numbers (batchsize, numbers) of each mini-batch of an epoch.

        The first `skip` batches are left out. What is yielded depends on nothing but the arguments.
        """
        ...

    def __call__(self, images: np.ndarray, numbers: np.ndarray, /) -> np.ndarray:
        """Return images (n, C, H, W), floats or pixels, for numbers (n, numbers).

        What becomes of an image must not depend on the others. The result is valid until the next
        call.
        """
        ...


class Change(NamedTuple):
    """What a training step changes about its images: the distortion, and all images' numbers."""

    distortion: Distortion
    numbers: np.ndarray  # (N, numbers) float64; a smaller batch uses the first ones

    def of(self, images: np.ndarray, first: int, last: int) -> np.ndarray:
        """Return the images first..last−1, distorted."""
        return self.distortion(images[first:last], self.numbers[first:last])


class Shard:
    """One slice of every batch: forward, loss and backward on its images first..last−1."""

    def __init__(
        self,
        layers: Sequence[Layer],
        loss: Loss,
        span: tuple[int, int],
        memory: Memory,
        *,
        input_grad: bool = False,
        plain: bool = False,
    ) -> None:
        """Make replicas of the layers, with arrays in `memory` for the images of `span`.

        With `plain` they compute by their own formulas.
        """
        self.first, self.last = span
        self.size = self.last - self.first
        self.layers = [layer.replica() for layer in layers]
        self.loss = copy.copy(loss)
        self.routines: list[Routine] = []
        learns = input_grad
        for layer in self.layers:
            memory.next_layer()
            self.routines.append(
                routine_for(layer, self.size, memory, input_grad=learns, plain=plain)
            )
            learns = learns or bool(layer.parameters)
        self.parameters = [p for layer in self.layers for p in layer.parameters.values()]
        self.buffers = [b for layer in self.layers for b in layer.buffers.values()]
        self.keep_seen_in(np.zeros(total_size(self.buffers), self.layers[-1].dtype))
        self.keep_gradient_in(np.zeros(total_size(self.parameters), self.layers[-1].dtype))
        self.classes = self.layers[-1].out_shape[0]
        self.loss.allocate(self.classes, self.size, self.layers[-1].dtype)
        self.input_gradient: Images | None = None  # of the images, if asked for
        # of the last pass; missing if other layers have overwritten them
        self.lasting = memory.lasting
        self.outputs: list[EngineMaps] = []  # y of each layer
        self.errors: list[EngineMaps | None] = []  # dx of each layer, None where not needed

    def keep_gradient_in(self, gradient: np.ndarray) -> None:
        """Compute all parameters' gradients into this vector from now on."""
        self.gradient = gradient
        keep_gradients(gradient, self.parameters)

    def keep_seen_in(self, seen: np.ndarray) -> None:
        """Write what all buffers see to this vector from now on."""
        self.seen = seen
        keep_seen(seen, self.buffers)

    def forward(self, images: Images) -> np.ndarray:
        """Return the outputs (K, N) for images (N, C, H, W)."""
        x = images
        self.outputs.clear()
        for routine in self.routines:
            x = routine.forward(x, train=True)
            if self.lasting:
                self.outputs.append(x)
                routine.publish()
        return x.reshape(self.classes, self.size)

    def backward(self) -> None:
        """Fill the gradients of all parameters from the loss's dy."""
        dy: EngineMaps | None = self.loss.dy.reshape(1, self.classes, 1, self.size)
        self.errors.clear()
        for routine in reversed(self.routines):
            dy = routine.backward(dy) if dy is not None else None
            if self.lasting:
                self.errors.insert(0, dy)
        self.input_gradient = dy

    @unwarned
    def step(
        self,
        images: Images,
        targets: np.ndarray,
        seed: int | None,
        change: Change | None = None,
    ) -> tuple[float, int]:
        """Run forward and backward on this shard's part of a batch; `seed` is for dropout.

        Returns its share of the loss, and how many of its images were classified correctly; those
        whose targets are all the same have no class.
        """
        if seed is not None:
            for index, routine in enumerate(self.routines):
                routine.reseed([seed, self.first, index])
        t = targets[self.first : self.last].T
        span = self.first, self.last
        y = self.forward(change.of(images, *span) if change else images[slice(*span)])
        loss = self.loss.forward(y, t, len(images))
        wanted = t.argmax(axis=0)  # its own argmin where all are the same
        correct = np.count_nonzero((y.argmax(axis=0) == wanted) & (t.argmin(axis=0) != wanted))
        self.backward()
        return loss, int(correct)


class ShardResult(NamedTuple):
    """What a shard contributes to a step: its share of the loss and of the gradient.

    The gradient, of all parameters in one vector, is valid until the next step; so is `seen`, what
    the buffers saw.
    """

    loss: float
    correct: int
    gradient: np.ndarray
    seen: np.ndarray


class BatchResult(NamedTuple):
    """The loss of a batch before its update, and how many of its images were right."""

    loss: float
    correct: int


@dataclass(frozen=True)
class TrainingJob:
    """The job of a training step on a batch: images (N, C, H, W), targets (N, K).

    Jobs are objects, not functions, so that they can be handed to another process.
    """

    images: Images
    targets: np.ndarray
    seed: int | None  # of dropout
    change: Change | None = None  # of the images, before anything else

    def __call__(self, shard: Shard) -> ShardResult:
        """Do a shard's part."""
        loss, correct = shard.step(self.images, self.targets, self.seed, self.change)
        return ShardResult(loss, correct, shard.gradient, shard.seen)
