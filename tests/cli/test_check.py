import json
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from cnntrain.cli import main
from cnntrain.model.checkpoint import load_checkpoint
from cnntrain.nn.fast.activations import FastSigmoid
from cnntrain.system.shipped import shipped
from tests.cli.conftest import Cnntrain

# The tutorial's network on images of 14x14: it is wrong in the same places, and sooner.
REDUCED = (
    "lenet",
    *("--set", "dataset={synthetic: {resize: 14}}"),
    *("--set", "network[3]={conv: {filters: 3, kernel: 2}}"),
)
CONVOLUTIONS = (
    "network[0]={conv: {filters: 2, kernel: 5, weights: he}}",
    "network[3]={conv: {filters: 3, kernel: 5, weights: he}}",
)
FEWER = {  # of the networks whose every derivative takes long, and the same layers
    "nielsen": ("network[0]={conv: {filters: 2, kernel: 5}}", "network[3]={dense: 6}"),
    "emnist-balanced": (*CONVOLUTIONS, "network[6]={dense: {units: 8, weights: he}}"),
    "fashion-mnist": (*CONVOLUTIONS, "network[6]={dense: {units: 8, weights: he}}"),
    "rgb-folder": CONVOLUTIONS,
}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", *arguments])


@pytest.fixture
def wrong_sigmoid(monkeypatch: pytest.MonkeyPatch) -> None:
    def derive(self: FastSigmoid, y: np.ndarray, slope: np.ndarray) -> None:
        np.subtract(1, y, out=slope)

    monkeypatch.setattr(FastSigmoid, "derive", derive)


def test_right_gradients_pass_without_any_data(process: Cnntrain) -> None:
    done = process("check", "one-kernel-14.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("one-kernel-14: ∂loss/∂array in float64")
    arrays = [line.split()[:2] for line in lines[3:9]]
    assert arrays == [
        ["input", "392"],
        ["conv1.weights", "25"],
        ["dense1.weights", "2,000"],
        ["dense1.bias", "80"],
        ["dense2.weights", "800"],
        ["dense2.bias", "10"],
    ]
    assert lines[-1].startswith("passed: 3,307 numbers checked, worst ")
    assert lines[-1].endswith(" (tolerance 1e-06)")
    assert max(map(len, lines)) <= 100


def test_a_tolerance_below_what_differences_can_tell_fails(process: Cnntrain) -> None:
    done = process("check", "mazur", "--tolerance", "1e-14")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[-1].startswith("failed: ")
    assert "of 16 numbers are off by more than 1e-14, worst " in done.stdout


@pytest.mark.usefixtures("wrong_sigmoid")
def test_a_wrong_derivative_exits_with_1_and_marks_the_arrays() -> None:
    done = run(*REDUCED)
    assert done.exit_code == 1
    rows = done.stdout.splitlines()[3:10]
    assert all(row.startswith("> ") for row in rows)
    assert done.stdout.splitlines()[-1].startswith("failed: ")


@pytest.mark.usefixtures("wrong_sigmoid")
def test_arrays_that_a_wrong_derivative_does_not_reach_are_not_marked() -> None:
    linear_output = "network[7]={leaky_relu: {slope: 0.5}}"
    rows = run(*REDUCED, "--set", linear_output).stdout.splitlines()[3:10]
    assert [row[:16].rstrip() for row in rows] == [
        "> input",
        "> conv1.weights",
        "> conv1.bias",
        "> conv2.weights",
        "> conv2.bias",
        "  dense1.weights",
        "  dense1.bias",
    ]


NORMALIZED = """\
dataset: {synthetic: {train: 10, test: 10}}
network: [{dense: 20}, batch_norm, {dense: 10}]
train: {alpha: 1}
"""


def test_a_sample_says_that_it_is_one_and_all_checks_every_number(tmp_path: Path) -> None:
    config = tmp_path / "normalized.yaml"
    config.write_text(NORMALIZED)
    text = run(str(config)).stdout
    assert "numbers:     a sample of each array, since here every number takes two passes" in text
    *_, verdict = text.splitlines()
    assert verdict.startswith("passed: 496 of 17,518 numbers checked, worst ")
    found = json.loads(run(str(config), "--json").stdout)
    assert (found["numbers"], found["numbers_in_all"]) == (496, 17_518)
    small = "dataset={inline: {inputs: [[1, 2, 3], [3, 2, 1]], targets: [[0, 1], [1, 0]]}}"
    options = ["--set", small, "--set", "network[2].dense=2"]
    whole = run(str(config), *options, "--all").stdout
    assert "a sample" not in whole
    assert "passed: 168 numbers checked" in whole


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in FEWER else [])
        for name in sorted(path.stem for path in shipped().glob("*.yaml"))
    ],
)
def test_every_shipped_network_is_right_and_checked_within_10_seconds(config: str) -> None:
    before = time.process_time()  # one thread works; what others do to the clock does not matter
    done = run(config)
    assert time.process_time() - before < 10
    assert done.exit_code == 0
    assert max(map(len, done.stdout.splitlines())) <= 100


