"""A study that is damaged, another program's, or in an odd place: refused in a sentence, unchanged."""

import os
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from cnntrain.errors import DataError, UsageError
from cnntrain.runs.tune import storage, study
from cnntrain.runs.tune.extra import optuna
from cnntrain.runs.tune.result import found
from cnntrain.runs.tune.session import opened
from cnntrain.runs.tune.storage import DATABASE, TABLES
from tests.runs.tune.searches import Quick, asked, prepared, search_in
from tests.runs.tune.test_search import carry_out
from tests.small import small

NOTED = "update trial_user_attributes set value_json = '{}' where key = 'cnntrain'"
DAMAGES: dict[str, Callable[[bytes], bytes] | str] = {
    "text": lambda content: b"this is no database\n" * 500,
    "truncated": lambda content: content[: len(content) // 2],
    "its beginning": lambda content: content[:100],
    "zeros": lambda content: bytes(len(content)),
    "no studies": "delete from studies",
    "no scores": "delete from trial_intermediate_values",
    "words for scores": "update trial_intermediate_values set intermediate_value = 'x'",
    "a gap": "update trials set number = number + 1",
    "a state that there is not": "update trials set state = 'NONSENSE'",
    "no distribution": "update trial_params set distribution_json = '{}'",
    "another direction": "update study_directions set direction = 'MINIMIZE'",
    "a byte that is no text": "update trial_params set distribution_json = cast(x'ff' as text)",
    "no JSON": "update study_user_attributes set value_json = '{'",
    "notes that are a list": NOTED.format("[1]"),
    "notes of another type": NOTED.format('{"state": 5}'),
    "notes without values": NOTED.format('{"state": "complete", "values": {}}'),
    **{f"no table {name}": f"drop table {name}" for name in sorted(TABLES)},
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the file of a study with two trials."""
    folder = tmp_path_factory.mktemp("study")
    search = search_in(folder, prepared())
    carry_out(search, Quick(), 2)
    search.close()
    return (folder / DATABASE).read_bytes()


def execute(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_study_is_refused_and_left_as_it_is(
    tmp_path: Path, whole: bytes, damage: str
) -> None:
    path, change = tmp_path / DATABASE, DAMAGES[damage]
    path.write_bytes(whole if isinstance(change, str) else change(whole))
    if isinstance(change, str):
        execute(path, change)
    before = path.read_bytes()
    complaint = (
        f"{re.escape(str(path))}: cannot be used as the study of this search \\(.+\\); .*--out"
    )
    with pytest.raises(DataError, match=complaint):
        search_in(tmp_path, prepared())
    assert path.read_bytes() == before
    assert optuna().logging.get_verbosity() == optuna().logging.CRITICAL  # our sentence alone
    assert os.listdir(tmp_path) == [DATABASE]


def test_another_programs_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    execute(tmp_path / DATABASE, "create table mails (subject)")
    before = (tmp_path / DATABASE).read_bytes()
    with pytest.raises(DataError, match="it is another program's"):
        search_in(tmp_path, prepared())
    assert (tmp_path / DATABASE).read_bytes() == before


@pytest.mark.parametrize("kind", ["a folder", "a FIFO", "a link to what is not there"])
def test_what_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / DATABASE
    if kind == "a folder":
        path.mkdir()
    elif kind == "a FIFO":
        os.mkfifo(path)
    else:
        path.symlink_to(tmp_path / "nothing")
    with pytest.raises(DataError, match=f"it is {kind}"):
        search_in(tmp_path, prepared())


def test_a_study_that_was_lost_is_not_begun_again_beside_its_results(tmp_path: Path) -> None:
    config = small()
    out = tmp_path / "search"

    def once() -> int:
        with opened(config, asked(out=out), fetch=lambda *_: None, command=[]) as session:
            carry_out(session.search, Quick(), 2)
            session.save(lambda *_: [])
            return len(session.found().tried)

    assert once() == once() == 2
    results = (out / "trials.csv").read_bytes()
    (out / DATABASE).write_bytes(b"")
    with pytest.raises(DataError, match=r"found no trials in it, expected those that trials\.csv"):
        once()
    assert (out / "trials.csv").read_bytes() == results


@pytest.mark.parametrize("name", ["a?b=c", "{a}%s%41", "a#b", "it's", os.fsdecode(b"\xff"), "a\nb"])
def test_a_study_lies_in_its_folder_whatever_that_is_called(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system has no such names")
    search = search_in(folder, prepared())
    carry_out(search, Quick(), 1)
    search.close()
    assert os.listdir(folder) == [DATABASE]
    assert os.listdir(tmp_path) == [name]
    assert len(found(search_in(folder, prepared())).tried) == 1


def test_a_study_that_cannot_be_written_any_more_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = search_in(tmp_path, prepared())

    def refused(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("attempt to write a readonly database"))

    monkeypatch.setattr(search.study, "ask", refused)
    with pytest.raises(DataError, match="attempt to write a readonly database"):
        search.ask()
    monkeypatch.setattr(search, "place", "postgresql://somewhere")
    with pytest.raises(UsageError, match=r"--storage postgresql://somewhere: cannot be used: .*"):
        search.ask()


def test_a_study_that_another_program_locks_is_said_to_be_locked(tmp_path: Path) -> None:
    search = search_in(tmp_path, prepared())
    with search.storage.engine.connect() as connection:  # do not wait for seconds
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")
    with closing(sqlite3.connect(tmp_path / DATABASE)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DataError, match=r"this search \(database is locked\); it is .* in use"):
            search.ask()
    search.close()


def test_a_search_does_not_keep_the_password_of_its_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql+psycopg://me:secret@host/studies"
    monkeypatch.setattr(study, "opened", lambda _: storage.opened(tmp_path / DATABASE))
    options, command = asked(out=tmp_path / "search", storage=url), ["tune", f"--storage={url}"]
    with opened(small(), options, fetch=lambda *_: None, command=command):
        pass
    kept = {path.name: path.read_text() for path in (tmp_path / "search").iterdir()}
    assert "secret" not in str(kept)
    assert str(kept).count("postgresql+psycopg://***@host/studies") == 2
