"""A small search, and workers that need no process of their own."""

import math
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from cnntrain.runs.tune.prepare import Prepared, prepare
from cnntrain.runs.tune.session import Asked
from cnntrain.runs.tune.storage import DATABASE
from cnntrain.runs.tune.study import Search, SearchName
from cnntrain.runs.tune.trial import Job, Outcome
from tests.small import small

T = TypeVar("T")
R = TypeVar("R")
RATE = "train.alpha=log:0.01:10"
FILTERS = "network[0].conv.filters=1,2,3"
OPENED: list[Search] = []  # which are closed after each test


class DeadError(Exception):
    """Report that a worker has died, in these tests."""


class InTurn:
    """Do every job at once, here; some workers "die" over theirs."""

    def __init__(self, *dying: int) -> None:
        """Take the numbers of the submissions, from 0, whose workers die."""
        self.dying, self.submitted, self.jobs = dying, 0, list[object]()

    def slots(self) -> int:
        return 1

    def submit(self, work: Callable[[T], R], job: T) -> Future[R]:
        self.jobs.append(job)
        future: Future[R] = Future()
        if self.submitted in self.dying:
            future.set_exception(DeadError())
        else:
            future.set_result(work(job))
        self.submitted += 1
        return future

    def died(self, error: BaseException) -> bool:
        return isinstance(error, DeadError)

    def close(self) -> None:
        pass


class Quick(InTurn):
    """Train nothing: a trial is the better, the nearer its rate is to 1."""

    def submit(self, work: Callable[[T], R], job: T) -> Future[R]:
        assert isinstance(job, Job)
        rate = float(job.overrides[0].partition("=")[2])
        score = 1 / (1 + abs(math.log(rate)))
        future: Future[Any] = Future()
        future.set_result(Outcome("complete", [score], [f"{rate}"]))
        return future


def prepared(*overrides: str, vary: tuple[str, ...] = (RATE, FILTERS), seeds: int = 1) -> Prepared:
    return prepare(
        small(*overrides),
        vary,
        seeds=seeds,
        data_dir=None,
        limit=None,
        fetch=lambda *_: None,
    )


def search_in(
    folder: Path, ready: Prepared, *, how: SearchName = "tpe", owner: str = "test", seed: int = 0
) -> Search:
    search = Search(
        folder / DATABASE,
        "small",
        ready.varied,
        search=how,
        seed=seed,
        maximize=ready.maximize,
        plan=ready.plan(),
        owner=owner,
    )
    OPENED.append(search)
    return search


def asked(**options: object) -> Asked:
    known: dict[str, object] = {"vary": [RATE], "trials": 3, "seeds": 1, "search": "random"}
    return Asked(**{**known, "prune": "none", **options})  # type: ignore[arg-type]
