"""Small networks that train in a fraction of a second, with anything that has a state to be resumed."""

import copy
import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from trial import Trial, Whole, undisturbed, write

TRIALS_PER_CONFIGURATION = 8
Make = Callable[[random.Random, Callable[[Path], Whole]], Trial]


class Decks:
    """Deals every entry of a table before any of them comes again."""

    def __init__(self, rng: random.Random) -> None:
        """Begin with full decks."""
        self.rng = rng
        self.left: dict[str, list[Any]] = {}

    def one(self, name: str, entries: Iterable[Any]) -> Any:
        """Return the next entry of a table with this name."""
        if not self.left.get(name):
            self.left[name] = copy.deepcopy(list(entries))
            self.rng.shuffle(self.left[name])
        return self.left[name].pop()


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


RULES: tuple[dict[str, Any], ...] = (
    *UPDATES,
    {"update": "sgd", "alpha": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-3},
    {"update": "adam", "alpha": 0.003},
    {"update": "adamw", "alpha": 0.003, "weight_decay": 0.01, "clip_norm": 1.0},
)


def training(decks: Decks) -> dict[str, Any]:
    """Return a section `train`, which uses anything that has a state to be resumed."""
    found: dict[str, Any] = {"batchsize": decks.one("batchsize", [7, 20, 40])}
    found |= decks.one("rule", RULES)
    schedule = decks.one("schedule", [*SCHEDULES.items(), None, None])
    if schedule is not None:
        found["schedule"] = {schedule[0]: schedule[1]}
    count = decks.one("number of distortions", [0, 0, 1, 2, 3])
    if count:
        names = {decks.one("distortion", DISTORTIONS) for _ in range(count)}
        found["augment"] = {name: copy.deepcopy(DISTORTIONS[name]) for name in sorted(names)}
    ema = decks.one("ema", [0.5, 0.9, 0.99, *[None] * 5])
    if ema is not None:
        found["ema"] = ema
    found |= decks.one(
        "validation", [{}, {}, {}, {"validation": 20}, {"validation": 20, "patience": 2}]
    )
    found |= decks.one("smoothing", [{}, {}, {}, {"label_smoothing": 0.1}])
    return found


def configuration(rng: random.Random, decks: Decks | None = None) -> dict[str, Any]:
    """Return a small network that trains in a fraction of a second, with a state to be resumed."""
    decks = decks or Decks(rng)
    norm = decks.one("norm", [[], ["batch_norm"], ["layer_norm"]])
    dropout = decks.one("dropout", [[], [], [{"dropout": 0.2}], [{"dropout": 0.5}]])
    network = [{"conv": {"filters": 3, "kernel": 5}}, *norm, "relu", {"max_pool": 4}, *dropout]
    return {
        "dataset": {"synthetic": {"train": 120, "test": 20}},
        "network": [*network, {"dense": 10}],
        "loss": "softmax_cross_entropy",
        "train": {"epochs": rng.randint(2, 4), **training(decks)},
        "seed": rng.randrange(1000),
    }


def with_small_networks(rng: random.Random, make: Make) -> Iterator[Trial]:
    """Yield trials, some for each of endlessly many configurations.

    `make` gets a function that writes soak.yaml to a folder and returns what an undisturbed run
    comes to.
    """
    decks = Decks(rng)
    while True:
        config = configuration(rng, decks)
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
