import csv
import os
from pathlib import Path

import numpy as np
import pytest

from cnntrain.errors import OutputError
from cnntrain.runs.records import Records
from cnntrain.show.records import flat_parts
from cnntrain.training.progress import Progress
from tests.events import batch, epoch
from tests.small import finish, resumed, started


def records(folder: Path, progress: Progress | None = None) -> Records:
    return Records(folder / "batches.csv", folder / "epochs.csv", progress or Progress())


# CSV files


def test_there_is_a_row_for_every_batch_and_every_epoch(tmp_path: Path) -> None:
    with records(tmp_path) as written:
        for event in (batch(1), batch(2), epoch(), epoch(2, validation=True)):
            written(event)
    assert (tmp_path / "batches.csv").read_text() == (
        "epoch,batch,step,mse,weighted_mse,rate\n"
        "1,1,1,1.1,0.3333333333333333,0.5\n"
        "1,2,2,2.1,0.3333333333333333,0.5\n"
    )
    assert (tmp_path / "epochs.csv").read_text() == (
        "epoch,step,mse,weighted_mse,train_accuracy,test_accuracy,test_error,validation_accuracy,"
        "seconds,images_per_second\n"
        "1,2,0.25,0.5,0.75,0.75,0.25,,1.235,81\n"
        "2,4,0.25,0.5,0.75,0.75,0.25,0.75,1.235,81\n"
    )


def test_activations_have_columns_which_an_older_run_gets_too(tmp_path: Path) -> None:
    with records(tmp_path) as written:
        written(epoch())
    files = tmp_path / "batches.csv", tmp_path / "epochs.csv"
    with Records(*files, Progress(epoch=2, step=2), ["relu1", "tanh1"]) as written:
        written(epoch(2), {"tanh1": 0.25, "relu1": 0.5})
    with files[1].open(newline="") as file:
        older, newer = csv.DictReader(file)
    assert (older["flat_relu1"], older["flat_tanh1"]) == ("", "")
    assert (newer["flat_relu1"], newer["flat_tanh1"]) == ("0.5", "0.25")
    found = flat_parts(tmp_path)
    assert found is not None
    assert (found.x.tolist(), found.last["relu1"]) == ([1, 2], 0.5)
    assert np.isnan(found.y["relu1"][0])


