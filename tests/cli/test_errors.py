"""Hostile command lines: one clear message, exit code 1 or 2, nothing left behind."""

import os
import shutil
import time
from pathlib import Path

import pytest

from tests.cli.conftest import SMALL, TINY, Cnntrain

USAGE = [
    (
        "train",
        "train: found no configuration; expected one, as --config lenet.yaml, or --resume RUN",
    ),
    ("trian", "No such command 'trian'"),
    ("fit", "No such command 'fit'. Did you mean 'train'?"),
    ("Test", "No such command 'Test'. Did you mean 'eval'?"),
    (
        'train --config tiny --dataset {"folder":"~nosuchuser/x"}',
        "--dataset: dataset.folder.path: found '~nosuchuser/x', whose home folder is unknown; e",
    ),
    ("train --confg x", "No such option '--confg'"),
    ("train --config", "Option '--config' requires an argument"),
    ("train --config nowhere", "nowhere: no such configuration, here or among the shipped ones;"),
    ("train --config folder", "folder: is a folder, expected a YAML file"),
    ("train --config empty.yaml", "empty.yaml: found nothing but spaces and comments; expected"),
    ("train --config picture.png", "picture.png: is not text: found a zero byte"),
    ("train --config broken.yaml", "broken.yaml:8: train.epoch: unknown option; did you mean 'e"),
    ("train --config misfit.yaml", "misfit.yaml:3: network[0]: conv1: input 1x28x28: a window o"),
    ("train --config huge.yaml", "huge.yaml:3: network: its weights do not fit into memory"),
    (f"train --config {'x' * 5000}", "no such configuration"),
    (
        "train --config tiny --set epochs=1",
        "--set epochs: unknown option; did you mean 'train.epochs'?",
    ),
    ("train --config tiny --set train.epochs", "--set train.epochs: found no '='; expected KEY="),
    ("train --config tiny --set train.alpha2=1 --set train.alpha3=1", "train.alpha3: belongs to "),
    ("train --config tiny --set train.validation=300", "train.validation: found 300, expected f"),
    (
        "train --config tiny --set network[3].dense=7",
        "--set network[3].dense: does not go with tiny.yaml:7: network[3]: found 7 outputs, expec",
    ),
    (
        "train --config tiny --dataset minst",
        "--dataset: minst: unknown data set; did you mean 'mnist'?",
    ),
    (
        "train --config tiny --epochs -1",
        "'--epochs': -1 is not in the range x>=0; expected a whole number of 0 or more\n",
    ),
    (
        "train --config tiny --threads nan",
        "'nan' is not a valid integer range; expected a whole number of 1 or more\n",
    ),
    (
        "train --config tiny --require-accuracy high",
        "'high' is not a valid float range; expected a number from 0 to 1\n",
    ),
    ("check tiny --tolerance 0", "0.0 is not in the range x>0; expected a number above 0\n"),
    (
        "train --config tiny --epochs 99999999999999999999",
        "--epochs: found 1e+20, expected a whole number; write one of at most 18 digits",
    ),
    ("train --config tiny --epochs many", "'many' is not a valid integer"),
    ("train --config tiny --limit 0", "0 is not in the range x>=1"),
    ("train --config tiny --threads 0", "0 is not in the range x>=1"),
    ("train --config tiny --seed -1", "-1 is not in the range x>=0"),
    ("train --config tiny --require-accuracy 98", "98 is not from 0 to 1; did you mean 0.98?"),
    ("train --config tiny --out tiny.yaml", "'tiny.yaml' is a file"),
    ("train --config tiny --out folder", "folder: the run directory exists and is not empty; not"),
    ("train --config tiny --resume run", "--resume: found --config too; a resumed run keeps its "),
    (
        "train --config tiny.yaml --find-rate --require-accuracy 0.9",
        "--find-rate: tests no network, so that --require-accuracy cannot be met",
    ),
    ("train --resume run --seed 3", "--resume: found --seed too"),
    ("train --resume run --set seed=3", "--resume: found --set too"),
    ("train --resume run --limit 3", "--resume: found --limit too"),
    ("eval run --split some", "'some' is not one of 'test', 'validation', 'train'"),
    ("predict", "Missing argument 'IMAGE...'"),
    ("predict picture.png --top 0", "0 is not in the range x>=1"),
    ("predict picture.png --invert maybe", "'maybe' is not one of 'auto', 'yes', 'no'"),
]

