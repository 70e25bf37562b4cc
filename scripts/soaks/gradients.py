"""Random networks in the engine and in PyTorch: the same loss, gradients and outputs."""

import json
import random
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from apart import apart
from random_layers import random_layers
from trial import Trial

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # where tests are

from cnntrain.config import parse_config
from cnntrain.model.build import build_network
from cnntrain.nn.losses import LOSSES, smoothed
from tests.nn import pytorch

MISSING = "PyTorch is not installed" if pytorch.MISSING else None
AT_A_TIME = 25  # networks, because importing PyTorch takes longer
LARGEST = 1e-8  # difference: rounding errors, which a normalization may multiply


def trials(rng: random.Random) -> Iterator[Trial]:
    """Yield trials without end: some networks each."""
    while True:
        own = random.Random(rng.random())
        yield Trial("a network beside PyTorch's", partial(_apart, own), AT_A_TIME)


def _apart(rng: random.Random, folder: Path) -> None:
    apart(folder, lambda: _compare(rng))


def _compare(rng: random.Random) -> None:
    import torch

    torch.set_num_threads(1)
    for _ in range(AT_A_TIME):
        text = json.dumps(configuration(rng))
        config = parse_config(text, "soak.yaml")
        network = build_network(config, plain=rng.random() < 0.3)
        values = np.random.default_rng(rng.randrange(1 << 32))
        size = rng.choice([2, 7, 20, 50])  # in one shard, and in two
        images = values.normal(size=(size, *config.dataset.shape))
        labels = values.integers(network.classes, size=size)
        targets = smoothed(np.eye(network.classes)[labels], rng.choice([0, 0.1]))
        apart = pytorch.difference(network, images, targets)
        assert apart < LARGEST, f"{apart:.1e} from PyTorch's: {size} images, {text}"


def configuration(rng: random.Random) -> dict[str, Any]:
    """Return a network for small images, grey or in colour."""
    size, classes = rng.choice([9, 14, 28]), rng.choice([2, 10])
    source = {"path": ".", "size": size, "channels": rng.choice([1, 3])}
    return {
        "dataset": {"idx": source},
        "network": random_layers(rng, size, classes),
        "loss": rng.choice(sorted(LOSSES)),
        "train": {"alpha": 0.1},
        "seed": rng.randrange(1000),
        "dtype": "float64",
    }
