import time

import pytest

from cnntrain.data.download.limits import LARGE, MOST_AROUND, Limits, TransferError, Watch

LIMITS = Limits(silence=5, least_speed=1000, period=10, longest=100)


class Clock:
    """Stands in for the time."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


def test_an_answer_has_its_time_however_it_comes(clock: Clock) -> None:
    watch = Watch(LIMITS, 1000)
    assert watch.patience() == 5
    clock.now = 4
    watch.received(1, 4)
    assert watch.patience() == 1
    clock.now = 5
    with pytest.raises(TransferError, match=r"^no answer within 5 s$"):
        watch.patience()


def test_speed_is_measured_over_the_waiting_for_content(clock: Clock) -> None:
    watch = Watch(LIMITS, 1_000_000)
    watch.received(10, 60)  # a server that had to think
    watch.answered()
    watch.received(9_000, 9.9)
    watch.received(900, 0.05)
    watch.received(0, 60)  # the end
    with pytest.raises(TransferError, match=r"^slower than 1,000 bytes/s \(--min-speed\)$"):
        watch.received(1, 1)


def test_a_speed_of_the_least_or_more_goes_on(clock: Clock) -> None:
    watch = Watch(LIMITS, 1_000_000)
    watch.answered()
    for _ in range(50):
        watch.received(1_000, 1)


def test_a_file_has_its_time_and_a_large_one_more(clock: Clock) -> None:
    small, large = Watch(LIMITS, 1000), Watch(LIMITS, 3 * LARGE)
    for watch in (small, large):
        watch.answered()
    clock.now = 98
    assert small.patience() == 2
    assert large.patience() == 5
    clock.now = 100
    with pytest.raises(TransferError, match=r"^not complete after 100 s \(--max-time\)$"):
        small.patience()
    clock.now = 300
    with pytest.raises(TransferError, match="not complete after 300 s"):
        large.patience()


def test_headers_and_content_have_an_end(clock: Clock) -> None:
    watch = Watch(LIMITS, 1000)
    with pytest.raises(TransferError, match=r"^endless headers and redirects$"):
        watch.received(MOST_AROUND + 1, 0)
    watch.asked()
    watch.answered()
    watch.received(MOST_AROUND + 1000, 0)
    with pytest.raises(TransferError, match=r"^endless headers and content$"):
        watch.received(1, 0)
