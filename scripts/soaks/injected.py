"""Make calls of the operating system fail, or do something else, in a process of cnntrain's."""

import io
import os
from collections.abc import Callable
from typing import Any

CALLS = ("open", "write", "fsync", "replace", "rename", "unlink", "chmod", "mkdir")  # of saving


def at_call(
    call: str, count: int, action: Callable[[], None], *, after: bool = False
) -> Callable[[], None]:
    """Return what prepares a process to do something at the `count`-th such call, or `after` it."""
    made = 0

    def hook(really: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        nonlocal made
        made += 1
        if made == count and not after:
            action()
        result = really(*arguments, **options)
        if made == count and after:
            action()
        return result

    return lambda: _replace(call, hook)


def failing(call: str, first: int, last: int, number: int) -> Callable[[], None]:
    """Return what prepares a process so that calls `first` to `last` fail with an error number."""
    made = 0

    def hook(really: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        nonlocal made
        made += 1
        if first <= made <= last:
            raise OSError(number, os.strerror(number))
        return really(*arguments, **options)

    return lambda: _replace(call, hook)


def _replace(call: str, hook: Callable[..., Any]) -> None:
    """Let a hook decide what becomes of the calls that write."""
    if call == "write":
        _replace_writes(hook)
        return
    really = getattr(os, call)

    def instead(*arguments: Any, **options: Any) -> Any:
        writes = call != "open" or arguments[1] & os.O_CREAT
        return hook(really, *arguments, **options) if writes else really(*arguments, **options)

    setattr(os, call, instead)


def _replace_writes(hook: Callable[..., Any]) -> None:
    """Let a hook decide what becomes of writing to the files that are renamed in the end."""
    really = os.fdopen

    class Raw(io.FileIO):
        def write(self, data: Any) -> Any:
            return hook(super().write, data)

    def instead(descriptor: int, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if mode != "wb":
            return really(descriptor, mode, *arguments, **options)
        return io.BufferedWriter(Raw(descriptor, "w"))

    setattr(os, "fdopen", instead)  # noqa: B010  # mypy knows all of its forms
