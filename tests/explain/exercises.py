"""Layers as a learner writes them, right ones; the tests put mistakes into them."""

from pathlib import Path

from cnntrain.config import parse_config
from cnntrain.explain.exercise import Finding, judged
from cnntrain.model.build import build_network
from cnntrain.model.own_layers import load_layers

SMALL = """\
dataset: {synthetic: {train: 20, test: 10, resize: 14}}
network:
  - conv: {filters: 3, kernel: 3}
  - sigmoid
  - conv: {filters: 3, kernel: 5}
  - max_pool: 2
  - tanh
  - mean_pool: [2, 1]
  - dense: 3
  - silu
  - dense: 3
  - batch_norm
  - dense: 10
loss: mse
train: {batchsize: 10, alpha: 0.5}
"""
CONVOLUTION = """\
import numpy as np
from cnntrain.nn.layers import convolution

class Convolution(convolution.Convolution):
    def forward(self, x, *, train):
        self.x = x
        _, rows, columns = self.out_shape
        y = np.zeros((len(x), *self.out_shape))
        for u, v in np.ndindex(self.k):
            under = x[:, :, u : u + rows, v : v + columns]
            y += np.einsum("fc,ncij->nfij", self.W[:, :, u, v], under)
        return y + self.b[:, None, None]

    def backward(self, dy):
        _, rows, columns = self.out_shape
        dx, dW = np.zeros_like(self.x), np.zeros_like(self.W)
        for u, v in np.ndindex(self.k):
            i, j = slice(u, u + rows), slice(v, v + columns)
            dW[:, :, u, v] = np.einsum("nfij,ncij->fc", dy, self.x[:, :, i, j])
            dx[:, :, i, j] += np.einsum("fc,nfij->ncij", self.W[:, :, u, v], dy)
        db = dy.sum(axis=(0, 2, 3))
        self.keep_gradients(dW, db)
        return dx
"""
DENSE = """\
from cnntrain.nn.layers import dense

class Dense(dense.Dense):
    def forward(self, x, *, train):
        self.x = x.reshape(len(x), -1)
        y = self.x @ self.W.T + self.b
        return y.reshape(len(x), *self.out_shape)

    def backward(self, dy):
        dy = dy.reshape(len(dy), -1)
        dW = dy.T @ self.x
        db = dy.sum(axis=0)
        self.keep_gradients(dW, db)
        dx = dy @ self.W
        return dx.reshape(len(dy), *self.in_shape)
"""
SIGMOID = """\
import numpy as np
from cnntrain.nn.layers.activations import Activation

class Sigmoid(Activation):
    def f(self, x):
        return 1 / (1 + np.exp(-x))

    def df(self, x, y):
        return y * (1 - y)
"""
TANH = """\
import numpy as np
from cnntrain.nn.layers.base import Layer

class Tanh(Layer):
    def shape_after(self, in_shape):
        return in_shape

    def forward(self, x, *, train):
        self.x, self.y = x, np.tanh(x)
        return self.y

    def backward(self, dy):
        return (1 - self.y**2) * dy
"""
MEAN_POOL = """\
import numpy as np
from cnntrain.nn.layers.pooling import Pooling

class MeanPool(Pooling):
    def forward(self, x, *, train):
        n, (c, h, w), (rows, columns) = len(x), self.out_shape, self.k
        return x.reshape(n, c, h, rows, w, columns).mean(axis=(3, 5))

    def backward(self, dy):
        rows, columns = self.k
        dx = dy.repeat(rows, axis=2).repeat(columns, axis=3)
        return dx / (rows * columns)
"""
MAX_POOL = """\
import numpy as np
from cnntrain.nn.layers.pooling import Pooling

class MaxPooling(Pooling):
    def forward(self, x, *, train):
        n, (c, h, w), (rows, columns) = len(x), self.out_shape, self.k
        y = x.reshape(n, c, h, rows, w, columns).max(axis=(3, 5))
        self.won = self.up(y) == x
        return y

    def up(self, y):
        return y.repeat(self.k[0], axis=2).repeat(self.k[1], axis=3)

    def backward(self, dy):
        return self.up(dy) * self.won
"""
GAIN = """\
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.parameter import Parameter

class Gain(Layer):
    start: float = 1.0

    def shape_after(self, in_shape):
        return in_shape

    def make_parameters(self, rng):
        return {"gain": Parameter(rng.uniform(0.5, 1.5, self.in_shape[0]) * self.start)}

    def forward(self, x, *, train):
        self.x = x
        return self.parameters["gain"].value[:, None, None] * x

    def backward(self, dy):
        self.parameters["gain"].gradient[...] = (dy * self.x).sum(axis=(0, 2, 3))
        return self.parameters["gain"].value[:, None, None] * dy
"""
FROM_NOTHING = """\
import numpy as np
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.parameter import Parameter

class Convolution(Layer):
    filters: int
    kernel: int

    def shape_after(self, in_shape):
        return self.filters, in_shape[1] - self.kernel + 1, in_shape[2] - self.kernel + 1

    def make_parameters(self, rng):
        shape = self.filters, self.in_shape[0], self.kernel, self.kernel
        return {"W": Parameter(rng.normal(size=shape)), "b": Parameter(np.zeros(self.filters))}

    def forward(self, x, *, train):
        self.x, (_, h, w), k = x, self.out_shape, self.kernel
        W, b = (parameter.value for parameter in self.parameters.values())
        y = np.zeros((len(x), *self.out_shape))
        for i, j in np.ndindex(h, w):
            y[:, :, i, j] = np.einsum("fcuv,ncuv->nf", W, x[:, :, i : i + k, j : j + k]) + b
        return y

    def backward(self, dy):
        W, k = self.parameters["W"].value, self.kernel
        dx, dW = np.zeros_like(self.x), np.zeros_like(W)
        for i, j in np.ndindex(dy.shape[2:]):
            window, error = np.s_[:, :, i : i + k, j : j + k], dy[:, :, i, j]
            dW += np.einsum("nf,ncuv->fcuv", error, self.x[window])
            dx[window] += np.einsum("nf,fcuv->ncuv", error, W)
        self.parameters["W"].gradient[...] = dW
        self.parameters["b"].gradient[...] = dy.sum(axis=(0, 2, 3))
        return dx
"""
CENTRED = """\
from cnntrain.nn.layers.base import Layer

class Centred(Layer):
    mixes_images = True

    def shape_after(self, in_shape):
        return in_shape

    def forward(self, x, *, train):
        return x.sum(axis=0) / len(x) + 0 * x

    def backward(self, dy):
        return dy.sum(axis=0) / len(dy) + 0 * dy
"""


def findings(folder: Path, source: str, *overrides: str) -> list[Finding]:
    """Return what is said about the layers of a file in the small network."""
    path = folder / "mine.py"
    path.write_text(source, encoding="utf-8")
    own = load_layers(path)
    config = parse_config(SMALL, "small.yaml", overrides, own.kinds)
    network = build_network(config, dtype="float64", plain=True)
    return judged(network, own, seed=0, tolerance=1e-6)
