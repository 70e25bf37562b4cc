"""A table imports a class when it is asked for, and not before."""

import subprocess
import sys
from typing import Any

import pytest

from cnntrain.data.augment import DISTORTIONS
from cnntrain.data.augment.geometry import Rotation
from cnntrain.data.sources import SOURCES
from cnntrain.system.rows import Rows


def imported_by(program: str) -> set[str]:
    """Return the modules of data sources and distortions that a program imports."""
    ending = "\nimport sys; print(*(n for n in sys.modules if n.startswith('cnntrain.data.')))"
    done = subprocess.run(
        [sys.executable, "-c", program + ending], capture_output=True, text=True, check=True
    )
    return {name.removeprefix("cnntrain.data.") for name in done.stdout.split()}


def test_a_row_gives_the_class_that_it_names() -> None:
    assert DISTORTIONS["rotate"] is Rotation
    assert list(DISTORTIONS)[:2] == ["shift", "rotate"]
    assert len(DISTORTIONS) == 9


@pytest.mark.parametrize("table", [SOURCES, DISTORTIONS])
def test_every_row_leads_to_a_class(table: Rows[Any]) -> None:
    assert all(isinstance(kind, type) for kind in table.values())


def test_a_name_without_a_row_is_no_key() -> None:
    assert "rotation" not in DISTORTIONS
    with pytest.raises(KeyError, match="rotation"):
        DISTORTIONS["rotation"]


def test_reading_a_configuration_imports_what_it_names_and_no_more() -> None:
    found = imported_by("from cnntrain.config import load_config; load_config('lenet')")
    assert "sources.idx" in found
    assert not found & {"sources.npz", "sources.folder", "augment.geometry", "augment.pixels"}
    found = imported_by("from cnntrain.config import load_config; load_config('tiny')")
    assert "augment.geometry" in found
    assert "augment.pixels" not in found
