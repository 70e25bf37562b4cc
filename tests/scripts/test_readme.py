"""The README of the scripts names each of them."""

import re

from tests.readme import ROOT, SCRIPTS, read


def test_every_script_has_its_row() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", read(SCRIPTS), re.MULTILINE)
    scripts = [p.name for p in (ROOT / "scripts").iterdir() if p.is_file() and not p.suffix]
    assert sorted(rows) == sorted(scripts)
