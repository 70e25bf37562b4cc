"""scripts/measure_pictures prints a table for each kind of picture."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from cnntrain.data.handwriting.write import synthetic
from cnntrain.system.shipped import shipped_model
from tests.readme import ROOT

SCRIPT = ROOT / "scripts" / "measure_pictures"


def tables(*arguments: str) -> str:
    """Return what the script prints about the network that comes with cnntrain."""
    command = [sys.executable, str(SCRIPT), str(shipped_model()), "--processes", "1", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_plain_blank_pages_are_read_as_blank() -> None:
    assert "| plain | 2 | 2 |" in tables("--section", "blanks", "--only", "plain", "--count", "10")


@pytest.mark.mnist
def test_digits_in_a_plain_disguise_are_read_as_the_raw_ones(mnist_root: Path) -> None:
    data = ("--data-dir", str(mnist_root))
    text = tables("--section", "disguises", "--only", "dark on white", "--count", "10", *data)
    assert "| dark on white | 1.000 | 0 |" in text


@pytest.mark.mnist
def test_rows_are_measured_by_length_and_by_touching(mnist_root: Path) -> None:
    text = tables("--section", "rows", "--count", "1", "--data-dir", str(mnist_root))
    assert re.findall(r"^ +(\d) +(yes|no) ", text, re.MULTILINE) == [
        *(("2", "no"), ("4", "no"), ("8", "no")),
        *(("2", "yes"), ("4", "yes"), ("8", "yes")),
    ]


@pytest.mark.mnist
def test_the_speed_of_the_command_is_measured_by_kind_of_picture(mnist_root: Path) -> None:
    text = tables("--section", "speed", "--count", "1", "--data-dir", str(mnist_root))
    kinds = re.findall(r"^\| (\w.*) \| 10 \| [1-9]\d* \| [\d.]+ \|$", text, re.MULTILINE)
    assert kinds == ["28x28", "photos of 160x120"]


def test_what_is_no_digit_is_doubted_at_a_price(tmp_path: Path) -> None:
    digits = synthetic("test", count=10, seed=5)
    lines = ["path,label,source"]
    for number, (pixels, label) in enumerate(zip(digits.images[:, 0], digits.labels, strict=True)):
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
        lines.append(f"{number}.png,{label},me")
    (tmp_path / "index.csv").write_text("\n".join(lines) + "\n")
    arguments = ("--section", "sources", "--section", "others", "--only", "disc", "--count", "4")
    text = tables(*arguments, "--digits", str(tmp_path))
    assert "| me | 10 | 100.0% | 0 | 0.0% |" in text
    assert "| disc | 1 | 1 | 0 | 0 |" in text
    assert "| digits doubted | below | wrong answers | drawings |" in text
    assert text.count(" | 0 of 0 | 100.0% |") == 6
