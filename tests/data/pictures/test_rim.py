import numpy as np
import pytest
from PIL import Image

from cnntrain.data.pictures.rim import inside_rim


def framed(page: np.ndarray, width: int, tone: int) -> Image.Image:
    return Image.fromarray(np.pad(page, width, constant_values=tone).astype(np.uint8))


@pytest.mark.parametrize("width", [1, 3, 12])
@pytest.mark.parametrize(("tone", "paper"), [(0, 230), (255, 20), (0, 150)])
def test_a_frame_of_one_tone_is_left_out(width: int, tone: int, paper: int) -> None:
    page = np.full((60, 90), paper)
    page[20:40, 40:50] = tone
    image = framed(page, width, tone)
    assert inside_rim(image) == (width, width, 90 + width, 60 + width)


def test_a_stroke_may_touch_the_frame() -> None:
    page = np.full((26, 26), 255)
    page[4:, 10:14] = 0
    assert inside_rim(framed(page, 1, 0)) == (1, 1, 27, 27)


def test_the_margin_around_a_frame_is_left_out_with_it() -> None:
    framing = np.pad(np.full((60, 80), 240), 5, constant_values=20)
    assert inside_rim(framed(framing, 9, 240)) == (14, 14, 94, 74)


def test_a_blurred_edge_belongs_to_the_frame() -> None:
    page = np.full((200, 200), 220.0)
    for depth, tone in enumerate((20, 20, 20, 90, 160)):
        page[[depth, -1 - depth]] = page[:, [depth, -1 - depth]] = tone
    assert inside_rim(Image.fromarray(page.astype(np.uint8))) == (5, 5, 195, 195)


def test_a_large_picture_loses_no_less_than_its_frame() -> None:
    image = framed(np.full((900, 1200), 210), 30, 25)
    left, top, right, bottom = inside_rim(image)
    assert 30 <= min(left, top) <= max(left, top) <= 40
    assert 1220 <= right <= 1230
    assert 920 <= bottom <= 930


def test_the_paper_around_a_round_digit_is_no_frame() -> None:
    y, x = np.mgrid[:28, :28] - 13.5
    distance = np.hypot(y, x)
    zero = Image.fromarray(np.uint8(255 * ((distance < 4) | (distance > 9))))
    assert inside_rim(zero) == (0, 0, 28, 28)


def test_a_desk_on_two_sides_is_no_frame() -> None:
    page = np.full((100, 100), 230, np.uint8)
    page[:10] = page[:, :10] = 20
    assert inside_rim(Image.fromarray(page)) == (0, 0, 100, 100)


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (28, 28), (640, 480)])
def test_a_blank_picture_has_no_frame(size: tuple[int, int]) -> None:
    assert inside_rim(Image.new("L", size, 99)) == (0, 0, *size)
