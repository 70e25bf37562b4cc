"""A trace as plain data, with all its numbers: what `trace --json` prints."""

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnntrain.explain.trace.steps import Term, Trace, Update

DERIVED = {Term: ("product",), Update: ("total",), Trace: ("largest_difference",)}


def as_object(trace: Trace) -> dict[str, Any]:
    """Return the trace as one JSON object."""
    found: dict[str, Any] = _plain(trace)
    return found


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        names = [f.name for f in fields(value)] + list(DERIVED.get(type(value), ()))
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return value.tolist()
    return str(value) if isinstance(value, Path) else value
