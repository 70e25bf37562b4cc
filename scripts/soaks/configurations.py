"""Random configurations: training that learns, or a message that names file, line and key."""

import copy
import json
import math
import random
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from random_layers import random_layers
from small import Decks, training
from trial import Trial, cnntrain, write

FAR = 10.0  # a loss of some times that of guessing
WRONG: tuple[Any, ...] = (-1, 0, 1.5, 10**400, "x", "", [], [1, "a"], {}, {"a": 1}, None, True)


def trials(rng: random.Random) -> Iterator[Trial]:
    """Yield trials without end: valid configurations, and some with a value that is wrong."""
    while True:
        own = random.Random(rng.random())
        if own.random() < 0.4:
            yield Trial("valid: finite, and falling or advised", partial(_valid, own))
        else:
            yield Trial("one value is wrong: named or trained", partial(_wrong, own))


def configuration(rng: random.Random) -> dict[str, Any]:
    """Return a random network for digits of 28 × 28 or 14 × 14 pixels, and how to train it."""
    size = rng.choice([14, 28])
    layers = random_layers(rng, size)
    loss = rng.choice(["mse", "softmax_cross_entropy"])
    if loss == "mse" and rng.random() < 0.5:
        layers.append("sigmoid")
    config = {
        "dataset": {"synthetic": {"train": 200, "test": 20, "resize": size}},
        "network": layers,
        "loss": loss,
        "train": {"epochs": 3, **training(Decks(rng))},
        "seed": rng.randrange(1000),
        "dtype": rng.choice(["float32", "float64"]),
    }
    return copy.deepcopy(config)  # so that parts of it may be changed


def _valid(rng: random.Random, folder: Path) -> None:
    """Train it, with rates that are lowered where they prove too high, until the loss has fallen."""
    config = configuration(rng)
    for attempt in range(3):
        write(folder, config)
        done = cnntrain(folder, "train", "soak.yaml", "--json", "--out", f"run-{attempt}")
        assert done.code in (0, 1), done
        if done.code == 1:
            assert _matches(r"^Error: epoch \d+, batch \d+: the numbers became inf", done.err), done
            losses = [math.inf]
        else:
            losses = [float(row.split(",")[2]) for row in _rows(folder / f"run-{attempt}")]
            assert all(map(math.isfinite, losses)), losses
            assert math.isfinite(json.loads(done.out)["weighted_mse"]), done.out
            assert losses[-1] < max(FAR, losses[0]) or "hint: " in done.err, f"{losses}, {done}"
        if min(losses) < losses[0]:
            return
        config["train"].update(alpha=config["train"]["alpha"] / 10, epochs=8)
    raise AssertionError(f"the loss never falls: {losses}, {done}")


def _wrong(rng: random.Random, folder: Path) -> None:
    """Put a wrong value, or a key that is misspelt, at a random place."""
    config = configuration(rng)
    place, key = rng.choice(list(_places(config)))
    if isinstance(place, dict) and rng.random() < 0.3:
        spelt = f"{key}{rng.choice('xyz')}"
        place[spelt] = place.pop(key)
        key = spelt
    else:
        place[key] = rng.choice(WRONG)
    write(folder, config)
    done = cnntrain(folder, "train", "soak.yaml", "--json", "--out", "run")
    assert done.code in (0, 1, 2), done
    if done.code == 2:
        line = r"^Error: .*\bsoak\.yaml:\d+: "
        assert _matches(line, done.err), f"no file and line: {done}"
        assert not (folder / "run").exists(), "something was made"
    elif done.code == 1:
        assert _matches(r"^Error: ", done.err), done


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each place of a value in a configuration: what holds it, and its key."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(items):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


def _rows(run: Path) -> list[str]:
    path = run / "epochs.csv"
    return path.read_text().splitlines()[1:]


def _matches(pattern: str, text: str) -> bool:
    """Return whether a text has a line like this."""
    return re.search(pattern, text, re.MULTILINE) is not None
