import csv
import json
from pathlib import Path
from typing import Any

import pytest

from cnntrain.errors import DivergedError
from cnntrain.model.trained import load
from cnntrain.runs.experiment import IMAGES_LOOKED_AT
from cnntrain.runs.new_folder import new_run
from cnntrain.runs.session import Session, carry_out
from cnntrain.training.loop import Event
from cnntrain.training.saturation import flat_shares
from cnntrain.training.splits import load_split
from tests.small import started


def carried_out(folder: Path, *overrides: str) -> tuple[dict[str, Any], list[Event], list[str]]:
    """Carry the small experiment out; return its result, its events and the advice given."""
    experiment = started(*overrides)
    events: list[Event] = []
    advice: list[str] = []
    session = Session(
        experiment,
        new_run(experiment.config, folder, experiment.save),
        threads=2,
        command=["cnntrain", "train"],
        say=advice.append,
    )
    result = carry_out(session, events.append)
    return result, events, advice


def test_a_run_directory_has_all_its_files(tmp_path: Path) -> None:
    result, events, _ = carried_out(tmp_path / "run")
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names - {"curves.png"} == {
        *(".lock", "original.yaml", "config.yaml", "run.json", "batches.csv", "epochs.csv"),
        *("last.npz", "best.npz"),
    }
    about = json.loads((tmp_path / "run" / "run.json").read_text())
    assert about["result"] == json.loads(json.dumps(result))
    assert about["ended"] >= about["started"]
    assert len(events) == 8


def test_each_epoch_records_how_far_activations_are_in_their_flat_parts(tmp_path: Path) -> None:
    carried_out(tmp_path / "run")
    with (tmp_path / "run" / "epochs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    model = load(tmp_path / "run" / "last.npz")
    images = load_split(model.config, "train", None).images[:IMAGES_LOOKED_AT]
    shares = flat_shares(model.network, images)
    assert [name for name in rows[0] if name.startswith("flat_")] == ["flat_relu1"]
    assert 0 < shares["relu1"] == pytest.approx(float(rows[-1]["flat_relu1"]), abs=1e-6)


def test_what_the_coach_says_is_said_once_and_changes_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet, _, nothing = carried_out(tmp_path / "a", "train.alpha=1e-9", "train.epochs=4")
    monkeypatch.setattr("cnntrain.training.coach.is_time_to_look", lambda step: True)
    loud, _, advice = carried_out(tmp_path / "b", "train.alpha=1e-9", "train.epochs=4")
    assert nothing == []
    assert [line[:34] for line in advice] == ["hint: step 5: all layers: found cha"[:34]]
    assert loud["weights_sha256"] == quiet["weights_sha256"]
    for name in ("batches.csv", "last.npz"):
        assert (tmp_path / "a" / name).is_file()
    assert (tmp_path / "a" / "batches.csv").read_bytes() == (
        tmp_path / "b" / "batches.csv"
    ).read_bytes()


def test_a_diverged_run_has_no_result_but_an_end(tmp_path: Path) -> None:
    with pytest.raises(DivergedError):
        carried_out(tmp_path / "run", "train.alpha=1e30")
    about = json.loads((tmp_path / "run" / "run.json").read_text())
    assert about["result"] is None
    assert about["ended"]
    assert (tmp_path / "run" / "last.npz").is_file()
