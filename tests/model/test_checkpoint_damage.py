"""Files that are no checkpoints, or not whole, or not as they were written."""

import contextlib
import io
import json
import pickle
import sys
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnntrain.errors import CheckpointError
from cnntrain.model.checkpoint import VERSION, load_checkpoint
from cnntrain.model.trained import load
from tests.small import resumed, started


@cache
def saved() -> bytes:
    """Return the bytes of a checkpoint of the small network."""
    buffer = io.BytesIO()

    def write(name: str, value: np.ndarray) -> None:
        with archive.open(f"{name}.npy", "w") as file:
            np.save(file, value)

    with zipfile.ZipFile(buffer, "w") as archive:
        for name, value in started().network.state().items():
            write(f"parameters/{name}", value)
        write("about", np.array(json.dumps(about())))
    return buffer.getvalue()


def about(**changes: object) -> dict[str, object]:
    experiment = started()
    values = {
        "format": "cnntrain checkpoint",
        "version": 1,
        "config_name": "small",
        "config_text": experiment.config.text,
        "classes": experiment.splits.train.classes,
        "progress": {"epoch": 1},
        "random_state": dict(experiment.network.rng.bit_generator.state),
        "data_sha256": experiment.data_sha256,
        "limit": None,
    }
    return {key: value for key, value in (values | changes).items() if value is not ...}


def npz(**arrays: object) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]  # wrong on purpose
    return buffer.getvalue()


def npy(value: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, value)
    return buffer.getvalue()


def encrypted() -> bytes:
    """Return a checkpoint whose members claim to be encrypted."""
    content = bytearray(saved())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(signature)
        while start >= 0:
            content[start + offset] |= 1
            start = content.find(signature, start + 1)
    return bytes(content)


FOREIGN: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "it is not a whole .npz file"),
    "text": (lambda: b"dataset: mnist\n", "it is not a whole .npz file"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n", "it is not a whole .npz file"),
    "pickle": (lambda: pickle.dumps({"weights": 1}), "it is not a whole .npz file"),
    "npy": (lambda: npy(np.zeros(3)), "it is not a whole .npz file"),
    "cut by one byte": (lambda: saved()[:-1], "it is not a whole .npz file"),
    "other arrays": (lambda: npz(a=np.zeros(3)), "'about' is missing"),
    "numbers for about": (lambda: npz(about=np.zeros(3)), "`about` is no text"),
    "no JSON": (lambda: npz(about=np.array("nonsense")), "Expecting value"),
    "a list": (lambda: npz(about=np.array("[]")), "indices must be"),
    "no format": (lambda: npz(about=np.array("{}")), "'format' is missing"),
    "objects": (lambda: npz(about=np.array([{}], object)), "allow_pickle=False"),
    "another program's": (
        lambda: npz(about=np.array(json.dumps(about(format="keras")))),
        "its format is 'keras'",
    ),
    "no number of a version": (
        lambda: npz(about=np.array(json.dumps(about(version="1")))),
        "its version is '1'",
    ),
    "a version below 1": (
        lambda: npz(about=np.array(json.dumps(about(version=0)))),
        "its version is 0",
    ),
    "encrypted": (encrypted, "encrypted"),
}


