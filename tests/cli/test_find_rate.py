import csv
import json
from pathlib import Path

import pytest

from cnntrain.config import load_config
from tests.cli.conftest import Cnntrain

CORNERS = """\
dataset:
  inline:
    inputs: [[0, 0], [0, 1], [1, 0], [1, 1]]
    targets: [[1, 0], [0, 1], [0, 1], [0, 1]]
network: [{dense: {units: 4}}, tanh, {dense: 2}]
loss: softmax_cross_entropy
train: {batchsize: 4, batches: 50, epochs: 4, alpha: 0.001}
"""
KEYS = [
    *("run", "config", "rates", "found", "factor", "trials", "lowest", "steps", "ended"),
    "learnt",
]


@pytest.fixture
def here(here: Path) -> Path:
    """Return the folder to work in, with corners.yaml in it, which takes no time to train."""
    (here / "corners.yaml").write_text(CORNERS)
    return here


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let trials be short: this network learns in no time."""
    monkeypatch.setattr("cnntrain.training.find_rate.STEPS", (200,))
    monkeypatch.setattr("cnntrain.training.find_rate.TRIAL", 60)
    monkeypatch.setattr("cnntrain.training.find_rate.JUDGED", 10)


def test_proposed_rates_are_printed_ready_to_paste_and_recorded(
    process: Cnntrain, here: Path
) -> None:
    done = process("train", "--config", "corners", "--find-rate")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "run            runs/corners-find-rate-1"
    assert lines[1].startswith("sweep          ")
    assert lines[2].startswith("trials         of all rates × ")
    proposed = lines[3].split()[1]
    assert lines[3] == f"train.alpha    {proposed} (found 0.001)"
    assert lines[4:] == ["", f"--set train.alpha={proposed}", "", "train:", f"  alpha: {proposed}"]
    assert done.stderr.startswith(
        "corners: sweeping over learning rates; nothing of this training is"
    )
    folder = here / "runs" / "corners-find-rate-1"
    assert {path.name for path in folder.iterdir()} - {"find-rate.png"} == {
        *(".lock", "original.yaml", "config.yaml", "find-rate.csv")
    }
    with (folder / "find-rate.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["step", "factor", "loss", "smoothed"]
    assert f"sweep          {len(rows):,} mini-batches, until" in lines[1]


@pytest.mark.usefixtures("_quick")
def test_json_has_the_rates_by_option_and_training_takes_them(
    cnntrain: Cnntrain, here: Path
) -> None:
    flags = ["--set", "network[0].dense.rate=0.002", "--out", "sweep"]
    done = cnntrain("train", "--config", "corners", "--find-rate", "--json", *flags)
    found = json.loads(done.stdout)
    assert list(found) == KEYS
    assert found["found"] == {"network[0].dense.rate": 0.002, "train.alpha": 0.001}
    own, shared = found["rates"].values()
    assert own / shared == pytest.approx(2, rel=0.1)  # of two digits each
    options = [word for key, v in found["rates"].items() for word in ("--set", f"{key}={v}")]
    trained = cnntrain("train", "--config", "corners", "--json", *options)
    assert json.loads(trained.stdout)["test_accuracy"] == 1
    assert (here / "sweep" / "find-rate.csv").is_file()


@pytest.mark.usefixtures("_quick")
def test_without_rates_all_layers_get_the_same(cnntrain: Cnntrain, here: Path) -> None:
    (here / "bare.yaml").write_text(CORNERS.replace(", alpha: 0.001", ""))
    done = cnntrain("train", "--config", "bare", "--find-rate", "--json")
    assert json.loads(done.stdout)["found"] == {"train.alpha": 1}
    assert load_config(str(here / "runs" / "bare-find-rate-1" / "config.yaml")).train.rates == {
        1: 1
    }


def test_what_cannot_be_swept_is_refused_before_anything_is_written(
    cnntrain: Cnntrain, here: Path
) -> None:
    done = cnntrain("train", "--config", "corners", "--find-rate", "--set", "train.alpha=0")
    assert done.returncode == 2
    assert (
        "corners: --find-rate: found no learning rate above 0, expected one at least" in done.stderr
    )
    done = cnntrain("train", "--resume", "a", "--find-rate")
    assert done.returncode == 2
    assert "--resume: found --find-rate too" in done.stderr
    assert not (here / "runs").exists()
