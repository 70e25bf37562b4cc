"""A stack of layers and a loss, trained a batch at a time."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cnntrain.nn.arrays import Images, unwarned
from cnntrain.nn.execution.inference import InferenceJob
from cnntrain.nn.execution.shard import (
    BatchResult,
    Change,
    Distortion,
    Shard,
    TrainingJob,
    bounds,
)
from cnntrain.nn.execution.workspace import Executor, Workspace, in_turn
from cnntrain.nn.layers import layer_names
from cnntrain.nn.layers.base import Layer, Shape, ShapeError, shape_text
from cnntrain.nn.layers.input import Input
from cnntrain.nn.losses import Loss
from cnntrain.nn.parameter import Buffer, Parameter, cut, keep_gradients, total_size

INFERENCE_BATCH = 512  # images at a time when not training


class NetworkShapeError(ShapeError):
    """Report a layer that does not fit the ones before it."""

    def __init__(self, index: int, name: str, in_shape: Shape, reason: str) -> None:
        """Keep where it happened: the position and name of the layer, and its input."""
        super().__init__(f"{name}: input {shape_text(in_shape)}: {reason}")
        self.index, self.name, self.in_shape, self.reason = index, name, in_shape, reason


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
        plain: bool = False,
    ) -> None:
        """Build every layer on the one before it. Raises NetworkShapeError.

        With `plain`, layers compute by the formulas in `nn/layers/` instead of in `nn/fast/`.
        """
        self.layers = [Input(), *layers]
        self.names = ["input", *layer_names(layers)]
        self.loss, self.in_shape, self.dtype, self.rng = loss, in_shape, dtype, rng
        self.plain = plain
        shape = in_shape
        for index, (layer, name) in enumerate(zip(self.layers, self.names, strict=True)):
            try:
                shape = layer.build(shape, rng, dtype)
            except ShapeError as error:
                raise NetworkShapeError(index - 1, name, shape, str(error)) from error
        if shape[1:] != (1, 1):
            found = f"the output is maps of {shape_text(shape)}, not 1x1"
            reason = f"{found}; end with a layer such as dense"
            below = self.layers[-1].in_shape
            raise NetworkShapeError(len(layers) - 1, self.names[-1], below, reason)
        self.gradient = np.zeros(total_size(self.parameters.values()), dtype)
        keep_gradients(self.gradient, self.parameters.values())
        self.classes = shape[0]
        self.random = any(layer.draws_random for layer in layers)
        self.has_buffers = any(layer.buffers for layer in layers)
        self.forget_shards()
        self.distortion: Distortion | None = None  # set before other processes get a copy
        self.seed: int | None = None  # of the last step's dropout
        self.change: Change | None = None  # of the last step's images

    @property
    def parameters(self) -> dict[str, Parameter]:
        """Return all parameters by name, in forward order: the order of every listing of them."""
        return {
            f"{name}.{part}": parameter
            for name, layer in zip(self.names, self.layers, strict=True)
            for part, parameter in layer.parameters.items()
        }

    @property
    def buffers(self) -> dict[str, Buffer]:
        """Return all buffers by name, in forward order: saved, but not trained."""
        return {
            f"{name}.{part}": buffer
            for name, layer in zip(self.names, self.layers, strict=True)
            for part, buffer in layer.buffers.items()
        }

    @property
    def saved(self) -> dict[str, Parameter | Buffer]:
        """Return everything that is saved with the network, by name: parameters, then buffers."""
        return {**self.parameters, **self.buffers}

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of the values of all parameters and buffers by name."""
        return {name: array.value.copy() for name, array in self.saved.items()}

    def load_state(self, state: Mapping[str, np.ndarray]) -> None:
        """Overwrite the values of all parameters and buffers.

        Names and shapes must be those of `state()`.
        """
        for name, array in self.saved.items():
            array.value[...] = state[name]

    def adopt_values(self, values: Sequence[np.ndarray]) -> None:
        """Use these arrays, in the order of `saved`, as the values of everything that is saved."""
        for array, value in zip(self.saved.values(), values, strict=True):
            array.value = value
        self.forget_shards()  # they hold on to the old arrays

    def forget_shards(self) -> None:
        """Release all working memory."""
        self.workspace = Workspace(self.layers, self.loss, self.dtype, plain=self.plain)

    def __getstate__(self) -> dict[str, Any]:
        """Return what is copied: not the workspace, whose arrays are views of each other."""
        return {name: value for name, value in self.__dict__.items() if name != "workspace"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore a copy, and make its gradients one vector again."""
        self.__dict__.update(state)
        keep_gradients(self.gradient, self.parameters.values())
        self.forget_shards()

    def observed(self, span: tuple[int, int], *, input_grad: bool = False) -> Shard:
        """Return a shard whose arrays can all be inspected after a pass."""
        return self.workspace.observed(span, input_grad=input_grad)

    @unwarned
    def backpropagate(
        self,
        images: Images,
        targets: np.ndarray,
        *,
        change: Change | None = None,
        executor: Executor = in_turn,
    ) -> BatchResult:
        """Compute the loss of a batch and all gradients, without changing any weight.

        `images` are (N, C, H, W), pixels or floats; `targets` are (N, K). `change` distorts the
        images first, by the network's `distortion`. `executor` does the work on the shards.
        """
        self.seed = int(self.rng.integers(2**63)) if self.random else None
        self.change = change
        shards = self.workspace.shards_for(len(images))
        results = executor(TrainingJob(images, targets, self.seed, change), shards)
        if self.has_buffers:
            self.sizes = [shard.size for shard in shards]
            self.seen = [result.seen for result in results]
        first, *others = (result.gradient for result in results)
        self.gradient[...] = first
        for other in others:
            self.gradient += other
        return BatchResult(sum(r.loss for r in results), sum(r.correct for r in results))

    @unwarned
    def update_buffers(self) -> None:
        """Move the buffers by what the shards of the last `backpropagate` have seen."""
        if not self.has_buffers:
            return
        of_shards = [cut(seen, self.buffers.values()) for seen in self.seen]
        arrays = map(np.stack, zip(*of_shards, strict=True))  # of each buffer, (S, ...)
        for layer in self.layers:
            if layer.buffers:
                layer.update_buffers({name: next(arrays) for name in layer.buffers}, self.sizes)

    def outputs(self, images: Images, *, executor: Executor = in_turn) -> np.ndarray:
        """Return the outputs (N, K) for images (N, C, H, W), without training."""
        y = np.empty((len(images), self.classes), self.dtype)
        for start in range(0, len(images), INFERENCE_BATCH):
            batch = images[start : start + INFERENCE_BATCH]
            shards = self.workspace.inference_shards_for(len(batch))
            for shard, outputs in zip(shards, executor(InferenceJob(batch), shards), strict=True):
                y[start + shard.first : start + shard.last] = outputs
        return y

    def probabilities(self, images: Images) -> np.ndarray:
        """Return how sure the network is of each class, (N, K) float64, for images (N, C, H, W)."""
        return self.probabilities_of(self.outputs(images))

    @unwarned
    def probabilities_of(self, outputs: np.ndarray) -> np.ndarray:
        """Return how sure the network is of each class, (N, K) float64, by its outputs (N, K)."""
        shares = [self.loss.probabilities(y) for y in outputs]
        return np.array(shares).reshape(len(outputs), self.classes)

    @unwarned
    def loss_of(self, y: np.ndarray, targets: np.ndarray) -> float:
        """Return the loss of outputs (N, K) for targets (N, K)."""
        loss = copy.copy(self.loss)
        loss.allocate(self.classes, len(y), self.dtype)
        return loss.forward(y.T, targets.T, len(y))

    def first_not_finite(self, images: Images, targets: np.ndarray) -> str | None:
        """Return the first layer, in forward order, whose output was not finite in the last step.

        That step was on this batch; it is repeated here, because workers may have computed it.
        """
        shards = [self.observed(span) for span in bounds(len(images))]
        in_turn(TrainingJob(images, targets, self.seed, self.change), shards)
        for index, name in enumerate(self.names):
            if not all(np.isfinite(shard.outputs[index]).all() for shard in shards):
                return name
        return None
