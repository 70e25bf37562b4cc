import multiprocessing
import os

import pytest

from cnntrain.training.parallel.in_order import in_order


def number_and_process(item: int) -> tuple[int, int]:
    """Stand for work that takes longer for some items; 13 ends its worker."""
    if item == 13 and multiprocessing.parent_process() is not None:
        os._exit(1)
    return sum(range(item % 3 * 10_000)) * 0 + item, os.getpid()


@pytest.fixture(scope="module", params=[40, 12])
def results(request: pytest.FixtureRequest) -> list[tuple[int, int]]:
    return list(in_order(number_and_process, range(request.param), 2))


def test_results_come_in_order_also_where_a_worker_dies(results: list[tuple[int, int]]) -> None:
    assert [number for number, _ in results] == list(range(len(results)))


def test_workers_do_the_work_and_this_process_that_of_the_dead(
    results: list[tuple[int, int]],
) -> None:
    here = [number for number, process in results if process == os.getpid()]
    assert (13 in here) == (len(results) > 13)
    assert len({process for _, process in results} - {os.getpid()}) == 2


def test_no_worker_is_left_where_the_results_are_not_wanted() -> None:
    answers = in_order(number_and_process, range(12), 2)
    assert next(answers)[0] == 0
    assert multiprocessing.active_children()
    answers.close()
    assert multiprocessing.active_children() == []
