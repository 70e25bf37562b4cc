"""A changed run.json: what a run writes there is read, and the rest is as if it were not there."""

import json
from pathlib import Path
from typing import Any

import pytest

from cnntrain.runs.folder import read_about
from cnntrain.runs.recorded import recorded

RESULT: dict[str, Any] = {"epochs": 2, "seconds": 1.5, "test_accuracy": 0.9, "weights_sha256": "a"}
WHOLE: dict[str, Any] = {
    "config": "x",
    "started": "2026",
    "seed": 3,
    "limit": None,
    "with": {"file": "a.py", "sha256": "0"},
    "resumed": [{"command": ["cnntrain"], "started": "2027"}],
    "result": RESULT,
}


def test_what_a_run_writes_is_read() -> None:
    assert recorded(WHOLE) == WHOLE


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("config", 3), ("started", ["2026"]), ("seed", "3"), ("limit", True), ("with", {})),
        *(("resumed", None), ("resumed", [{}]), ("result", [1]), ("unknown", 1)),
    ],
)
def test_what_is_of_another_kind_is_left_out_alone(key: str, value: object) -> None:
    others = {name: WHOLE[name] for name in WHOLE if name != key}
    assert recorded({**WHOLE, key: value}) == others


def test_a_value_of_another_kind_is_left_out_of_the_result_alone() -> None:
    assert recorded({"result": {**RESULT, "seconds": [], "epochs": None}}) == {
        "result": {"test_accuracy": 0.9, "weights_sha256": "a"}
    }


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "9" * 400])
def test_a_number_that_is_none_is_left_out(tmp_path: Path, number: str) -> None:
    text = json.dumps({"config": "x", "result": {"test_accuracy": 7}}).replace("7", number)
    (tmp_path / "run.json").write_text(text)
    assert read_about(tmp_path) == {"config": "x", "result": {"test_accuracy": None}}


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5_000, "[1]", '"x"', "{", ""])
def test_what_is_no_object_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text)
    assert read_about(tmp_path) == {}
