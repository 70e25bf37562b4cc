"""The program as a user starts it: a process of its own, in a folder of its own, offline."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from cnntrain.cli import main

HANGS = 300  # seconds, after which a process is taken to wait for ever; on a busy machine a start takes many
DEAD = "http://127.0.0.1:9"  # as a proxy; nobody listens there
SMALL = """\
# Reads clean digits after two seconds of training.
dataset: {synthetic: {train: 4000, test: 200}}
network:
  - conv: {filters: 8, kernel: 5}
  - relu
  - max_pool: 3
  - dense: 10
loss: softmax_cross_entropy
train: {batchsize: 20, epochs: 5, alpha: 0.1}
"""
TINY = SMALL.replace("4000", "300").replace("200", "50").replace("epochs: 5", "epochs: 2")

Completed = subprocess.CompletedProcess[str]
Cnntrain = Callable[..., Completed]


def environment(home: Path) -> dict[str, str]:
    """Return an environment with an empty home and data folder, and without the internet."""
    return {name: value for name, value in os.environ.items() if name != "COLUMNS"} | {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "CNNTRAIN_DATA": str(home / "data"),
        "https_proxy": DEAD,
        "HTTPS_PROXY": DEAD,
        "no_proxy": "127.0.0.1",
        "PYTHONWARNINGS": "error",
    }


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "cnntrain", *map(str, arguments)]


def run_in(folder: Path, *arguments: str | Path) -> Completed:
    """Run the program in a folder to its end; no traceback ever reaches the user."""
    done = subprocess.run(
        command(*arguments),
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=HANGS,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr
    return done


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Return the folder to work in, with tiny.yaml in it."""
    (tmp_path / "tiny.yaml").write_text(TINY)
    return tmp_path


@pytest.fixture
def process(here: Path) -> Cnntrain:
    """Return a function that runs the program in a process of its own."""
    return lambda *arguments: run_in(here, *arguments)


@pytest.fixture
def _real_curves() -> None:
    """Let runs in this process draw their curves, which takes longer than a small training."""


@pytest.fixture
def cnntrain(
    here: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Cnntrain:
    """Return a function that runs the program in this process, which saves its start."""
    if "_real_curves" not in request.fixturenames:
        monkeypatch.setattr("cnntrain.show.curves.draw_curves", lambda folder: None)
    monkeypatch.chdir(here)
    monkeypatch.delenv("COLUMNS", raising=False)
    for name, value in environment(here).items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str | Path) -> Completed:
        result = CliRunner().invoke(main, [*map(str, arguments)], prog_name="cnntrain")
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return Completed(arguments, result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run that reads clean digits; leave it as it is."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "digits.yaml").write_text(SMALL)
    done = run_in(folder, "train", "--config", "digits", "--require-accuracy", "0.85")
    assert done.returncode == 0, done.stderr
    return folder / "runs" / "digits-1"
