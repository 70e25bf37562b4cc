"""A real browser: Chromium without a window, one process for all tests."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cnntrain.web.modules import modules

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HANGS = 60_000  # milliseconds, after which a page is taken to wait for ever

Evaluate = Callable[..., Any]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Yield the system's Chromium; skip where it, or what drives it, is missing."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="needs the Python package playwright"
    )
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"needs a browser: none of {', '.join(BROWSERS)} is installed")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=program)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def engine(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evaluate]:
    """Yield a function that calls a JavaScript function of one argument in a page with our modules."""
    path = tmp_path_factory.mktemp("engine") / "modules.html"
    path.write_text(f"<!doctype html><meta charset='utf-8'>{modules()}", encoding="utf-8")
    page = browser.new_page()
    page.set_default_timeout(HANGS)
    page.goto(path.as_uri())

    def evaluate(function: str, argument: object = None) -> Any:
        """Hand over the argument as JSON, as a page has its network: it knows no tuples."""
        return page.evaluate(function, json.loads(json.dumps(argument)))

    yield evaluate
    page.close()


@pytest.fixture(scope="session")
def opened(browser: Any) -> Iterator[Callable[[Path], Any]]:
    """Yield a function that opens a page; at the end, nothing may have gone wrong in any of them."""
    problems: list[str] = []

    def page(path: Path, **options: Any) -> Any:
        opened = browser.new_page(**options)
        opened.set_default_timeout(HANGS)
        opened.on("pageerror", lambda error: problems.append(f"{path.name}: {error}"))
        opened.on("console", lambda message: problems.append(f"{path.name}: {message.text}"))
        opened.on("request", lambda request: _note_request(request.url, path, problems))
        opened.goto(path.as_uri())
        return opened

    yield page
    assert problems == []


def _note_request(url: str, path: Path, problems: list[str]) -> None:
    if url != path.as_uri() and not url.startswith(("data:", "blob:")):
        problems.append(f"{path.name}: asked for {url}")
