"""Two searches on one study, in a real PostgreSQL that the test starts."""

import glob
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import HANGS, TINY, command, environment

pytestmark = pytest.mark.slow  # a database, and two programs
TRIALS = 8


def programs() -> Path:
    """Return the folder with PostgreSQL's programs, where Debian and others have them."""
    for initdb in [*sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb")), shutil.which("initdb")]:
        if initdb:
            return Path(initdb).parent
    pytest.skip("PostgreSQL is not installed")


@pytest.fixture
def database() -> Iterator[str]:
    """Yield the URL of an empty database, reached through a socket in a folder of its own."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    binaries = programs()
    account: dict[str, str] = {}
    if os.name == "posix" and os.geteuid() == 0:  # PostgreSQL refuses to be run by root
        account = {"user": "postgres"}
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="pg") as name:
        folder = Path(name)
        if account:
            try:
                shutil.chown(folder, "postgres")
            except LookupError:
                pytest.skip("there is no account to run PostgreSQL with")
        data, log = folder / "data", folder / "log"

        def run(*words: str) -> None:
            subprocess.run(
                [str(binaries / words[0]), *words[1:]],
                cwd=folder,
                check=True,
                capture_output=True,
                timeout=HANGS,
                user=account.get("user"),
            )

        run("initdb", "-D", str(data), "--auth=trust", "--username=tune", "--no-sync")
        socket = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "-D", str(data), "-l", str(log), "-o", socket, "-w", "start")
        try:
            yield f"postgresql+psycopg://tune@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")


def test_two_programs_share_one_study(tmp_path: Path, database: str) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY)
    options = ["--vary", "train.alpha=log:0.01:1", "--trials", str(TRIALS), "--jobs", "1"]
    options += ["--storage", database, "--json"]
    both = []
    for name in ("a", "b"):
        both.append(
            subprocess.Popen(
                command("tune", "tiny", *options, "--out", name),
                cwd=tmp_path,
                env=environment(tmp_path),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        time.sleep(1)  # the tables of the database are made by the first
    ended = [process.communicate(timeout=HANGS) for process in both]
    assert [process.returncode for process in both] == [0, 0], ended
    lines = [
        {line.split(":")[0] for line in stderr.splitlines() if line.startswith("trial ")}
        for _, stderr in ended
    ]
    assert lines[0] | lines[1] >= {f"trial {n}" for n in range(TRIALS)}
    assert len(lines[0] | lines[1]) <= TRIALS + 1  # both may ask for the last one at a time
    assert not lines[0] & lines[1]
    assert lines[0]
    assert lines[1]
