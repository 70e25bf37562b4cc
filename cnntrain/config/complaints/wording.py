"""How a complaint about a configuration is worded: where, which key, what is wrong with it.

A place is `file:line`, or the flag that gave the value, such as `--set train.alpha`.
"""

import re

from cnntrain.errors import ConfigError
from cnntrain.system.text import shown

FLAGS = {"--dataset": "dataset", "--epochs": "train.epochs", "--seed": "seed"}
SET = "--set "
LONGEST = 1000  # characters of what is said about a value
OPTIONS = ["dataset", "network", "loss", "train", "seed", "dtype", "tune", "published"]  # of a file

# What a dataclass says of an option begins with its name: "kernel: found 0, ...", "inputs[3]: ...".
OPTION = re.compile(r"([a-z_]\w*)(?:\[\d+\])*: ")


def at(where: str, key: str, problem: str) -> ConfigError:
    """Return the error for a value; what a flag has in its own name is not said again."""
    own = flag_key(where)
    told = key
    if own is not None and belongs(key, own):
        told = key[len(own) :].removeprefix(".")
    parts = (where, shown(told), shown(problem, LONGEST))
    error = ConfigError(": ".join(part for part in parts if part))
    error.where, error.key = where, key
    return error


def flag_key(where: str) -> str | None:
    """Return the key that the flag at a place gives a value to; None for a place in a file."""
    return where[len(SET) :] if where.startswith(SET) else FLAGS.get(where)


def of_flag(where: str) -> bool:
    """Return whether a place is a flag."""
    return flag_key(where) is not None


def named_after(flag: str, error: ConfigError) -> ConfigError:
    """Return the error of a line in a file that a flag is to blame for."""
    caused = ConfigError(f"{flag}: does not go with {error}")
    caused.where, caused.key = flag, error.key
    return caused


def option_named(problem: str) -> str | None:
    """Return the option that a dataclass complains about, if it names one."""
    match = OPTION.match(problem)
    return match[1] if match else None


def belongs(key: str, other: str) -> bool:
    """Return whether a key is another one, or stands below it."""
    return key == other or key.startswith((f"{other}.", f"{other}["))


def join(path: str, key: str) -> str:
    """Return the path of an entry."""
    return f"{path}.{key}" if path else key
