"""The libraries of the extras `tune` and `dask`, imported when they are needed."""

import logging
import warnings
from importlib import import_module
from types import ModuleType

from cnntrain.errors import UsageError


def optuna() -> ModuleType:
    """Return Optuna, with its own messages turned off. Raises UsageError if it is missing."""
    found = _required("optuna", "tune", "tune")
    found.logging.set_verbosity(found.logging.CRITICAL)  # what it finds damaged, it logs as well
    warnings.simplefilter("ignore", found.exceptions.ExperimentalWarning)
    return found


def distributed() -> ModuleType:
    """Return Dask's package for clusters, silenced likewise. Raises UsageError if it is missing."""
    found = _required("distributed", "--dask", "dask")
    for name in ("distributed", "distributed.client", "distributed.core"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # it logs tracebacks
    return found


def _required(name: str, wanted_by: str, extra: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        if (error.name or "").partition(".")[0] != name:
            raise
        raise UsageError(
            f"{wanted_by}: {name} is missing; `pip install 'cnntrain[{extra}]'` adds it"
        ) from error
