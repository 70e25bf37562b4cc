"""Work in a process of its own, which is ended when nobody wants its result any more."""

import os
import signal
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from cnntrain.training.parallel.aside import Helper, Unwanted, aside


def fail() -> None:
    raise ImportError("no such module", name="matplotlib")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def sleep_after(path: Path) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(str(os.getpid()))
    beside.rename(path)
    time.sleep(600)


def test_the_result_comes_from_another_process() -> None:
    assert aside(os.getpid, lambda: False) != os.getpid()


def test_what_it_raises_is_raised() -> None:
    with pytest.raises(ImportError, match="no such module"):
        aside(fail, lambda: False)


def test_a_process_that_dies_is_an_error() -> None:
    with pytest.raises(OSError, match="the process ended before it was done"):
        aside(die, lambda: False)


def test_it_is_ended_in_the_middle_as_soon_as_it_is_unwanted(tmp_path: Path) -> None:
    path = tmp_path / "process"
    with pytest.raises(Unwanted):
        aside(partial(sleep_after, path), path.exists)
    with pytest.raises(ProcessLookupError):
        os.kill(int(path.read_text()), 0)


def priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, 0)


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="Windows has other priorities")
def test_a_helper_can_let_others_go_first() -> None:
    with closing(Helper(priority, gives_way=True)) as helper:
        helper.begin()
        assert helper.result() == min(priority() + 10, 19)
    assert aside(priority, lambda: False) == priority()


def test_a_helper_works_time_and_again_in_one_process() -> None:
    with closing(Helper(os.getpid)) as helper:
        found = []
        for _ in range(3):
            helper.begin()
            found.append(helper.result())
        assert found == [helper.process.pid] * 3
    with pytest.raises(ProcessLookupError):
        os.kill(found[0], 0)
