"""Let a script be run outside the environment in which cnntrain is installed."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path


def use_environment() -> None:
    """Go on with the Python of .venv where this one lacks cnntrain's libraries, or say what to do."""
    if all(importlib.util.find_spec(name) for name in ("cnntrain", "numpy", "msgspec")):
        return
    root = Path(__file__).resolve().parent.parent
    python = root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if python.exists() and Path(sys.prefix) != root / ".venv":
        raise SystemExit(subprocess.call([str(python), *sys.argv]))
    raise SystemExit(
        f"{sys.executable}: this Python has no cnntrain; run scripts/test once, which makes .venv, "
        "or run this script in an environment with `pip install -e .`"
    )
