import io
import sys
from collections.abc import Callable

import pytest

from cnntrain.show.progress_bar import Bar
from cnntrain.training.loop import BatchDone
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


def test_a_dumb_terminal_gets_lines(
    shown: Callable[[io.StringIO], Bar], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    bar = shown(stream)
    for event in (batch(1), batch(2), epoch()):
        bar(event)
    assert stream.getvalue() == LINE


@pytest.mark.parametrize(
    ("columns", "figures"),
    [(40, "mse 0.1234"), (60, "mse 0.1234 weighted 0.2345"), (80, "mse 0.1234 weighted 0.2345")],
)
def test_the_bar_keeps_the_loss_in_a_narrow_terminal(
    shown: Callable[[io.StringIO], Bar],
    monkeypatch: pytest.MonkeyPatch,
    columns: int,
    figures: str,
) -> None:
    bar = shown(Terminal())
    monkeypatch.setattr("cnntrain.show.progress_bar.columns", lambda _: columns)
    _, text = bar._form(BatchDone(1, 1, 1, 0.1234, 0.2345, 50, 1.0), None)
    assert text == figures
    assert len(f"epoch 40/40 1200/1200, {text}") < columns or columns > 40
