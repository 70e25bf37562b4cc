"""A coach: it watches training and says, in one line and once, what keeps a network from learning.

It only reads: the losses, the changes that the update rule has just made, and now and then what
every layer makes of some training images. So a run is the same with it as without it, and none of
what it has seen is in a checkpoint.
"""

import math
from collections import deque
from collections.abc import Callable, Mapping

import numpy as np

from cnntrain.config.rates import Rate
from cnntrain.data.examples import Examples
from cnntrain.nn.execution.shard import Shard
from cnntrain.nn.losses import smoothed
from cnntrain.nn.network import Network
from cnntrain.nn.updates import UpdateRule
from cnntrain.training.advice import RateAdvice
from cnntrain.training.divergence import largest_change
from cnntrain.training.loop import BatchDone, EpochDone, Event

LOSSES = 1000  # mini-batches; sigmoid networks can take some hundreds to leave the trivial loss
LOOKS = 5  # in a row before anything is said, since some problems pass by themselves
IMAGES_IN_A_LOOK = 32
SURE = 3  # standard errors: a mean exceeds its true value by more than this once in 700
AT_TRIVIAL = 0.02  # relative distance from the trivial loss
FALLING = 0.005  # of the trivial loss, from one half of the LOSSES to the next: it is leaving
LEARNT_LITTLE = 0.9  # of the trivial loss; above it, next to nothing has been learnt
RISEN = 3  # times the trivial loss
SATURATED = 0.75  # share of a layer's outputs; networks with 0.66 went on to learn
TINY = 2e-4  # change of weights in a step, relative to them: 500 such steps are 10 % at the most
USUAL = 1e-3  # such a change in a network that learns
ZEROS = 10_000  # in a row: with 95 % certainty, fewer than 3 in 10,000 outputs are not 0


