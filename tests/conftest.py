"""Fixtures that tests in several folders use."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from cnntrain.system import interrupt

settings.register_profile("patient", deadline=None)  # a busy machine is no reason to fail
settings.load_profile("patient")


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heard() -> None:
    """Let processes that tests start be interrupted, though a shell started us in the background.

    Such a shell makes its children ignore SIGINT, and they their own.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def _interrupts_put_back() -> Iterator[None]:
    """Undo `remember_interrupts`, which is for a whole program."""
    handler, hook = signal.getsignal(signal.SIGINT), sys.unraisablehook
    yield
    signal.signal(signal.SIGINT, handler)
    sys.unraisablehook = hook
    interrupt._interrupts.clear()


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    """Return the data folder with the real MNIST; skip where there is none."""
    named = os.environ.get("CNNTRAIN_DATA")
    if not named:
        pytest.skip("needs real MNIST: set CNNTRAIN_DATA to the folder that holds it")
    return Path(named)
