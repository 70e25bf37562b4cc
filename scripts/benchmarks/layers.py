"""Time each layer of this program, forward and backward: `layers.py CASE`.

The shards of a batch are worked on in turn, on one processor; times are of the whole batch. They
are taken within whole steps, so that what a layer finds in the processor's caches is what it finds
in training.
"""

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from networks import CASES

from cnntrain.config import parse_config
from cnntrain.model.build import build_network
from cnntrain.nn.fast.routine import Routine
from cnntrain.nn.layers.base import shape_text
from cnntrain.training.parallel.pool import one_thread

STEPS = 200
Times = dict[tuple[str, str], list[float]]  # seconds by layer and direction


def timed(work: Callable[..., np.ndarray], times: list[float]) -> Callable[..., np.ndarray]:
    """Return the work with a note of how long each call takes."""

    def measured(*arguments: object, **options: object) -> np.ndarray:
        started = time.perf_counter()
        result = work(*arguments, **options)
        times.append(time.perf_counter() - started)
        return result

    return measured


def watch(layer: Routine, name: str, times: Times) -> None:
    """Time a layer's calls from now on."""
    for direction in ("forward", "backward"):
        own = times.setdefault((name, direction), [])
        setattr(layer, direction, timed(getattr(layer, direction), own))


def main() -> None:
    """Train for some steps, and print the table."""
    case = CASES[sys.argv[1]]
    network = build_network(parse_config(case.text, case.title))
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (case.batch, 1, 28, 28), dtype=np.uint8)
    targets = np.eye(10, dtype=np.float32)[rng.integers(0, 10, case.batch)]
    shards = network.workspace.shards_for(case.batch)
    times: Times = {}
    with one_thread():
        for _ in range(20):
            network.backpropagate(images, targets)
        for shard in shards:
            for routine, name in zip(shard.routines, network.names, strict=True):
                watch(routine, name, times)
        for _ in range(STEPS):
            network.backpropagate(images, targets)
    median = {key: 1e6 * len(shards) * statistics.median(own) for key, own in times.items() if own}
    print(f"\n{case.title}; batch {case.batch}, microseconds on one processor")
    print(f"  {'layer':<14}{'output':>10}{'forward':>10}{'backward':>10}")
    for layer, name in zip(network.layers, network.names, strict=True):
        shape = shape_text(layer.out_shape)
        cells = "".join(f"{median.get((name, d), 0):10.0f}" for d in ("forward", "backward"))
        print(f"  {name:<14}{shape:>10}{cells}")
    sums = [sum(t for (_, d), t in median.items() if d == way) for way in ("forward", "backward")]
    print(f"  {'total':<24}{sums[0]:10.0f}{sums[1]:10.0f}")


main()
