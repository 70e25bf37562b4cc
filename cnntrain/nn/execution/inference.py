"""Inference: the same outputs as in training, with less work.

**Max pooling comes first.** A function f that never decreases may be taken before or after a
maximum, max(f(a), f(b)) = f(max(a, b)), to the last bit if it does not decrease in floating-point
numbers either (`Layer.commutes_with_max`). Adding a bias and ReLU are such functions, and after max
pooling of 2×2 there are a quarter as many pixels.

**Maps are computed for a few images at a time, dense layers for many.** Maps should stay in the
cache; a dense layer's weights are larger than that, and are read once for all images.
"""

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnntrain.nn.arrays import EngineMaps, Images, unwarned
from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.execution.shard import bounds, spans
from cnntrain.nn.fast import routine_for
from cnntrain.nn.fast.routine import Routine, from_engine, layout
from cnntrain.nn.layers.base import Layer, Shape
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.pooling import MaxPooling
from cnntrain.nn.parameter import Parameter

LARGEST_INFERENCE_SHARD = 128  # images
LARGEST_MAPS = 3 << 19  # bytes of a layer's maps for all the images that it works on at once


@dataclass(eq=False)
class Bias:
    """A convolution's bias on its own: y[f] = x[f] + b[f] for each map f."""

    parameter: Parameter
    out_shape: Shape

    def allocate(self, batch_size: int, memory: Memory) -> None:
        """Get b as a row of x."""
        self.b = memory.own(layout(self.out_shape, batch_size)[1:])

    def forward(self, x: EngineMaps, *, train: bool) -> EngineMaps:
        """Return x + b, in the place of x: max pooling hands it up, and does not need it again."""
        self.b[...] = self.parameter.value[:, None, None]
        x += self.b
        return x


Part = Layer | Bias


class InferenceShard:
    """A slice of a batch, images first..last−1, of which only the outputs are computed."""

    def __init__(
        self,
        layers: Sequence[Layer],
        span: tuple[int, int],
        memory: Memory,
        *,
        plain: bool = False,
    ) -> None:
        """Make replicas of the layers, with arrays in `memory` for the images of `span`.

        With `plain` they are computed in their own order, by their own formulas.
        """
        self.first, self.last = span
        size = self.last - self.first
        parts = list(layers) if plain else max_pooling_first(layers)
        dense = next(
            (i for i, part in enumerate(parts) if isinstance(part, Layer) and part.sees_all_inputs),
            len(parts),
        )
        at_once = images_at_once([part.out_shape for part in parts[:dense]], memory.dtype)
        self.slices = spans(size, -(-size // at_once))
        self.maps_of = {
            n: _routines(parts[:dense], n, memory, plain=plain)
            for n in {b - a for a, b in self.slices}
        }
        self.maps = memory.own(layout(parts[dense - 1].out_shape, size))
        self.rest = _routines(parts[dense:], size, memory, plain=plain)

    def moved_to(self, first: int) -> "InferenceShard":
        """Return a shard of the same size elsewhere in the batch, which works in the same memory."""
        moved = copy.copy(self)
        moved.first, moved.last = first, first + self.last - self.first
        return moved

    @unwarned
    def forward(self, images: Images) -> np.ndarray:
        """Return the outputs (K, N) for images (N, C, H, W)."""
        for first, last in self.slices:
            x = images[first:last]
            for part in self.maps_of[last - first]:
                x = part.forward(x, train=False)
            self.maps[..., first:last] = x
        x = self.maps
        for part in self.rest:
            x = part.forward(x, train=False)
        return x.reshape(-1, len(images))


@dataclass(frozen=True)
class InferenceJob:
    """The job of computing the outputs of a batch of images (N, C, H, W), without training."""

    images: Images

    def __call__(self, shard: InferenceShard) -> np.ndarray:
        """Return the outputs (n, K) of a shard's images."""
        return shard.forward(self.images[shard.first : shard.last]).T.copy()


@unwarned
def layer_outputs(
    layers: Sequence[Layer], images: Images, dtype: np.dtype, *, plain: bool = False
) -> list[Images]:
    """Return the output (N, C, H, W) of each built layer in turn, without training.

    With `plain`, layers compute by their own formulas.
    """
    x, outputs = images, []
    for routine in _routines(layers, len(images), Memory(dtype, lasting=True), plain=plain):
        x = routine.forward(x, train=False)
        outputs.append(from_engine(x))
    return outputs


def inference_bounds(batch_size: int) -> list[tuple[int, int]]:
    """Return where a batch is cut, as `bounds` does for training."""
    return bounds(batch_size, LARGEST_INFERENCE_SHARD)


def max_pooling_first(layers: Sequence[Layer]) -> list[Part]:
    """Return parts that compute the same as these built layers, with max pooling moved forward."""
    parts: list[Part] = []
    for layer in layers:
        if not isinstance(layer, MaxPooling):
            parts.append(layer)
            continue
        later: list[Part] = []
        while isinstance(below := parts[-1], Layer) and below.commutes_with_max:
            later.insert(0, _on(layer.out_shape, below))
            parts.pop()
        if isinstance(below, Convolution) and "bias" in below.parameters:
            parts[-1] = _without_bias(below)
            later.insert(0, Bias(below.parameters["bias"], layer.out_shape))
        parts += [layer, *later]
    return parts


def images_at_once(maps: Sequence[Shape], dtype: np.dtype) -> int:
    """Return for how many images maps of these shapes are computed at a time.

    Up to a point, longer passes gain more than the cache: with two processes and 16, 32 and 64
    images the tutorial's network needs 43, 32 and 29 ms for 10,000, Caffe's LeNet 125, 112 and 135.
    """
    widest = max(math.prod(shape) * dtype.itemsize for shape in maps)
    return next((images for images in (64, 32) if images * widest <= LARGEST_MAPS), 16)


def _on(shape: Shape, layer: Layer) -> Layer:
    moved = copy.copy(layer)
    moved.in_shape = moved.out_shape = shape
    return moved


def _without_bias(convolution: Convolution) -> Convolution:
    bare = copy.copy(convolution)
    bare.parameters = {"weights": convolution.parameters["weights"]}
    return bare


def _routines(
    parts: Sequence[Part], size: int, memory: Memory, *, plain: bool
) -> list[Routine | Bias]:
    """Return the ways to compute the parts on `size` images, on the same weights."""
    routines: list[Routine | Bias] = []
    for part in map(copy.copy, parts):
        memory.next_layer()
        if isinstance(part, Bias):
            part.allocate(size, memory)
            routines.append(part)
        else:
            routines.append(routine_for(part, size, memory, input_grad=False, plain=plain))
    return routines
