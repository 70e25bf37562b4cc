"""Weights that are finite and so large that sums of them are not: a message of ours, or an answer.

NumPy's warnings are errors in tests, and end a command here with a traceback.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Cnntrain

NETWORKS = {  # of the layers between input and output
    "plain": "[conv: {filters: 2, kernel: 5}, sigmoid, mean_pool: 4, dense: 10]",
    "normalized": "[conv: {filters: 2, kernel: 5}, batch_norm, tanh, max_pool: 4, layer_norm, dense: 10]",
}
CONFIG = """\
dataset: {{synthetic: {{train: 60, test: 30}}}}
network: {layers}
loss: softmax_cross_entropy
train: {{batchsize: 20, epochs: 1, alpha: 0.1}}
"""
TOO_LARGE = "weights of the network are too large"
DIVERGED = "the numbers became infinite or undefined, first in the outputs of conv1"


@pytest.fixture(params=NETWORKS)
def huge(cnntrain: Cnntrain, request: pytest.FixtureRequest) -> Path:
    """Return a run all of whose weights are 3e38."""
    Path("net.yaml").write_text(CONFIG.format(layers=NETWORKS[request.param]))
    assert cnntrain("train", "net").returncode == 0
    run = Path("huge")
    shutil.copytree("runs/net-1", run)
    with np.load(run / "last.npz") as file:
        arrays = dict(file)
    for name, values in arrays.items():
        if name.startswith("parameters/"):
            values[...] = 3e38
    np.savez(run / "last.npz", **arrays)
    return run


def test_huge_weights_get_messages_of_ours(cnntrain: Cnntrain, huge: Path) -> None:
    Image.fromarray(np.eye(28, dtype=np.uint8) * 255).save("a.png")
    for line, code, said in (
        ("eval huge", 1, TOO_LARGE),
        ("predict a.png --model huge", 1, TOO_LARGE),
        ("compare huge runs/net-1", 1, TOO_LARGE),
        ("plot huge maps filters -o pictures/", 0, ""),
        ("plot huge confusion", 1, TOO_LARGE),
        ("report huge", 1, TOO_LARGE),
        ("check huge", 1, "found a weight of 3.0e+38, expected at most 1e+09"),
        ("describe huge", 0, ""),
        ("train --resume huge --epochs 2", 1, DIVERGED),
        ("train --resume huge --epochs 2 --threads 1", 1, DIVERGED),
    ):
        done = cnntrain(*line.split())
        assert done.returncode == code, (line, done.stderr)
        assert said in done.stderr
        assert " nan" not in done.stdout
        assert "Warning" not in done.stderr


def test_a_loss_that_overflows_is_no_figure(cnntrain: Cnntrain) -> None:
    Path("net.yaml").write_text(CONFIG.format(layers="[dense: 10]"))
    assert cnntrain("train", "net").returncode == 0
    path = Path("runs/net-1/last.npz")
    with np.load(path) as file:
        arrays = dict(file)
    arrays["parameters/dense1.weights"] *= np.float32(0)
    arrays["parameters/dense1.bias"][...] = np.linspace(-3e38, 3e38, 10)
    np.savez(path, **arrays)
    done = cnntrain("eval")
    assert (done.returncode, done.stdout) == (1, "")
    assert "found a loss that is infinite or undefined, expected a finite one" in done.stderr
