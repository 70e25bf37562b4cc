"""The picture of a run's curves is drawn anew after each epoch, while training goes on."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import pytest

from cnntrain.runs.curves import FIRST, KEPT, LOOK, REST, Refresher
from cnntrain.runs.folder import CURVES, EPOCHS
from tests.events import batch, epoch

HANGS = 120  # seconds: longer than any of this takes on a busy machine


class Picture:
    """Stands for a figure: its PNG file says how many epochs were done when it was begun."""

    def __init__(self, text: str) -> None:
        self.text = text

    def savefig(self, file: IO[bytes], format: str) -> None:
        file.write(self.text.encode())


def draw(folder: Path) -> Any:
    return Picture((folder / EPOCHS).read_text())


def draw_when_allowed(folder: Path) -> Any:
    picture = draw(folder)
    (folder / "process").write_text(str(os.getpid()))
    while not (folder / "allowed").exists():
        time.sleep(0.01)
    return picture


def without_matplotlib(folder: Path) -> Any:
    with (folder / "attempts").open("a") as file:
        file.write("x")
    raise ImportError("no such module", name="matplotlib")


class Run:
    """A run whose clock the test sets, and whose epochs are done when it says so."""

    def __init__(self, folder: Path, draws: Any) -> None:
        self.folder, self.now = folder, 0.0
        self.refresh = Refresher(folder, draws, clock=lambda: self.now)

    def ends_epoch(self, number: int) -> None:
        (self.folder / EPOCHS).write_text(f"{number} epochs")
        self.refresh(epoch(number))

    def goes_on(self, seconds: float) -> None:
        self.now += seconds
        self.refresh(batch(1))

    def goes_on_until_there_is(self, name: str, text: str = "") -> None:
        end, path = time.monotonic() + HANGS, self.folder / name
        while not (path.exists() and text in path.read_text()):
            assert time.monotonic() < end, f"{name} with '{text}' is not there"
            time.sleep(0.01)
            self.goes_on(LOOK)

    def goes_on_while_drawing(self) -> None:
        while self.refresh.drawing:
            time.sleep(
                0.01
            )  # the clock is not to run away: what took long is followed by a long rest
            self.goes_on(LOOK)

    def picture(self) -> str:
        return (self.folder / CURVES).read_text()

    @property
    def process(self) -> int | None:
        helper = self.refresh.helper
        return None if helper is None else helper.process.pid


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made = Run(tmp_path, draw)
    with closing(made.refresh):
        yield made


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Run]:
    made = Run(tmp_path, draw_when_allowed)
    with closing(made.refresh):
        yield made


def test_an_epoch_that_ends_late_enough_is_drawn_at_once(run: Run) -> None:
    run.now = 3600
    run.ends_epoch(1)
    run.goes_on_until_there_is(CURVES)
    assert run.picture() == "1 epochs"
    run.now += 3600
    run.ends_epoch(2)
    run.goes_on_until_there_is(CURVES, "2")


def test_training_does_not_wait_for_a_drawing(slow: Run) -> None:
    slow.now = FIRST
    slow.ends_epoch(1)
    for _ in range(100):
        slow.goes_on(LOOK)
    assert not (slow.folder / CURVES).exists()
    (slow.folder / "allowed").touch()
    slow.goes_on_until_there_is(CURVES)


def test_epochs_that_end_during_a_drawing_are_in_the_next(slow: Run) -> None:
    slow.now = FIRST
    slow.ends_epoch(1)
    slow.goes_on_until_there_is("process")
    slow.ends_epoch(2)
    slow.ends_epoch(3)
    (slow.folder / "allowed").touch()
    slow.goes_on_until_there_is(CURVES)
    assert slow.picture() == "1 epochs"
    slow.goes_on_until_there_is(CURVES, "3")


def test_a_run_of_some_seconds_draws_nothing_meanwhile(run: Run) -> None:
    run.now = 0.9 * FIRST
    run.ends_epoch(1)
    assert run.process is None
    run.goes_on(0.1 * FIRST)
    assert run.process is not None


def test_after_a_drawing_there_is_none_for_some_times_as_long(slow: Run) -> None:
    slow.now = FIRST
    slow.ends_epoch(1)
    slow.goes_on(99)
    (slow.folder / "allowed").touch()
    slow.goes_on_until_there_is(CURVES)
    took = slow.now - FIRST
    assert took > 99
    slow.ends_epoch(2)
    slow.goes_on(0.99 * REST * took)
    assert not slow.refresh.drawing
    slow.goes_on(0.02 * REST * took)
    assert slow.refresh.drawing


def test_the_process_ends_where_epochs_are_long(run: Run) -> None:
    run.now = FIRST
    run.ends_epoch(1)
    run.goes_on_until_there_is(CURVES)
    took = run.now - FIRST
    assert run.process is not None
    run.goes_on(REST * took + KEPT + 1)
    assert run.process is None
    run.ends_epoch(2)
    run.goes_on_until_there_is(CURVES, "2")


def test_the_end_of_a_run_ends_a_drawing_and_leaves_nothing_behind(slow: Run) -> None:
    slow.now = FIRST
    slow.ends_epoch(1)
    slow.goes_on_until_there_is("process")
    before = set(slow.folder.iterdir())
    slow.refresh.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int((slow.folder / "process").read_text()), 0)
    assert set(slow.folder.iterdir()) == before


def test_a_process_that_was_killed_is_replaced_after_the_next_epoch(slow: Run) -> None:
    slow.now = FIRST
    slow.ends_epoch(1)
    slow.goes_on_until_there_is("process")
    assert slow.process is not None
    os.kill(slow.process, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
    (slow.folder / "allowed").touch()
    slow.goes_on_while_drawing()
    slow.goes_on(KEPT)
    slow.ends_epoch(2)
    slow.goes_on_until_there_is(CURVES, "2")


def test_without_matplotlib_it_is_tried_once(tmp_path: Path) -> None:
    run = Run(tmp_path, without_matplotlib)
    run.now = FIRST
    run.ends_epoch(1)
    run.goes_on_while_drawing()
    for number in (2, 3, 4):
        run.goes_on(KEPT)
        run.ends_epoch(number)
    assert run.process is None
    assert (tmp_path / "attempts").read_text() == "x"


def test_a_picture_that_cannot_be_written_stops_nothing(run: Run) -> None:
    (run.folder / CURVES).mkdir()
    (run.folder / CURVES / "x").touch()
    run.now = FIRST
    run.ends_epoch(1)
    run.goes_on_while_drawing()
    assert [path.name for path in (run.folder / CURVES).iterdir()] == ["x"]
    assert sorted(path.name for path in run.folder.iterdir()) == [CURVES, EPOCHS]


def test_what_no_other_process_can_be_given_is_not_drawn_meanwhile(tmp_path: Path) -> None:
    run = Run(tmp_path, lambda folder: draw(folder))
    run.now = 3600
    run.ends_epoch(1)
    assert run.process is None
