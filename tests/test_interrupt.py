import os
import signal

import pytest

from cnntrain.interrupt import stoppable


def handlers() -> list[object]:
    return [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_is_a_wish_to_stop(number: signal.Signals) -> None:
    with stoppable() as stop:
        assert not stop.asked
        os.kill(os.getpid(), number)
        assert stop.asked


def test_the_second_interrupt_stops_at_once() -> None:
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
