"""What run.json says, as far as it is what a run writes there: somebody may have changed it."""

from collections.abc import Mapping
from typing import Any, TypedDict, get_type_hints

import msgspec

from cnntrain.runs.published import Figure


class Result(TypedDict):
    """The result of a run, as `train --json` prints it."""

    run: str
    config: str
    epochs: int
    steps: int
    train_mse: float | None
    weighted_mse: float | None
    test_accuracy: float | None
    test_error: float | None
    test_error_ci95: tuple[float, float] | None
    seconds: float
    images_per_second: int | None
    weights_sha256: str


class Start(TypedDict):
    """How and when a run was resumed."""

    command: list[str]
    started: str


class OwnFile(TypedDict):
    """The file of the user's own layers."""

    file: str
    sha256: str


RESULT = Result.__required_keys__
_KINDS: dict[str, Any] = {
    **dict.fromkeys(("cnntrain", "config", "data_sha256", "python", "platform", "cpu"), str),
    **dict.fromkeys(("host", "started", "ended"), str),
    **dict.fromkeys(("seed", "threads", "pid"), int),
    "command": list[str],
    "limit": int | None,
    "with": OwnFile,
    "libraries": dict[str, str],
    "resumed": list[Start],
    "result": dict[str, Any] | None,
}
_RESULT_KINDS: dict[str, Any] = {**get_type_hints(Result), "published": list[Figure]}


def recorded(about: object) -> dict[str, Any]:
    """Return the values of run.json's content that are of the right kind, also in its result."""
    known = _of_kind(about, _KINDS)
    if known.get("result") is not None:
        known["result"] = _of_kind(known["result"], _RESULT_KINDS)
    return known


def _of_kind(values: object, kinds: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of a dictionary's values that are of their kinds; nothing else has to be there."""
    if not isinstance(values, dict):
        return {}
    return {
        key: values[key] for key, kind in kinds.items() if key in values and _is(values[key], kind)
    }


def _is(value: object, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except (msgspec.ValidationError, UnicodeError):  # another kind, or half a character
        return False
    return True
