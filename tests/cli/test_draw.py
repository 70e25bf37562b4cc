"""`cnntrain draw`: the page, and where it goes."""

import json
import webbrowser
from pathlib import Path

import pytest

from tests.cli.conftest import Cnntrain


def test_a_page_is_written_where_it_is_wanted(
    cnntrain: Cnntrain, here: Path, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda url: pytest.fail(f"opened {url}"))
    done = cnntrain("draw", trained, "-o", "page.html")
    assert (done.returncode, done.stdout) == (0, "page.html\n")
    text = (here / "page.html").read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert "digits-1, digits.yaml, seed 0, test error" in text


def test_the_browser_opens_a_temporary_file(
    cnntrain: Cnntrain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    opened: list[str] = []

    def browser(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", browser)
    done = cnntrain("draw")
    path = Path(done.stdout.strip())
    assert opened == [path.as_uri()]
    assert path.parent.parent == tmp_path
    assert "Error" not in done.stderr
    assert "comes with cnntrain; there is no run in this folder" in done.stderr


def test_without_a_browser_the_file_is_named(
    cnntrain: Cnntrain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(webbrowser, "open", lambda url: False)
    done = cnntrain("draw")
    assert done.returncode == 0
    assert done.stderr.endswith("no browser could be opened; open this file in one\n")
    assert Path(done.stdout.strip()).stat().st_size > 100_000


def test_json_says_where_the_page_is_and_what_is_in_it(cnntrain: Cnntrain, trained: Path) -> None:
    done = cnntrain("draw", trained, "-o", "page.html", "--json")
    found = json.loads(done.stdout)
    assert found["file"] == "page.html"
    assert found["model"] == str(trained / "last.npz")
    assert done.stderr == ""


def test_what_is_no_network_is_refused(cnntrain: Cnntrain) -> None:
    done = cnntrain("draw", "tiny.yaml")
    assert done.returncode == 1
    assert "tiny.yaml: is a configuration, expected a trained network" in done.stderr
