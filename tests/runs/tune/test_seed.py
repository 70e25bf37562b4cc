"""A seed of `scripts/reproduce`, as a job for workers."""

from dataclasses import replace
from pathlib import Path

import pytest

import cnntrain
from cnntrain.runs.tune.seed import SeedJob, run_seed, run_seeds
from tests.runs.tune.searches import InTurn
from tests.small import SMALL, small

POINTS = """\
dataset: {inline: {inputs: [[0, 1], [1, 0]], targets: [[0.5], [0.1]]}}
network: [dense: 1]
train: {batchsize: 1, epochs: 1, alpha: 0.1}
"""


def job(seed: int, *overrides: str) -> SeedJob:
    return SeedJob("small.yaml", SMALL, overrides, seed)


@pytest.mark.parametrize("overrides", [(), ("train.ema=0.9",), ("train.patience=1",)])
def test_it_is_the_run_of_the_command(tmp_path: Path, overrides: tuple[str, ...]) -> None:
    run = cnntrain.train(small(*overrides, "--seed=2"), tmp_path / "run", threads=1)
    for _ in run:
        pass
    assert run.result
    found = run_seed(job(2, *overrides))
    assert found.weights_sha256 == run.result["weights_sha256"]
    assert (found.error, found.epochs) == (run.result["test_error"], run.result["epochs"])


def test_it_is_repeated_if_its_worker_dies_but_not_for_ever() -> None:
    said: list[str] = []
    found = dict(run_seeds([job(0), job(1)], InTurn(0, 2, 3, 4), said.append))
    assert said[0] == "small.yaml, seed 0: its worker has died; it is repeated"
    assert found[job(0)] == replace(run_seed(job(0)), seconds=found[job(0)].seconds)
    assert found[job(1)].failed == "its worker died 3 times"


def test_what_cannot_be_trained_is_a_result() -> None:
    assert "train.batchsize" in run_seed(job(0, "train.batchsize=500")).failed
    assert "epoch 1" in run_seed(job(0, "train.alpha=1e30")).failed
    points = SeedJob("points.yaml", POINTS, (), 0)
    assert run_seed(points).failed.startswith("its targets are not classes")
