"""Checkpoints that are whole, and whose content would do harm."""

import io
import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from cnntrain.errors import CheckpointError
from cnntrain.model.checkpoint import load_checkpoint
from cnntrain.model.trained import load
from tests.model.test_checkpoint_damage import about, saved


def changed(**arrays: np.ndarray) -> bytes:
    """Return the checkpoint of the small network with other arrays."""
    buffer = io.BytesIO()
    with np.load(io.BytesIO(saved())) as archive:
        np.savez(buffer, **{**{name: archive[name] for name in archive.files}, **arrays})
    return buffer.getvalue()


def first_weights() -> tuple[str, np.ndarray]:
    with np.load(io.BytesIO(saved())) as archive:
        name = next(name for name in archive.files if name.startswith("parameters/"))
        return name, archive[name]


@pytest.mark.parametrize(
    ("value", "dtype", "found"),
    [
        (np.nan, "f4", "found nan at position 1, expected finite numbers of float32"),
        (np.inf, "f4", "found inf at position 1"),
        (-np.inf, "f8", "found -inf at position 1"),
        (1e300, "f8", r"found 1e\+300 at position 1"),
    ],
)
def test_weights_that_are_no_numbers_are_refused(
    tmp_path: Path, value: float, dtype: str, found: str
) -> None:
    name, weights = first_weights()
    weights = weights.astype(dtype)
    weights.flat[1] = value
    (tmp_path / "x.npz").write_bytes(changed(**{name: weights}))
    with pytest.raises(CheckpointError, match=rf"x\.npz: {name.partition('/')[2]}: {found}"):
        load(tmp_path / "x.npz")


def test_a_file_that_unpacks_to_much_more_than_itself_is_refused(tmp_path: Path) -> None:
    header = {"descr": "<f4", "fortran_order": False, "shape": (20_000_000,)}
    with (
        zipfile.ZipFile(tmp_path / "x.npz", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("about.npy", "w", force_zip64=True) as file,
    ):
        np.lib.format.write_array_header_1_0(file, header)
        for _ in range(80):
            file.write(bytes(1_000_000))
    with pytest.raises(
        CheckpointError, match="it unpacks to 80,000,128 bytes, expected at most 64,0"
    ):
        load_checkpoint(tmp_path / "x.npz")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"format": "\x1b[2J" + "x" * 100_000}, r"its format is '\\x1b\[2Jx"),
        ({"version": "\ud800"}, r"its version is '\\ud800'"),
        ({"classes": ["a" * 1000, "b"]}, r"a name has 1,000 characters: aaa"),
        ({"config_name": "a" * 1000}, r"a name has 1,000 characters: aaa"),
        ({"progress": {"epoch": 10**300}}, r"progress.epoch is 1000"),
        ({"progress": {"epoch": 1, "weighted": np.nan}}, r"progress.weighted is nan"),
    ],
)
def test_what_a_file_says_of_itself_is_shown_short_and_harmless(
    tmp_path: Path, changes: dict[str, object], found: str
) -> None:
    text = np.array(json.dumps(about(**changes)))
    (tmp_path / "x.npz").write_bytes(changed(about=text))
    with pytest.raises(CheckpointError, match=found) as raised:
        load_checkpoint(tmp_path / "x.npz")
    assert len(str(raised.value)) < 500
    assert str(raised.value).isprintable()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")
def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "last.npz")
    with pytest.raises(CheckpointError, match=r"last\.npz: cannot be read: it is a FIFO, expected"):
        load_checkpoint(tmp_path / "last.npz")


def test_weights_that_overflow_later_get_no_answer(tmp_path: Path) -> None:
    name, weights = first_weights()
    path = tmp_path / "last.npz"
    path.write_bytes(changed(**{name: np.full_like(weights, 3e38)}))
    model = load(path)
    images = np.full((2, *model.config.dataset.shape), 255, np.uint8)
    message = "infinite or undefined, to 2 of 2 images, expected finite ones"
    with np.errstate(all="ignore"), pytest.raises(CheckpointError, match=message):
        model.predict(images)
    with pytest.raises(CheckpointError, match="infinite or undefined"):
        model.evaluate()
