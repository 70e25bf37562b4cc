"""Do one piece of work in a process of its own, which can be ended at any moment."""

import multiprocessing
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TypeVar

from cnntrain.training.parallel.processes import ignore_interrupts, out_of_reach, start_tracker

Result = TypeVar("Result")

SECONDS_BETWEEN_CHECKS = 0.05  # of whether the result is still wanted


class Unwanted(Exception):
    """Report that the work was ended before there was a result."""


def aside(work: Callable[[], Result], unwanted: Callable[[], bool]) -> Result:
    """Return what `work`, which can be pickled, returns in another process; raise what it raises.

    The process is ended as soon as `unwanted` returns True; then this raises Unwanted. Raises
    OSError where there can be no process, or where it ends without a result.
    """
    start_tracker()
    pipe, theirs = multiprocessing.get_context("spawn").Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(
        target=_work, args=(theirs, work), daemon=True
    )
    try:
        with out_of_reach():
            process.start()
        theirs.close()  # so that the pipe breaks when the process ends
        while not pipe.poll(SECONDS_BETWEEN_CHECKS):
            if unwanted():
                raise Unwanted
        result, error = pipe.recv()
    except EOFError as error:
        raise OSError("the process ended before it was done") from error
    finally:
        pipe.close()
        if process.pid is not None:
            process.kill()
            process.join()
    if error is not None:
        raise error
    found: Result = result
    return found


def _work(pipe: Connection, work: Callable[[], object]) -> None:
    ignore_interrupts()
    result: object = None
    failure: Exception | None = None
    try:
        result = work()
    except Exception as error:  # noqa: BLE001  # the program raises it
        failure = error
    with suppress(OSError):  # the program is gone
        pipe.send((result, failure))
