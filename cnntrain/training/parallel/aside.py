"""Do work in a process of its own, which can be ended at any moment."""

import multiprocessing
from collections.abc import Callable
from contextlib import closing, suppress
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

from cnntrain.system.processes import give_way
from cnntrain.training.parallel.processes import ignore_interrupts, out_of_reach, start_tracker

Result = TypeVar("Result")

SECONDS_BETWEEN_CHECKS = 0.05  # of whether the result is still wanted


class Unwanted(Exception):
    """Report that the work was ended before there was a result."""


class Helper(Generic[Result]):
    """A process that does one piece of work each time it is asked, while the program goes on."""

    def __init__(self, work: Callable[[], Result], *, gives_way: bool = False) -> None:
        """Start it for `work`, which can be pickled; with `gives_way`, it lets others go first.

        Raises OSError where there can be no process.
        """
        start_tracker()
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, work, gives_way), daemon=True)
        try:
            with out_of_reach():
                self.process.start()
        except BaseException:
            self.close()
            raise
        finally:
            theirs.close()  # so that the pipe breaks when the process ends

    def begin(self) -> None:
        """Ask for a result. Raises OSError where the process has ended."""
        self.pipe.send(None)

    def has_result(self, seconds: float = 0.0) -> bool:
        """Return whether `result` need not wait, after waiting so long for that."""
        return self.pipe.poll(seconds)

    def result(self) -> Result:
        """Return what the work returned, or raise what it raised; OSError if the process has ended."""
        try:
            result, error = self.pipe.recv()
        except EOFError as broken:
            raise OSError("the process ended before it was done") from broken
        if error is not None:
            raise error
        found: Result = result
        return found

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self.pipe.close()
        if self.process.pid is not None:
            self.process.kill()
            self.process.join()


def aside(work: Callable[[], Result], unwanted: Callable[[], bool]) -> Result:
    """Return what `work`, which can be pickled, returns in another process; raise what it raises.

    The process is ended as soon as `unwanted` returns True; then this raises Unwanted. Raises
    OSError where there can be no process, or where it ends without a result.
    """
    with closing(Helper(work)) as helper:
        helper.begin()
        while not helper.has_result(SECONDS_BETWEEN_CHECKS):
            if unwanted():
                raise Unwanted
        return helper.result()


def _work(pipe: Connection, work: Callable[[], object], gives_way: bool) -> None:
    ignore_interrupts()
    if gives_way:
        give_way()
    with suppress(EOFError, OSError):  # the program is gone
        while True:
            pipe.recv()
            pipe.send(_outcome(work))


def _outcome(work: Callable[[], object]) -> tuple[object, Exception | None]:
    try:
        return work(), None
    except Exception as error:  # noqa: BLE001  # the program raises it
        return None, error
