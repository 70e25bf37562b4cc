"""The page in a browser: drawing, preparation, answers."""

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnntrain.config import load_config
from cnntrain.data.handwriting.skeletons import HANDS
from cnntrain.data.pictures.prepare import prepare
from cnntrain.model.trained import load
from cnntrain.system.shipped import shipped_model
from cnntrain.web.alive import alive
from cnntrain.web.page import page as page_text
from tests.web.pages import draw, page_of, settle, wipe

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def photos(opened: Open, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the page of the network that comes with the program."""
    folder = tmp_path_factory.mktemp("photos")
    path = folder / "photos.html"
    model = load(shipped_model())
    filled = alive(model.network, model.config, model.classes, folder)
    path.write_text(page_text("draw.html.j2", alive=filled, about="a test"), encoding="utf-8")
    return opened(path, viewport={"width": 1280, "height": 900})


def drawing(page: Any, folder: Path) -> Path:
    """Write the picture that the page reads, black on white, to a file."""
    data = page.evaluate("() => app.input.pad.paper.toDataURL().split(',')[1]")
    path = folder / "drawing.png"
    path.write_bytes(base64.b64decode(data))
    return path


def seen(page: Any) -> np.ndarray:
    """Return the image that the page gives to the network, 0..255."""
    values = page.evaluate("() => [...app.network.outputs[0]]")
    image: np.ndarray = np.rint(255 * np.array(values)).reshape(28, 28)
    return image


@pytest.mark.parametrize(
    "digit",
    [pytest.param(name, marks=[] if name in "38" else [pytest.mark.slow]) for name in HANDS],
)
def test_a_drawn_digit_is_read_as_predict_reads_the_same_pixels(
    photos: Any, tmp_path: Path, digit: str
) -> None:
    wipe(photos)
    draw(photos, digit)
    assert photos.locator(".answer b").inner_text() == digit
    path = drawing(photos, tmp_path)
    difference = np.abs(seen(photos) - prepare(path).pixels.astype(float))
    assert difference.max() <= 2  # of 255: what roundings can do
    [answer] = load(shipped_model()).predict(path)
    shown = photos.evaluate("() => [...app.network.probabilities(app.network.outputs.at(-1))]")
    assert answer.label == digit
    assert np.allclose(shown, answer.probabilities, atol=0.01)


STROKES = {  # on a pad with sides of 1
    "a zigzag": [[(0.2, 0.2), (0.8, 0.35), (0.2, 0.5), (0.8, 0.65), (0.2, 0.8)]],
    "a cross": [[(0.2, 0.2), (0.8, 0.8)], [(0.2, 0.8), (0.8, 0.2)]],
    "a house": [[(0.3, 0.8), (0.3, 0.45), (0.5, 0.2), (0.7, 0.45), (0.7, 0.8), (0.3, 0.8)]],
    "a triangle": [[(0.5, 0.2), (0.8, 0.8), (0.2, 0.8), (0.5, 0.2)]],
    "an arrow": [[(0.2, 0.5), (0.8, 0.5)], [(0.6, 0.3), (0.8, 0.5), (0.6, 0.7)]],
    "an H": [[(0.3, 0.2), (0.3, 0.8)], [(0.7, 0.2), (0.7, 0.8)], [(0.3, 0.5), (0.7, 0.5)]],
    "an E": [[(0.7, 0.2), (0.3, 0.2), (0.3, 0.8), (0.7, 0.8)], [(0.3, 0.5), (0.6, 0.5)]],
    "a 7 with a hook": [[(0.3, 0.4), (0.3, 0.25), (0.7, 0.25), (0.5, 0.8)]],
    "a 4 that is a 9": [[(0.35, 0.2), (0.35, 0.5), (0.65, 0.5)], [(0.65, 0.2), (0.65, 0.8)]],
}


def scribble(page: Any, strokes: list[list[tuple[float, float]]]) -> None:
    box = page.locator("canvas.pad").bounding_box()
    for stroke in strokes:
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=8)
        page.mouse.up()
    settle(page)


def verdict(answer: str) -> str:
    return next((word for word in ("doubtful", "no digit found") if word in answer), "sure")


@pytest.mark.slow  # a dozen drawings, stroke by stroke
def test_the_page_doubts_what_predict_doubts(photos: Any, tmp_path: Path) -> None:
    found = set()
    for name, strokes in STROKES.items():
        wipe(photos)
        scribble(photos, strokes)
        said = photos.locator(".answer").inner_text()
        [prediction] = load(shipped_model()).predict(drawing(photos, tmp_path))
        expected = "doubtful" if prediction.doubtful else "sure"
        if prediction.label is None:
            expected = "no digit found"
        assert verdict(said) == expected, f"{name}: {said}; predict: {prediction.label}"
        found.add(expected)
    assert found == {"doubtful", "no digit found", "sure"}


@pytest.mark.slow
def test_a_network_that_knows_only_digits_says_which_but_may_doubt(
    opened: Open, tmp_path: Path
) -> None:
    page = opened(page_of(tmp_path, "lenet.yaml"))  # untrained: it is never sure
    draw(page, "3")
    assert page.evaluate("() => app.description.doubts") == {"doubtful": 0.8, "noDigit": None}
    assert verdict(page.locator(".answer").inner_text()) == "doubtful"
    page.close()


def test_a_finger_draws_and_a_second_one_does_not(photos: Any) -> None:
    wipe(photos)
    pen = """({ places, isPrimary }) => {
      const canvas = app.input.pad.canvas;
      const box = canvas.getBoundingClientRect();
      canvas.setPointerCapture = () => {}; // there is no finger to be captured
      places.forEach(([x, y], at) => {
        const clientX = box.left + x * box.width;
        const clientY = box.top + y * box.height;
        const what = { clientX, clientY, isPrimary, pointerType: "touch", button: 0 };
        canvas.dispatchEvent(new PointerEvent(at ? "pointermove" : "pointerdown", what));
      });
      canvas.dispatchEvent(new PointerEvent("pointerup"));
      delete canvas.setPointerCapture;
    }"""
    places = [[0.5, y / 20] for y in range(3, 18)]
    photos.evaluate(pen, {"places": places, "isPrimary": False})
    assert photos.evaluate("() => app.input.pad.blank")
    photos.evaluate(pen, {"places": places, "isPrimary": True})
    settle(photos)
    assert photos.locator(".answer b").inner_text() == "1"


@pytest.mark.slow
def test_undo_takes_the_last_stroke_away_and_clear_all_of_them(photos: Any) -> None:
    clear, undo = (photos.get_by_role("button", name=name) for name in ("Clear", "Undo"))
    wipe(photos)
    draw(photos, "4")
    strokes = photos.evaluate("() => app.input.pad.strokes.length")
    assert strokes > 1
    undo.click()
    assert photos.evaluate("() => app.input.pad.strokes.length") == strokes - 1
    clear.click()
    settle(photos)
    assert photos.evaluate("() => app.input.pad.blank")
    assert photos.locator(".answer").inner_text() == "Draw something"
    assert clear.is_disabled()
    assert undo.is_disabled()
    assert not seen(photos).any()


def test_an_image_of_the_data_can_be_chosen(photos: Any) -> None:
    photos.get_by_role("button", name="image of class 5").click()
    settle(photos)
    assert photos.locator(".answer b").inner_text() == "5"
    assert 0.5 < seen(photos).max() / 255 <= 1
    assert photos.evaluate("() => app.input.pad.blank")


def test_every_layer_is_shown_with_its_name_and_sizes(photos: Any) -> None:
    titles = photos.locator(".layer h3").all_inner_texts()
    assert titles[:3] == ["input 1×28×28", "conv1 24×28×28", "batch_norm1 24×28×28"]
    assert titles[-1] == "dense1 10"


def test_a_picture_of_the_page_has_the_digit_in_its_first_map(photos: Any) -> None:
    wipe(photos)
    draw(photos, "1")
    shot = photos.locator("[data-layer=input] canvas").screenshot()
    pixels = np.asarray(Image.open(io.BytesIO(shot)).convert("L"), float)
    middle = pixels[:, pixels.shape[1] // 3 : 2 * pixels.shape[1] // 3]
    assert middle.min() < 60  # the stroke, in the page's ink
    assert pixels[:, :4].min() > 200  # paper


def test_numbers_are_given_in_fields(opened: Open, tmp_path: Path) -> None:
    page = opened(page_of(tmp_path, "mazur.yaml"))
    assert page.evaluate("() => app.network.outputs.at(-1)[0]") == pytest.approx(
        0.75136507, abs=5e-9
    )
    page.get_by_label("input 1 of 2").fill("1")
    settle(page)
    assert page.evaluate("() => app.network.outputs[0][0]") == 1
    page.get_by_role("button", name="Example 1").click()
    settle(page)
    assert page.evaluate("() => app.network.outputs[0][0]") == 0.05
    page.close()


@pytest.mark.slow
def test_where_any_picture_is_taken_the_drawing_is_stretched_as_predict_does_it(
    opened: Open, tmp_path: Path
) -> None:
    page = opened(page_of(tmp_path, "rgb-folder.yaml"))
    draw(page, "7")
    expected = load_config("rgb-folder.yaml").dataset.read(drawing(page, tmp_path), "auto").images
    values = np.array(page.evaluate("() => [...app.network.outputs[0]]"))
    assert np.abs(255 * values - expected.ravel()).max() <= 1.001  # a rounding
    page.close()


def test_the_page_of_the_tutorials_network_is_small(tmp_path: Path) -> None:
    assert page_of(tmp_path, "lenet.yaml").stat().st_size <= 600_000


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_does_not_move_sideways(opened: Open, tmp_path: Path, width: int) -> None:
    page = opened(page_of(tmp_path, "lenet.yaml"), viewport={"width": width, "height": 800})
    for look in ("4, 100", "8, 3, 'backward'", "7, 3", "3, 100, 'backward'"):
        page.evaluate(f"() => app.look({look})")
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.evaluate("() => app.follow(4, 'weights', 13)")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.slow
def test_everything_can_be_reached_and_has_a_name(opened: Open, tmp_path: Path) -> None:
    page = opened(page_of(tmp_path, "lenet.yaml"), viewport={"width": 1280, "height": 900})
    page.get_by_role("button", name="image of class 3").click()
    page.evaluate("() => app.look(1, 100)")
    nameless = page.evaluate("""() =>
      [...document.querySelectorAll("button, canvas, input, select, [tabindex]")]
        .filter((each) => !each.closest("[aria-hidden], button canvas") && each.offsetParent)
        .filter((each) => !(each.ariaLabel || each.textContent || each.labels?.[0]?.textContent))
        .filter((each) => !each.parentElement.closest("button"))
        .map((each) => each.outerHTML)""")
    assert nameless == []
    page.locator("canvas.pad").focus()
    reached = list[str]()
    while True:
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement === document.body"):
            break
        name = "() => document.activeElement.ariaLabel ?? document.activeElement.textContent"
        reached.append(page.evaluate(name))
        outline = "() => getComputedStyle(document.activeElement).outlineStyle"
        inside = "() => document.activeElement.type === 'file'"  # its label has the outline
        assert page.evaluate(inside) or page.evaluate(outline) != "none", reached[-1]
    order = ["Clear", "image of class 0", "input: 1 maps", "conv1: 6 maps", "forward: y", "Close"]
    order += ["x[0,4,4] = ", "w1[0,0,0,0] = ", "sigmoid1: 6 maps", "dense1: 10 numbers", "Step"]
    places = [[name.startswith(wanted) for name in reached].index(True) for wanted in order]
    assert places == sorted(places)
    page.close()


@pytest.mark.slow
def test_maps_fit_on_paper_that_is_narrower_than_the_screen(opened: Open, tmp_path: Path) -> None:
    page = opened(page_of(tmp_path, "lenet.yaml"), viewport={"width": 1200, "height": 900})
    draw(page, "1")
    page.evaluate("() => { app.maps.fit = () => {}; }")  # a browser prints what the screen had
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 600, "height": 900})
    settle(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 600
    page.close()


@pytest.mark.slow
def test_paper_is_white_whatever_the_screen_is(opened: Open, tmp_path: Path) -> None:
    page = opened(page_of(tmp_path, "lenet.yaml"), color_scheme="dark")
    draw(page, "1")
    paper = "() => app.maps.views.map(({ tiles }) => tiles.colours.zero)"
    assert page.evaluate(paper)[0] == [20, 24, 29]
    page.emulate_media(media="print")
    settle(page)
    assert all(colour == [255, 255, 255] for colour in page.evaluate(paper))
    page.close()


@pytest.mark.slow
def test_what_was_not_drawn_on_is_not_printed(opened: Open, tmp_path: Path) -> None:
    page = opened(page_of(tmp_path, "lenet.yaml"))
    network, pad = page.locator("#network"), page.locator("canvas.pad")
    unprinted = page.get_by_text("Nothing had been drawn")
    assert unprinted.is_hidden()
    page.emulate_media(media="print")
    assert network.is_hidden()
    assert unprinted.is_visible()
    page.emulate_media(media="screen")
    page.get_by_role("button", name="image of class 3").click()
    settle(page)
    page.emulate_media(media="print")
    assert network.is_visible()
    assert pad.is_hidden()
    assert unprinted.is_hidden()
    page.emulate_media(media="screen")
    draw(page, "1")
    page.emulate_media(media="print")
    assert pad.is_visible()
    assert page.get_by_text("Draw with mouse").is_hidden()
    page.close()
