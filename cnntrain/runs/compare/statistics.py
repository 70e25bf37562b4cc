"""The tests and intervals behind `compare`, computed without SciPy.

Sources: McNemar 1947, "Note on the sampling error of the difference between correlated
proportions"; Clopper & Pearson 1934, "The use of confidence or fiducial limits"; Student 1908, "The
probable error of a mean"; Holm 1979, "A simple sequentially rejective multiple test procedure"; the
NIST Digital Library of Mathematical Functions (DLMF), section 8.17, for the beta function.
"""

import math
from collections.abc import Callable, Sequence

TINY = 1e-300  # in place of a denominator of 0
MOST_TERMS = 10_000  # of the continued fraction, which needs about the root of its parameters
HALVINGS = 200  # of an interval that holds a solution: more than a float has digits


def binomial_p(k: int, n: int) -> float:
    """Return how often n tosses of a fair coin come out as uneven as k to n − k, or more so."""
    term = total = 1  # the number of ways to get 0 heads, then up to that many
    for heads in range(min(k, n - k)):
        term = term * (n - heads) // (heads + 1)
        total += term
    ways: int = 2**n
    return min(1.0, 2 * total / ways)


def share_ci95(k: int, n: int) -> tuple[float, float]:
    """Return the exact 95 % interval of a share k/n (Clopper & Pearson).

    It holds ½ if and only if `binomial_p` is above 5 %.
    """
    low = 0.0 if k == 0 else _solved(lambda p: incomplete_beta(k, n - k + 1, p), 0.025)
    high = 1.0 if k == n else _solved(lambda p: incomplete_beta(k + 1, n - k, p), 0.975)
    return low, high


def student_p(t: float, freedom: int) -> float:
    """Return how often |T| ≥ |t| for a T of Student's distribution with so many degrees of freedom."""
    return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def student_95(freedom: int) -> float:
    """Return the t that |T| exceeds in 5 % of all cases."""
    ratio = _solved(lambda x: incomplete_beta(freedom / 2, 0.5, x), 0.05)  # ν/(ν + t²)
    return math.sqrt(freedom * (1 - ratio) / ratio)


def holm(ps: Sequence[float]) -> list[float]:
    """Return each p raised for there being several: one of them below 5 % then is not just luck."""
    raised, highest = list(ps), 0.0
    for rank, index in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        highest = max(highest, (len(ps) - rank) * ps[index])
        raised[index] = min(1.0, highest)
    return raised


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularized incomplete beta function I_x(a, b) for a, b > 0 and 0 ≤ x ≤ 1."""
    if x in (0, 1):
        return float(x)
    if x > (a + 1) / (a + b + 2):  # where the fraction converges slowly: DLMF 8.17.4
        return 1 - incomplete_beta(b, a, 1 - x)
    logarithm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    logarithm += a * math.log(x) + b * math.log1p(-x)
    return math.exp(logarithm) / a / _fraction(a, b, x)


def _fraction(a: float, b: float, x: float) -> float:
    """Return 1 + d₁/(1 + d₂/(1 + ...)), DLMF 8.17.22, from the front (Lentz 1976)."""
    value = above = 1.0
    below = 0.0
    for n in range(1, MOST_TERMS):
        m = n // 2
        if n % 2:
            d = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            d = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        below = 1 / (1 + d * below or TINY)
        above = 1 + d / above or TINY
        value *= above * below
        if abs(above * below - 1) < 1e-15:
            break
    return value


def _solved(rising: Callable[[float], float], wanted: float) -> float:
    """Return the x from 0 to 1 at which a rising function has the wanted value."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return (low + high) / 2
