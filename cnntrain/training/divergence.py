"""How far updates move weights, and numbers that stop being finite: noticed before that spoils them."""

import math
from collections.abc import Mapping

import numpy as np

from cnntrain.config.rates import Rate
from cnntrain.errors import DivergedError
from cnntrain.nn.network import Network
from cnntrain.nn.updates import Slot, UpdateRule
from cnntrain.training.advice import RateAdvice


def diverged(
    network: Network,
    rule: UpdateRule,
    rates: Mapping[str, Rate],
    batch: tuple[np.ndarray, np.ndarray],
    where: str,
) -> DivergedError:
    """Return the error that names the layer where the numbers of the last step went wrong.

    That step was on `batch`, images and targets. The layer is the first whose outputs are not
    finite; if all are, it is the one whose update would have been the longest.
    """
    layer, what = network.first_not_finite(*batch), "outputs"
    if layer is None and rule.slots:
        layer, what = _longest_update(rule), "update"
    layer = layer or network.names[-1]
    return DivergedError(
        f"{where}: the numbers became infinite or undefined, first in the {what} of {layer}; "
        "expected finite ones, so this batch changes nothing and the weights from before it are "
        f"kept. {RateAdvice(network, rates).lower(layer)}"
    )


def _longest_update(rule: UpdateRule) -> str:
    """Return the layer that the coming update would change most, as far as its gradient tells."""

    def length(slot: Slot) -> float:
        size = slot.rate * float(np.linalg.norm(slot.parameter.gradient.astype(np.float64)))
        return math.inf if math.isnan(size) else size

    return max(rule.slots, key=length).name.partition(".")[0]


def largest_change(rule: UpdateRule) -> float:
    """Return how far the last update moved weights, relative to them, where it moved them most.

    Biases are left out: they begin at 0.
    """
    shares = [
        float(np.linalg.norm(slot.change) / (np.linalg.norm(slot.parameter.value) or 1))
        for slot in rule.slots
        if slot.parameter.value.ndim > 1
    ]
    return max(shares, default=math.inf)
