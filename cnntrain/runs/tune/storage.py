"""Where Optuna keeps a study: an SQLite file in the search's folder, or a database of the user's."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cnntrain.errors import CnntrainError, DataError, UsageError
from cnntrain.runs.tune.extra import optuna
from cnntrain.system.address import without_password
from cnntrain.system.regular import instead_of_file

if TYPE_CHECKING:
    from optuna.storages import RDBStorage

DATABASE = "study.db"
TABLES = {"studies", "study_directions", "study_user_attributes", "trials", "trial_params"} | {
    *("trial_values", "trial_intermediate_values", "trial_user_attributes"),
}  # some that Optuna has in all its versions

Place = str | Path  # a URL, or an SQLite file


def opened(place: Place) -> "RDBStorage":
    """Return the storage; an SQLite file is made if it is not there.

    Such a file logs changes ahead of making them (WAL). A trial takes some twenty transactions; each
    then waits for the disk once instead of four times, and so does the worker that the next trial is
    for. Raises DataError for a file that is damaged or another program's, and whatever a database's
    driver raises.
    """
    kind = optuna().storages.RDBStorage
    if isinstance(place, str):
        return kind(place)  # type: ignore[no-any-return]
    _refuse_damaged(place)
    # its path as it is: in a URL some characters, such as ?, would mean something
    connect = partial(sqlite3.connect, place, check_same_thread=False)
    with suppress(sqlite3.Error), closing(connect()) as connection:
        # where the file system cannot do it, SQLite goes on with its usual journal
        connection.execute("PRAGMA journal_mode = WAL")
    return kind(f"sqlite:///{DATABASE}", {"creator": connect})  # type: ignore[no-any-return]


def _refuse_damaged(path: Path) -> None:
    """Raise DataError unless a file, if there is one, is empty or a whole database of Optuna's."""
    other = instead_of_file(path)
    if other is not None:
        raise _unusable(path, f"it is {other}")
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path)) as connection:
            [(said,)] = connection.execute("PRAGMA quick_check(1)")
            named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = {name for (name,) in named}
    except (sqlite3.Error, ValueError) as error:
        raise _unusable(path, str(error)) from error
    if said != "ok":
        raise _unusable(path, said)
    if tables and not tables >= TABLES:
        raise _unusable(path, "tables of it are missing, or it is another program's")


@contextmanager
def told(place: Place) -> Iterator[None]:
    """Raise DataError or UsageError for whatever a storage raises in the block, a driver or Optuna."""
    try:
        yield
    except CnntrainError:
        raise
    except Exception as error:
        if isinstance(place, Path):
            raise _unusable(place, _reason(error)) from error
        missing = ""
        if isinstance(error, ImportError):
            missing = " (for PostgreSQL, `pip install 'psycopg[binary]'`)"
        shown = without_password(place)
        reason = _first_line(_reason(error)).replace(place, shown)
        raise UsageError(
            f"--storage {shown}: cannot be used: {reason}{missing}; expected a "
            "database that Optuna knows, as sqlite:///study.db or "
            "postgresql+psycopg://user@host/name"
        ) from error


def _unusable(path: Path, why: str) -> DataError:
    return DataError(
        f"{path}: cannot be used as the study of this search ({_first_line(why)}); it is damaged, "
        "not yours to write to, or in use; put a copy from before in its place, or give another --out"
    )


def _reason(error: BaseException) -> str:
    """Return what a driver said, as `database is locked`, where Optuna only says that it failed."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
