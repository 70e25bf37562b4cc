"""Which learning rate is whose: the names alpha, alpha2, ... and a layer's own `rate`.

Layers with parameters are counted in forward order: `alpha` is the rate of the first, `alpha2` of
the second, and so on; `alpha` alone is for all. A layer with a `rate` of its own is not counted,
so that one put into a network renumbers no other.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

_ALPHA = re.compile(r"alpha([1-9]\d{0,3})?")


class Rate(NamedTuple):
    """The learning rate of a layer, and the name of the option that gives it."""

    name: str  # alpha, alpha2, ..., or rate
    value: float


def rate_name(number: int) -> str:
    """Return the option with the rate of the layer of that number: alpha, alpha2, ..."""
    return f"alpha{number}" if number > 1 else "alpha"


def rate_number(option: str) -> int | None:
    """Return the number of the layer that an option has the rate of; None for other options."""
    match = _ALPHA.fullmatch(option)
    return int(match[1] or 1) if match else None


def share_out(rates: Mapping[int, float], own: Sequence[float | None]) -> list[Rate | None]:
    """Return the rate of each layer with parameters, or None where none is given.

    `rates` are those of the section `train` by number; `own` has the option `rate` of each layer.
    """
    shared: list[Rate | None] = []
    number = 0
    for rate in own:
        if rate is not None:
            shared.append(Rate("rate", rate))
            continue
        number += 1
        chosen = 1 if rates.keys() == {1} else number
        shared.append(Rate(rate_name(chosen), rates[chosen]) if chosen in rates else None)
    return shared
