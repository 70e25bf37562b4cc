"""Where a configuration named on the command line is."""

import os
from pathlib import Path

from cnntrain.errors import ConfigError
from cnntrain.system.shipped import shipped

ENDINGS = ("", ".yaml", ".yml")


def find_config(name: str) -> Path:
    """Return the file for a path or a name: as given, then among the shipped configurations.

    `lenet` and `lenet.yaml` mean the same. Raises ConfigError.
    """
    folders = [Path()]
    if Path(name).name == name:
        folders.append(shipped())
    for folder in folders:
        for ending in ENDINGS:
            candidate = folder / f"{name}{ending}"
            # unlike Path.exists: False for an impossible name
            if os.path.exists(candidate) and not os.path.isdir(candidate):
                return candidate
    if os.path.isdir(name):
        raise ConfigError(f"{name}: is a folder; expected a YAML file")
    known = ", ".join(sorted(path.name for path in shipped().glob("*.yaml")))
    raise ConfigError(
        f"{name}: no such configuration, here or among the shipped ones; "
        f"give the path of a YAML file, or one of {known}"
    )
