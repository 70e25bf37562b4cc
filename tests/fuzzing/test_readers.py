"""Whatever stands in a file: it is read, or refused with an error of cnntrain's own, soon.

`scripts/soak readers` tries many more.
"""

import random
import time
from pathlib import Path

import pytest

from tests.fuzzing.mutations import LARGEST, mutated
from tests.fuzzing.readers import READERS

INPUTS = {"configurations": 40, "IDX and gzip": 500, "checkpoints": 60, "pictures": 40}
SOME = 60  # inputs of other kinds

LEFT_OUT = {  # what is wrong there is left out, or written anew
    *("run.json", "run.json, listed", "kept pictures", "records of epochs, resumed"),
}


@pytest.mark.parametrize("name", READERS)
def test_a_changed_file_is_read_or_refused(name: str, tmp_path: Path) -> None:
    refused = 0
    for number in range(INPUTS.get(name, SOME)):
        before = time.monotonic()
        try:
            refused += READERS[name].attempt(random.Random(f"test {number}"), tmp_path)
        except Exception as error:
            raise AssertionError(f"{name}: input {number} (seed 'test {number}')") from error
        assert time.monotonic() - before < 30
    assert refused or name in LEFT_OUT


@pytest.mark.parametrize("name", READERS)
def test_a_file_as_it_is_written_is_read(name: str, tmp_path: Path) -> None:
    reader = READERS[name]
    path = tmp_path / reader.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(reader.samples()[0])
    reader.read(path)


def test_changes_are_repeatable_and_bounded() -> None:
    data = bytes(range(200))
    many = [mutated(random.Random(n), data, [data]) for n in range(300)]
    assert many == [mutated(random.Random(n), data, [data]) for n in range(300)]
    assert len(set(many)) > 250
    assert max(map(len, many)) <= LARGEST
