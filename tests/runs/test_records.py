import csv
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cnntrain.errors import OutputError
from cnntrain.training.evaluation import Evaluation
from cnntrain.runs.records import Records
from cnntrain.training.loop import BatchDone, EpochDone, Progress

from tests.small import finish, started


def batch(number: int) -> BatchDone:
    return BatchDone(1, number, number, 0.1 + number, 1 / 3, 50)


def epoch(number: int = 1, validation: bool = False) -> EpochDone:
    result = Evaluation(8, 6, 0.1, np.zeros((2, 2), int), np.zeros(8, int))
    return EpochDone(
        epoch=number,
        step=2 * number,
        mse=0.25,
        weighted_mse=0.5,
        train_accuracy=0.75,
        seconds=1.23456,
        images_per_second=81.0,
        test=result,
        validation=result if validation else None,
    )


def records(folder: Path, progress: Progress | None = None) -> Records:
    return Records(folder / "batches.csv", folder / "epochs.csv", progress or Progress())


# CSV files


def test_there_is_a_row_for_every_batch_and_every_epoch(tmp_path: Path) -> None:
    with records(tmp_path) as written:
        for event in (batch(1), batch(2), epoch(), epoch(2, validation=True)):
            written(event)
    assert (tmp_path / "batches.csv").read_text() == (
        "epoch,batch,step,mse,weighted_mse\n"
        "1,1,1,1.1,0.3333333333333333\n"
        "1,2,2,2.1,0.3333333333333333\n"
    )
    assert (tmp_path / "epochs.csv").read_text() == (
        "epoch,step,mse,weighted_mse,train_accuracy,test_accuracy,test_error,validation_accuracy,"
        "seconds,images_per_second\n"
        "1,2,0.25,0.5,0.75,0.75,0.25,,1.235,81\n"
        "2,4,0.25,0.5,0.75,0.75,0.25,0.75,1.235,81\n"
    )


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
    [b"1,2,2", b"1,2", b"\x00\xff\xfe\n", b"1,2,x,4,5\n", b'1,2,"3,4,5\n', b"a" * 200_000, b"\n\n"],
)
def test_what_is_no_row_is_dropped(tmp_path: Path, damage: bytes) -> None:
    with records(tmp_path) as written:
        written(batch(1))
    with (tmp_path / "batches.csv").open("ab") as file:
        file.write(damage)
    with records(tmp_path, Progress(epoch=1, batch=9, step=9)):
        pass
    lines = (tmp_path / "batches.csv").read_text().splitlines()
    assert lines == ["epoch,batch,step,mse,weighted_mse", "1,1,1,1.1,0.3333333333333333"]


def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"file/batches\.csv: cannot be written"):
        records(tmp_path / "file")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's device that is full")
def test_a_full_disk_is_one_clear_error(tmp_path: Path) -> None:
    written = records(tmp_path)
    os.dup2(os.open("/dev/full", os.O_WRONLY), written.files[0].fileno())
    written(batch(1))
    with pytest.raises(OutputError, match=r"batches\.csv: cannot be written: No space left on de"):
        written.flush()
    with pytest.raises(OSError, match="No space left"):
        written.files[0].close()
    written.files[1].close()
