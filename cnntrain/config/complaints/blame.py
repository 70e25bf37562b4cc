"""Which flag is to blame for a complaint about a line of a file that nobody touched."""

from collections.abc import Callable, Sequence

from cnntrain.config.complaints.wording import named_after, of_flag
from cnntrain.config.overrides import flag_text
from cnntrain.errors import ConfigError


def blamed(
    error: ConfigError, overrides: Sequence[str], attempt: Callable[[Sequence[str]], object]
) -> ConfigError:
    """Return the error, naming the flag that caused it.

    `attempt` repeats what failed with the first few of the overrides. Where it fails in the
    same way with none of them, the file is the cause, and the error stays as it is.
    """
    if of_flag(error.where):
        return error
    for count in reversed(range(len(overrides))):
        try:
            attempt(overrides[:count])
        except ConfigError as other:
            if other.key == error.key:
                continue
        return named_after(flag_text(overrides[count]), error)
    return error
