"""Photos in the page: found and prepared as `predict` does it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from cnntrain.data.handwriting.skeletons import HANDS
from cnntrain.data.pictures.prepare import prepare
from cnntrain.model.trained import load
from cnntrain.system.shipped import shipped_model
from cnntrain.web.alive import alive
from cnntrain.web.page import page as page_text
from tests.web.pages import draw, placed, settle, wipe

Open = Callable[..., Any]
pytestmark = pytest.mark.slow  # a browser computes in every test

SIDES = (900, 700)


def written(*digits: tuple[str, int, int]) -> np.ndarray:
    """Return the ink 0..1 of digits of 400 pixels, each with the place of its upper left corner."""
    image = Image.new("L", SIDES)
    pen = ImageDraw.Draw(image)
    for digit, left, top in digits:
        for points in placed(HANDS[digit][0]):
            places = [(left + 400 * x, top + 400 * y) for x, y in points]
            pen.line(places, fill=255, width=22, joint="curve")
            for x, y in places:
                pen.ellipse([x - 11, y - 11, x + 11, y + 11], fill=255)
    ink: np.ndarray = np.asarray(image.filter(ImageFilter.GaussianBlur(1.5)), float) / 255
    return ink


def photo(path: Path, digit: str, *, dark: bool) -> None:
    """Write a digit in pen on paper or chalk on a blackboard, in uneven light."""
    ink = written((digit, 250, 150))
    light = np.linspace(0.7, 1, SIDES[0])[None] * np.linspace(1, 0.8, SIDES[1])[:, None]
    grey = light * (235 - 180 * ink) if dark else 40 * light + 170 * ink
    grey += np.random.default_rng(5).normal(0, 4, grey.shape)
    Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).save(path)


@pytest.fixture(scope="module")
def page(opened: Open, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the page of the network that comes with the program."""
    folder = tmp_path_factory.mktemp("photos")
    path, model = folder / "photos.html", load(shipped_model())
    filled = alive(model.network, model.config, model.classes, folder)
    path.write_text(page_text("draw.html.j2", alive=filled, about=""), encoding="utf-8")
    return opened(path)


def choose(page: Any, path: Path) -> np.ndarray:
    """Choose a photo, and return what the network then sees, 0..255."""
    wipe(page)  # otherwise the photo before it could be taken for this one
    page.locator("input[type=file]").set_input_files(str(path))
    page.wait_for_function("() => app.input.pad.photo && app.input.photo === app.input.pad.photo")
    settle(page)
    values = page.evaluate("() => [...app.network.outputs[0]]")
    image: np.ndarray = np.rint(255 * np.array(values)).reshape(28, 28)
    return image


@pytest.mark.parametrize(("digit", "dark"), [("2", True), ("5", False), ("8", True)])
def test_a_photo_is_read_as_predict_reads_it(
    page: Any, tmp_path: Path, digit: str, dark: bool
) -> None:
    photo(tmp_path / "photo.png", digit, dark=dark)
    seen = choose(page, tmp_path / "photo.png")
    prepared = prepare(tmp_path / "photo.png").pixels.astype(float)
    assert np.abs(seen - prepared).mean() < 4  # of 255: noise is blurred by another way
    assert page.locator(".answer b").inner_text() == digit
    assert load(shipped_model()).predict(tmp_path / "photo.png")[0].label == digit


def test_ink_is_looked_for_in_the_channel_that_shows_it_best(page: Any, tmp_path: Path) -> None:
    ink = written(("2", 250, 150))[..., None]
    paper, red = np.array([150, 220, 150]), np.array([225, 184, 150])  # the same grey
    noise = np.random.default_rng(5).normal(0, 4, (*ink.shape[:2], 3))
    Image.fromarray(np.uint8((1 - ink) * paper + ink * red + noise)).save(tmp_path / "photo.png")
    seen = choose(page, tmp_path / "photo.png")
    found = prepare(tmp_path / "photo.png")
    assert found.steps.channel == "red"
    assert np.abs(seen - found.pixels.astype(float)).mean() < 4
    assert page.locator(".answer b").inner_text() == "2"


def test_that_there_are_several_digits_is_said(page: Any, tmp_path: Path) -> None:
    remarks = page.locator(".drawn p[role=status]")
    ink = written(("2", 0, 150), ("8", 450, 150))
    Image.fromarray(np.uint8(255 - 255 * ink)).save(tmp_path / "photo.png")
    choose(page, tmp_path / "photo.png")
    [warning] = prepare(tmp_path / "photo.png").warnings
    said = "There are several separate marks; only the heaviest is used."
    assert (remarks.inner_text(), said[0].lower() + said[1:-1]) == (said, warning)
    assert page.locator(".answer b").inner_text() == "8"
    photo(tmp_path / "photo.png", "3", dark=True)
    choose(page, tmp_path / "photo.png")
    assert remarks.text_content() == ""


def test_a_mark_too_wide_for_a_digit_is_remarked_on(page: Any, tmp_path: Path) -> None:
    ink = written(("5", 0, 150), ("5", 400, 150))
    ink[340:360, 180:620] = 1  # a line through both
    Image.fromarray(np.uint8(255 - 255 * ink)).save(tmp_path / "photo.png")
    choose(page, tmp_path / "photo.png")
    assert "the mark is wider than a digit" in prepare(tmp_path / "photo.png").warnings
    assert "The mark is wider than a digit." in page.locator(".drawn p[role=status]").inner_text()


def test_the_page_names_the_command_that_reads_more(page: Any) -> None:
    assert "cnntrain predict also reads several" in page.locator(".drawn").inner_text()


def test_a_stroke_takes_the_photo_away(page: Any, tmp_path: Path) -> None:
    photo(tmp_path / "photo.png", "3", dark=True)
    choose(page, tmp_path / "photo.png")
    draw(page, "1")
    assert page.evaluate("() => app.input.pad.photo") is None
    assert page.locator(".answer b").inner_text() == "1"


def test_what_is_no_picture_is_said(page: Any, tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("no picture")
    page.locator("input[type=file]").set_input_files(str(tmp_path / "notes.png"))
    said = page.locator(".photos [role=status]")
    said.get_by_text("notes.png cannot be read as a picture").wait_for()
