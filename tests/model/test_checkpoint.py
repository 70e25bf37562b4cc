import json
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest

from cnntrain.errors import CheckpointError, OutputError
from cnntrain.model.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from cnntrain.system import files
from cnntrain.training.progress import Progress


def checkpoint(**changes: Any) -> Checkpoint:
    values: dict[str, Any] = {
        "parameters": {"a.weights": np.arange(6, dtype=np.float32).reshape(2, 3)},
        "update": {"velocity/a.weights": np.ones((2, 3), np.float32)},
        "config_name": "ü",
        "config_text": "text: ß",
        "classes": ("a", "b"),
        "progress": Progress(epoch=2, batch=3, weighted=0.1, best=0.5),
        "random_state": dict(np.random.default_rng(1).bit_generator.state),
        "data_sha256": "0",
        "limit": 5,
    }
    return Checkpoint(**values | changes)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    before = checkpoint()
    save_checkpoint(tmp_path / "x.npz", before)
    after = load_checkpoint(tmp_path / "x.npz")
    np.testing.assert_array_equal(after.parameters["a.weights"], before.parameters["a.weights"])
    assert after.parameters["a.weights"].dtype == np.float32
    for name in ("config_name", "config_text", "classes", "progress", "random_state", "limit"):
        assert getattr(after, name) == getattr(before, name)


def test_a_checkpoint_has_no_pickles_and_its_about_is_json(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "x.npz", checkpoint())
    with np.load(tmp_path / "x.npz", allow_pickle=False) as file:
        assert set(file.files) == {*("about", "parameters/a.weights", "update/velocity/a.weights")}
        assert json.loads(str(file["about"]))["classes"] == ["a", "b"]


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="No such file or directory"):
        load_checkpoint(tmp_path / "x.npz")
    with pytest.raises(CheckpointError, match="Is a directory"):
        load_checkpoint(tmp_path)


def test_a_crash_while_saving_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.npz"
    save_checkpoint(path, checkpoint())
    before = path.read_bytes()

    def crash(file: IO[bytes]) -> None:
        file.truncate(100)
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "sync", crash)
    with pytest.raises(KeyboardInterrupt):
        save_checkpoint(path, checkpoint(limit=9))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: IO[bytes]) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "sync", full)
    with pytest.raises(OutputError, match=r"x\.npz: cannot be written: No space left on device; c"):
        save_checkpoint(tmp_path / "x.npz", checkpoint())
    assert list(tmp_path.iterdir()) == []
