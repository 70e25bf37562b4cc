"""What the tests of the README files share: the pages, and how to find things in them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
FRONT = "README.md"
LESSON = "cnntrain/nn/README.md"
CHINESE = "cnntrain/nn/README.zh.md"  # the same lesson
LESSONS = [LESSON, CHINESE]
CONFIGS = "configs/README.md"
SCRIPTS = "scripts/README.md"
WEB = "cnntrain/web/README.md"
COMMANDS = "cnntrain/cli/README.md"
PAGES = [FRONT, *LESSONS, CONFIGS, SCRIPTS, WEB, COMMANDS]


def read(page: str) -> str:
    """Return the text of a page, or of any file of the project."""
    return (ROOT / page).read_text(encoding="utf-8")


def block(page: str, mark: str) -> str:
    """Return the fenced block under a comment."""
    found = re.search(
        rf"^<!-- {re.escape(mark)} -->\n```\w+\n(.*?)^```$", read(page), re.MULTILINE | re.DOTALL
    )
    assert found, f"{page}: no block <!-- {mark} -->"
    return found[1]


def section(page: str, heading: str) -> str:
    """Return the text under a heading, down to the next one."""
    _, found, rest = read(page).partition(f"\n## {heading}\n")
    assert found, f"{page}: no section {heading}"
    return rest.partition("\n## ")[0]


def paragraph(page: str, start: str) -> str:
    """Return the one paragraph that begins with `start`."""
    found = [part for part in read(page).split("\n\n") if part.startswith(start)]
    assert len(found) == 1, f"{page}: {len(found)} paragraphs begin with {start}"
    return found[0]