class Coach:
    """Call it with every event of a run, right after it happened."""

    def __init__(
        self,
        network: Network,
        rule: UpdateRule,
        examples: Examples,
        rates: Mapping[str, Rate],
        *,
        smoothing: float = 0.0,
        say: Callable[[str], None],
    ) -> None:
        """Watch `rule` train `network` on `examples`, whose labels are smoothed by `smoothing`.

        `rates` has the option with the rate of each layer.
        """
        self.network, self.rule, self.examples = network, rule, examples
        self.rates, self.say = RateAdvice(network, rates), say
        self.trivial = network.loss.trivial(
            smoothed(examples.sample.targets(network.dtype), smoothing)
        )
        self.losses: deque[float] = deque(maxlen=LOSSES)
        self.changes: deque[float] = deque(maxlen=LOOKS)
        self.saturated: dict[str, deque[float]] = {}  # layer: share of its outputs, of each look
        self.dead: dict[str, np.ndarray] = {}  # layer: looks in a row that each map was all 0 at
        self.looks = 0
        self.shard: Shard | None = None
        self.watched: list[np.ndarray] = []  # the values that the shard works with
        self.said: set[str] = set()

    def __call__(self, event: Event) -> None:
        """Take note of an event, and say what is new and certain."""
        if not isinstance(event, BatchDone):
            line = self._risen(event)
            if line is not None:
                self.say(f"hint: epoch {event.epoch:,}: {line}")
            return
        self.losses.append(event.mse)
        if is_time_to_look(event.step):
            self._look(event.images)
            for line in (self._dead_maps(), self._saturation(), self._tiny_rate(), self._stuck()):
                if line is not None:
                    self.say(f"hint: step {event.step:,}: {line}")

    def _look(self, batchsize: int) -> None:
        """Look at the last change of the weights, and at all layers' outputs for a few images."""
        self.changes.append(largest_change(self.rule))
        count = min(IMAGES_IN_A_LOOK, batchsize)
        spread = np.arange(count) * max(1, len(self.examples) // count) + self.looks
        shard = self._observed(count)
        for index, routine in enumerate(shard.routines):
            routine.reseed([self.looks, index])  # of a replica's dropout: the network's stays
        shard.forward(self.examples.images[spread % len(self.examples)])
        for name, layer, y in zip(self.network.names, shard.layers, shard.outputs, strict=True):
            saturated, silent = layer.saturated(y), layer.silent(y)
            if saturated is not None:
                shares = self.saturated.setdefault(name, deque(maxlen=2 * LOOKS))
                shares.append(float(saturated.mean()))
            if silent is not None:
                before = self.dead.get(name, 0)
                self.dead[name] = np.where(silent.all(axis=(0, 2, 3)), before + 1, 0)
        self.looks += 1
        self.images = count

    def _observed(self, count: int) -> Shard:
        """Return a shard for so many images, made on first use: that takes longer than a look."""
        values = [parameter.value for parameter in self.network.parameters.values()]
        known = self.shard is not None and self.shard.size == count
        moved = not known or any(a is not b for a, b in zip(values, self.watched, strict=True))
        if self.shard is None or moved:  # memory shared with workers has new arrays
            self.shard, self.watched = self.network.observed((0, count)), values
        return self.shard

    def _dead_maps(self) -> str | None:
        """Return what to say about maps that were 0 in every look."""
        for name, looks in self.dead.items():
            layer = self.network.layers[self.network.names.index(name)]
            _, rows, columns = layer.out_shape
            enough = max(LOOKS, math.ceil(ZEROS / (self.images * rows * columns)))
            dead = int((looks >= enough).sum())
            if dead and self._first(f"dead {name}"):
                maps = "maps" if rows * columns > 1 else "units"
                return (
                    f"{name}: found {dead} of {len(looks)} {maps} 0 everywhere, for all "
                    f"{enough * self.images} images of the last {enough} looks; expected each to "
                    "answer to some image, because what is always 0 is not learnt either. "
                    f"{self.rates.lower(name)}, start from other weights (--seed), or put "
                    "leaky_relu in its place"
                )
        return None

    def _saturation(self) -> str | None:
        """Return what to say about a layer of which most outputs are at their limits."""
        if not self._learnt_little():
            return None
        for name, shares in self.saturated.items():
            if len(shares) == 2 * LOOKS and min(shares) > SATURATED and self._first("saturated"):
                return (
                    f"{name}: found {shares[-1]:.0%} of its outputs at their limits, where next to "
                    f"no error passes, and at least {min(shares):.0%} in {len(shares)} looks; "
                    f"expected far fewer while {self._loss()}. {self.rates.lower(name)}, or start "
                    "from smaller weights"
                )
        return None

    def _tiny_rate(self) -> str | None:
        """Return what to say about changes too small to lead anywhere."""
        tiny = len(self.changes) == LOOKS and max(self.changes) <= TINY
        if self.said or not tiny or not self._learnt_little() or self._blocked():
            return None
        self._first("rate")
        return (
            f"all layers: found changes of at most {max(self.changes):.0e} of the weights in a "
            f"step, expected about {USUAL:.0e} while {self._loss()}. {self.rates.scale_all(100)}"
        )

    def _blocked(self) -> bool:
        """Return whether changes may be tiny because no error comes through: not for a low rate."""
        saturated = any(shares[-1] > SATURATED for shares in self.saturated.values())
        return saturated or any((looks >= LOOKS).any() for looks in self.dead.values())

    def _stuck(self) -> str | None:
        """Return what to say about a loss that stays where answers do not depend on the image."""
        if self.said or len(self.losses) < LOSSES or self.trivial == 0:
            return None
        losses = np.array(self.losses)
        error = losses.std() / math.sqrt(LOSSES)
        distance = abs(losses.mean() - self.trivial)
        fallen = losses[: LOSSES // 2].mean() - losses[LOSSES // 2 :].mean()
        leaving = fallen > max(FALLING * self.trivial, 2 * SURE * error)
        if SURE * error + distance > AT_TRIVIAL * self.trivial or leaving:
            return None
        self._first("stuck")
        return (
            f"outputs: found a loss of {losses.mean():.4f} ± {error:.4f} over {LOSSES:,} "
            f"mini-batches, that of the same answer to every image ({self.trivial:.4f}); expected "
            f"it lower by now. {self.rates.scale_all(10)}, or start from other weights (--seed)"
        )

    def _risen(self, epoch: EpochDone) -> str | None:
        """Return what to say about a loss far above that of guessing that does not come down."""
        losses = list(self.losses)
        half = len(losses) // 2
        falls = not half or sum(losses[-half:]) < sum(losses[:half])
        if (
            self.trivial == 0
            or epoch.mse < RISEN * self.trivial
            or falls
            or not self._first("risen")
        ):
            return None
        return (
            f"outputs: found an average loss of {epoch.mse:.4g}, and rising; expected it below that "
            f"of guessing ({self.trivial:.4f}). {self.rates.scale_all(0.1)}"
        )

    def _learnt_little(self) -> bool:
        """Return whether the loss of the last half of LOSSES is still close to the trivial loss."""
        recent = list(self.losses)[-LOSSES // 2 :]
        return self.trivial > 0 and sum(recent) / len(recent) > LEARNT_LITTLE * self.trivial

    def _loss(self) -> str:
        recent = list(self.losses)[-LOSSES // 2 :]
        mean = sum(recent) / len(recent)
        return f"the loss, {mean:.4f}, is not far below that of guessing ({self.trivial:.4f})"

    def _first(self, topic: str) -> bool:
        """Return whether this is said for the first time."""
        new = topic not in self.said
        self.said.add(topic)
        return new


def is_time_to_look(step: int) -> bool:
    """Return whether to look after this step: every 100, and every 500 from 1,000 on.

    A look takes about a tenth of the time of a step.
    """
    return step % (100 if step <= LOSSES else 500) == 0
