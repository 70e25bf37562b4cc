"""The gradient check: compare every derivative that backpropagation computes with a difference.

The analytic side is the network's own backward pass (`point`); the numeric side uses forward
passes only (`differences`).

ReLU and max pooling have kinks, where there is no derivative and a difference means nothing.
So the branch that each of their outputs takes (`Layer.branches`) is compared between p − h, p and
p + h. If one changes, that number is not skipped: it is checked again after everything, parameters
and pixels, has moved a little at random, until no branch changes any more. This also moves a
network off kinks that it starts on.

Where a layer lets images depend on each other, each number takes two passes of the network. Of such
a network some numbers of each array are drawn, unless all are asked for.

If the two sides then disagree by more than DOUBT, the difference may be at fault: its step may be
too large for the numbers of this network. It is taken again with smaller ones.
"""

from collections.abc import Callable

import numpy as np

from cnntrain.data.streams import Stream, generator
from cnntrain.errors import CheckpointError
from cnntrain.explain.check.differences import STEP, difference_quotients, refined
from cnntrain.explain.check.point import Example, Point, moved
from cnntrain.explain.check.result import ArrayCheck, GradientCheck, relative_errors
from cnntrain.explain.check.side_by_side import possible
from cnntrain.nn.arrays import unwarned
from cnntrain.nn.network import Network

LARGEST = 1e9  # weight that a step still changes by what it should, to a hundredth
MOST_POINTS = 40  # tried for a number before it counts as unchecked
DOUBT = 2e-7  # relative error; the shipped networks stay below it, at 1e-7 and less
SAMPLE = 1000  # numbers of all arrays that are checked one by one, unless `every` is asked for
REACH = 1e-3  # how far each number moves at the second point; at the third twice as far, and so on


@unwarned
def check_gradients(
    network: Network,
    example: Example,
    *,
    seed: int = 0,
    every: bool = False,
    progress: Callable[[int], object] = lambda checked: None,
) -> GradientCheck:
    """Check the derivative of the loss with respect to every pixel and every parameter.

    The network stays as it is; frozen parameters are checked like the others. `seed` draws
    dropout's masks, the moves away from kinks and the samples of arrays whose numbers have to be
    checked one by one; `every` number of these is checked if asked for. `progress` is told how many
    derivatives were checked since it was last called. Raises ValueError if the network is not in
    float64, and CheckpointError for weights that are too large.
    """
    if network.dtype != np.float64:
        raise ValueError(f"found a network in {network.dtype}, expected float64")
    _refuse_large(network)
    rng = generator(Stream.CHECK_MOVES, seed)
    first = point = Point(network, example, seed)
    drawn = sampled(first, seed, every=every)
    findings = {name: _Findings(first.gradients[name].shape, drawn[name]) for name in drawn}
    for attempt in range(1, MOST_POINTS + 1):
        for name, finding in findings.items():
            finding.add(point, name, progress)
        if not any(finding.pending.size for finding in findings.values()):
            break
        point = Point(*moved(network, example, rng, REACH * attempt), seed)
    return GradientCheck([finding.result(name) for name, finding in findings.items()], first.loss)


def _refuse_large(network: Network) -> None:
    """Raise CheckpointError for weights beside which the step of a difference is lost in rounding."""
    for name, parameter in network.parameters.items():
        largest = float(np.abs(parameter.value).max())
        if largest > LARGEST:
            raise CheckpointError(
                f"{name}: found a weight of {largest:.1e}, expected at most {LARGEST:g}: beside larger "
                f"ones a step of {STEP:g}, which the difference takes, is lost in rounding; the file was "
                "changed, or its training diverged: train again"
            )


def sampled(point: Point, seed: int, *, every: bool) -> dict[str, np.ndarray]:
    """Return, for each array, the positions in it of the numbers that are to be checked.

    All of them, but for arrays whose numbers have to be checked one by one: a sample of these has
    as many of each array, SAMPLE in all.
    """
    slow = [name for name in point.gradients if not possible(point, name)]
    most = SAMPLE // max(len(slow), 1)
    rng, chosen = generator(Stream.CHECK_SAMPLE, seed), {}
    for name, gradient in point.gradients.items():
        chosen[name] = np.arange(gradient.size)
        if name in slow and gradient.size > most and not every:
            chosen[name] = np.sort(rng.choice(gradient.size, most, replace=False))
    return chosen


class _Findings:
    """What is known so far about the derivatives with respect to one array."""

    def __init__(self, shape: tuple[int, ...], drawn: np.ndarray) -> None:
        """Start with everything that was drawn pending."""
        self.analytic = np.full(shape, np.nan)
        self.numeric = np.full(shape, np.nan)
        self.errors = np.full(shape, np.nan)
        self.drawn = np.zeros(shape, bool)
        self.drawn.flat[drawn] = True
        self.pending = drawn
        self.points, self.moved = 0, 0

    def add(self, point: Point, name: str, progress: Callable[[int], object]) -> None:
        """Check at this point what is pending; what crosses a kink here stays pending."""
        if not self.pending.size:
            return
        slopes, switched = difference_quotients(point, name, self.pending, progress)
        done, numeric = self.pending[~switched], slopes[~switched]
        analytic = point.gradients[name].ravel()[done]
        doubtful = relative_errors(analytic, numeric, point.loss) > DOUBT
        if doubtful.any():
            numeric[doubtful] = refined(point, name, done[doubtful], numeric[doubtful])
        self.analytic.flat[done], self.numeric.flat[done] = analytic, numeric
        self.errors.flat[done] = relative_errors(analytic, numeric, point.loss)
        self.pending = self.pending[switched]
        self.moved += done.size if self.points else 0
        self.points += 1

    def result(self, name: str) -> ArrayCheck:
        """Return what was found."""
        return ArrayCheck(
            name,
            analytic=self.analytic,
            numeric=self.numeric,
            errors=self.errors,
            drawn=self.drawn,
            moved=self.moved,
            unchecked=self.pending.size,
        )
