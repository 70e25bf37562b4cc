"""The failures that a user can cause, each with the exit code that the command line gives it.

Raise them where the failure is known, with a complete message: where, what was found, what was
expected, what to do. The command line prints the message and nothing else.
"""

from pathlib import Path
from typing import Self


class CnntrainError(Exception):
    """Report a failure the user can cause: the work could not be done (exit code 1).

    Each argument is a line of the message; a line break within one, as names may have it, ends none.
    """

    exit_code = 1

    def __str__(self) -> str:
        """Return the message."""
        return "\n".join(str(line).replace("\n", "\\n") for line in self.args)


class UsageError(CnntrainError):
    """Report a command line that is not valid (exit code 2)."""

    exit_code = 2


class ConfigError(UsageError):
    """Report a configuration that is not valid (exit code 2)."""

    where = ""  # file:line, or the flag that gave the value
    key = ""  # of the value, as train.alpha


class OwnLayerError(CnntrainError):
    """Report code in a user's own file of layers that fails while it computes."""


class DataError(CnntrainError):
    """Report data that is missing, damaged, or not what it should be."""


class DownloadError(DataError):
    """Report that no mirror delivered a data set."""


class PictureError(DataError):
    """Report a picture that cannot be read: where it is, and what is wrong with it."""

    def __init__(self, path: Path, problem: str) -> None:
        """Take the message in two parts, since what was read may be a copy of what was named."""
        super().__init__(f"{path}: {problem}")
        self.path, self.problem = path, problem

    def __reduce__(self) -> tuple[type["PictureError"], tuple[Path, str]]:
        """Return how it is made again in another process."""
        return type(self), (self.path, self.problem)


class CheckpointError(CnntrainError):
    """Report a file that is not a checkpoint, or not one that this version reads."""


class BusyError(CnntrainError):
    """Report a run folder that another process is training in."""


class OutputError(CnntrainError):
    """Report a file or folder that cannot be written."""

    @classmethod
    def of(cls, target: Path | str, error: OSError, advice: str) -> Self:
        """Return the error for a failed system call: where, why, and what to do."""
        return cls(f"{target}: cannot be written: {error.strerror or error}; {advice}")


class DivergedError(CnntrainError):
    """Report a training run whose numbers stopped being finite."""


class RequirementError(CnntrainError):
    """Report a result below what the caller required."""
