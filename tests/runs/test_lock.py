"""One process at a time trains in a run folder; others read there."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from cnntrain.errors import BusyError, CheckpointError
from cnntrain.runs.lock import is_training, refuse_while_training, training_in
from cnntrain.runs.new_folder import new_run
from cnntrain.runs.provenance import state_of
from cnntrain.runs.run import reopen
from cnntrain.runs.session import Session, carry_out
from tests.small import interrupt, resumed, started

HOLDER = """
import sys
from cnntrain.runs.lock import training_in
from pathlib import Path
with training_in(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def session(folder: Path, again: bool = False) -> Session:
    experiment = resumed(folder / "last.npz") if again else started()
    if not again:
        new_run(experiment.config, folder, experiment.save)
    return Session(experiment, folder, 1, ["cnntrain", "train"], lambda _: None)


def test_a_second_training_in_a_folder_is_refused_and_touches_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    events = session(folder).events()
    next(events)
    before = contents(folder)
    with pytest.raises(BusyError) as caught:
        reopen(folder, data_dir=None, fetch=lambda *_: None)
    started_at = json.loads((folder / "run.json").read_text())["started"]
    assert str(caught.value) == (
        f"{folder}: is being trained by another program (process {os.getpid()} on "
        f"{platform.node()}, since {started_at}); expected nobody else there, so nothing was "
        f"changed. Wait for it, or stop it; `cnntrain eval {folder}` may read beside it"
    )
    with pytest.raises(BusyError):
        next(session(folder, again=True).events())
    assert contents(folder) == before
    assert state_of(folder) == "running"
    events.close()
    assert state_of(folder) == "stopped"
    assert not is_training(folder)


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert is_training(tmp_path)
        process.kill()
        process.wait()
    refuse_while_training(tmp_path)


def test_a_killed_run_is_said_to_be_stopped_not_to_be_running(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"started": "2026-01-01T00:00:00+00:00"}')
    assert state_of(tmp_path) == "running"  # perhaps: there is no lock to ask
    with training_in(tmp_path):
        assert state_of(tmp_path) == "running"
    assert state_of(tmp_path) == "stopped"


def test_a_run_that_another_program_has_trained_further_is_not_trained_from_the_old_state(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "run"
    interrupt(started(), folder, after=2)
    late = session(folder, again=True)
    carry_out(session(folder, again=True), lambda _: None)
    before = contents(folder)
    with pytest.raises(CheckpointError, match="another program has trained this run further since"):
        next(late.events())
    assert contents(folder) == before


def test_where_nothing_can_be_locked_training_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(95, "Operation not supported")

    folder = tmp_path / "run"
    prepared = session(folder)
    (folder / ".last.npz.abcdefgh").write_text("perhaps somebody's")
    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    assert carry_out(prepared, lambda _: None)["epochs"] == 2
    assert (folder / ".last.npz.abcdefgh").exists()


def test_what_a_killed_process_left_while_saving_is_removed_by_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    interrupt(started(), folder, after=2)
    left = [".last.npz.abc_d3f9", ".curves.png.00000000", ".run.json.zzzzzzzz"]
    others = [".last.npz.mine", "last.npz.abcdefgh", ".notes.txt.abcdefgh"]
    for name in left + others:
        (folder / name).write_text("half")
    carry_out(session(folder, again=True), lambda _: None)
    names = contents(folder).keys()
    assert not names & set(left)
    assert names >= set(others)
