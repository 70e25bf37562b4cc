"""Work in a process of its own, which may be killed, grow, or load what other parts must not have."""

import os
import resource
from collections.abc import Callable
from pathlib import Path


def apart(folder: Path, work: Callable[[], None]) -> resource.struct_rusage:
    """Do some work in a fork of this process; return what it used. Raises AssertionError if it fails."""
    said = folder / "said"
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        except BaseException as error:  # noqa: BLE001  # it is reported
            said.write_text(f"{type(error).__name__}: {error}", errors="replace")
        finally:
            os._exit(1)
    _, status, used = os.wait4(pid, 0)
    assert status == 0, said.read_text() if said.exists() else f"ended with status {status}"
    return used
