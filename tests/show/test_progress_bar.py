import io
import sys
from collections.abc import Callable

import pytest

from cnntrain.show.progress_bar import Bar
from tests.events import batch, epoch


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Callable[[io.StringIO], Bar]:
    def bar(stream: io.StringIO | None) -> Bar:
        monkeypatch.setattr(sys, "stderr", stream)
        return Bar(batches=2, epochs=3, loss="mse")

    return bar


LINE = "epoch 1/3  mse 0.2500  weighted 0.5000  error: train 25.00%, test 25.00%  1.2 s\n"


def test_without_a_terminal_there_is_one_line_per_epoch(
    shown: Callable[[io.StringIO], Bar],
) -> None:
    stream = io.StringIO()
    bar = shown(stream)
    for event in (batch(1), batch(2), epoch()):
        bar(event)
    bar.close()
    assert stream.getvalue() == LINE


def test_the_line_tells_the_validation_error_where_there_is_one(
    shown: Callable[[io.StringIO], Bar],
) -> None:
    assert " validation 25.00%, test 25.00%" in shown(io.StringIO()).line(epoch(validation=True))


@pytest.mark.parametrize("disabled", ["", "1"])
def test_a_terminal_shows_a_bar_with_mse_weighted_mse_and_speed(
    shown: Callable[[io.StringIO], Bar], disabled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if disabled:
        monkeypatch.setenv("TQDM_DISABLE", disabled)
    stream = Terminal()
    bar = shown(stream)
    for event in (batch(1), batch(2), epoch()):
        bar(event)
    assert "epoch 1/3" in stream.getvalue()
    assert "0/2" in stream.getvalue()
    assert stream.getvalue().endswith(LINE)


def test_a_closed_stderr_is_no_reason_to_fail(
    shown: Callable[[io.StringIO | None], Bar], capsys: pytest.CaptureFixture[str]
) -> None:
    bar = shown(None)
    for event in (batch(1), epoch()):
        bar(event)
    assert capsys.readouterr().out == ""