@pytest.mark.parametrize(("content", "reason"), FOREIGN.values(), ids=FOREIGN)
def test_a_foreign_file_is_refused(
    content: Callable[[], bytes], reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.npz"
    path.write_bytes(content())
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(path)
    start, _, rest = str(caught.value).partition(" (")
    assert start == f"{path}: is not a checkpoint of cnntrain, or is damaged"
    assert reason in rest
    assert rest.endswith("; give a run folder, or a .npz file that `cnntrain train` wrote")


def test_a_file_that_cannot_be_read_is_not_called_damaged(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}: cannot be read: Is a directory; check that")


@pytest.mark.parametrize("order", "<>")
def test_letters_that_do_not_exist_are_refused(tmp_path: Path, order: str) -> None:
    text = json.dumps(about())
    whole = np.array(text).astype(f"{order}U{len(text)}")
    points = whole.reshape(1).view(f"{order}u4").copy()
    points[text.index("dataset")] = sys.maxunicode + 1
    weights = {f"parameters/{name}": v for name, v in started().network.state().items()}
    path = tmp_path / "x.npz"
    path.write_bytes(npz(about=whole, **weights))
    assert load_checkpoint(path).config_name == "small"
    path.write_bytes(npz(about=points.view(whole.dtype).reshape(()), **weights))
    with pytest.raises(CheckpointError, match="`about` has characters that do not exist"):
        load_checkpoint(path)


def test_a_newer_version_is_named_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    path.write_bytes(npz(about=np.array(json.dumps(about(version=VERSION + 1)))))
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(path)
    assert str(caught.value) == (
        f"{path}: is a checkpoint of format version {VERSION + 1}, which a newer cnntrain wrote; this one reads "
        f"versions 1 to {VERSION}. Update cnntrain, or train again"
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"config_text": 5}, "Expected `str`, got `int` - at `$.config_text`"),
        ({"config_text": ...}, "missing required field `config_text`"),
        ({"config_text": "network: 3"}, "its configuration is not valid here: small.yaml:1: dat"),
        ({"classes": 5}, "Expected `array`, got `int` - at `$.classes`"),
        ({"classes": [1]}, "Expected `str`, got `int` - at `$.classes[0]`"),
        ({"progress": {"epoch": "x"}}, "Expected `int`, got `str` - at `$.progress.epoch`"),
        ({"progress": None}, "Expected `object`, got `null` - at `$.progress`"),
        ({"random_state": {}}, "its random_state is not valid: state must be for a PCG64 RNG"),
        (
            {"random_state": {"bit_generator": "PCG64"}},
            "its random_state is not valid: 'state'; the f",
        ),
        ({"limit": "all"}, "Expected `int | null`, got `str` - at `$.limit`"),
    ],
)
def test_a_changed_fact_is_refused(changes: dict[str, object], reason: str, tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    parameters = {f"parameters/{k}": v for k, v in started().network.state().items()}
    path.write_bytes(npz(about=np.array(json.dumps(about(**changes))), **parameters))
    with pytest.raises(CheckpointError) as caught:
        resumed(path)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("conv1.bias", np.zeros(3, np.float32), "conv1.bias: found 3 numbers, expected 2 numbers"),
        ("conv1.bias", np.array(["a", "b"]), "conv1.bias: found none, expected 2 numbers"),
        ("conv1.bias", None, "conv1.bias: found none, expected 2 numbers"),
        ("dense9.bias", np.zeros(2), "dense9.bias: found 2 numbers, expected none"),
    ],
)
def test_changed_parameters_are_refused(
    name: str, value: np.ndarray | None, complaint: str, tmp_path: Path
) -> None:
    experiment = started()
    state = experiment.network.state() | {name: value}
    state = {key: array for key, array in state.items() if array is not None}
    experiment.network.state = lambda: state  # type: ignore[assignment,method-assign,return-value]
    experiment.save(tmp_path / "x.npz")
    with pytest.raises(CheckpointError) as caught:
        load(tmp_path / "x.npz")
    assert str(caught.value) == (
        f"{tmp_path / 'x.npz'}: {complaint}; the file was changed, train again"
    )


@pytest.mark.parametrize(("name", "number"), [("epoch", -5), ("epoch", 0), ("step", -5)])
def test_progress_that_no_run_makes_is_refused(tmp_path: Path, name: str, number: float) -> None:
    experiment = started()
    setattr(experiment.progress, name, number)
    experiment.save(tmp_path / "x.npz")
    with pytest.raises(CheckpointError, match=rf"is damaged \(progress.{name} is {number}\)"):
        load_checkpoint(tmp_path / "x.npz")


MANY = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PLACE = st.floats(0, 1, exclude_max=True)  # in the file


@MANY
@given(place=PLACE)
def test_a_checkpoint_truncated_anywhere_is_refused(place: float, tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_bytes(saved()[: int(place * len(saved()))])
    with pytest.raises(CheckpointError):
        load_checkpoint(tmp_path / "x.npz")


@MANY
@pytest.mark.filterwarnings("ignore:Duplicate name", "ignore:Reading `.npy` or `.npz` file")
@given(changes=st.lists(st.tuples(PLACE, st.integers(0, 255)), min_size=1, max_size=3))
def test_a_checkpoint_with_changed_bytes_is_loaded_or_refused(
    changes: list[tuple[float, int]], tmp_path: Path
) -> None:
    content = bytearray(saved())
    for place, byte in changes:
        content[int(place * len(content))] = byte
    (tmp_path / "x.npz").write_bytes(content)
    with contextlib.suppress(CheckpointError):
        load(tmp_path / "x.npz")