@pytest.mark.parametrize("config", FEWER)
def test_the_largest_shipped_networks_are_right_with_fewer_filters_too(config: str) -> None:
    done = run(config, *(part for change in FEWER[config] for part in ("--set", change)))
    assert done.exit_code == 0
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_a_network_that_learns_nothing_is_said_to(tmp_path: Path) -> None:
    config = tmp_path / "dead.yaml"
    config.write_text(
        "dataset: {inline: {inputs: [[1, 2]], targets: [[0, 1]]}}\n"
        "network: [{dense: {units: 2, weights: [[0, 0], [0, 0]], bias: [-9, -9]}}, relu]\n"
        "train: {alpha: 1}\n"
    )
    done = run(str(config))
    assert done.exit_code == 0
    said, verdict = done.stdout.splitlines()[-2:]
    assert said == "all gradients are 0: on these images the network learns nothing"
    assert verdict.startswith("passed: 10 numbers checked")
    assert "all gradients are 0" not in run("mazur").stdout


def test_json_has_a_row_for_each_array() -> None:
    found = json.loads(run("mazur", "--json", "--seed", "4").stdout)
    arrays = {array["name"]: array for array in found["arrays"]}
    assert (found["passed"], found["numbers"], found["seed"]) == (True, 16, 4)
    assert (found["tolerance"], found["above"], found["unchecked"]) == (1e-6, 0, 0)
    assert list(arrays) == [
        "input",
        "dense1.weights",
        "dense1.bias",
        "dense2.weights",
        "dense2.bias",
    ]
    assert arrays["input"]["shape"] == [2, 2, 1, 1]
    assert found["worst"] == max(array["worst"] for array in arrays.values())
    for array in arrays.values():
        assert array["analytic"] == pytest.approx(array["numeric"], rel=1e-6)


@pytest.mark.usefixtures("wrong_sigmoid")
def test_json_says_what_failed() -> None:
    done = run("mazur", "--json")
    found = json.loads(done.stdout)
    assert done.exit_code == 1
    assert found["passed"] is False
    assert found["above"] == 16
    assert found["worst"] > 0.1


def test_what_moves_something_across_a_kink_is_counted() -> None:
    found = json.loads(run("activations", "--seed", "1", "--json").stdout)
    assert found["moved"] == sum(array["moved"] for array in found["arrays"])
    assert 0 < found["moved"] < 100


def test_another_seed_checks_on_other_images() -> None:
    one, same, other = (run("mazur", "--json", "--seed", seed).stdout for seed in "112")
    assert one == same
    assert json.loads(one)["loss"] != json.loads(other)["loss"]


def test_a_trained_model_is_checked_with_its_own_weights(trained: Path) -> None:
    fresh = json.loads(run(str(trained / "config.yaml"), "--json").stdout)
    model = json.loads(run(str(trained), "--json").stdout)
    assert model["passed"]
    assert model["numbers"] == fresh["numbers"]
    assert model["loss"] != fresh["loss"]
    assert load_checkpoint(trained / "last.npz").parameters["dense1.bias"].any()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["lennet"], "lennet: no such configuration"),
        (["lenet", "--tolerance", "0"], "0.0 is not in the range"),
        (["lenet", "--tolerance", "-1"], "-1.0 is not in the range"),
        (["lenet", "--tolerance", "nan"], "--tolerance nan: expected a number above 0"),
        (["lenet", "--tolerance", "inf"], "--tolerance inf: expected a number above 0"),
        (["lenet", "--set", "network[6]={dense: 7}"], "network[7]: found 7 outputs, expected 10"),
        (["lenet", "--set", "network[2].mean_pool=6"], "conv2: input 6x4x4: a window of 5"),
        ([], "Missing argument 'CONFIG|MODEL'"),
    ],
)
def test_usage_errors_exit_with_2(arguments: list[str], complaint: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert complaint in done.stderr


def test_a_file_that_is_no_checkpoint_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "broken.npz"
    path.write_bytes(b"no checkpoint")
    done = run(str(path))
    assert done.exit_code == 1
    assert f"{path}: is not a checkpoint of cnntrain" in done.stderr
