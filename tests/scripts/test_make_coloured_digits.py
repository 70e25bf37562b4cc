import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

SCRIPT = Path(__file__).parents[2] / "scripts" / "make_coloured_digits"
CLASSES = [str(digit) for digit in range(10)]


def run(*command: object, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a Python program as a process."""
    line = [sys.executable, *map(str, command)]
    return subprocess.run(line, capture_output=True, text=True, check=check)


def make(folder: Path, *options: object) -> subprocess.CompletedProcess[str]:
    """Write a small folder."""
    return run(SCRIPT, folder, "--train", 30, "--test", 20, *options)


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small folder that the script has written."""
    folder = tmp_path_factory.mktemp("coloured") / "digits"
    result = make(folder)
    assert result.stdout == f"{folder}: wrote 30 digits to train on, 20 to test on\n"
    assert result.stderr == ""
    return folder


def test_the_script_is_executable() -> None:
    assert os.access(SCRIPT, os.X_OK)
    assert SCRIPT.read_text().startswith("#!/usr/bin/env python3\n")


def test_each_class_has_a_folder_of_rgb_images(digits: Path) -> None:
    for split, count in (("train", 30), ("test", 20)):
        assert sorted(path.name for path in (digits / split).iterdir()) == CLASSES
        files = list((digits / split).glob("*/*.png"))
        assert len(files) == count
        for path in files:
            with Image.open(path) as image:
                assert (image.mode, image.size) == ("RGB", (28, 28))


def test_ink_and_background_differ_in_colour(digits: Path) -> None:
    for path in digits.rglob("*.png"):
        with Image.open(path) as image:
            pixels = np.asarray(image, float)
        distance = np.linalg.norm(pixels - pixels[0, 0], axis=2)  # from the background
        assert distance.max() > 100


def test_the_same_seed_writes_the_same_files(digits: Path, tmp_path: Path) -> None:
    make(tmp_path / "again")
    make(tmp_path / "other", "--seed", 1)
    assert contents(tmp_path / "again") == contents(digits)
    assert contents(tmp_path / "other") != contents(digits)


def test_a_folder_with_something_in_it_is_left_alone(digits: Path) -> None:
    before = contents(digits)
    result = run(SCRIPT, digits, check=False)
    assert result.returncode == 2
    assert result.stderr.startswith(f"{digits}: exists and is not an empty folder; nothing was")
    assert contents(digits) == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run(SCRIPT, tmp_path / "file" / "digits", check=False)
    assert result.returncode == 1
    assert result.stderr.startswith(f"{tmp_path / 'file' / 'digits'}: cannot be written: ")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (["--train", "9"], "argument --train: found 9, expected 10 or more: one of each digit"),
        (["--seed", "-1"], "argument --seed: found -1, expected 0 or more"),
        (["--test", "x"], "argument --test: found 'x', expected a whole number"),
    ],
)
def test_impossible_numbers_are_refused(option: list[str], message: str, tmp_path: Path) -> None:
    result = run(SCRIPT, tmp_path / "digits", *option, check=False)
    assert result.returncode == 2
    assert message in result.stderr
    assert not (tmp_path / "digits").exists()


def test_train_eval_and_predict_work_on_the_folder(digits: Path, tmp_path: Path) -> None:
    out, errors = tmp_path / "run", tmp_path / "errors.png"
    options = ["--set", f"dataset.folder.path={digits}", "--epochs", 1, "--json"]
    cnntrain = ["-m", "cnntrain"]
    trained = run(*cnntrain, "train", "--config", "rgb-folder.yaml", "--out", out, *options)
    assert json.loads(trained.stdout)["steps"] == 1
    tested = run(*cnntrain, "eval", out, "--errors", errors, "--json")
    result = json.loads(tested.stdout)
    assert (result["dataset"], result["n"]) == ("folder", 20)
    assert np.array(result["confusion"]).sum(axis=1).tolist() == [2] * 10
    with Image.open(errors) as image:
        assert image.format == "PNG"
    picture = next((digits / "test" / "7").iterdir())
    answer = json.loads(run(*cnntrain, "predict", picture, "--model", out, "--json").stdout)
    assert list(answer["scores"]) == CLASSES
    doubts = ["the answer is doubtful: it may be another digit, or none"]  # after one step
    assert answer["warnings"] in ([], doubts)
