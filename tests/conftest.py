"""Fixtures that tests in several folders use."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    """Return the data folder with the real MNIST; skip where there is none."""
    named = os.environ.get("CNNTRAIN_DATA")
    if not named:
        pytest.skip("needs real MNIST: set CNNTRAIN_DATA to the folder that holds it")
    return Path(named)
