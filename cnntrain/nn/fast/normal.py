"""The normal distribution, fast: its density φ and its tail Φ(−a), which is half of erfc."""

import math

import numpy as np

from cnntrain.nn.execution.memory import Memory

CENTRE = 4  # the a that the middle of the polynomial is at
FARTHEST = 40  # e^(−a²/2) is 0 here in every precision; and a² could be too large for float32
# c[k] of Σ c[k]·T[k](s): Chebyshev polynomials through ½·e^(a²/2)·erfc(a/√2), by 50-digit numbers
SERIES = (
    *(0.1682882016232327, -0.22915709990540908, 0.07778835509065742, -0.020384686418274105),
    *(0.003918137045458075, -0.0004666606283379171, 6.287520132139339e-06, 8.58398579912788e-06),
    *(-1.0167576108636199e-06, -1.397526759521329e-07, 3.669280791486882e-08),
    *(2.8041788924924713e-09, -1.2584224132220847e-09, -8.950222407260244e-11),
    *(4.536086530984231e-11, 4.474287656506267e-12, -1.671687905185684e-12),
    *(-2.683781469553837e-13, 5.721760333130976e-14, 1.621048267715444e-14),
    *(-1.3744940820337785e-15, -9.10143893328047e-16, -2.2734886306808515e-17),
)
TERMS = {np.dtype(np.float32): 10, np.dtype(np.float64): len(SERIES)}  # more gain nothing


class Normal:
    """Φ(−|x|) and φ(x) for arrays of a shape, in arrays made before.

    With a = |x|, Φ(−a) falls as fast as e^(−a²/2) does, but their ratio falls slowly, from ½ to 0. In
    s = (a − 4)/(a + 4), which runs from −1 to 1 while a runs from 0 to ∞, it is a polynomial::

        Φ(−a) = e^(−a²/2) · P(s)        P(s) = Σ c[k]·T[k](s) = p[0] + s·(p[1] + s·(p[2] + ...))

    to within 4e-16 in float64, 2e-7 in float32, and so is a·Φ(−a). The ratio is analytic but at
    s = 1, where e^(−a²/2) is 0: hence the fast convergence (J. L. Schonfelder, 1978, "Chebyshev
    expansions for the error and related functions", uses such an s).
    """

    def __init__(self, shape: tuple[int, ...], memory: Memory) -> None:
        """Get the arrays; `distance` is |x|, but at most FARTHEST, and `tail` is Φ(−|x|)."""
        powers = np.polynomial.chebyshev.cheb2poly(SERIES[: TERMS[memory.dtype]])
        self.p = [memory.dtype.type(number) for number in powers]
        self.farthest = memory.own(shape[1:])  # a row: the minimum with a number takes longer
        self.farthest.fill(FARTHEST)
        self.distance, self.tail = memory.scratch(shape), memory.scratch(shape)
        self.s, self.bell = memory.scratch(shape), memory.scratch(shape)

    def look_up(self, x: np.ndarray) -> None:
        """Write `distance` and `tail`."""
        np.abs(x, out=self.distance)
        np.minimum(self.distance, self.farthest, out=self.distance)
        np.subtract(self.distance, CENTRE, out=self.s)
        np.add(self.distance, CENTRE, out=self.bell)
        self.s /= self.bell
        np.multiply(self.s, self.p[-1], out=self.tail)
        for coefficient in self.p[-2:0:-1]:
            self.tail += coefficient
            self.tail *= self.s
        self.tail += self.p[0]
        np.multiply(self.distance, self.distance, out=self.bell)
        self.bell *= -0.5
        np.exp(self.bell, out=self.bell)
        self.tail *= self.bell

    def density(self) -> np.ndarray:
        """Return φ of the last x, in an array that is the caller's until the next `look_up`."""
        self.bell *= 1 / math.sqrt(2 * math.pi)
        return self.bell
