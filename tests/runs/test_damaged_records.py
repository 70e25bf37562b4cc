"""Records that vanished or were damaged: what is missing is said, and no good row is lost."""

import os
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from cnntrain.errors import CheckpointError, OutputError
from cnntrain.runs.new_folder import new_run
from cnntrain.runs.records import Records
from cnntrain.runs.session import Session, carry_out
from cnntrain.training.progress import Progress
from tests.events import batch
from tests.small import finish, interrupt, resumed, started

EPOCHS = "train.epochs=4"  # of 3 mini-batches


@pytest.fixture(autouse=True)
def _no_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    """Save the time that a busy disk takes."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "run"
    finish(started(EPOCHS), folder)
    return folder


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """Return a run that was stopped after epoch 2 and two more mini-batches: after step 8."""
    folder = tmp_path / "run"
    interrupt(started(EPOCHS), folder, after=10)
    (folder / "run.json").write_text('{"seed": 3}')
    return folder


def gone_on(folder: Path, checkpoint: str = "last.npz") -> list[str]:
    """Resume a run to its end; return what was said."""
    said: list[str] = []
    session = Session(resumed(folder / checkpoint), folder, 1, ["cnntrain"], said.append)
    carry_out(session, lambda _: None)
    return [line for line in said if not line.startswith("hint")]


def steps(folder: Path, name: str = "batches.csv") -> list[str]:
    return [line.split(",")[2] for line in (folder / name).read_text().splitlines()[1:]]


def same_rows(folder: Path, whole: Path, *, but: tuple[int, ...] = ()) -> None:
    lines = (whole / "batches.csv").read_text().splitlines(keepends=True)
    kept = [line for number, line in enumerate(lines) if number not in but]
    assert (folder / "batches.csv").read_text() == "".join(kept)


def damage(path: Path, line: int, before: str, after: str) -> None:
    lines = path.read_text().splitlines(keepends=True)
    assert before in lines[line]
    lines[line] = lines[line].replace(before, after, 1)
    path.write_text("".join(lines))


def test_of_whole_records_nothing_is_said(stopped: Path, whole: Path) -> None:
    assert gone_on(stopped) == []
    same_rows(stopped, whole)


def test_a_file_that_vanished_is_missed_and_the_rest_is_recorded(
    stopped: Path, whole: Path
) -> None:
    (stopped / "batches.csv").unlink()
    assert (
        f"{stopped}/batches.csv: found no row of mini-batch 1 to 8. The run goes on as it would "
        "have, and its records without these rows"
    ) in gone_on(stopped)
    same_rows(stopped, whole, but=(1, 2, 3, 4, 5, 6, 7, 8))


@pytest.mark.parametrize("cell", ["0.\x00", "x", ",0_1", ",nan", ",1"])
def test_a_damaged_row_is_missed_and_its_neighbours_are_kept(
    stopped: Path, whole: Path, cell: str
) -> None:
    path = stopped / "batches.csv"
    damage(path, 5, "2,2,5,", f"2,2,5{cell},")
    before = path.read_bytes()
    assert (
        f"{path}: found no row of mini-batch 5, and 1 line that is none; the file as it was is kept "
        "as batches.csv.damaged. The run goes on as it would have, and its records without these rows"
    ) in gone_on(stopped)
    assert (stopped / "batches.csv.damaged").read_bytes() == before
    same_rows(stopped, whole, but=(5,))


def test_a_digit_that_was_changed_is_noticed_and_the_row_is_kept(
    stopped: Path, whole: Path
) -> None:
    path = stopped / "batches.csv"
    mse = path.read_text().splitlines()[4].split(",")[3]
    damage(path, 4, mse, mse[:-3] + ("7" if mse[-3] != "7" else "3") + mse[-2:])
    assert (
        f"{path}: the weighted MSE of mini-batch 4 does not follow from the MSE: a number was "
        "changed after it was written; all rows are kept as they are"
    ) in gone_on(stopped)
    assert steps(stopped) == steps(whole)


def test_rows_in_another_order_and_twice_are_put_in_order(stopped: Path, whole: Path) -> None:
    path = stopped / "batches.csv"
    header, *rows = path.read_text().splitlines(keepends=True)
    path.write_text("".join([header, *reversed(rows), rows[2]]))
    assert not [line for line in gone_on(stopped) if "batches.csv" in line]
    same_rows(stopped, whole)


def test_line_ends_of_windows_are_no_damage(stopped: Path, whole: Path) -> None:
    path = stopped / "batches.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    gone_on(stopped)
    same_rows(stopped, whole)


def test_a_missing_epoch_is_named(stopped: Path, whole: Path) -> None:
    path = stopped / "epochs.csv"
    header, _, second = path.read_text().splitlines(keepends=True)
    path.write_text(header + second)
    assert any(f"{path}: found no row of epoch 1." in line for line in gone_on(stopped))
    assert len(path.read_text().splitlines()) == len((whole / "epochs.csv").read_text().split()) - 1


def test_many_missing_rows_are_counted_not_listed(tmp_path: Path) -> None:
    files = tmp_path / "batches.csv", tmp_path / "epochs.csv"
    with Records(*files) as written:
        for number in range(1, 2001, 2):
            written(batch(number))
    with Records(*files, Progress(step=2000)) as written:
        assert any("mini-batch 2, 4, 6, 8, 10, and 995 more." in note for note in written.notes)


def test_what_else_is_missing_is_said_and_written_anew(stopped: Path, whole: Path) -> None:
    for name in ("config.yaml", "run.json", "best.npz"):
        (stopped / name).unlink()
    said = gone_on(stopped)
    assert [line.partition(":")[0] for line in said] == [
        f"{stopped}/{name}" for name in ("config.yaml", "run.json", "best.npz")
    ]
    assert (stopped / "config.yaml").read_bytes() == (whole / "config.yaml").read_bytes()


@pytest.mark.parametrize(
    ("before", "after"),
    [("alpha: 0.5", "alpha: 5"), ("epochs: 4", "epochs: -5"), ("epochs: 4", "epochs: many")],
)
def test_a_changed_configuration_is_not_used_and_this_is_said(
    stopped: Path, whole: Path, before: str, after: str
) -> None:
    path = stopped / "config.yaml"
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after))
    assert any(
        line.startswith(f"{path}: was changed since the run was begun; a ")
        for line in gone_on(stopped)
    )
    assert path.read_bytes() == (whole / "config.yaml").read_bytes()


def test_without_its_last_checkpoint_a_run_goes_on_from_its_best(
    stopped: Path, whole: Path
) -> None:
    shutil.move(stopped / "last.npz", stopped / "gone")
    assert f"{stopped}/last.npz: is missing; the run goes on from best.npz" in gone_on(
        stopped, "best.npz"
    )
    same_rows(stopped, whole)


def test_a_damaged_checkpoint_leads_to_the_best_one(stopped: Path) -> None:
    (stopped / "last.npz").write_bytes((stopped / "last.npz").read_bytes()[:-100])
    with pytest.raises(CheckpointError) as caught:
        resumed(stopped / "last.npz")
    best = stopped / "best.npz"
    assert str(caught.value).endswith(f", such as {best}, which `--resume {best}` goes on from")
    best.unlink()
    with pytest.raises(CheckpointError, match="that `cnntrain train` wrote$"):
        resumed(stopped / "last.npz")


# While training


def test_a_file_that_is_removed_or_replaced_while_it_is_written_is_written_anew(
    tmp_path: Path,
) -> None:
    files = tmp_path / "batches.csv", tmp_path / "epochs.csv"
    with Records(*files) as written:
        written(batch(1))
        written.flush()
        files[0].unlink()
        written(batch(2))
        written.flush()
        assert steps(tmp_path) == ["1", "2"]
        (tmp_path / "other").write_text("an editor's copy")
        (tmp_path / "other").replace(files[0])
        written(batch(3))
        written.flush()
        written(batch(4))
    assert steps(tmp_path) == ["1", "2", "3", "4"]


@pytest.mark.parametrize("made_again", [True, False])
@pytest.mark.parametrize("parent_too", [True, False])
def test_a_folder_that_is_removed_while_training_ends_it_and_all_is_saved_elsewhere(
    tmp_path: Path, whole: Path, monkeypatch: pytest.MonkeyPatch, made_again: bool, parent_too: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path("runs/small-1")
    experiment = started(EPOCHS)
    session = Session(
        experiment, new_run(experiment.config, None, experiment.save), 1, [], lambda _: None
    )

    def train() -> None:
        with closing(session.events()) as events:
            for number, _ in enumerate(events):
                if number == 5:
                    shutil.rmtree(folder.parent if parent_too else folder)
                    if made_again:
                        folder.mkdir(parents=True)

    with pytest.raises(OutputError) as caught:
        train()
    place = tmp_path if parent_too and not made_again else Path("runs")
    made = place / "small-1-rescued"
    assert str(caught.value) == (
        f"runs/small-1: was removed or renamed while it was being trained; what was learnt is saved in "
        f"{made}. Go on with `cnntrain train --resume {made}`"
    )
    assert folder.exists() == made_again
    gone_on(made)
    same_rows(made, whole)