def test_the_weighted_mse_can_be_recomputed_from_the_mse_column(tmp_path: Path) -> None:
    experiment = started("train.batches=20", "train.epochs=3")
    finish(experiment, tmp_path / "run")
    with (tmp_path / "run" / "batches.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 60
    assert [int(row["step"]) for row in rows] == list(range(1, 61))
    weighted = float(rows[0]["mse"])
    for row in rows:
        weighted = 0.99 * weighted + 0.01 * float(row["mse"])
        assert float(row["weighted_mse"]) == pytest.approx(weighted, rel=1e-12)


def test_a_continued_run_keeps_rows_up_to_where_it_goes_on(tmp_path: Path) -> None:
    with records(tmp_path) as written:
        for event in (batch(1), batch(2), epoch(), batch(3), batch(4), epoch(2)):
            written(event)
    with records(tmp_path, Progress(epoch=2, batch=1, step=3)):
        pass
    assert [line[:5] for line in (tmp_path / "batches.csv").read_text().splitlines()[1:]] == [
        "1,1,1",
        "1,2,2",
        "1,3,3",
    ]
    assert len((tmp_path / "epochs.csv").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    "damage",
    [
        b"1,2,2",
        b"1,2",
        b"\x00\xff\xfe\n",
        b"1,2,x,4,5,6\n",
        b'1,2,"3,4,5,6\n',
        b"a" * 200_000,
        b"\n\n",
    ],
)
def test_what_is_no_row_is_dropped(tmp_path: Path, damage: bytes) -> None:
    with records(tmp_path) as written:
        written(batch(1))
    with (tmp_path / "batches.csv").open("ab") as file:
        file.write(damage)
    with records(tmp_path, Progress(epoch=1, batch=9, step=9)):
        pass
    lines = (tmp_path / "batches.csv").read_text().splitlines()
    assert lines == ["epoch,batch,step,mse,weighted_mse,rate", "1,1,1,1.1,0.3333333333333333,0.5"]


# Other columns


def continued(folder: Path, text: str, progress: Progress) -> list[str]:
    """Return the lines of batches.csv, continued from a text by batch 3."""
    (folder / "batches.csv").write_text(text)
    with records(folder, progress) as written:
        written(batch(3))
    return (folder / "batches.csv").read_text().splitlines()


def test_rows_without_a_column_of_today_are_kept_with_an_empty_cell(tmp_path: Path) -> None:
    before = "step,batch,epoch,mse\n1,1,1,0.5\n2,2,1,0.25\n"
    assert continued(tmp_path, before, Progress(batch=2, step=2)) == [
        "epoch,batch,step,mse,weighted_mse,rate",
        "1,1,1,0.5,,",
        "1,2,2,0.25,,",
        "1,3,3,3.1,0.3333333333333333,0.5",
    ]


def test_columns_that_are_not_todays_are_kept_and_new_rows_leave_them_empty(tmp_path: Path) -> None:
    before = (
        "epoch,norm,batch,step,mse,weighted_mse,rate\n"
        "1,0.1,1,1,5,6,1\n1,0.2,2,2,7,8,1\n1,0.3,3,3,9,9,1\n"
    )
    expected = [
        "epoch,batch,step,mse,weighted_mse,rate,norm",
        "1,1,1,5,6,1,0.1",
        "1,2,2,7,8,1,0.2",
        "1,3,3,3.1,0.3333333333333333,0.5,",
    ]
    progress = Progress(batch=2, step=2)
    assert continued(tmp_path, before, progress) == expected
    text = (tmp_path / "batches.csv").read_text()
    assert continued(tmp_path, text, progress) == expected  # and again


def test_a_run_begun_by_a_version_with_other_columns_is_resumed_without_losing_a_row(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "run"
    finish(started("train.epochs=1"), folder)
    for name in ("batches.csv", "epochs.csv"):
        with (folder / name).open(newline="") as file:
            old = [{**row, "other": str(n)} for n, row in enumerate(csv.DictReader(file))]
        old = [{key: row[key] for key in row if key != "weighted_mse"} for row in old]
        with (folder / name).open("w", newline="") as file:
            writer = csv.DictWriter(file, list(old[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(old)
    finish(resumed(folder / "last.npz", epochs=2), folder)
    with (folder / "batches.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    assert [row["other"] for row in rows] == ["0", "1", "2", "", "", ""]
    assert [row["weighted_mse"] != "" for row in rows] == [False] * 3 + [True] * 3
    with (folder / "epochs.csv").open(newline="") as file:
        assert [(row["epoch"], row["other"]) for row in csv.DictReader(file)] == [
            ("1", "0"),
            ("2", ""),
        ]


def test_a_file_without_its_header_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "batches.csv").write_text("1,1,1,0.5,0.5\n1,2,2,0.5,0.5\n")
    with pytest.raises(
        OutputError, match=r"batches\.csv: found no column 'step' in its first line"
    ):
        records(tmp_path, Progress(batch=2, step=2))
    assert (tmp_path / "batches.csv").read_text() == "1,1,1,0.5,0.5\n1,2,2,0.5,0.5\n"


def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"file/batches\.csv: cannot be written"):
        records(tmp_path / "file")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's device that is full")
def test_a_full_disk_is_one_clear_error(tmp_path: Path) -> None:
    written = records(tmp_path)
    os.dup2(os.open("/dev/full", os.O_WRONLY), written.batches.file.fileno())
    written(batch(1))
    with pytest.raises(OutputError, match=r"batches\.csv: cannot be written: No space left on de"):
        written.flush()
    with pytest.raises(OSError, match="No space left"):
        written.batches.file.close()
    written.epochs.file.close()
