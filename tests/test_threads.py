import threading
import time
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from cnntrain.threads import available, workers

# What is handed out here are numbers; `workers` does not care that they are no shards.


def blas_threads() -> set[Any]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.mark.parametrize("threads", [1, 2, 3, None])
@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_results_come_in_the_order_of_the_work(threads: int | None, count: int) -> None:
    def work(number: Any) -> int:
        time.sleep(0.001 * (number % 3))
        return int(number) ** 2

    with workers(threads) as run:
        for _ in range(3):
            assert run(work, list(range(count))) == [i**2 for i in range(count)]  # type: ignore[arg-type]


def test_the_work_is_shared_among_threads() -> None:
    meeting = threading.Barrier(2, timeout=10)

    def work(_: Any) -> str:
        meeting.wait()  # passes only if two are here at once
        return threading.current_thread().name

    with workers(2) as run:
        names = run(work, [0, 1])  # type: ignore[list-item]
    assert len(set(names)) == 2


@pytest.mark.parametrize("threads", [1, 2])
def test_an_exception_of_any_worker_is_raised(threads: int) -> None:
    def work(number: Any) -> None:
        if number == 3:
            raise ZeroDivisionError

    with workers(threads) as run, pytest.raises(ZeroDivisionError):
        run(work, list(range(5)))  # type: ignore[arg-type]


@pytest.mark.parametrize("threads", [1, 2])
def test_the_matrix_library_keeps_to_one_thread_meanwhile(threads: int) -> None:
    np.ones((2, 2)) @ np.ones((2, 2))
    before = blas_threads()
    with workers(threads):
        assert blas_threads() <= {1}
    assert blas_threads() == before


def test_no_thread_is_left_behind() -> None:
    before = threading.active_count()
    with workers(3) as run:
        run(lambda _: None, list(range(9)))  # type: ignore[arg-type]
    assert threading.active_count() == before


def test_there_is_a_processor() -> None:
    assert available() >= 1
