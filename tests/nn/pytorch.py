"""A network's formulas once more, in PyTorch, which finds the derivatives by itself.

PyTorch may be missing, so it is imported where it is used.
"""

from collections import defaultdict
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from cnntrain.nn.execution.shard import bounds
from cnntrain.nn.fast.routine import to_engine
from cnntrain.nn.layers import kind_of
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.layers.normalization import BatchNormalization
from cnntrain.nn.losses import Loss, MeanSquaredError
from cnntrain.nn.network import Network
from tests.nn.harness import from_engine, ready

MISSING = find_spec("torch") is None
# Of a network's largest gradient: as large as the rounding errors of smaller ones may be, such as
# that of a bias below a batch normalization, which is 0.
NEGLIGIBLE = 1e-3
Tensor = Any
Formula = Callable[[Any, Tensor, Any, Tensor, Tensor], Tensor]

# y for torch.nn.functional, x (N, C, H, W), a layer, its weights and its bias.
FORMULAS: dict[str, Formula] = {
    "conv": lambda f, x, layer, W, b: f.conv2d(x, W, b, layer.s, layer.p),
    "mean_pool": lambda f, x, layer, W, b: f.avg_pool2d(x, layer.k, layer.s),
    "max_pool": lambda f, x, layer, W, b: f.max_pool2d(x, layer.k, layer.s),
    "dense": lambda f, x, layer, W, b: f.linear(x.flatten(1), W, b)[:, :, None, None],
    "sigmoid": lambda f, x, layer, W, b: x.sigmoid(),
    "tanh": lambda f, x, layer, W, b: x.tanh(),
    "relu": lambda f, x, layer, W, b: f.relu(x),
    "leaky_relu": lambda f, x, layer, W, b: f.leaky_relu(x, layer.slope),
    # beyond the threshold PyTorch returns x, which at its usual one costs nine digits
    "softplus": lambda f, x, layer, W, b: f.softplus(x, threshold=500),
    "silu": lambda f, x, layer, W, b: f.silu(x),
    "gelu": lambda f, x, layer, W, b: f.gelu(x),
    "layer_norm": lambda f, x, layer, W, b: f.group_norm(x, 1, W, b, layer.epsilon),
}
# What draws random numbers or has buffers is computed in `Twin`.
OF_TWIN = ("dropout", "batch_norm")


class Twin:
    """The layers and the loss of a network, with copies of its parameters and buffers."""

    def __init__(self, net: Network) -> None:
        """Copy them."""
        import torch

        self.torch, self.net = torch, net
        self.values = {name: torch.tensor(value) for name, value in net.state().items()}
        self.parameters = {name: self.values[name].requires_grad_() for name in net.parameters}
        self.seen: dict[str, list[Tensor]] = defaultdict(list)  # x of each batch_norm

    def outputs(self, images: np.ndarray) -> np.ndarray:
        """Return the outputs (N, K) for images (N, C, H, W), without training."""
        found: np.ndarray = self._forward(self.torch.tensor(images), None).detach().numpy()
        return found

    def backpropagate(self, images: np.ndarray, targets: np.ndarray, seed: int | None) -> float:
        """Return the loss of a batch and leave its gradients in `parameters`, shard by shard.

        `seed` is that of dropout in the network's last step.
        """
        total = 0.0
        for first, last in bounds(len(images)):
            y = self._forward(self.torch.tensor(images[first:last]), (first, seed))
            t = self.torch.tensor(targets[first:last])
            loss = self._loss(self.net.loss, y, t) / len(images)
            loss.backward()
            total += loss.item()
        self._update_buffers()
        return total

    def _forward(self, x: Tensor, luck: tuple[int, int | None] | None) -> Tensor:
        """Return outputs (N, K); `luck`, when training, is a shard's first image and the seed."""
        named = zip(self.net.names[1:], self.net.layers[1:], strict=True)
        for index, (name, layer) in enumerate(named, start=1):
            kind = kind_of(layer)
            if kind == "dropout":
                x = x if luck is None else x * self._mask(layer, len(x), [luck[1], luck[0], index])
            elif kind == "batch_norm":
                x = self._normalized(name, layer, x, train=luck is not None)
            else:
                parts = (self.values.get(f"{name}.{part}") for part in ("weights", "bias"))
                x = FORMULAS[kind](self.torch.nn.functional, x, layer, *parts)
        return x[:, :, 0, 0]

    def _loss(self, loss: Loss, y: Tensor, t: Tensor) -> Tensor:
        """Return the sum over images of the loss."""
        if isinstance(loss, MeanSquaredError):
            return ((y - t) ** 2).sum() / 2
        return self.torch.nn.functional.cross_entropy(y, t, reduction="sum")

    def _mask(self, layer: Layer, size: int, seed: list[Any]) -> Tensor:
        """Return what the engine's dropout makes of ones: its luck is its own."""
        replica = ready(layer, size)
        replica.reseed(seed)
        ones = np.ones((size, *layer.in_shape), layer.dtype)
        return self.torch.tensor(from_engine(replica.forward(to_engine(ones), train=True)))

    def _normalized(self, name: str, layer: Any, x: Tensor, *, train: bool) -> Tensor:
        W, b = self.values[f"{name}.weights"], self.values[f"{name}.bias"]
        if train:
            self.seen[name].append(x.detach())
            running = (None, None)
        else:
            running = self._running(name)
        return self.torch.nn.functional.batch_norm(
            x, *running, W, b, training=train, eps=layer.epsilon
        )

    def _running(self, name: str) -> tuple[Tensor, Tensor]:
        return self.values[f"{name}.running_mean"], self.values[f"{name}.running_variance"]

    def _update_buffers(self) -> None:
        """Move running statistics by those of the whole batch: PyTorch sees it in one piece."""
        for name, layer in zip(self.net.names, self.net.layers, strict=True):
            if isinstance(layer, BatchNormalization):
                whole = self.torch.cat(self.seen.pop(name))
                self.torch.nn.functional.batch_norm(
                    whole, *self._running(name), training=True, momentum=layer.momentum
                )


def difference(net: Network, images: np.ndarray, targets: np.ndarray) -> float:
    """Take a step's gradients both ways; return the largest difference, of the values compared.

    The loss, the buffers after the step and the outputs for the same images are compared, too.
    """
    twin = Twin(net)
    loss = net.backpropagate(images, targets).loss
    pairs = [(np.array(loss), np.array(twin.backpropagate(images, targets, net.seed)))]
    net.update_buffers()
    pairs += [(b.value, twin.values[name].numpy()) for name, b in net.buffers.items()]
    pairs.append((net.outputs(images), twin.outputs(images)))
    gradients = [(p.gradient, twin.parameters[n].grad.numpy()) for n, p in net.parameters.items()]
    least = NEGLIGIBLE * max(float(np.abs(theirs).max()) for _, theirs in gradients)
    return max(
        *(_apart(ours, theirs, NEGLIGIBLE) for ours, theirs in pairs),
        *(_apart(ours, theirs, least) for ours, theirs in gradients),
    )


def _apart(ours: np.ndarray, theirs: np.ndarray, least: float) -> float:
    """Return the largest difference, of the largest value or of `least`."""
    scale = max(least, float(np.abs(theirs).max()))
    return float(np.abs(ours - theirs).max()) / scale
