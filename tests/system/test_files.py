import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from cnntrain.errors import OutputError
from cnntrain.system.files import PAUSES_BEFORE_RENAMING_AGAIN, replacing


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "target.bin"
    path.write_bytes(b"old")
    return path


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


def test_the_new_content_replaces_the_old_at_the_end_only(target: Path) -> None:
    with replacing(target) as file:
        file.write(b"new")
        file.flush()
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"
    assert list(target.parent.iterdir()) == [target]


def test_missing_folders_are_made(tmp_path: Path) -> None:
    with replacing(tmp_path / "a" / "b" / "c") as file:
        file.write(b"x")
    assert (tmp_path / "a" / "b" / "c").read_bytes() == b"x"


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError, MemoryError])
def test_an_exception_in_the_middle_leaves_the_old_file_and_nothing_else(
    target: Path, error: type[BaseException]
) -> None:
    def fail() -> None:
        with replacing(target) as file:
            file.write(b"half")
            raise error

    with pytest.raises(error):
        fail()
    assert target.read_bytes() == b"old"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failure_to_put_it_in_place_leaves_the_old_file(target: Path, call: str) -> None:
    failure = OSError(28, "No space left on device")
    with (
        pytest.raises(OutputError, match=r"target\.bin: cannot be written: No space left on devi"),
        mock.patch.object(os, call, side_effect=failure),
        replacing(target) as file,
    ):
        file.write(b"new")
    assert target.read_bytes() == b"old"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP, errno.EROFS])
def test_a_mount_without_permissions_is_written_to(target: Path, number: int) -> None:
    with (
        mock.patch.object(os, "chmod", side_effect=OSError(number, "refused")),
        replacing(target) as file,
    ):
        file.write(b"new")
    assert target.read_bytes() == b"new"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("call", ["fsync", "open"])
def test_a_mount_that_cannot_sync_folders_is_written_to(target: Path, call: str) -> None:
    real = getattr(os, call)

    def refuse_folders(file: int | str | Path, *arguments: int) -> int | None:
        if os.path.isdir(file):
            raise OSError(errno.EINVAL, "Invalid argument")
        result: int | None = real(file, *arguments)
        return result

    with replacing(target) as file:
        file.write(b"new")
        with_folders_refused = mock.patch.object(os, call, refuse_folders)
        with_folders_refused.start()
    with_folders_refused.stop()
    assert target.read_bytes() == b"new"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_mount_that_cannot_sync_at_all_is_written_to(target: Path, number: int) -> None:
    with (
        mock.patch.object(os, "fsync", side_effect=OSError(number, "refused")),
        replacing(target) as file,
    ):
        file.write(b"new")
    assert target.read_bytes() == b"new"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("number", [errno.EIO, errno.EDQUOT])
def test_a_disk_that_fails_while_syncing_leaves_the_old_file(target: Path, number: int) -> None:
    with (
        pytest.raises(OutputError, match=r"target\.bin: cannot be written: refused; "),
        mock.patch.object(os, "fsync", side_effect=OSError(number, "refused")),
        replacing(target) as file,
    ):
        file.write(b"new")
    assert target.read_bytes() == b"old"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY])
@pytest.mark.parametrize("refusals", [1, len(PAUSES_BEFORE_RENAMING_AGAIN)])
def test_a_rename_that_is_refused_for_a_moment_is_tried_again(
    target: Path, refusals: int, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    refused = OSError(number, "refused")
    real = os.replace
    answers = iter([refused] * refusals)

    def replace(source: Path, to: Path) -> None:
        for answer in answers:
            raise answer
        real(source, to)

    with mock.patch.object(os, "replace", replace), replacing(target) as file:
        file.write(b"new")
    assert target.read_bytes() == b"new"
    assert pauses == list(PAUSES_BEFORE_RENAMING_AGAIN[:refusals])


def test_a_rename_that_stays_refused_is_one_clear_error(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    refused = PermissionError(errno.EACCES, "Permission denied")
    with (
        pytest.raises(OutputError, match=r"target\.bin: cannot be written: Permission denied; "),
        mock.patch.object(os, "replace", side_effect=refused),
        replacing(target) as file,
    ):
        file.write(b"new")
    assert target.read_bytes() == b"old"
    assert list(target.parent.iterdir()) == [target]


def test_the_content_is_on_the_disk_before_the_name_is(target: Path) -> None:
    calls = mock.Mock()
    with (
        mock.patch.object(os, "fsync", calls.fsync),
        mock.patch.object(Path, "replace", calls.replace),
        replacing(target) as file,
    ):
        file.write(b"new")
    assert [call[0] for call in calls.mock_calls] == ["fsync", "replace", "fsync"]


def test_a_file_gets_the_permissions_that_any_new_file_gets(tmp_path: Path, umask: None) -> None:
    with replacing(tmp_path / "x"):
        pass
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o640


@pytest.mark.parametrize("name", ["file/x", "/proc/x", "a" * 300])
def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError) as caught, replacing(tmp_path / name):
        raise AssertionError("there is nothing to write to")
    assert str(caught.value).startswith(f"{tmp_path / name}: cannot be written: ")
    assert str(caught.value).endswith("; choose a folder that you may write to and that has room")


def test_a_folder_of_that_name_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    complaint = "x: cannot be written: Is a directory"
    with pytest.raises(OutputError, match=complaint), replacing(tmp_path / "x") as file:
        file.write(b"new")
    assert list(tmp_path.iterdir()) == [tmp_path / "x"]


def test_a_name_that_is_no_ascii_is_a_name(tmp_path: Path) -> None:
    with replacing(tmp_path / "größe 数字") as file:
        file.write(b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["größe 数字"]
