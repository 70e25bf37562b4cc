"""Time this program: `ours.py CASE THREADS`."""

import sys
from collections.abc import Iterator
from itertools import count, repeat

import numpy as np
import threadpoolctl
from networks import CASES, STEPS
from worker import EVALUATED, serve

from cnntrain.config import parse_config
from cnntrain.data.augment.augmentation import Augmentation
from cnntrain.model.build import build_network
from cnntrain.nn.execution.shard import Change
from cnntrain.nn.losses import smoothed
from cnntrain.nn.schedules import Constant, Length, OneCycle
from cnntrain.nn.updates import GradientDescent
from cnntrain.training.parallel.pool import workers


def main() -> None:
    """Build the network, and serve."""
    case, threads = CASES[sys.argv[1]], int(sys.argv[2])
    config = parse_config(case.text, case.title)
    network = build_network(config)
    if config.train.augment:
        network.distortion = Augmentation(config.train.augment, network.in_shape, network.dtype)
    rule = GradientDescent(momentum=case.momentum, nesterov=case.momentum > 0)
    descent = rule.on(network.parameters, [0.1] * len(network.parameters))
    schedule = OneCycle() if case.momentum else Constant()
    length, done = Length(epochs=1, per_epoch=STEPS), count()
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (EVALUATED, 1, 28, 28), dtype=np.uint8)
    one_hot = np.eye(10, dtype=np.float32)[rng.integers(0, 10, EVALUATED)]
    targets = smoothed(one_hot, case.label_smoothing)
    changes: Iterator[Change | None] = repeat(None)
    if (distortion := network.distortion) is not None:
        numbers = distortion.batches(case.batch, seed=0, epoch=1)
        changes = (Change(distortion, each) for each in numbers)
    with workers(network, threads, batch=case.batch, wait=True) as executor:

        def step() -> None:
            chosen = rng.integers(0, EVALUATED, case.batch)
            network.backpropagate(
                images[chosen], targets[chosen], change=next(changes), executor=executor
            )
            descent.scale = schedule.factor(next(done), length)
            descent.update()

        def evaluate() -> None:
            network.outputs(images, executor=executor).argmax(axis=1)

        blas = threadpoolctl.threadpool_info()[0]
        kernels = f"{blas['internal_api']} {blas['version']} {blas.get('architecture', '')}"
        serve(step, evaluate, {"version": f"NumPy {np.__version__}, {kernels}"})


if __name__ == "__main__":  # the workers import this file too
    main()
