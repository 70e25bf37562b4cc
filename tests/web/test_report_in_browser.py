"""The page of a run as a reader has it: wide, narrow, dark, on paper, with nothing from elsewhere."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnntrain.model.trained import load
from cnntrain.show.plots.subject import Subject
from cnntrain.show.summary import percent
from cnntrain.web.report import report
from tests.small import finish, started
from tests.web.pages import draw

SECTIONS = [
    *("Result", "Curves", "Classes", "Worst mistakes", "Filters", "The network, alive", "Layers"),
    *("Configuration", "Surroundings"),
]
TELEPHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "small-1"
    finish(started(), folder)
    return folder


@pytest.fixture(scope="module")
def path(run: Path) -> Path:
    """Return the file of a page."""
    file = run.parent / "report.html"
    file.write_text(report(Subject(run, None, 1, lambda *_: None)).text, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def wide(opened: Callable[..., Any], path: Path) -> Iterator[Any]:
    page = opened(path)
    yield page
    page.close()


def colour(page: Any, name: str) -> Any:
    return page.evaluate(f"getComputedStyle(document.body)['{name}']")


def test_every_section_is_there_and_every_link_leads_to_one(wide: Any) -> None:
    assert wide.locator("h2").all_inner_texts() == SECTIONS
    links = wide.locator("nav a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert all(wide.locator(link).is_visible() for link in links)


def test_the_numbers_are_those_of_the_evaluation(wide: Any, run: Path) -> None:
    result = load(run).evaluate()
    cells = wide.locator(".confusion td").all_inner_texts()
    assert [int(cell.replace("·", "0")) for cell in cells] == result.confusion.ravel().tolist()
    assert f"({result.correct} of {result.n} images)" in wide.locator("#result").inner_text()
    recall = wide.locator(".classes tbody td:nth-child(4)").all_inner_texts()
    assert recall == [percent(share) for share in result.per_class or ()]


def test_every_picture_is_shown_and_has_a_description(wide: Any) -> None:
    shown = wide.locator("img").evaluate_all("all => all.map(i => [i.naturalWidth > 0, i.alt])")
    assert len(shown) > 1
    assert all(loaded and alt for loaded, alt in shown)


def test_the_network_in_the_page_reads_what_is_drawn(
    opened: Callable[..., Any], path: Path
) -> None:
    page = opened(path, viewport={"width": 1280, "height": 900})
    page.locator("canvas.pad").scroll_into_view_if_needed()
    draw(page, "1")
    [image, *_, answers] = page.evaluate("() => app.network.outputs.map((y) => [...y])")
    assert max(image) > 0.9
    expected = load(path.parent / "small-1").network.outputs(np.reshape(image, (1, 1, 28, 28)))
    assert answers == pytest.approx(expected[0].tolist(), abs=1e-5)
    page.close()


def test_nothing_is_wider_than_a_telephone(opened: Callable[..., Any], path: Path) -> None:
    page = opened(path, viewport=TELEPHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == TELEPHONE["width"]
    edges = page.locator("main *:not(.wide *)").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().right)"
    )
    assert max(edges) <= TELEPHONE["width"]
    page.close()


def test_dark_is_dark_and_paper_is_white(opened: Callable[..., Any], path: Path) -> None:
    page = opened(path, color_scheme="dark")
    assert colour(page, "background-color") == "rgb(20, 24, 29)"
    assert colour(page, "color") == "rgb(230, 233, 236)"
    page.emulate_media(media="print")
    assert colour(page, "background-color") == "rgb(255, 255, 255)"
    assert not page.locator("nav").is_visible()
    page.close()


def test_what_is_folded_is_printed_too_and_folded_again(wide: Any) -> None:
    defaults = wide.locator("details pre")
    assert not defaults.is_visible()
    wide.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert "batchsize: 20" in defaults.inner_text()
    wide.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not defaults.is_visible()
