"""The search in its storage: proposals, what is kept, and what happens when workers die."""

import sqlite3
from concurrent.futures import CancelledError, Future
from contextlib import closing
from pathlib import Path

import pytest

from cnntrain.errors import CnntrainError, DataError, UsageError
from cnntrain.runs.tune.result import found
from cnntrain.runs.tune.storage import DATABASE
from cnntrain.runs.tune.study import Search
from cnntrain.runs.tune.trial import Job, Outcome, run_trial
from cnntrain.runs.tune.tuner import Tuner
from cnntrain.system.interrupt import Interrupted, Stop
from tests.runs.tune.searches import FILTERS, InTurn, Quick, prepared, search_in


def carry_out(
    search: Search, workers: InTurn, trials: int, stop: Stop | None = None, after: int = 99
) -> list[str]:
    """Carry out trials, asked to stop after some; return what was said."""
    said: list[str] = []
    stop = stop or Stop()
    tuner = Tuner(search, workers, prepared().job, "none", 2, said.append)

    def tell(_: int) -> None:
        stop.asked = len(found(search).tried) >= after

    tuner.run(trials, deadline=float("inf"), stop=stop, tell=tell)
    return said


def values(search: Search) -> list[dict[str, object]]:
    return [trial.values for trial in found(search).tried]


def test_a_search_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole = search_in(tmp_path / "a", prepared())
    carry_out(whole, Quick(), 12)  # TPE's first ten are random
    stopped = search_in(tmp_path / "b", prepared())
    with pytest.raises(Interrupted):
        carry_out(stopped, Quick(), 12, after=10)
    assert len(values(stopped)) == 10
    again = search_in(tmp_path / "b", prepared())
    carry_out(again, Quick(), 12)
    assert values(again) == values(whole)
    assert found(again).best == found(whole).best


def test_each_trial_is_what_its_job_makes_alone(tmp_path: Path) -> None:
    search, workers = search_in(tmp_path, prepared()), InTurn()
    carry_out(search, workers, 3)
    for job, trial in zip(workers.jobs, found(search).tried, strict=True):
        assert isinstance(job, Job)
        assert run_trial(job).weights_sha256 == trial.weights_sha256
        rate = f"train.alpha={trial.values['train.alpha']}"
        assert job.overrides[0] == rate
        assert len(rate) <= len("train.alpha=") + 8  # it has few digits


def test_a_trial_whose_worker_dies_is_repeated_but_not_for_ever(tmp_path: Path) -> None:
    search = search_in(tmp_path, prepared())
    said = carry_out(search, InTurn(1, 3, 4, 5), 3)
    first, second, third = found(search).tried
    assert said == [
        "trial 1: its worker has died; it is repeated",
        "trial 2: its worker has died; it is repeated",
        "trial 2: its worker has died; it is repeated",
    ]
    assert (first.state, second.state, third.state) == ("complete", "complete", "failed")
    assert third.reason == "its worker died 3 times"
    assert found(search).best in (first, second)


def test_any_other_error_of_a_worker_is_an_error(tmp_path: Path) -> None:
    def broken(_: object) -> Outcome:
        raise ZeroDivisionError

    workers = InTurn()
    submit = workers.submit
    workers.submit = lambda work, job: submit(broken, job)  # type: ignore[method-assign,arg-type]
    with pytest.raises(ZeroDivisionError):
        carry_out(search_in(tmp_path, prepared()), workers, 1)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (CancelledError(), "trial 0: the workers are gone, because their scheduler has ended"),
        (
            ModuleNotFoundError("No module named 'cnntrain'"),
            "trial 0: its worker cannot carry it out: ModuleNotFoundError: No module named",
        ),
    ],
)
def test_what_a_cluster_is_to_blame_for_is_a_message(
    tmp_path: Path, error: BaseException, message: str
) -> None:
    workers = InTurn()

    def submit(work: object, job: object) -> Future[Outcome]:
        future: Future[Outcome] = Future()
        future.set_exception(error)
        return future

    workers.submit = submit  # type: ignore[method-assign,assignment]
    with pytest.raises(CnntrainError, match=message):
        carry_out(search_in(tmp_path, prepared()), workers, 1)


def test_a_trial_that_was_begun_and_not_ended_is_repeated_under_its_number(tmp_path: Path) -> None:
    killed = search_in(tmp_path, prepared())
    proposal = killed.ask()
    elsewhere = search_in(tmp_path, prepared(), owner="another program").ask()
    search = search_in(tmp_path, prepared())
    assert [left.number for left in search.abandoned()] == [proposal.number]
    carry_out(search, InTurn(), 3)
    assert next((t.number, t.values) for t in found(search).tried) == (0, proposal.values)
    assert [t.number for t in found(search).tried] == [0, 2]  # 1 is at work elsewhere
    assert elsewhere.number == 1


def test_scores_that_were_kept_before_a_kill_are_not_entered_twice(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    search = search_in(tmp_path, prepared())
    search.ask().trial.report(0.25, 1)
    carry_out(search_in(tmp_path, prepared()), InTurn(), 1)
    assert not recwarn.list


def test_a_grid_is_searched_point_by_point(tmp_path: Path) -> None:
    ready = prepared(vary=(FILTERS, "train.batchsize=10,20"))
    search = search_in(tmp_path, ready, how="grid")
    carry_out(search, InTurn(), 6)
    assert [tuple(value.values()) for value in values(search)] == [
        (filters, size) for filters in (1, 2, 3) for size in (10, 20)
    ]


def test_the_best_is_that_with_the_highest_accuracy_trained_to_the_end(tmp_path: Path) -> None:
    search = search_in(tmp_path, prepared())
    for state, scores in (
        ("complete", [0.2, 0.5]),
        ("pruned", [0.9]),
        ("complete", [0.1, 0.6]),
        ("diverged", []),
        ("complete", [0.7, 0.3]),
    ):
        search.tell(search.ask(), Outcome(state, scores, reason="why"))  # type: ignore[arg-type]
    result = found(search)
    assert [trial.number for trial in result.ranked] == [2, 0, 4]
    assert (result.best, result.epochs) == (result.tried[2], 7)
    assert [trial.state for trial in result.tried].count("diverged") == 1
    assert result.tried[3].reason == "why"


def test_the_study_of_another_search_is_refused(tmp_path: Path) -> None:
    search_in(tmp_path, prepared())
    with pytest.raises(UsageError, match="has trials of another search"):
        search_in(tmp_path, prepared("train.batchsize=10"))
    with pytest.raises(UsageError, match="has trials of another search"):
        search_in(tmp_path, prepared(vary=(FILTERS,)))


def test_a_storage_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"missing/study\.db: cannot be used as the study"):
        search_in(tmp_path / "missing", prepared())


def test_a_transaction_waits_for_the_disk_once_and_a_search_leaves_one_file(tmp_path: Path) -> None:
    search = search_in(tmp_path, prepared())
    carry_out(search, Quick(), 2)
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    search.close()
    assert [path.name for path in tmp_path.iterdir()] == [DATABASE]
    assert len(values(search_in(tmp_path, prepared()))) == 2
