import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cnntrain.cli import main
from cnntrain.nn.updates import UPDATES
from cnntrain.system.shipped import shipped
from tests.cli.conftest import Cnntrain

BATCH = "train.batchsize=50"
TABLE = """\
one-kernel-14: mnist in mini-batches of 50, loss mse

  layer         output      parameters  multiply-adds  sees        memory  rate
  input         1x14x14                                1x1        39.2 kB
  conv1         1x10x10             25          2,500  5x5        40.2 kB  5
  max_pool1     1x5x5                                  6x6        10.0 kB
  sigmoid1      1x5x5                                  6x6        10.0 kB
  dense1        80x1x1           2,080          2,000  14x14      48.6 kB  2
  sigmoid2      80x1x1                                 14x14      32.0 kB
  dense2        10x1x1             810            800  14x14      10.5 kB  0.5
  sigmoid3      10x1x1                                 14x14       4.0 kB
  total                          2,915          5,300            194.5 kB

  ██████████████  1x14x14  input
    ██████████    1x10x10  conv1
      █████       1x5x5    max_pool1, sigmoid1
        █         80x1x1   dense1, sigmoid2
        █         10x1x1   dense2, sigmoid3

multiply-adds: of one image's forward pass
sees:          receptive field, the rows x columns of the image that one output can see
memory:        output and its gradient for a batch of 50, parameters and theirs, as float32
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["describe", *arguments])


def setting(*values: str) -> list[str]:
    return [part for value in values for part in ("--set", value)]


def test_the_table_needs_no_data(process: Cnntrain) -> None:
    rates = setting(BATCH, "train.alpha=5", "train.alpha2=2", "train.alpha3=0.5")
    done = process("describe", "one-kernel-14.yaml", *rates)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == TABLE


def test_a_network_that_does_not_fit_shows_the_table_up_to_the_bad_row() -> None:
    values = "network[1].max_pool=7", "network[2]={conv: {filters: 2, kernel: 5}}"
    done = run("one-kernel-14", *setting(BATCH, "train.alpha=5", *values))
    table = TABLE.splitlines()
    bad = done.stdout.splitlines()
    assert done.exit_code == 2
    assert bad[:5] == table[:5]
    assert bad[5:9] == [
        "  max_pool1     1x1x1                                  11x11        400 B",
        "> conv2",
        "    does not fit: a window of 5 does not fit on 1 rows; it needs 5 rows or more, or a",
        "    window of 1 or less",
    ]
    assert bad[9:] == table[-4:]
    assert done.stderr.startswith("Error: ")
    assert "network[2]: conv2: input 1x1x1: a window of 5 does not fit on 1 rows" in done.stderr


def test_outputs_that_are_not_the_classes_mark_the_last_row() -> None:
    done = run("one-kernel-14", *setting(BATCH, "train.alpha=5", "network[5]={dense: 7}"))
    assert done.exit_code == 2
    assert done.stdout.splitlines()[10:13] == [
        "> sigmoid3      7x1x1                                  14x14       2.8 kB",
        "    does not fit: found 7 outputs, expected 10, one for each class of mnist; end the",
        "    network with `- dense: 10`",
    ]
    assert "network[6]: found 7 outputs, expected 10" in done.stderr


def test_a_frozen_parameter_is_named_beside_the_rate() -> None:
    assert "0.5, bias frozen" in run("mazur").stdout
    change = "network[0].conv.freeze=all"
    done = run("one-kernel-14", *setting(change, "train.alpha=5"))
    assert "5, weights frozen" in done.stdout


def test_a_missing_rate_is_shown_and_complained_about(tmp_path: Path) -> None:
    config = tmp_path / "rates.yaml"
    config.write_text(
        "dataset: mnist\nnetwork: [dense: 3, dense: 10]\ntrain: {alpha: 1, alpha3: 1}"
    )
    done = run(str(config))
    assert done.exit_code == 2
    rows = [line.split() for line in done.stdout.splitlines()]
    assert [row[-1] for row in rows if row and row[0].startswith("dense")] == ["1", "missing"]
    assert "train.alpha2 is missing" in done.stderr


@pytest.mark.parametrize("config", sorted(path.stem for path in shipped().glob("*.yaml")))
def test_every_shipped_configuration_fits_a_terminal(config: str) -> None:
    done = run(config)
    assert done.exit_code == 0
    assert max(map(len, done.stdout.splitlines())) <= 100


@pytest.mark.parametrize("name", UPDATES)
def test_the_update_rule_is_named_unless_it_is_plain_gradient_descent(name: str) -> None:
    shown = run("mazur", "--set", f"train.update={name}", "--set", "train.clip_norm=2")
    assert shown.exit_code == 0
    rule = UPDATES[name](clip_norm=2).sentence
    assert shown.stdout.endswith(f"\nupdate:        {rule}\n")
    assert "update:" not in run("mazur").stdout


def test_json_has_every_number() -> None:
    found: dict[str, Any] = json.loads(run("mazur", "--json").stdout)
    layers = found.pop("layers")
    assert found == {
        "config": "mazur",
        "dataset": "inline",
        "loss": "mse",
        "dtype": "float64",
        "batchsize": 1,
        "update": "gradient descent",
        "training": {},
        "parameters": 12,
        "multiply_adds": 8,
        "memory_bytes": 336,
        "bad": None,
        "problem": None,
    }
    assert layers[1] == {
        "name": "dense1",
        "output": [2, 1, 1],
        "parameters": 6,
        "multiply_adds": 4,
        "receptive_field": [1, 1],
        "memory_bytes": 128,
        "rate": 0.5,
        "frozen": ["bias"],
    }


def test_json_of_a_network_that_does_not_fit_is_still_one_object() -> None:
    done = run("lenet", "--json", "--set", "network[2].mean_pool=6")
    found = json.loads(done.stdout)
    assert done.exit_code == 2
    assert found["bad"] == "conv2"
    assert found["layers"][-1]["output"] is None
    assert found["problem"] in done.stderr


def test_a_trained_model_is_described_by_its_configuration(trained: Path) -> None:
    for model in (trained, trained / "last.npz"):
        done = run(str(model), "--json")
        assert done.exit_code == 0
        assert json.loads(done.stdout)["config"] == "digits"


def test_a_configuration_that_does_not_exist_is_a_usage_error() -> None:
    done = run("lennet")
    assert done.exit_code == 2
    assert "lennet: no such configuration" in done.stderr
