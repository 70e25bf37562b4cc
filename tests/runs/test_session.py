import json
from pathlib import Path
from typing import Any

import pytest

from cnntrain.errors import DivergedError
from cnntrain.runs.folder import new_run
from cnntrain.runs.session import Session, carry_out
from cnntrain.training.loop import EpochDone, Event
from tests.small import started


def carried_out(folder: Path, *overrides: str) -> tuple[dict[str, Any], list[Event], list[str]]:
    """Carry the small experiment out; return its result, its events and the advice given."""
    experiment = started(*overrides)
    events: list[Event] = []
    advice: list[str] = []
    session = Session(
        experiment,
        new_run(experiment.config, folder),
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
        *("config.yaml", "run.json", "batches.csv", "epochs.csv", "last.npz", "best.npz")
    }
    about = json.loads((tmp_path / "run" / "run.json").read_text())
    assert about["result"] == json.loads(json.dumps(result))
    assert about["ended"] >= about["started"]
    assert len(events) == 8


def test_the_hint_is_given_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnntrain.runs.about.ENOUGH_UPDATES", 1)
    monkeypatch.setattr("cnntrain.runs.about.AS_GOOD_AS_GUESSING", 0.3)
    _, events, advice = carried_out(tmp_path / "run", "train.alpha=1e-6", "train.epochs=3")
    assert len([event for event in events if isinstance(event, EpochDone)]) == 3
    assert len(advice) == 1


def test_a_diverged_run_has_no_result_but_an_end(tmp_path: Path) -> None:
    with pytest.raises(DivergedError):
        carried_out(tmp_path / "run", "train.alpha=1e30")
    about = json.loads((tmp_path / "run" / "run.json").read_text())
    assert about["result"] is None
    assert about["ended"]
    assert (tmp_path / "run" / "last.npz").is_file()
