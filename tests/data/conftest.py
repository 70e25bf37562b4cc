"""Fixtures for what goes over a network that is all on this computer."""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cnntrain.data.download import http as transfer
from cnntrain.data.idx.datasets import DATASETS
from tests.data.idx_files import dataset
from tests.data.mirror import Mirror, running
from tests.data.user import FILES, User


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> User:
    """Return a user with an empty data folder, who knows the small data set and no proxy."""
    monkeypatch.setattr(transfer, "_BACKOFF", 0)
    monkeypatch.setattr(transfer, "_CHUNK", 64)  # the files are small
    monkeypatch.setitem(DATASETS, "tiny", dataset())
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    return User(tmp_path / "data")


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    """Run a mirror of the small data set, which a test may make misbehave."""
    with running(dict(FILES)) as server:
        yield server


@pytest.fixture
def good() -> Iterator[Mirror]:
    """Run a second mirror, which behaves."""
    with running(dict(FILES)) as server:
        yield server


@pytest.fixture
def closed_port() -> int:
    """Return a port where nobody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])