FAILED = [
    ("train --config tiny --out /proc/run", "/proc/run: cannot make the run directory"),
    ("train --config tiny --out tiny.yaml/run", "tiny.yaml/run: cannot make the run directory"),
    (f"train --config tiny --out {'x' * 300}", "cannot make the run directory: File name too lo"),
    ("train --resume nowhere", "nowhere: no such file or folder; give a run folder, such as run"),
    ("train --resume folder", "folder: found no last.npz in this folder; expected a run folder"),
    ("train --resume lone.npz", "lone.npz: found no config.yaml beside it"),
    ("train --resume picture.png", "picture.png: found no config.yaml beside it"),
    ("eval", "runs/: found no trained network here; train one with `cnntrain train`, or name a r"),
    ("eval nowhere", "nowhere: no such file or folder; give a run folder"),
    ("eval folder", "folder: found no last.npz in this folder"),
    (f"eval {'x' * 5000}", "no such file or folder"),
    (
        "eval picture.png",
        "picture.png: is not a checkpoint of cnntrain, or is damaged (it is not a",
    ),
    ("eval damaged.npz", "damaged.npz: is not a checkpoint of cnntrain, or is damaged (it is not"),
    (
        "eval empty.yaml",
        "empty.yaml: is a configuration, expected a trained network; train one with",
    ),
    ("eval /dev/null", "/dev/null: cannot be read: it is a device, expected a file"),
    ("eval run --split validation", "digits: found no validation images: train.validation is 0"),
    ("predict picture.png --model damaged.npz", "damaged.npz: is not a checkpoint of cnntrain"),
    ("predict nothing.png --model run", "nothing.png: No such file or directory; expected an im"),
    ("predict empty.yaml --model run", "empty.yaml: an empty file; expected an image file, such"),
    ("predict tiny.yaml --model run", "tiny.yaml: not an image that Pillow can read; expected"),
]


@pytest.fixture(autouse=True)
def hostile(here: Path, trained: Path) -> None:
    """Put things to stumble over into the working directory."""
    shutil.copytree(trained, here / "run")
    shutil.copy(trained / "last.npz", here / "lone.npz")
    (here / "damaged.npz").write_bytes((trained / "last.npz").read_bytes()[:-100])
    (here / "folder").mkdir()
    (here / "folder" / "notes.txt").write_text("mine")
    (here / "empty.yaml").write_text("")
    (here / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe")
    (here / "broken.yaml").write_text(TINY.partition("\n")[2].replace("epochs", "epoch"))
    (here / "misfit.yaml").write_text(TINY.partition("\n")[2].replace("kernel: 5", "kernel: 50"))
    (here / "huge.yaml").write_text(SMALL.replace("dense: 10", f"dense: {10**15}"))


def tree(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}


@pytest.mark.parametrize(
    ("line", "code", "complaint"),
    [(line, 2, complaint) for line, complaint in USAGE]
    + [(line, 1, complaint) for line, complaint in FAILED],
    ids=lambda value: str(value)[:60],
)
def test_a_hostile_command_line_gets_one_clear_message_and_changes_nothing(
    cnntrain: Cnntrain, here: Path, line: str, code: int, complaint: str
) -> None:
    before = tree(here)
    done = cnntrain(*line.split())
    assert (done.returncode, done.stdout) == (code, "")
    assert complaint in done.stderr
    assert done.stderr.count("Error: ") == 1
    assert tree(here) == before


@pytest.mark.parametrize(
    "line", ["train --config broken", "eval damaged.npz", "predict x --model nowhere"]
)
def test_the_same_holds_for_a_process(process: Cnntrain, line: str) -> None:
    done = process(*line.split())
    assert done.returncode in (1, 2)
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("line", ["train --config lenet", "eval run --dataset mnist"])
def test_missing_data_without_a_network_ends_soon_and_leaves_nothing(
    process: Cnntrain, here: Path, line: str
) -> None:
    started = time.perf_counter()
    done = process(*line.split())
    assert time.perf_counter() - started < 15
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Downloading MNIST to {here}/data/mnist\n")
    assert "Error: MNIST cannot be downloaded: no mirror delivered" in done.stderr
    assert "--from" in done.stderr
    assert ("`cnntrain train --config quickstart.yaml`" in done.stderr) == line.startswith("train")
    assert not (here / "runs").exists()
    left = [path.name for path in (here / "data").rglob("*") if path.is_file()]
    assert left == [".mnist.lock"]


def test_damaged_data_is_one_clear_error(cnntrain: Cnntrain, here: Path) -> None:
    (here / "data").mkdir()
    for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (here / "data" / f"{name}-ubyte").write_bytes(b"\x00\x00\x08\x03")
    done = cnntrain("train", "--config", "lenet")
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {here}/data/train-images-idx3-ubyte")
    assert not (here / "runs").exists()


def test_a_run_whose_data_is_gone_says_so(cnntrain: Cnntrain, here: Path, trained: Path) -> None:
    config = here / "run" / "config.yaml"
    assert "synthetic" in config.read_text()
    done = cnntrain("eval", "run", "--dataset", "kmnist", "--data-dir", here / "nowhere")
    assert done.returncode == 1
    assert "cannot be downloaded" in done.stderr


def test_a_run_directory_that_is_a_link_to_nowhere_is_refused(
    cnntrain: Cnntrain, here: Path
) -> None:
    (here / "link").symlink_to(here / "missing" / "folder")
    done = cnntrain("train", "--config", "tiny", "--out", "link")
    assert done.returncode == 1
    assert "link: cannot make the run directory: File exists" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="a folder that is in use cannot be removed there")
@pytest.mark.parametrize(
    ("line", "code"), [("train --config quickstart", 1), ("runs rm nowhere", 2), ("trian", 2)]
)
def test_where_the_current_folder_was_removed_this_is_said(
    cnntrain: Cnntrain, here: Path, monkeypatch: pytest.MonkeyPatch, line: str, code: int
) -> None:
    gone = here / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    done = cnntrain(*line.split())
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.endswith(
        "; the current folder no longer exists: change to another one first\n"
    )
