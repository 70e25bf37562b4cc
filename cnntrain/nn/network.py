"""A stack of layers and a loss, trained a batch at a time."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.base import Layer, Shape, ShapeError
from cnntrain.nn.layers.input import Input
from cnntrain.nn.losses import Loss
from cnntrain.nn.parameter import Parameter
from cnntrain.nn.shard import Shard, bounds

Work = Callable[[Shard], tuple[float, int]]
Run = Callable[[Work, Sequence[Shard]], Iterable[tuple[float, int]]]  # map, or one with threads


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
    layer and part: conv1.weights, conv1.bias.
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
            raise NetworkShapeError(len(layers) - 1, self.names[-1], shape, reason)
        self.classes = shape[0]
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
                Shard(self.layers, self.loss, span, self.rng) for span in bounds(batch_size)
            ]
        return self.shards[batch_size]

    def backpropagate(
        self, images: np.ndarray, targets: np.ndarray, *, run: Run = map
    ) -> BatchResult:
        """Compute the loss of a batch and all gradients; change no value.

        `images` are (N, C, H, W), pixels or floats; `targets` are (N, K). `run` maps a function
        over the shards, in any order of execution, and returns results in the shards' order.
        """
        m = len(images)
        shards = self.shards_for(m)
        results = list(run(lambda shard: shard.step(images, targets, m), shards))
        for index, layer in enumerate(self.layers):
            for part, parameter in layer.parameters.items():
                first, *others = (shard.layers[index].parameters[part] for shard in shards)
                parameter.gradient[...] = first.gradient
                for other in others:
                    parameter.gradient += other.gradient
        return BatchResult(sum(loss for loss, _ in results), sum(c for _, c in results))

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
