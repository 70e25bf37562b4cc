"""Results in pipes that nobody reads, on full disks and in narrow terminals; as processes."""

import os
import pty
import struct
import subprocess
import termios
from fcntl import ioctl
from pathlib import Path

import pytest

from tests.cli.conftest import HANGS, command, environment

Done = subprocess.CompletedProcess[str]


def run(here: Path, line: str, stdout: int | None, redirected: str = "") -> Done:
    """Run a command, through the shell where it redirects its output."""
    arguments = command(*line.split())
    return subprocess.run(
        ["sh", "-c", f'"$@" {redirected}', "sh", *arguments] if redirected else arguments,
        cwd=here,
        env=environment(here),
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=HANGS,
        check=False,
    )


def unread(here: Path, line: str) -> Done:
    """Run a command whose results go into a pipe without a reader."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return run(here, line, writer)
    finally:
        os.close(writer)


@pytest.mark.parametrize("line", ["describe lenet", "check mazur --json", "--help", "eval --help"])
def test_a_reader_that_goes_away_is_no_failure(here: Path, line: str) -> None:
    done = unread(here, line)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_failed_check_fails_without_a_reader_too(here: Path) -> None:
    done = unread(here, "check mazur --tolerance 1e-14")
    assert (done.returncode, done.stderr) == (1, "")


def test_a_run_without_a_reader_is_finished(here: Path) -> None:
    done = unread(here, "train --config tiny --epochs 1")
    assert done.returncode == 0
    assert "next: `cnntrain eval runs/tiny-1` tests it" in done.stderr
    assert (here / "runs" / "tiny-1" / "last.npz").is_file()


def test_predict_reads_no_more_pictures_than_anybody_wants_to_see(
    here: Path, trained: Path
) -> None:
    pictures = "missing-1.png missing-2.png"
    picture = trained / "curves.png"
    done = unread(here, f"predict {picture} {pictures} --model {trained}")
    assert done.returncode == 0
    assert "missing" not in done.stderr


@pytest.mark.parametrize(
    ("line", "redirected", "complaint"),
    [
        (
            "describe lenet",
            "> /dev/full",
            "stdout: cannot be written: No space left on device; send",
        ),
        (
            "describe lenet --json",
            ">&-",
            "stdout: cannot be written: it is closed; send it to a te",
        ),
        ("--help", "> /dev/full", "the output cannot be written: No space left on device"),
    ],
)
def test_results_that_cannot_be_written_are_a_failure(
    here: Path, line: str, redirected: str, complaint: str
) -> None:
    done = run(here, line, None, redirected)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {complaint}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("redirected", ["2>&-", "2> /dev/full"])
def test_messages_that_cannot_be_written_are_no_failure(here: Path, redirected: str) -> None:
    done = run(here, "check mazur", subprocess.PIPE, redirected)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith("passed: ")


def on_terminal(here: Path, line: str, columns: int) -> list[str]:
    """Return what a command prints on a terminal of that width."""
    terminal, program = pty.openpty()
    ioctl(program, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen(
        command(*line.split()),
        cwd=here,
        env=environment(here),
        stdout=program,
        stderr=subprocess.DEVNULL,
    )
    os.close(program)
    shown = b""
    try:
        while part := os.read(terminal, 1 << 16):
            shown += part
    except OSError:  # the program has ended
        pass
    finally:
        os.close(terminal)
        assert process.wait(HANGS) == 0
    return shown.decode().splitlines()


@pytest.mark.parametrize(
    ("line", "columns", "titles", "missing"),
    [
        ("describe lenet", 40, "layer output parameters rate", "multiply-adds, sees, memory"),
        ("describe lenet", 60, "layer output parameters multiply-adds rate", "sees, memory"),
        ("check mazur", 40, "array numbers worst error", "at, analytic, numeric, moved"),
        ("check mazur", 60, "array numbers worst error at moved", "analytic, numeric"),
    ],
)
def test_a_narrow_terminal_shows_the_columns_that_fit_and_names_the_others(
    here: Path, line: str, columns: int, titles: str, missing: str
) -> None:
    lines = on_terminal(here, line, columns)
    assert max(map(len, lines)) <= columns
    assert titles in [" ".join(shown.split()) for shown in lines]
    told = " ".join(" ".join(lines).split())
    assert f"left out to fit {columns} columns: {missing} (--json shows them)" in told


def test_what_a_shell_completes_by_may_not_be_printable(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_CNNTRAIN_COMPLETE", "fish_source")  # bash would be asked for its version
    done = run(here, "", None, "> /dev/full")
    assert done.returncode == 1
    assert done.stderr == "Error: the output cannot be written: No space left on device\n"
    assert unread(here, "").returncode == 0
