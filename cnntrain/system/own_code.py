"""Failures in a user's own file of layers: their line of code instead of a traceback of ours."""

import linecache
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from cnntrain.errors import CnntrainError, ConfigError, OwnLayerError, UsageError

MODULE = "cnntrain_own_layers"  # as which Python knows the file
ADVICE = "correct it; `cnntrain check` with the same file tells what is wrong with a layer"


@contextmanager
def failures(
    kind: type[CnntrainError] = OwnLayerError,
    advice: str = ADVICE,
    place: str = "",
    more: Callable[[], str] = str,
) -> Iterator[None]:
    """Translate what code of the file raises in the block: its line, the reason, what to do.

    `place` is where to look if no line of the file was running; without it, such a failure passes.
    `more` is what else to say. Raises `kind`.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise
    except (Exception, SystemExit) as error:
        said = explained(error, kind, advice, place, more)
        if said is None:
            raise
        raise said from error


def explained(
    error: BaseException,
    kind: type[CnntrainError] = OwnLayerError,
    advice: str = ADVICE,
    place: str = "",
    more: Callable[[], str] = str,
) -> CnntrainError | None:
    """Return an error of `kind` for one that comes from the file's code; None for any other.

    A complaint of ours may have been made from one. But an option that `__post_init__` rejects, or
    a shape that does not fit, is a complaint as it is.
    """
    wrapped = isinstance(error, ConfigError)
    cause = error.__cause__ if wrapped else error
    if cause is None or type(cause).__module__.partition(".")[0] == "cnntrain":
        return None
    steps = [(f, line) for f, line in traceback.walk_tb(cause.__traceback__) if _is_own(f)]
    why = f"{type(cause).__name__}: {cause}".rstrip(": ")
    if steps:
        frame, line = steps[-1]
        code = frame.f_code
        if wrapped and code.co_name == "__post_init__":
            return None
        linecache.checkcache(code.co_filename)
        text = linecache.getline(code.co_filename, line).strip()
        within = "" if code.co_name == "<module>" else f"in {code.co_qualname}: "
        place = f"{code.co_filename}:{line}"
        why = f"{within}{why}" + (f"; the line is `{text}`" if text else "")
    elif wrapped or not place:
        return None
    return kind(f"{place}: {why}{more()}; {advice}")


def _is_own(frame: FrameType) -> bool:
    return bool(frame.f_globals.get("__name__") == MODULE)


def unreadable(path: Path, error: SyntaxError | ValueError) -> UsageError:
    """Return the error for what is not Python: where, and the line."""
    if not isinstance(error, SyntaxError):
        return UsageError(f"{path}: is not a Python file: {error}; name one, such as my_layers.py")
    line = f" in `{error.text.strip()}`" if error.text and error.text.strip() else ""
    return UsageError(f"{path}:{error.lineno or 1}: {error.msg}{line}; correct the line")


def no_layers(path: Path, found: list[type], lines: Mapping[str, int]) -> UsageError:
    """Return the error for a file without a layer; with classes that may have been meant as such."""
    wanted = "`class Convolution(Layer):`, with `from cnntrain.nn.layers.base import Layer`"
    for kind in found:
        if {"forward", "backward", "f", "df"} & vars(kind).keys():
            return UsageError(
                f"{path}:{lines.get(kind.__name__, 1)}: class {kind.__name__}: is no Layer; expected "
                f"one, such as {wanted}; derive it from Layer, or from one of our layers"
            )
    return UsageError(f"{path}: found no class of a layer in it; write one, such as {wanted}")
