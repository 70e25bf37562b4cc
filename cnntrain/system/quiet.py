"""Libraries that say more than a user can use."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

SILENT = logging.NullHandler()  # without any handler, Python prints what is logged on stderr


@contextmanager
def quiet(library: str) -> Iterator[None]:
    """Ignore warnings in the block, and keep what a library logs from stderr."""
    logging.getLogger(library).addHandler(SILENT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
