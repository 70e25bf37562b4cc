"""scripts/reproduce, as a process on a configuration that takes no time."""

import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.readme import CONFIGS, read

SCRIPT = Path(__file__).parents[2] / "scripts" / "reproduce"
TABLE = """\
| shipped configuration | what | epochs | parameters | test error, mean ± sd (seeds) | seconds |
| --- | --- | --- | --- | --- | --- |
| `one.yaml` | a network | 10 | 3,898 | 1.50 ± 0.10 % (3) | 7.4 |
| `two.yaml` | another | 2 | 12 | 2.50 ± 0.00 % (5) | 1 |
| `two.yaml --epochs 8` | another, longer | 8 | 12 | 1.50 ± 0.10 % (5) | 4 |
| `three.yaml` | a third | 1 | 12 | prints its figures | 1 |
"""
TINY = """\
dataset: {synthetic: {train: 100, test: 50}}
network: [dense: 10]
loss: softmax_cross_entropy
train: {batchsize: 20, epochs: 1, alpha: 0.1}
"""


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    """Return what the script defines, without running it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SCRIPT.parent))
        return runpy.run_path(str(SCRIPT), run_name="reproduce")


def test_a_mean_is_inside_up_to_two_published_deviations(script: dict[str, Any]) -> None:
    def verdict(name: str, *errors: float) -> str:
        return str(script["Result"](name, 1, 1, list(errors), 1.0).verdict(TABLE))

    assert verdict("one.yaml", 1.4, 1.6) == "inside: published 1.50 ± 0.10 %, 0.0 deviations away"
    assert verdict("one.yaml", 1.69).startswith("inside: published 1.50 ± 0.10 %, 1.9")
    assert verdict("one.yaml", 1.29).startswith("OUTSIDE: published 1.50 ± 0.10 %, 2.1")
    assert verdict("two.yaml", 2.53).startswith("OUTSIDE")  # a deviation of 0 counts as 0.01
    assert verdict("three.yaml", 1.0) == verdict("four.yaml", 1.0) == "not published"


def test_a_row_is_written_as_measured_and_no_other(script: dict[str, Any]) -> None:
    result = script["Result"]("two.yaml", 4, 1234, [1.0, 2.0], 12.34)
    before, after = TABLE.splitlines(), script["written"](TABLE, result).splitlines()
    assert after[3] == "| `two.yaml` | another | 4 | 1,234 | 1.50 ± 0.71 % (2) | 12.3 |"
    assert after[:3] + after[4:] == before[:3] + before[4:]


def test_a_configuration_may_have_rows_with_options(script: dict[str, Any]) -> None:
    experiments = script["experiments"]
    two: dict[str, tuple[str, list[str]]] = {"two.yaml": ("mine/two", [])}
    longer = {"two.yaml --epochs 8": ("mine/two", ["--epochs", "8"])}
    assert experiments(TABLE, ["mine/two"]) == two | longer
    assert list(experiments(TABLE, [])) == ["one.yaml", *two, *longer]
    assert experiments(TABLE, ["new.yaml"]) == {"new.yaml": ("new.yaml", [])}
    assert script["Result"](*longer, 8, 12, [1.5], 1.0).verdict(TABLE).startswith("inside")


def test_every_published_row_can_be_read(script: dict[str, Any]) -> None:
    rows = [row for row in read(CONFIGS).splitlines() if row.startswith("| `") and " ± " in row]
    assert len(rows) >= 8
    assert len(script["ROW"].findall(read(CONFIGS))) == len(rows)


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_it_trains_every_seed_and_says_what_fails(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(TINY)
    (tmp_path / "large.yaml").write_text(TINY.replace("batchsize: 20", "batchsize: 200"))
    done = run(tmp_path, "small.yaml", "large.yaml", "nowhere", "--seeds", "2", "--jobs", "1")
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (1, "")
    assert lines[0].startswith("| `nowhere.yaml` | failed: nowhere: no such configuration")
    assert lines[1].startswith("| `small.yaml` | 1 | 7,850 | ")
    assert "(2) | 0." in lines[1]
    assert "not published (" in lines[1]
    assert lines[2].startswith(
        "| `large.yaml` | failed: large.yaml:4: train.batchsize: found 200, expected"
    )
    assert lines[3:] == ["seconds of training with one thread, 1 trainings at a time"]


def test_a_run_with_other_options_is_not_compared(tmp_path: Path) -> None:
    few = ("--limit", "500", "--dataset", "{synthetic: {train: 500, test: 50}}")
    done = run(tmp_path, "quickstart", "--seeds", "2", "--epochs", "1", *few)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("| `quickstart.yaml` | 1 | 3,898 | ")
    assert "trained with other options (" in done.stdout
    assert not list(tmp_path.iterdir())
