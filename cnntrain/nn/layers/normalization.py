"""Batch and layer normalization: mean 0 and variance 1, then a learnt scale and bias."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnntrain.nn.checks import check_above_0_to_1
from cnntrain.nn.layers.base import Geometry, Shape, ShapeError
from cnntrain.nn.layers.weighted import Freeze, Trainable
from cnntrain.nn.parameter import Buffer, Parameter

Axes = tuple[int, int, int]
IMAGES_AND_MAP: Axes = (0, 2, 3)  # of (N, C, H, W): all numbers of a map, in all images


@dataclass(eq=False, kw_only=True)
class Normalization(Trainable):
    """y = γ·x̂ + β with x̂ = (x − μ)/s, s = √(σ² + ε): what batch and layer normalization share.

    μ and σ² are the mean and the variance of the m numbers that are normalized together. γ and β,
    the parameters `weights` and `bias`, are learnt, one of each per map; they start at 1 and 0.

    Backward, with g = ∂L/∂x̂ = γ·dy. A number x affects its own x̂ directly, and all m of them
    through μ and σ². With ∂μ/∂x = 1/m and ∂σ²/∂x = 2·(x − μ)/m::

        dβ = Σ dy
        dγ = Σ dy·x̂
        dx = (g − mean of g − x̂·mean of g·x̂) / s

    with sums over images and map, and means over the m numbers: the equations of Ioffe & Szegedy
    (2015), section 3, combined. The direct part of dx is g/s; the part through μ, −Σ g/(m·s); the
    part through σ², Σ g·(x − μ) · (−1/(2·s³)) · 2·(x − μ)/m, where (x − μ)/s is x̂.
    """

    together: ClassVar[Axes]  # of (N, C, H, W): what is normalized together
    epsilon: float = 1e-5  # ε: keeps s away from 0
    freeze: Freeze = "nothing"  # what is never updated
    rate: float | None = None  # the learning rate; by default that of the section `train`

    def __post_init__(self) -> None:
        """Reject an ε that is not above 0 and finite, and what no trainable layer can have."""
        if not 0 < self.epsilon < float("inf"):
            raise ValueError(f"epsilon: found {self.epsilon}, expected a number above 0")
        super().__post_init__()

    def shape_after(self, in_shape: Shape) -> Shape:
        """Return the same shape."""
        return in_shape

    def make_parameters(self, rng: np.random.Generator) -> dict[str, Parameter]:
        """Return γ (C) and β (C)."""
        maps = self.in_shape[0]
        gamma, beta = np.ones(maps), np.zeros(maps)
        return {
            "weights": self.parameter("weights", gamma),
            "bias": self.parameter("bias", beta),
        }

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y = γ·(x − μ)/s + β."""
        mean = x.mean(axis=self.together, keepdims=True)
        variance = x.var(axis=self.together, keepdims=True)
        return self.scaled(x, mean, variance)

    def scaled(self, x: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
        """Return y for this μ and σ²."""
        gamma, beta = (p.value[:, None, None] for p in self.parameters.values())
        self.s = np.sqrt(variance + self.epsilon)
        self.x_hat = (x - mean) / self.s
        y: np.ndarray = gamma * self.x_hat + beta
        return y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dx = (g − mean of g − x̂·mean of g·x̂) / s, and overwrite dγ and dβ."""
        gamma, beta = self.parameters["weights"], self.parameters["bias"]
        beta.gradient[...] = dy.sum(axis=IMAGES_AND_MAP)
        gamma.gradient[...] = (dy * self.x_hat).sum(axis=IMAGES_AND_MAP)
        g = gamma.value[:, None, None] * dy
        mean_g = g.mean(axis=self.together, keepdims=True)
        mean_gx = (g * self.x_hat).mean(axis=self.together, keepdims=True)
        dx: np.ndarray = (g - mean_g - self.x_hat * mean_gx) / self.s
        return dx


@dataclass(eq=False, kw_only=True)
class BatchNormalization(Normalization):
    """Normalize each map over the images of a shard; when not training, by running statistics.

    Ioffe & Szegedy (2015), algorithms 1 and 2. A batch is computed in shards, of up to 32 images,
    and μ and σ² are those of a shard: "ghost batch normalization" (Hoffer et al. 2017), whose
    smaller groups generalize at least as well. How a batch is cut does not depend on `--threads`.

    The running statistics are those of whole batches. For shards with m[k] numbers of the map, M
    in all, with mean μ[k] and variance σ²[k]::

        μ  = Σ m[k]·μ[k] / M
        σ² = Σ m[k]·(σ²[k] + (μ[k] − μ)²) / M       within the shards, and between them
        running mean     += momentum · (μ − running mean)
        running variance += momentum · (σ²·M/(M − 1) − running variance)

    The second line is the law of total variance. The variance between shards belongs in it because
    at evaluation all images share one mean: without it, x̂ would have a variance above 1 there.
    M/(M − 1) makes σ² unbiased, as in algorithm 2. These equal PyTorch's statistics for the
    undivided batch. As in PyTorch, `momentum` is the weight of the new value.

    A single number has no variance. In a shard of one image, maps of 1x1 become β, and no error
    passes through them; a batch of one such image, perhaps the last of an epoch, leaves the running
    statistics as they are.
    """

    mixes_images = True
    together = IMAGES_AND_MAP
    momentum: float = 0.1  # how far the running statistics move towards those of a batch

    def __post_init__(self) -> None:
        """Reject a momentum outside (0, 1], and what no normalization can have."""
        super().__post_init__()
        check_above_0_to_1("momentum", self.momentum)

    def make_buffers(self) -> dict[str, Buffer]:
        """Return the running mean (C) and the running variance (C)."""
        maps = self.in_shape[0]
        mean, variance = np.zeros(maps, self.dtype), np.ones(maps, self.dtype)
        return {"running_mean": Buffer(mean), "running_variance": Buffer(variance)}

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y = γ·(x − μ)/s + β, with the running statistics when not training."""
        mean, variance = self.buffers["running_mean"], self.buffers["running_variance"]
        if not train:
            return self.scaled(x, mean.value[:, None, None], variance.value[:, None, None])
        mean.seen[...] = x.mean(axis=self.together)
        variance.seen[...] = x.var(axis=self.together)
        return self.scaled(x, mean.seen[:, None, None], variance.seen[:, None, None])

    def update_buffers(self, seen: Mapping[str, np.ndarray], sizes: Sequence[int]) -> None:
        """Move the running statistics towards those of the whole batch."""
        m = np.array(sizes, float) * self.in_shape[1] * self.in_shape[2]  # (S,)
        M = m.sum()
        if M == 1:
            return
        means, variances = seen["running_mean"], seen["running_variance"]  # (S, C)
        mean = m @ means / M
        variance = m @ (variances + (means - mean) ** 2) / M
        for name, new in (("running_mean", mean), ("running_variance", variance * M / (M - 1))):
            value = self.buffers[name].value
            value += self.momentum * (new - value)


@dataclass(eq=False, kw_only=True)
class LayerNormalization(Normalization):
    """Normalize all numbers of an image, the same in training and evaluation.

    Ba, Kiros & Hinton (2016), eq. 3 and 4, over C, H and W. They give each number its own gain and
    bias; for maps it is usual to have one of each per map, as a convolution has: this is group
    normalization with one group (Wu & He 2018), PyTorch's `GroupNorm(1, C)`. After a dense layer,
    where maps are 1x1, it is the paper's.
    """

    together = (1, 2, 3)

    def shape_after(self, in_shape: Shape) -> Shape:
        """Return the same shape; raise ShapeError for a single number, which would become β."""
        if in_shape == (1, 1, 1):
            raise ShapeError("a single number has no variance; it needs two or more to normalize")
        return in_shape

    def geometry(self) -> Geometry:
        """Return a kernel as large as the input: each output sees all of it."""
        return self.in_shape[1:], (1, 1), (0, 0)
