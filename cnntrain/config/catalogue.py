"""The shipped configurations: what each of them is, and how well it does, by its first lines."""

import difflib
from dataclasses import dataclass
from pathlib import Path

from cnntrain.errors import ConfigError
from cnntrain.system.shipped import shipped

RESULT = "# Result: "


@dataclass(frozen=True)
class Shipped:
    """A configuration that comes with the program."""

    name: str  # with its ending, as lenet.yaml
    path: Path
    content: bytes  # of the file

    @property
    def summary(self) -> str:
        """Return what it is: the first line of its comment."""
        return self._lines()[0].removeprefix("# ")

    @property
    def result(self) -> str:
        """Return what it reaches: the line of its comment that begins with "Result:"."""
        lines = [line for line in self._lines() if line.startswith(RESULT)]
        return lines[0].removeprefix(RESULT) if lines else ""

    def _lines(self) -> list[str]:
        return self.content.decode().splitlines()


def catalogue() -> list[Shipped]:
    """Return all shipped configurations, sorted by name."""
    paths = sorted(shipped().glob("*.yaml"))
    return [Shipped(path.name, path, path.read_bytes()) for path in paths]


def shipped_config(name: str) -> Shipped:
    """Return the shipped configuration of a name, with or without .yaml. Raises ConfigError."""
    known = {config.name: config for config in catalogue()}
    for full in (name, f"{name}.yaml"):
        if full in known:
            return known[full]
    near = difflib.get_close_matches(f"{name.removesuffix('.yaml')}.yaml", known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(known)}"
    raise ConfigError(f"{name}: found no shipped configuration of that name; {hint}")
