import errno
import os
import re
import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock

from cnntrain.data.idx.datasets import DATASETS
from cnntrain.data.idx.verify import load_idx
from cnntrain.errors import OutputError
from tests.data.idx_files import contents, dataset, write, zipped
from tests.data.mirror import (
    Mirror,
    first,
    serve,
    status,
)
from tests.data.user import FILES, FIRST, User


def test_the_four_files_are_brought_and_can_be_loaded(user: User, mirror: Mirror) -> None:
    result = user.download(mirror.url)
    assert {file.path.name: file.path.read_bytes() for file in result.files} == FILES
    assert [file.status for file in result.new] == ["downloaded"] * 4
    assert result.files[0].origin == f"{mirror.url}{FIRST}"
    assert result.folder == user.root / "tiny"
    assert user.files() == sorted(FILES)
    assert user.said == []
    assert len(load_idx("tiny", "train", user.root)) == 12


def test_a_second_call_asks_nobody_and_says_that_all_is_there(user: User, mirror: Mirror) -> None:
    user.download(mirror.url)
    mirror.requests.clear()
    result = user.download(mirror.url)
    assert result.new == ()
    assert result.folder == user.root / "tiny"
    assert mirror.requests == []


def test_files_directly_in_the_data_folder_count(user: User) -> None:
    write(user.root, contents())
    assert user.download().folder == user.root
    assert not (user.root / "tiny").exists()


def test_only_the_missing_file_is_fetched(user: User, mirror: Mirror) -> None:
    write(user.root / "tiny", {name: FILES[name] for name in FILES if name != FIRST})
    assert [file.path.name for file in user.download(mirror.url).new] == [FIRST]
    assert mirror.asked() == [FIRST]


def test_given_mirrors_come_before_the_own_ones_and_need_no_slash(
    user: User, mirror: Mirror, good: Mirror
) -> None:
    user.download(mirror.url.rstrip("/"), own=good.url)
    assert mirror.asked() == list(FILES)
    assert good.requests == []


def test_progress_is_shown_for_each_file(user: User, mirror: Mirror) -> None:
    user.download(mirror.url)
    sizes = [(name, len(content), len(content), True) for name, content in FILES.items()]
    assert [(bar.name, bar.total, bar.done, bar.closed) for bar in user.bars] == sizes


def test_proxy_variables_are_honoured(
    user: User, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", mirror.url)
    user.download("http://mirror.test/data/")
    assert mirror.asked() == list(FILES)


def test_a_damaged_file_is_fetched_again_and_that_is_said(user: User, mirror: Mirror) -> None:
    user.download(mirror.url)
    path = user.root / "tiny" / FIRST
    path.write_bytes(path.read_bytes()[:-20])
    assert [file.path for file in user.download(mirror.url).new] == [path]
    assert re.fullmatch(
        rf"{path}: the gzip data ends early, after .* expected 256; getting it anew", user.said[0]
    )


def test_a_damaged_file_does_not_hide_the_new_one(user: User, mirror: Mirror) -> None:
    mirror.files[FIRST] = contents()[FIRST.removesuffix(".gz")]  # served decompressed
    write(user.root / "tiny", {FIRST: b"damaged"})
    user.download(mirror.url)
    assert FIRST not in user.files()
    assert len(load_idx("tiny", "train", user.root)) == 12


def test_a_damaged_file_stays_when_nobody_has_a_better_one(user: User, mirror: Mirror) -> None:
    write(user.root / "tiny", {FIRST: b"damaged"})
    mirror.manner = status(404)
    assert user.reason(mirror.url) == "HTTP 404"
    assert user.files() == [FIRST]


def test_files_of_another_data_set_in_the_data_folder_are_left_alone(
    user: User, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(DATASETS, "other", dataset(seed=7, name="other"))
    others = zipped(contents(seed=7))
    write(user.root, others)
    user.download(mirror.url)
    stem = "train-images-idx3-ubyte"
    assert user.said[0] == (
        f"{user.root / FIRST}: is Other's {stem}, expected Tiny's {stem}; getting it anew"
    )
    assert (user.root / FIRST).read_bytes() == others[FIRST]
    assert len(load_idx("tiny", "test", user.root)) == 6


def test_a_folder_that_cannot_be_made_is_an_output_error(tmp_path: Path, mirror: Mirror) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match=r"file/tiny: cannot be written: Not a directory; choose"):
        User(tmp_path / "file").download(mirror.url)


def test_a_full_disk_is_an_output_error_and_nothing_half_written_stays(
    user: User, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"\.part: cannot be written: No space left on device;"):
        user.download(mirror.url)
    assert user.files() == []


def test_something_in_the_place_of_a_file_is_an_output_error(user: User, mirror: Mirror) -> None:
    (user.root / "tiny" / FIRST).mkdir(parents=True)
    with pytest.raises(OutputError, match=rf"{FIRST}: cannot be written: Is a directory; remove"):
        user.download(mirror.url)


def test_two_downloads_at_once_do_the_work_once(user: User, mirror: Mirror) -> None:
    arrived, go = threading.Event(), threading.Event()

    def wait(answer: object, name: str, start: int) -> None:
        arrived.set()
        go.wait(60)
        serve(answer, name, start)  # type: ignore[arg-type]

    mirror.manner = first([wait])
    others = [User(user.root), User(user.root)]
    threads = [threading.Thread(target=other.download, args=[mirror.url]) for other in others]
    threads[0].start()
    assert arrived.wait(60)
    threads[1].start()
    while not others[1].said:
        time.sleep(0.01)
    assert others[1].said == [f"another process is filling {user.root / 'tiny'}; waiting for it"]
    go.set()
    for thread in threads:
        thread.join(60)
    assert mirror.asked() == list(FILES)
    assert user.files() == sorted(FILES)


def test_where_nothing_can_be_locked_the_download_goes_on(
    user: User, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(FileLock, "acquire", refused)
    assert len(user.download(mirror.url).new) == 4
