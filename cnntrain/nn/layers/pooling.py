"""Mean pooling and max pooling: fewer pixels, no parameters (sources S1, S4)."""

from dataclasses import dataclass

import numpy as np

from cnntrain.nn.layers.base import Geometry, Layer, Shape
from cnntrain.nn.layers.windows import pair, positions


@dataclass(eq=False)
class Pooling(Layer):
    """One number for each window of each map; windows may overlap, or leave gaps.

    A window that would reach over the right or lower edge is not formed: OH = (H − k)/S + 1
    rounded down. The pixels left over have no influence and get gradient 0.

    A window that is `global` is as large as the map, whatever the size of that: "global average
    pooling" in the place of a dense layer (Lin et al. 2014, "Network In Network", section 3.2).
    """

    window: int | tuple[int, int] | str  # k: rows and columns of the window; or `global`
    stride: int | tuple[int, int] | None = None  # S: step of the window; left out: its size

    def __post_init__(self) -> None:
        """Reject impossible windows and strides."""
        if not isinstance(self.window, str):
            self._set_window(pair("window", self.window, least=1))
        elif self.window != "global":
            raise ValueError(f"window: found '{self.window}', expected a number, two, or 'global'")
        elif self.stride is not None:
            raise ValueError(
                f"stride: found {self.stride}, but a window that is global has one position; "
                "leave the stride out"
            )

    def _set_window(self, k: tuple[int, int]) -> None:
        """Fix k, and S, which is k unless it is given."""
        self.k = k
        self.s = k if self.stride is None else pair("stride", self.stride, least=1)

    def shape_after(self, in_shape: Shape) -> Shape:
        """Return (C, OH, OW)."""
        if self.window == "global":
            self._set_window(in_shape[1:])
        rows = positions("rows", in_shape[1], self.k[0], self.s[0])
        columns = positions("columns", in_shape[2], self.k[1], self.s[1])
        return in_shape[0], rows, columns

    def geometry(self) -> Geometry:
        """Return kernel, stride and padding."""
        return self.k, self.s, (0, 0)

    def rows_under(self, u: int) -> slice:
        """Return the image rows that lie under row u of all the windows: i·S+u."""
        return slice(u, u + (self.out_shape[1] - 1) * self.s[0] + 1, self.s[0])

    def columns_under(self, v: int) -> slice:
        """Return the image columns that lie under column v of all the windows: j·S+v."""
        return slice(v, v + (self.out_shape[2] - 1) * self.s[1] + 1, self.s[1])

    def cells(self, x: np.ndarray) -> list[np.ndarray]:
        """Return the k·k views x[..., i·S+u, j·S+v], each (N, C, OH, OW), in reading order."""
        under = [(self.rows_under(u), self.columns_under(v)) for u, v in np.ndindex(self.k)]
        return [x[:, :, rows, columns] for rows, columns in under]


@dataclass(eq=False)
class MeanPooling(Pooling):
    """The mean of each window.

    Forward and backward, over the k·k cells (u, v) of the window at (i, j)::

        y[i,j] = 1/k² · Σ_u Σ_v x[i·S+u, j·S+v]
        dx[i·S+u, j·S+v] += 1/k² · dy[i,j]              the error is spread evenly (S1)
    """

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y[i,j] = 1/k² · Σ_u Σ_v x[i·S+u, j·S+v]."""
        return np.mean(self.cells(x), axis=0)

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dx[i·S+u, j·S+v] += 1/k² · dy[i,j]."""
        dx = np.zeros((len(dy), *self.in_shape), dy.dtype)
        for cell in self.cells(dx):
            cell += dy / (self.k[0] * self.k[1])
        return dx


@dataclass(eq=False)
class MaxPooling(Pooling):
    """The largest value of each window; of equal ones, the first in reading order wins.

    Forward remembers the winner's position in its window, backward returns the error there (S1,
    S3)::

        y[i,j] = x[i·S+u*, j·S+v*]      with (u*, v*) the winner
        dx[i·S+u*, j·S+v*] += dy[i,j]
    """

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y[i,j] = x[i·S+u*, j·S+v*], and remember the winner u*·k + v*."""
        cells = np.stack(self.cells(x))  # (k·k, N, C, OH, OW)
        self.winner = cells.argmax(axis=0)
        return cells.max(axis=0)

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dx[i·S+u*, j·S+v*] += dy[i,j], 0 elsewhere."""
        dx = np.zeros((len(dy), *self.in_shape), dy.dtype)
        for position, cell in enumerate(self.cells(dx)):
            cell += np.where(self.winner == position, dy, 0)
        return dx

    def branches(self, y: np.ndarray) -> np.ndarray:
        """Return the winners of the last forward pass, (N, C, OH, OW)."""
        return self.winner
