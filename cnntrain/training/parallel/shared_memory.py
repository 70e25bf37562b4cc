"""A block of shared memory: the current job and the shards' results."""

import math
import os
import weakref
from multiprocessing.heap import Arena
from typing import Any, TypeGuard

import numpy as np

from cnntrain.nn.execution.inference import InferenceJob, InferenceShard
from cnntrain.nn.execution.memory import ALIGNMENT
from cnntrain.nn.execution.shard import Change, Shard, ShardResult, TrainingJob, bounds
from cnntrain.nn.network import INFERENCE_BATCH, Network
from cnntrain.nn.parameter import cut, total_size
from cnntrain.system.reserved import reserved_file

STEP, FORWARD = 0, 1  # kinds of job
NO_SEED = -1
PIXELS = [np.dtype(name) for name in ("uint8", "float32", "float64")]  # what images can be


class SharedMemory:
    """One network's jobs and results, as arrays in one block of memory.

    Each process has a `SharedMemory` of its own, sent to it by the first, and attaches it to the
    block. Only the plan is sent, by which each process finds the arrays in the block.
    """

    def __init__(self, network: Network, batch: int) -> None:
        """Plan for training batches of up to `batch` images, or 0 for no training.

        The block must have `nbytes` bytes.
        """
        self.network = network
        largest, shards = max(batch, INFERENCE_BATCH), len(bounds(batch)) if batch else 0
        dtype, size = network.dtype, network.gradient.size
        saved = total_size(network.saved.values())
        pixels = largest * math.prod(network.in_shape)
        numbers = network.distortion.numbers if network.distortion else 0
        self.plan: list[tuple[tuple[int, ...], np.dtype]] = [
            ((5,), np.dtype(np.int64)),  # of the job: kind, images, their type, changed, seed
            ((pixels * dtype.itemsize,), np.dtype(np.uint8)),
            ((batch, network.classes), dtype),  # targets
            ((batch, numbers), np.dtype(np.float64)),  # of the images' distortion
            ((largest, network.classes), dtype),  # outputs
            ((shards, 2), np.dtype(np.float64)),  # loss, correct
            ((saved,), dtype),  # values of all that is saved: parameters, buffers
            ((shards, size), dtype),  # gradients
            ((shards, saved - size), dtype),  # what the buffers saw
        ]
        self.nbytes = sum(_aligned_size(shape, dtype) for shape, dtype in self.plan)

    def __getstate__(self) -> dict[str, Any]:
        """Return what is sent to another process."""
        return {"network": self.network, "plan": self.plan}

    def attach(self, block: Arena) -> None:
        """Use this block, which `new_block` made."""
        arrays = []
        offset = 0
        for shape, dtype in self.plan:
            flat = np.frombuffer(block.buffer, dtype, math.prod(shape), offset)
            arrays.append(flat.reshape(shape))
            offset += _aligned_size(shape, dtype)
        self.job, pixels, self.targets, self.numbers, self.outputs, self.figures = arrays[:6]
        values, *rows = arrays[6:]
        self.gradients, self.seen = map(list, rows)
        self.images = {  # pixels, or floats no larger than the network's
            dtype: self._as_images(pixels, dtype)
            for dtype in PIXELS
            if dtype.itemsize <= self.network.dtype.itemsize
        }
        self.values = cut(values, self.network.saved.values())

    def _as_images(self, pixels: np.ndarray, dtype: np.dtype) -> np.ndarray:
        shape = (len(self.outputs), *self.network.in_shape)
        return pixels[: math.prod(shape) * dtype.itemsize].view(dtype).reshape(shape)

    def holds(self, job: object) -> TypeGuard[TrainingJob | InferenceJob]:
        """Return whether the job fits."""
        return (
            isinstance(job, TrainingJob | InferenceJob)
            and job.images.dtype in self.images
            and (isinstance(job, InferenceJob) or self._holds_step(job))
        )

    def _holds_step(self, step: TrainingJob) -> bool:
        fits = len(step.images) <= len(self.targets)
        return fits and step.targets.dtype == self.targets.dtype

    def post(self, job: TrainingJob | InferenceJob) -> None:
        """Write the job for the other processes."""
        count, pixels = len(job.images), PIXELS.index(job.images.dtype)
        self.images[job.images.dtype][:count] = job.images
        if isinstance(job, TrainingJob):
            self.targets[:count] = job.targets
            if job.change:
                self.numbers[:count] = job.change.numbers[:count]
            seed = NO_SEED if job.seed is None else job.seed
            self.job[...] = STEP, count, pixels, bool(job.change), seed
        else:
            self.job[...] = FORWARD, count, pixels, False, NO_SEED

    def work(self, number: int, processes: int) -> None:
        """Do the posted job on the shards of one process: `number`, `number + processes`, ..."""
        kind, count, pixels, changed, seed = self.job.tolist()
        images = self.images[PIXELS[pixels]][:count]
        if kind == FORWARD:
            forward = InferenceJob(images)
            for shard in self.network.workspace.inference_shards_for(count)[number::processes]:
                self.outputs[shard.first : shard.last] = forward(shard)
            return
        distortion = self.network.distortion if changed else None
        step = TrainingJob(
            images,
            self.targets[:count],
            None if seed == NO_SEED else seed,
            Change(distortion, self.numbers[:count]) if distortion else None,
        )
        shards = self.network.workspace.shards_for(count)
        for index in range(number, len(shards), processes):
            if shards[index].gradient is not self.gradients[index]:
                shards[index].keep_gradient_in(self.gradients[index])  # where the first reads it
                shards[index].keep_seen_in(self.seen[index])
            result = step(shards[index])
            self.figures[index] = result.loss, result.correct

    def result(
        self, job: TrainingJob | InferenceJob, index: int, shard: Shard | InferenceShard
    ) -> ShardResult | np.ndarray:
        """Return the job's result for a shard, which is number `index` of the network."""
        if isinstance(job, InferenceJob):
            return self.outputs[shard.first : shard.last]
        loss, correct = self.figures[index].tolist()
        return ShardResult(loss, int(correct), self.gradients[index], self.seen[index])


def new_block(nbytes: int) -> Arena:
    """Return `nbytes` bytes that processes share, reserved where possible. Raises OSError if it cannot.

    multiprocessing only sets the length of a file, in a folder in memory if it fits there. So the
    file that is reserved here is the one that is used. It has no name, and is gone with the processes
    however they end.
    """
    with reserved_file(nbytes) as descriptor:
        if descriptor is None:
            return Arena(nbytes)
        arena = Arena(nbytes, os.dup(descriptor))
    weakref.finalize(arena, os.close, arena.fd)  # it closes only files that it opened
    return arena


def _aligned_size(shape: tuple[int, ...], dtype: np.dtype) -> int:
    """Return the bytes that an array takes up to the beginning of the next."""
    return -(-math.prod(shape) * dtype.itemsize // ALIGNMENT) * ALIGNMENT
