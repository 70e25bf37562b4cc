"""`scripts/benchmark`, in the smallest runs that print whole tables."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


def output(script: str, *arguments: str, folder: Path) -> str:
    """Run a script in a folder and return what it prints."""
    done = subprocess.run(
        [sys.executable, SCRIPTS / script, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_steps_and_evaluation_are_timed_with_one_process_and_more(tmp_path: Path) -> None:
    found = output("benchmark", "tutorial", "--rounds", "1", "--modes", folder=tmp_path)
    assert "tutorial network, 6c5-2s-12c5-2s, sigmoid, mean pooling; batch 50, 2 threads" in found
    assert re.search(r"^  NumPy \d", found, re.MULTILINE)
    for row in ("cnntrain, 1 thread ", "cnntrain, 2 threads", "1 thread / 2 threads"):
        assert (
            len(re.findall(rf"^    {row} +\d+\.\d+ +\d+\.\d+ +\d+\.\d+$", found, re.MULTILINE)) == 2
        )


def test_every_layer_is_timed_in_both_directions(tmp_path: Path) -> None:
    found = output("benchmark", "tutorial", "--layers", folder=tmp_path)
    rows = {line.split()[0]: line.split()[1:] for line in found.splitlines()[3:]}
    assert list(rows) == [
        *("input", "conv1", "sigmoid1", "mean_pool1", "conv2", "sigmoid2", "mean_pool2"),
        *("dense1", "sigmoid3", "total"),
    ]
    assert rows["conv1"][0] == "6x24x24"
    for name, (*_, forward, backward) in rows.items():
        assert int(forward) > 0
        assert (int(backward) > 0) == (name != "input")


@pytest.mark.slow  # six searches, one after the other
def test_searches_are_measured_against_each_other(tmp_path: Path) -> None:
    few = ["--trials", "3", "--repeats", "1", "--batches", "2", "--epochs", "2", "--turns", "1"]
    data = ("--dataset", "{synthetic: {train: 300, test: 50}}")
    kinds = ("--prune", "median", "hyperband", "--picture", "curves.svg")
    found = output("benchmark_tune", *few, *data, *kinds, folder=tmp_path)
    names = ["random", "TPE", "TPE, median", "TPE, hyperband"]
    assert re.findall(r"^\| ([\w ,]+) \| [\d.]+ ± 0.00 \|$", found, re.MULTILINE) == names
    work = dict(re.findall(r"^\| ([\w ,]+) \| ([\d.]+) \| [\d.]+ \| .* \|$", found, re.MULTILINE))
    assert list(work) == names[1:]
    assert work["TPE"] == "1.00"
    assert re.search(
        r"^2 jobs are [\d.]+ times as fast as 1 \(each of 1 turns: ", found, re.MULTILINE
    )
    assert (tmp_path / "curves.svg").read_text().startswith("<?xml")


@pytest.mark.slow  # five programs that train, one after the other
def test_training_on_data_of_any_size_is_timed(tmp_path: Path) -> None:
    found = output("benchmark", "--data", "300", "--folder", "sets", folder=tmp_path)
    rows = found.splitlines()
    assert rows[0].split() == ["images", "first", "batch,", "s", "images/s", "MB", "mapped", "MB"]
    starts = ["first start", "again", "again, cold page cache"]
    names = [*starts, *(f"gzip, {start}" for start in starts)]
    for row, name in zip(rows[1:], names, strict=True):
        match = re.fullmatch(r" +300 (.*?) +([\d.]+) +([\d,]+) +(\d+) +([\d,]+)", row)
        assert match, row
        assert match[1] == name
        assert float(match[2]) > 0
