"""Why an array is wrong: each mistake is made on purpose, and the result compared with the array.

A sentence is said only if all of the numbers are those that this mistake leads to, or are them times
one of the constants that are mistakes too. So it is never a guess from how the numbers look.
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cnntrain.explain.exercise.case import Case, computed
from cnntrain.explain.exercise.mistakes import suspects_of
from cnntrain.explain.exercise.windows import Suspects

CLOSE = 1e-6  # of the largest number
AXES = ("images", "maps", "rows", "columns")


@dataclass(frozen=True)
class Factor:
    """A constant that an array is off by, and what it comes from."""

    value: float
    sentence: str


def likely_cause(case: Case, array: str, found: np.ndarray) -> str:
    """Return the cause in a sentence; "" where no pattern fits. `found` may have the wrong shape."""
    expected = case.expected.get(array)
    if expected is None:
        return ""
    if found.size and not found.any():
        return "all of it is 0: nothing arrives here"
    suspects = list(suspects_of(case, array))
    for sentence, predicted in suspects:
        if same(found, predicted):
            return sentence
    general = [*_shapes(expected, found), *_shares(case, array), *_sums(case, array)]
    for sentence, predicted in general:
        if same(found, predicted):
            return sentence
    factors = list(_factors(case, array))
    for factor in factors:
        if same(found, factor.value * expected):
            return factor.sentence
    for sentence, predicted in [*suspects, *general]:
        for factor in factors:
            if same(found, factor.value * predicted):
                return f"{sentence}; and {factor.sentence}"
    return _any_factor(found, expected)


def same(found: np.ndarray, predicted: np.ndarray) -> bool:
    """Return whether arrays are equal but for rounding, where the prediction is known."""
    if found.shape != predicted.shape:
        return False
    known = np.isfinite(predicted)
    if not known.any() or not predicted[known].any():
        return False
    scale = float(np.abs(predicted[known]).max())
    return bool(np.abs(found[known] - predicted[known]).max() <= CLOSE * scale)


def _shapes(expected: np.ndarray, found: np.ndarray) -> Suspects:
    """Yield what mixing up axes leads to."""
    for axes in itertools.permutations(range(expected.ndim)):
        turned = expected.transpose(axes)
        if axes == tuple(range(expected.ndim)):
            continue
        if turned.shape == found.shape:
            yield f"a transposed array: its axes are in the order {axes}; {_back(axes)}", turned
        elif found.shape == expected.shape:
            yield (
                (
                    "a reshape in the place of a transpose: the numbers are right, but in another "
                    f"order; {_back(axes)} before the reshape"
                ),
                turned.reshape(expected.shape),
            )
    if expected.ndim >= 2:
        sentence = "it is turned by 180° in its last two axes; nothing is turned here"
        yield sentence, expected[..., ::-1, ::-1]
    extra = found.ndim - expected.ndim
    for axes in itertools.combinations(range(found.ndim), extra) if extra > 0 else ():
        if same(found.sum(axis=axes), expected):
            yield f"a sum is missing: that over the axes {axes} of what was found", found
    if found.shape != expected.shape and found.size == expected.size:
        yield (
            "the numbers are right; only the shape is not: reshape them",
            expected.reshape(found.shape),
        )


def _back(axes: tuple[int, ...]) -> str:
    """Return how to undo a permutation of axes."""
    return "take .T" if len(axes) == 2 else f"take .transpose{tuple(map(int, np.argsort(axes)))}"


def _shares(case: Case, array: str) -> Suspects:
    """Yield what comes of only one image or one map, as where `=` stands in a loop for `+=`."""
    if case.reference is None or array == "y":
        return
    for axis, what in ((0, "image"), (1, "map")):
        if array == "dx" and axis == 0 or case.dy.shape[axis] < 2:
            continue
        for position, which in ((-1, "last"), (0, "first")):
            part = np.zeros_like(case.dy)
            index = (slice(None),) * axis + (position,)
            part[index] = case.dy[index]
            yield (
                (
                    f"only the {which} {what} counts: the sum over the {what}s is missing, or overwritten "
                    "in a loop, with = instead of +="
                ),
                computed(case.reference, case.x, part)[array],
            )


def _sums(case: Case, array: str) -> Suspects:
    """Yield the sums of dy, or of products with it, over other axes than the right ones."""
    expected = case.expected[array]
    if array in ("y", "dx"):
        return
    terms = {"dy": case.dy}
    if case.x.shape == case.dy.shape:
        terms["dy·x"] = case.dy * case.x
    for name, term in terms.items():
        wide = [axis for axis in range(4) if term.shape[axis] > 1]
        every = [s for n in range(1, len(wide) + 1) for s in itertools.combinations(wide, n)]
        right = next(
            (axes for axes in every if same(term.sum(axis=axes).squeeze(), expected.squeeze())),
            None,
        )
        if right is None:
            continue
        for axes in every:
            total = term.sum(axis=axes).squeeze()
            sentence = (
                f"a sum over the wrong axis: {name} is summed over {_words(axes)}, and has to be "
                f"summed over {_words(right)}"
            )
            if axes != right:
                yield sentence, total
                if total.ndim == 0:
                    yield sentence, np.full(expected.shape, total)


def _words(axes: tuple[int, ...]) -> str:
    """Return axes of (N, C, H, W) as words."""
    words = [AXES[axis] for axis in axes]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _factors(case: Case, array: str) -> Iterator[Factor]:
    """Yield the constants that are known mistakes."""
    n, window = len(case.x), _window(case)
    positions = math.prod(case.layer.out_shape[1:])
    if array != "y":
        yield Factor(
            1 / n,
            f"the mean over the batch is taken twice: everything is divided by the {n} images. The "
            "loss takes the mean, and it alone; leave the division out",
        )
        yield Factor(
            n,
            f"a forgotten mean over the batch: everything is {n} times too large, which is the number "
            "of images; divide by len(x) where your formula has a mean, and nowhere multiply by it",
        )
    if positions > 1 and array not in ("y", "dx"):
        mean = "a mean is taken where the sum belongs:"
        yield Factor(1 / positions, f"{mean} over the {positions} positions of a map; take the sum")
        yield Factor(
            1 / (n * positions),
            f"{mean} over the {n} images and {positions} positions; take the sum",
        )
    if window is not None:
        rows, columns = window
        area = rows * columns
        if array == "dx":
            yield Factor(
                area,
                f"an upsample without the division by the window: divide by {rows}·{columns} = {area}",
            )
            yield Factor(1 / area, f"it is divided by the window, {area}, once too often")
            if rows == columns:
                yield Factor(rows, f"it is divided by {rows}, and not by {rows}·{columns} = {area}")
        if array == "y":
            yield Factor(area, f"the sum of each window, not its mean: divide by {area}")
    yield Factor(-1, "the sign is the wrong way round")
    yield Factor(2, "everything is twice as large as it should be: a factor 2 too much")
    yield Factor(0.5, "everything is half as large as it should be: a factor ½ too much")


def _window(case: Case) -> tuple[int, int] | None:
    """Return the window of a layer that pools: larger than 1x1, and without parameters."""
    (rows, columns), _, _ = case.layer.geometry()
    if case.layer.parameters or rows * columns == 1:
        rows, columns = 1, 1
    (height, width), (high, wide) = case.x.shape[2:], case.layer.out_shape[1:]
    if rows * columns == 1 and not case.layer.parameters and high * wide < height * width:
        rows, columns = height // high, width // wide  # a layer that does not say
    return (rows, columns) if rows * columns > 1 else None


def _any_factor(found: np.ndarray, expected: np.ndarray) -> str:
    """Return that the array is off by a constant, if it is."""
    if found.shape != expected.shape:
        return ""
    known = np.isfinite(expected)
    largest = float(np.abs(expected[known]).max(initial=0))
    if known.sum() < 3 or not largest:
        return ""
    clear = known & (np.abs(expected) > 1e-3 * largest)
    ratio = float(np.median(found[clear] / expected[clear]))
    if ratio and same(found, ratio * expected):
        return f"everything is {ratio:.6g} times what it should be: a constant factor is wrong"
    return ""
