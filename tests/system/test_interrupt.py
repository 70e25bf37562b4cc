import os
import signal
import threading
from contextlib import suppress

import pytest

from cnntrain.system import interrupt
from cnntrain.system.interrupt import asked_to_stop, postponed, stoppable


def handlers() -> list[object]:
    return [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_is_a_wish_to_stop(number: signal.Signals) -> None:
    with stoppable() as stop:
        assert not stop.asked
        os.kill(os.getpid(), number)
        assert stop.asked


def test_a_key_pressed_twice_in_a_hurry_is_one_wish() -> None:
    with stoppable() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.asked


def test_what_runs_within_can_ask_whether_to_stop() -> None:
    assert not asked_to_stop()
    with stoppable():
        assert not asked_to_stop()
        os.kill(os.getpid(), signal.SIGTERM)
        assert asked_to_stop()
    assert not asked_to_stop()
    with suppress(KeyboardInterrupt), postponed():
        os.kill(os.getpid(), signal.SIGINT)
        assert asked_to_stop()


def test_what_is_postponed_once_is_not_postponed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interrupt, "SECONDS_OF_ONE_REQUEST", 0.0)

    def twice(done: list[str], *, once: bool) -> None:
        with postponed([signal.SIGINT], once=once):
            os.kill(os.getpid(), signal.SIGINT)
            done.append("after the first")
            os.kill(os.getpid(), signal.SIGINT)
            done.append("after the second")

    for once, reached in ((True, 1), (False, 2)):
        done: list[str] = []
        with pytest.raises(KeyboardInterrupt):
            twice(done, once=once)
        assert len(done) == reached


def test_a_request_that_takes_long_is_confirmed_once_and_a_quick_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    confirmed = threading.Event()
    monkeypatch.setattr(interrupt, "SECONDS_UNTIL_LATE", 0.01)
    with stoppable(confirmed.set):
        os.kill(os.getpid(), signal.SIGTERM)
        assert confirmed.wait(60)
    confirmed.clear()
    monkeypatch.setattr(interrupt, "SECONDS_UNTIL_LATE", 0.5)
    with stoppable(confirmed.set):
        os.kill(os.getpid(), signal.SIGTERM)
    assert not confirmed.wait(0.7)


def test_a_signal_that_comes_while_another_is_handled_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = threading.Timer.start

    def interrupted_start(timer: threading.Timer) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        start(timer)

    monkeypatch.setattr(threading.Timer, "start", interrupted_start)
    with stoppable() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.asked


def test_a_second_interrupt_later_on_stops_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interrupt, "SECONDS_OF_ONE_REQUEST", 0.0)
    before = handlers()

    def twice() -> None:
        with stoppable() as stop:
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGTERM)
            assert stop.asked
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        twice()
    assert handlers() == before


def test_a_closed_terminal_is_a_wish_to_stop_unless_it_is_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        with stoppable() as stop:
            os.kill(os.getpid(), signal.SIGHUP)
            assert stop.asked
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        with stoppable() as stop:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not stop.asked
    finally:
        signal.signal(signal.SIGHUP, before)


def test_signals_mean_afterwards_what_they_meant_before() -> None:
    before = handlers()
    with stoppable():
        assert handlers() != before
    assert handlers() == before


def test_a_new_wish_is_needed_each_time() -> None:
    with stoppable():
        os.kill(os.getpid(), signal.SIGINT)
    with stoppable() as stop:
        assert not stop.asked


@pytest.fixture
def _as_a_program(_interrupts_put_back: None) -> None:
    interrupt.remember_interrupts()


@pytest.mark.usefixtures("_as_a_program")
def test_an_interrupt_that_a_library_has_swallowed_is_heard_before_the_work_begins() -> None:
    with suppress(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), stoppable():
        pytest.fail("the work has begun")


class _InterruptedAtItsEnd:
    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.usefixtures("_as_a_program")
def test_an_interrupt_that_python_cannot_raise_prints_nothing_and_is_heard(
    capsys: pytest.CaptureFixture[str],
) -> None:
    del_me = _InterruptedAtItsEnd()
    del del_me
    assert capsys.readouterr().err == ""
    with pytest.raises(KeyboardInterrupt), stoppable():
        pytest.fail("the work has begun")
