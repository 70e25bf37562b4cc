"""Bars are for terminals and notebooks; elsewhere there is nothing, not even a lock."""

import io
import subprocess
import sys
from types import ModuleType

import pytest

from cnntrain.system import bars
from cnntrain.system.bars import Unseen, can_draw, open_bar, watched


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return not self.closed or super().isatty()  # which raises ValueError


def closed() -> io.StringIO:
    stream = Terminal()
    stream.close()
    return stream


@pytest.fixture(autouse=True)
def _capable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")


def test_a_terminal_shows_how_much_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert list(watched("abcd", "reading", unit=" letters")) == [*"abcd"]
    assert "reading:   0%" in terminal.getvalue()
    assert "0/4" in terminal.getvalue()
    with open_bar("train-images", 3_000_000, 1_000_000) as bar:
        bar.update(500_000)
    assert "1.50M/3.00M" in terminal.getvalue()


@pytest.mark.parametrize("stream", [None, closed(), io.StringIO()], ids=["none", "closed", "pipe"])
def test_without_one_items_are_passed_on(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO | None
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    assert not can_draw(stream)
    assert isinstance(open_bar("reading", 4), Unseen)
    assert list(watched(iter("abcd"), "reading", unit=" letters")) == [*"abcd"]
    if stream is not None and not stream.closed:
        assert stream.getvalue() == ""


def test_a_dumb_terminal_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert not can_draw(Terminal())


def test_a_notebook_shows_one_in_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    class Widget(Unseen):
        status_printer = "widget"

        def __init__(self, **options: object) -> None:
            self.options = options

        set_lock = staticmethod(lambda lock: None)

    notebook = ModuleType("tqdm.auto")
    notebook.tqdm = Widget  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "tqdm.auto", notebook)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    bar = bars.open_bar("mnist", 10)
    assert isinstance(bar, Widget)
    assert bar.options["total"] == 10


def test_no_semaphore_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "import io, multiprocessing, sys\n"
        "def refuse(*_): raise AssertionError('a semaphore')\n"
        "multiprocessing.RLock = refuse\n"
        "class Terminal(io.StringIO): isatty = lambda self: True\n"
        "sys.stderr = Terminal()\n"
        "from cnntrain.system.bars import watched\n"
        "print(list(watched('abc', 'reading', unit='it')))\n"
        "sys.stderr = io.StringIO()\n"
        "del sys.modules['tqdm']\n"
        "print(list(watched('abc', 'reading', unit='it')), 'tqdm' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout == "['a', 'b', 'c']\n['a', 'b', 'c'] False\n", done.stderr
