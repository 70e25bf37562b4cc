"""`cnntrain data`: what users see of their data before they train."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Cnntrain
from tests.data.idx_files import contents, idx, images, write


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Return a folder of IDX files in which a test image is a training image, and one is blank."""
    train, test = images(12), images(6, 1)
    train[5], test[1] = 0, train[2]
    changed = {"train-images-idx3-ubyte": idx(train), "t10k-images-idx3-ubyte": idx(test)}
    write(tmp_path / "own", contents() | changed | {"classes.txt": b"ant\nbee\ncat"})
    return tmp_path / "own"


def test_a_folder_is_recognised_and_told_as_tables(cnntrain: Cnntrain, own: Path) -> None:
    done = cnntrain("data", str(own), "--sheet", str(own / "sheet.png"))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == f"{own}: format, counts and labels verified"
    assert lines[1] == "5×4 pixels, 1 channel, 3 classes"
    assert [line.split() for line in lines if line.strip().startswith(("images ", "bee"))] == [
        ["images", "12", "6"],
        ["images", "left", "out", "0", "0"],
        ["bee", "4", "2"],
    ]
    assert lines[-2:] == [
        "training images of one value: 1 (5)",
        "test images that are training images: 1, with another class there 1 (1 is 2)",
    ]
    assert done.stderr == f"wrote {own / 'sheet.png'}\n"
    with Image.open(own / "sheet.png") as sheet:
        pixels = np.asarray(sheet.convert("L"))
    assert pixels.shape[0] > 3 * 56
    assert len(np.unique(pixels)) > 100


def test_a_folder_that_holds_nothing_but_the_data_sets_is_as_good(
    cnntrain: Cnntrain, tmp_path: Path, own: Path
) -> None:
    (tmp_path / "outer" / "MNIST").mkdir(parents=True)
    own.rename(tmp_path / "outer" / "MNIST" / "raw")  # as torchvision keeps it
    done = cnntrain("data", str(tmp_path / "outer"))
    assert done.returncode == 0, done.stderr
    assert "5×4 pixels, 1 channel, 3 classes" in done.stdout


def test_the_same_as_json(cnntrain: Cnntrain, own: Path) -> None:
    found = json.loads(cnntrain("data", f"idx: {{path: {own}, size: [5, 4]}}", "--json").stdout)
    assert found["dataset"] == "idx"
    assert found["shape"] == [1, 5, 4]
    assert found["train"]["per_class"] == [4, 4, 4]
    assert found["in_both"] == 1
    assert found["first_in_both"] == [[1, 2]]
    assert len(found["unusual"]) == 2


def test_damaged_pictures_are_named_or_refused(cnntrain: Cnntrain, tmp_path: Path) -> None:
    for label in ("a", "b"):
        for number in range(6):
            path = tmp_path / "scans" / label / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("L", (30, 30), 20 * number + 5).save(path)
    (tmp_path / "scans" / "a" / "3.png").write_bytes(b"cut off")
    done = cnntrain("data", str(tmp_path / "scans"))
    assert done.returncode == 0, done.stderr
    assert f"{tmp_path}/scans/a/3.png: not an image that Pillow can read" in done.stdout
    refused = cnntrain("data", str(tmp_path / "scans"), "--strict")
    assert refused.returncode == 1
    assert "3.png: not an image" in refused.stderr
    note = f"left out 1 picture that cannot be read: {tmp_path}/scans/a/3.png: not an image"
    (tmp_path / "x.yaml").write_text(
        f"dataset: {{folder: {tmp_path}/scans}}\nnetwork: [dense: 2]\n"
        "train: {batchsize: 2, alpha: 0.1}\n"
    )
    out = str(tmp_path / "run")
    trained = cnntrain("train", "--config", str(tmp_path / "x.yaml"), "--out", out)
    assert (trained.returncode, note in trained.stderr) == (0, True), trained.stderr
    tested = [cnntrain("eval", out, "--split", split).stderr for split in ("train", "test")]
    assert sum(note in text for text in tested) == 1
    options = ("--config", str(tmp_path / "x.yaml"), "--out", f"{out}-2", "--strict")
    for find_rate in ([], ["--find-rate"]):
        refused = cnntrain("train", *options, *find_rate)
        assert (refused.returncode, "3.png: not an image" in refused.stderr) == (1, True)
    (tmp_path / "scans" / "a" / "3.png").unlink()
    assert cnntrain("train", *options).returncode == 0
    assert "strict: true" in (tmp_path / "run-2" / "config.yaml").read_text()


def test_strictness_is_for_folders(cnntrain: Cnntrain) -> None:
    done = cnntrain("train", "tiny", "--strict")
    assert done.returncode == 2
    assert "--strict: found the data set synthetic, expected a folder of pictures" in done.stderr


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("mnits", "did you mean 'mnist'?"),
        (
            "scans/nosuch",
            "scans/nosuch: no such file or folder, expected a data set's name, a folder",
        ),
        (
            "nosuch.csv",
            "nosuch.csv: no such file or folder, expected a data set's name, a folder of",
        ),
        (
            "packed.csv.gz",
            "packed.csv.gz: found CSV packed with gzip, expected it unpacked; unpack",
        ),
        ("packed", "packed/train.csv.gz: found CSV packed with gzip, expected it unpacked; unpack"),
        ("./nosuch", "Error: nosuch: no such file or folder"),
        ("README.md", "neither .npz nor .csv, expected a folder of IDX files or pictures"),
    ],
)
def test_what_is_no_data_is_refused(
    cnntrain: Cnntrain, tmp_path: Path, name: str, complaint: str
) -> None:
    (tmp_path / "packed").mkdir()
    for file in ("README.md", "packed.csv.gz", "packed/train.csv.gz"):
        (tmp_path / file).write_text("...")
    there = (tmp_path / name).exists()
    done = cnntrain("data", str(tmp_path / name) if there else name)
    assert done.returncode == 2
    assert complaint in done.stderr
