"""Lines of a trace as text: sums of products with their factors, and windows as matrices."""

import math
from collections.abc import Sequence

import numpy as np

from cnntrain.explain.trace.lines import Line, Patch, Term, number

WIDTH = 80
MOST_TERMS = 12  # a longer sum is not listed in full
LARGEST_TERMS = 5  # that are listed of a longer sum
LABEL_WIDTH = 24  # for the name of a product


def row(label: str, value: float) -> str:
    """Return a line with a result in the last column."""
    return f"    {label:<57} = {number(value):>15}"


def labelled(label: str, numbers: str) -> list[str]:
    """Return a label and numbers as a line, or as two lines if the label is long."""
    if len(label) <= LABEL_WIDTH:
        return [f"    {label:<{LABEL_WIDTH}}{numbers}"]
    return [f"    {label}", f"{'':{4 + LABEL_WIDTH}}{numbers}"]


def line_text(line: Line) -> list[str]:
    """Return a number's name, the arithmetic behind it, and the network's value."""
    name = line.name if line.symbol in (None, line.name) else f"{line.symbol} = {line.name}"
    lines = ["", f"  {name}", *(f"    {note}" for note in line.notes)]
    if line.patch is not None:
        lines += [*_patch(line.patch), *_groups(line)]
    else:
        lines += _terms(line.terms)
    if line.bias is not None:
        lines.append(row(f"+ {line.bias[0]}", line.bias[1]))
    if len(line.terms) != 1 or line.bias is not None:
        lines.append(row(line.symbol or line.name, line.value))
    if not math.isclose(line.total, line.value, rel_tol=1e-9, abs_tol=1e-12):
        lines.append(row("THE ARITHMETIC ABOVE DISAGREES: it gives", line.total))
    return lines


def _terms(terms: Sequence[Term]) -> list[str]:
    """Return the products of a sum, one per line; if there are many, only the largest."""
    if len(terms) <= MOST_TERMS:
        return [line for term in terms for line in _term(term)]
    largest = sorted(terms, key=lambda term: -abs(term.product))[:LARGEST_TERMS]
    largest = [term for term in largest if term.product]
    rest = [term.product for term in terms if term not in largest]
    lines = [f"    {len(terms)} terms; the largest are"]
    lines += [line for term in largest for line in _term(term)]
    return [*lines, row(f"the other {len(rest)} together", sum(rest))]


def _term(term: Term) -> list[str]:
    label = f"{term.name} = {term.label}" if term.name else term.label
    factor, value, product = map(number, (term.factor, term.value, term.product))
    return labelled(label, f"{factor:>15} · {value:>15} = {product:>15}")


def _groups(line: Line) -> list[str]:
    """Return the sum of the products over each map."""
    sums: dict[int, float] = {}
    for term in line.terms:
        sums[term.cell[0]] = sums.get(term.cell[0], 0.0) + term.product
    if len(sums) == 1:
        return [row("sum of the products", total) for total in sums.values()]
    listed = sorted(sums, key=lambda k: -abs(sums[k]))[
        : MOST_TERMS if len(sums) <= MOST_TERMS else LARGEST_TERMS
    ]
    lines = [row(f"sum of the products in map {k}", sums[k]) for k in sorted(listed)]
    rest = [total for k, total in sums.items() if k not in listed]
    return [*lines, row(f"the other {len(rest)} maps together", sum(rest))] if rest else lines


def _patch(patch: Patch) -> list[str]:
    """Return what lies under the kernel and the kernel side by side, and their products."""
    under, x_unit = _grid(patch.under, 7)
    kernel, w_unit = _grid(patch.kernel, 7)
    products, unit = _grid(patch.under * patch.kernel, 14)
    lines = [f"    left:  {patch.under_label}{x_unit}", f"    right: {patch.kernel_label}{w_unit}"]
    lines += [f"    {x}  ·{w}" for x, w in zip(under, kernel, strict=True)]
    return [*lines, f"    their products{unit}", *(f"    {line}" for line in products)]


def _grid(array: np.ndarray, width: int) -> tuple[list[str], str]:
    """Return a matrix as lines, columns `width` wide, and the unit that its numbers are in."""
    largest = float(np.abs(array).max())
    power = math.floor(math.log10(largest)) if largest else 0
    power = 0 if -1 <= power <= 1 else power
    decimals = width - 5 if power == 1 else width - 4  # for a space, a sign, the digits, a point
    lines = [
        "".join(f"{x + 0.0:>{width}.{decimals}f}" for x in line / 10.0**power) for line in array
    ]
    return lines, f", in units of 1e{power}" if power else ""
