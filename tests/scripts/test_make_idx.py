"""`scripts/make_idx` writes data sets that the source `idx` reads."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from cnntrain.config import parse_config
from tests.readme import ROOT

TEXT = "dataset: {idx: %s}\nnetwork: [dense: 10]\ntrain: {alpha: 1}\n"


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "make_idx", *arguments, folder],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_data_set_is_written_and_read_and_again_the_same(tmp_path: Path) -> None:
    done = [make(tmp_path / name, "60000", "--drawn", "40") for name in ("a", "b")]
    assert [each.returncode for each in done] == [0, 0], done[0].stderr
    assert done[0].stdout.startswith(f"{tmp_path}/a: 70,000 images in ")
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
    source = parse_config(TEXT % (tmp_path / "a"), "x.yaml").dataset
    train, test = source.load("train", None), source.load("test", None)
    assert train.images.shape == (60_000, 1, 28, 28)
    assert len(test) == 10_000
    assert np.bincount(train.labels).min() > 5_000  # of 10 classes, among 40 digits in two blocks
    assert len({image.tobytes() for image in train.images[:1000]}) > 990
    assert train.images.mean() > 20
    assert (train.images.reshape(60_000, -1).max(axis=1) > 100).all()


def test_too_few_images_are_refused(tmp_path: Path) -> None:
    done = make(tmp_path / "a", "1")
    assert done.returncode == 2
    assert "expected 2 images or more" in done.stderr
