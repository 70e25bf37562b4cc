"""How changed files of a kind are read: an answer, or an error of cnntrain's own.

Anything else would be a traceback.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cnntrain.errors import CnntrainError
from tests.fuzzing.mutations import mutated


@dataclass(frozen=True)
class Reader:
    """How files of a kind are read, and such files."""

    read: Callable[[Path], object]  # the file, whose folder holds nothing else
    samples: Callable[[], list[bytes]]
    name: str = "x"  # may lie in a folder of its own
    forge: Callable[[random.Random, list[bytes]], bytes] | None = None  # instead of a mutation

    def attempt(self, rng: random.Random, folder: Path) -> bool:
        """Read a changed file; return whether it was refused. Raises what would be a traceback."""
        samples = _samples(self)
        if self.forge is not None and rng.random() < 0.8:
            content = self.forge(rng, samples)
        else:
            content = mutated(rng, rng.choice(samples), samples)
        path = folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        try:
            self.read(path)
        except CnntrainError as error:
            said = str(error)
            said.encode()
            assert len(said) < 3000, f"{len(said)} characters are said"
            return True
        return False


@cache
def _samples(reader: Reader) -> list[bytes]:
    return reader.samples()
