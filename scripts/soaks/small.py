"""Small networks that train in a fraction of a second, with anything that has a state to be resumed."""

import copy
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from trial import Trial, Whole, undisturbed, write

TRIALS_PER_CONFIGURATION = 30
Make = Callable[[random.Random, Callable[[Path], Whole]], Trial]


def one_of(rng: random.Random, choices: dict[str, Any]) -> Any:
    """Return a name of a table, with its options if there are any."""
    name, options = rng.choice(sorted(choices.items(), key=lambda item: item[0]))
    return {name: options} if options else name


UPDATES = ({"update": "sgd", "alpha": 0.1}, {"update": "sgd", "alpha": 0.05, "momentum": 0.9})
SCHEDULES = {
    "constant": {"warmup": 0.5},
    "step": {"every": 1, "gamma": 0.5},
    "exponential": {"gamma": 0.9},
    "cosine": {"end": 0.01},
    "one_cycle": {"rise": 0.3},
}
DISTORTIONS: dict[str, Any] = {
    "shift": {"pixels": 2},
    "rotate": {"degrees": 10},
    "scale": {"by": 0.1},
    "shear": {"by": 0.1},
    "elastic": {"alpha": 8, "sigma": 4},
    "stroke": {"pixels": 0.5},
    "blur": {"sigma": 0.5},
    "noise": {"sd": 0.1},
    "erase": {"probability": 0.5},
}


def training(rng: random.Random) -> dict[str, Any]:
    """Return a random section `train`, which uses anything that has a state to be resumed."""
    rules: Sequence[dict[str, Any]] = (
        *UPDATES,
        {"update": "sgd", "alpha": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-3},
        {"update": "adam", "alpha": 0.003},
        {"update": "adamw", "alpha": 0.003, "weight_decay": 0.01, "clip_norm": 1.0},
    )
    found: dict[str, Any] = {"batchsize": rng.choice([7, 20, 40]), **rng.choice(rules)}
    if rng.random() < 0.5:
        found["schedule"] = one_of(rng, SCHEDULES)
    if rng.random() < 0.5:
        names = rng.sample(sorted(DISTORTIONS), rng.randint(1, 3))
        found["augment"] = {name: DISTORTIONS[name] for name in names}
    if rng.random() < 0.3:
        found["ema"] = rng.choice([0.5, 0.9, 0.99])
    if rng.random() < 0.4:
        found["validation"] = 20
        if rng.random() < 0.3:
            found["patience"] = 2
    if rng.random() < 0.2:
        found["label_smoothing"] = 0.1
    return copy.deepcopy(found)


def configuration(rng: random.Random) -> dict[str, Any]:
    """Return a small network that trains in a fraction of a second, with a state to be resumed."""
    norm = rng.choice([[], ["batch_norm"], ["layer_norm"]])
    dropout = rng.choice([[], [{"dropout": rng.choice([0.2, 0.5])}]])
    network = [{"conv": {"filters": 3, "kernel": 5}}, *norm, "relu", {"max_pool": 4}, *dropout]
    return {
        "dataset": {"synthetic": {"train": 120, "test": 20}},
        "network": [*network, {"dense": 10}],
        "loss": "softmax_cross_entropy",
        "train": {"epochs": rng.randint(2, 4), **training(rng)},
        "seed": rng.randrange(1000),
    }


def with_small_networks(rng: random.Random, make: Make) -> Iterator[Trial]:
    """Yield trials, some for each of endlessly many configurations.

    `make` gets a function that writes soak.yaml to a folder and returns what an undisturbed run
    comes to.
    """
    while True:
        config = configuration(rng)
        known: list[Whole] = []  # once it was trained

        def whole(
            folder: Path, config: dict[str, Any] = config, known: list[Whole] = known
        ) -> Whole:
            write(folder, config)
            if not known:
                known.append(undisturbed(folder))
            return known[0]

        for _ in range(TRIALS_PER_CONFIGURATION):
            yield make(random.Random(rng.random()), whole)
