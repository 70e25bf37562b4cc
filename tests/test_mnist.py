"""What the program promises on the real MNIST, of which the tests need a copy."""

import csv
from pathlib import Path

import pytest

from cnntrain.config import load_config
from cnntrain.runs.begin import begin
from cnntrain.runs.folder import BATCHES, EPOCHS
from cnntrain.runs.records import Records
from cnntrain.training.loop import EpochDone
from cnntrain.training.parallel.pool import workers

pytestmark = pytest.mark.mnist


def errors(config: str, epochs: int, root: Path, folder: Path) -> list[float]:
    """Train a shipped configuration; return the test error after each epoch, in percent."""
    found: list[float] = []

    experiment = begin(
        load_config(config, [f"train.epochs={epochs}"]), data_dir=root, fetch=lambda *_: None
    )
    folder.mkdir()
    with (
        workers(experiment.network, batch=experiment.plan.batchsize) as executor,
        Records(folder / BATCHES, folder / EPOCHS, experiment.progress) as records,
    ):
        for event in experiment.events(folder, executor=executor, records=records):
            if isinstance(event, EpochDone):
                assert event.test.error is not None
                found.append(100 * event.test.error)
    return found


@pytest.mark.parametrize("epochs", [4, pytest.param(10, marks=pytest.mark.slow)])
def test_the_tutorials_network_reaches_its_errors(
    mnist_root: Path, tmp_path: Path, epochs: int
) -> None:
    after = errors("lenet", epochs, mnist_root, tmp_path / "run")
    assert len(after) == epochs
    for epoch, most in {1: 10, 4: 3.2, 10: 2.0}.items():
        assert epoch > epochs or after[epoch - 1] <= most
    with (tmp_path / "run" / BATCHES).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == epochs * 1200
    assert [int(row["batch"]) for row in rows] == list(range(1, 1201)) * epochs
    weighted = float(rows[0]["mse"])
    for row in rows:
        weighted = 0.99 * weighted + 0.01 * float(row["mse"])
        assert float(row["weighted_mse"]) == pytest.approx(weighted, rel=1e-9)


def test_the_original_recipe_reaches_the_published_error(mnist_root: Path, tmp_path: Path) -> None:
    [error] = errors("deeplearntoolbox", 1, mnist_root, tmp_path / "run")
    assert 9 <= error <= 13


def test_the_fast_recipe_reads_99_percent_after_two_epochs(
    mnist_root: Path, tmp_path: Path
) -> None:
    *_, error = errors("fast", 2, mnist_root, tmp_path / "run")
    assert error <= 1.1  # of one seed; configs/fast.yaml states the mean of five
