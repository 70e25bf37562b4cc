"""A stack of layers and a loss, trained a batch at a time."""

import copy
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.base import Layer, Shape, ShapeError
from cnntrain.nn.layers.dropout import Dropout
from cnntrain.nn.layers.input import Input
from cnntrain.nn.losses import Loss
from cnntrain.nn.parameter import Parameter
from cnntrain.nn.shard import Shard, bounds

R = TypeVar("R")
EVALUATION_BATCH = 128  # images at a time when not training


class Run(Protocol):
    """A way to do the same work on every shard: in turn, or in several threads.

    Results come in the order of the shards, whatever the order of the work.
    """

    def __call__(self, work: Callable[[Shard], R], shards: Sequence[Shard], /) -> list[R]:
        """Return `work(shard)` for each shard."""
        ...


def in_turn(work: Callable[[Shard], R], shards: Sequence[Shard], /) -> list[R]:
    """Do the work on one shard after the other."""
    return [work(shard) for shard in shards]


class NetworkShapeError(ShapeError):
    """Report the layer that does not fit on the ones before it."""

    def __init__(self, index: int, name: str, in_shape: Shape, reason: str) -> None:
        """Keep where it happened: the position and name of the layer, and its input."""
        super().__init__(f"{name}: input {'x'.join(map(str, in_shape))}: {reason}")
        self.index, self.name, self.in_shape, self.reason = index, name, in_shape, reason


@dataclass(frozen=True)
class BatchResult:
    """The loss of a batch before its update, and how many of its images were right."""

    loss: float
    correct: int


class Network:
    """Layers in order, the loss, and the shards that a batch is cut into.

    Layers are named by kind and number: conv1, sigmoid1, mean_pool1, conv2, ...; parameters by
    layer and part: conv1.weights, conv1.bias. `rng` draws the initial weights and, while
    training, dropout's masks; its state belongs in a checkpoint.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        loss: Loss,
        *,
        in_shape: Shape,
        dtype: np.dtype,
        rng: np.random.Generator,
    ) -> None:
        """Build every layer on the one before it. Raises NetworkShapeError."""
        self.layers = [Input(), *layers]
        self.names = ["input", *layer_names(layers)]
        self.loss, self.in_shape, self.dtype, self.rng = loss, in_shape, dtype, rng
        shape = in_shape
        for index, (layer, name) in enumerate(zip(self.layers, self.names, strict=True)):
            try:
                shape = layer.build(shape, rng, dtype)
            except ShapeError as error:
                raise NetworkShapeError(index - 1, name, shape, str(error)) from error
        if shape[1:] != (1, 1):
            reason = f"output {shape} is maps; end with a layer whose maps are 1x1, such as dense"
            below = self.layers[-1].in_shape
            raise NetworkShapeError(len(layers) - 1, self.names[-1], below, reason)
        self.classes = shape[0]
        self.random = any(isinstance(layer, Dropout) for layer in layers)
        self.shards: dict[int, list[Shard]] = {}

    @property
    def parameters(self) -> dict[str, Parameter]:
        """Return all parameters by name, in forward order: the order of every listing of them."""
        return dict(self._named_parameters())

    def _named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        for layer, name in zip(self.layers, self.names, strict=True):
            for part, parameter in layer.parameters.items():
                yield f"{name}.{part}", parameter

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of all parameters' values by name."""
        return {name: p.value.copy() for name, p in self.parameters.items()}

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        """Overwrite all parameters' values; names and shapes must be those of `state()`."""
        for name, parameter in self.parameters.items():
            parameter.value[...] = state[name]

    def shards_for(self, batch_size: int) -> list[Shard]:
        """Return the shards for batches of this size, made on first use."""
        if batch_size not in self.shards:
            self.shards[batch_size] = [
                Shard(self.layers, self.loss, span) for span in bounds(batch_size)
            ]
        return self.shards[batch_size]

    def backpropagate(
        self, images: np.ndarray, targets: np.ndarray, *, run: Run = in_turn
    ) -> BatchResult:
        """Compute the loss of a batch and all gradients; change no value.

        `images` are (N, C, H, W), pixels or floats; `targets` are (N, K). `run` maps a function
        over the shards.
        """
        seed = int(self.rng.integers(2**63)) if self.random else None
        shards = self.shards_for(len(images))
        results = run(lambda shard: shard.step(images, targets, seed), shards)
        for index, layer in enumerate(self.layers):
            for part, parameter in layer.parameters.items():
                first, *others = (shard.layers[index].parameters[part] for shard in shards)
                parameter.gradient[...] = first.gradient
                for other in others:
                    parameter.gradient += other.gradient
        return BatchResult(sum(loss for loss, _ in results), sum(c for _, c in results))

    def outputs(self, images: np.ndarray, *, run: Run = in_turn) -> np.ndarray:
        """Return the outputs (N, K) for images (N, C, H, W), without training."""
        y = np.empty((len(images), self.classes), self.dtype)
        full = len(images) - len(images) % EVALUATION_BATCH
        for start, stop in ((0, full), (full, len(images))):
            size = min(EVALUATION_BATCH, stop - start)
            if size == 0:
                continue

            def work(shard: Shard, start: int = start, stop: int = stop, size: int = size) -> None:
                for first in range(start + shard.first, stop, size):
                    part = slice(first, first + shard.size)
                    y[part] = shard.forward(images[part], train=False).T

            run(work, self.shards_for(size))
        return y

    def loss_of(self, y: np.ndarray, targets: np.ndarray) -> float:
        """Return the loss of outputs (N, K) for targets (N, K)."""
        loss = copy.copy(self.loss)
        loss.allocate(self.classes, len(y), self.dtype)
        return loss.forward(y.T, targets.T, len(y))

    def first_not_finite(self, batch_size: int) -> str | None:
        """Return the first layer, in forward order, whose last output was not finite."""
        for index, name in enumerate(self.names):
            for shard in self.shards_for(batch_size):
                if not np.isfinite(shard.outputs[index]).all():
                    return name
        return None


def layer_names(layers: Sequence[Layer]) -> list[str]:
    """Return a name for each layer: its kind, and its number among those of that kind."""
    kinds = {kind: name for name, kind in LAYERS.items()}
    seen: Counter[str] = Counter()
    names = []
    for layer in layers:
        kind = kinds[type(layer)]
        seen[kind] += 1
        names.append(f"{kind}{seen[kind]}")
    return names
