"""Judge the layers of a user's own file, one by one, where they stand in a network."""

import math
from dataclasses import dataclass

import numpy as np

from cnntrain.config import Config
from cnntrain.data.streams import Stream, generator
from cnntrain.errors import OwnLayerError, UsageError
from cnntrain.explain.check.result import FLOOR
from cnntrain.explain.exercise.case import Case, make_case, with_random_numbers
from cnntrain.explain.exercise.causes import likely_cause
from cnntrain.explain.exercise.trial import tried
from cnntrain.model.build import build_network
from cnntrain.model.own_layers import OwnLayers
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.network import Network
from cnntrain.system.shell import command

METHODS = {"y": ("f", "forward"), "dx": ("df", "backward")}  # that compute an array


@dataclass(frozen=True, eq=False)
class Finding:
    """What was found about one array of one layer: all right, or what is wrong and why.

    `errors` are relative, NaN where nothing was compared, or None where the array cannot be.
    """

    layer: str  # as conv1
    array: str  # y, dx, dW, db, ...
    problem: str = ""
    cause: str = ""
    line: str = ""  # file:line of what computes it
    found: np.ndarray | None = None
    expected: np.ndarray | None = None
    errors: np.ndarray | None = None

    @property
    def count(self) -> int:
        """Return how many numbers were compared."""
        return 0 if self.errors is None else int(np.count_nonzero(~np.isnan(self.errors)))

    @property
    def where(self) -> tuple[int, ...]:
        """Return the index of the worst error."""
        assert self.errors is not None, "asked for where numbers were compared"
        worst = np.nanargmax(self.errors)
        return tuple(map(int, np.unravel_index(worst, self.errors.shape)))

    @property
    def worst(self) -> float:
        """Return the largest relative error; infinity where the array could not be compared."""
        return math.inf if self.errors is None else float(self.errors[self.where])

    @property
    def right(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.problem


def judged(network: Network, own: OwnLayers, *, seed: int, tolerance: float) -> list[Finding]:
    """Return what there is to say about each array of each layer of the file in the network.

    Of a layer whose y is wrong, the derivatives are not judged. Raises UsageError where the network
    has none of them, and OwnLayerError for an exception in their code.
    """
    rng = generator(Stream.CHECK_EXAMPLE, seed, 1)
    findings: list[Finding] = []
    for name, layer in zip(network.names, network.layers, strict=True):
        if _is_own(own, layer):
            findings += _of_case(name, make_case(own, layer, rng), tolerance)
    if not findings:
        raise _none_of(own, network)
    return findings


def refuse_unusable(config: Config, own: OwnLayers) -> None:
    """Raise OwnLayerError unless each layer of the file returns arrays that can be trained with.

    Their numbers may be wrong. Raises UsageError where the network has none of the layers. Without
    a file there is nothing to refuse.
    """
    if not own.kinds:
        return
    network = build_network(config, dtype="float64", plain=True)
    rng = generator(Stream.CHECK_EXAMPLE, 0, 1)
    used = [layer for layer in network.layers if _is_own(own, layer)]
    if not used:
        raise _none_of(own, network)
    for layer in used:
        x, dy = (rng.normal(size=(3, *shape)) for shape in (layer.in_shape, layer.out_shape))
        for fault in tried(own, with_random_numbers(layer, rng), x, dy).faults:
            place = own.line_of(type(layer), "forward" if fault.array == "y" else "backward")
            raise OwnLayerError(
                f"{place or own.path}: {type(layer).__name__}: {fault.array} {fault.problem}; "
                f"correct it; `{command('cnntrain', 'check', 'CONFIG', '--with', own.path)}` says more"
            )


def _is_own(own: OwnLayers, layer: Layer) -> bool:
    return own.kinds.get(layer.own_name) is type(layer)


def _of_case(name: str, case: Case, tolerance: float) -> list[Finding]:
    findings = []
    for array, found in case.trial.arrays.items():
        if array in case.expected and array not in {fault.array for fault in case.trial.faults}:
            findings.append(_compared(name, case, array, found, tolerance))
            if array == "y" and not findings[-1].right:
                return findings
    for fault in case.trial.faults:
        cause = "" if fault.found is None else likely_cause(case, fault.array, fault.found)
        line = _line(case, fault.array)
        findings.append(Finding(name, fault.array, fault.problem, cause, line))
    return findings


def _compared(name: str, case: Case, array: str, found: np.ndarray, tolerance: float) -> Finding:
    """Return what differs between an array and the right one."""
    expected = case.expected[array]
    floor = FLOOR * max(float(np.nanmax(np.abs(expected), initial=0)), 1e-3)
    scale = np.maximum(np.maximum(np.abs(found), np.abs(expected)), floor)
    errors = np.abs(found - expected) / scale
    finding = Finding(name, array, found=found, expected=expected, errors=errors)
    if not finding.count or finding.worst <= tolerance:
        return finding
    wrong = int(np.count_nonzero(errors > tolerance))
    at = finding.where
    problem = (
        f"{wrong:,} of {finding.count:,} numbers are wrong, most of all "
        f"[{','.join(map(str, at))}]: found {found[at]:.6g}, expected {expected[at]:.6g}"
    )
    cause = likely_cause(case, array, found)
    if not cause and found.dtype != np.float64 and finding.worst < 1e-2:
        cause = f"it is computed in {found.dtype}; make arrays with x.dtype"
    if not cause and array == "y" and case.strict:
        cause = "a layer under our name has to compute the same; give another one a name of its own"
    return Finding(name, array, problem, cause, _line(case, array), found, expected, errors)


def _line(case: Case, array: str) -> str:
    """Return file:line of the method that computes an array."""
    methods = METHODS.get(array, ("backward",))
    lines = (case.own.line_of(type(case.layer), method) for method in methods)
    return next((line for line in lines if line), "")


def _none_of(own: OwnLayers, network: Network) -> UsageError:
    """Return the error for a file that the network makes no use of."""
    name, kind = next(iter(own.kinds.items()))
    used = ", ".join(dict.fromkeys(n.rstrip("0123456789") for n in network.names[1:]))
    advice = f"use it in the configuration, as `- {name}`"
    if name in LAYERS:
        advice = f"check a configuration that has a layer {name}"
    else:
        ours = next((k for k in kind.__mro__ if k in LAYERS.values()), None)
        if ours is not None:
            advice += f", or name the class {ours.__name__} to put it in the place of ours"
    return UsageError(
        f"{own.path}: none of its layers ({', '.join(own.kinds)}) is in the network, which has {used}; "
        f"{advice}"
    )
