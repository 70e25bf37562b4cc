"""What Pillow and its libraries say of damaged pictures: none of it reaches the user's terminal."""

import io
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnntrain.system.streams import unheard
from tests.cli.conftest import Cnntrain

SAMPLES_PER_PIXEL = 277


def tiff() -> bytes:
    file = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    Image.fromarray(noise).save(file, "TIFF", compression="tiff_adobe_deflate")
    return file.getvalue()


def test_damaged_pictures_get_one_line_each(process: Cnntrain, here: Path) -> None:
    whole = tiff()
    strip = whole.index(b"\x78\x9c")  # where zlib's data begin
    (here / "strip.tif").write_bytes(whole[: strip + 90] + b"\xff" * 9 + whole[strip + 99 :])
    entry = SAMPLES_PER_PIXEL.to_bytes(2, "little") + b"\x03\x00\x01\x00\x00\x00"
    at = whole.index(entry) + len(entry)
    (here / "samples.tif").write_bytes(whole[:at] + b"\x40\x00" + whole[at + 2 :])
    done = process("predict", "strip.tif", "samples.tif")
    assert done.returncode == 1
    model, *complaints = done.stderr.splitlines()
    assert model.startswith("model: ")
    assert [line.partition(" (")[0].partition(";")[0] for line in complaints] == [
        "Error: strip.tif: a damaged file",
        "Error: samples.tif: not an image that Pillow can read",
    ]


def test_stderr_is_heard_again_afterwards(capfd: pytest.CaptureFixture[str]) -> None:
    os.write(2, b"before ")
    with unheard():
        os.write(2, b"meanwhile ")
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"


def test_two_threads_that_silence_stderr_at_once_give_it_back() -> None:
    before = os.fstat(2)
    inside, leave = threading.Event(), threading.Event()

    def silence() -> None:
        with unheard():
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=silence)
    with unheard():
        thread.start()
        inside.wait(0.1)
    leave.set()
    thread.join()
    assert os.path.samestat(before, os.fstat(2))
