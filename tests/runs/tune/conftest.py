from collections.abc import Iterator

import pytest

from tests.runs.tune.searches import OPENED


@pytest.fixture(autouse=True)
def _searches_are_closed() -> Iterator[None]:
    """Close what a test leaves open: of a database that is not, Python 3.13 complains later."""
    yield
    while OPENED:
        OPENED.pop().close()
