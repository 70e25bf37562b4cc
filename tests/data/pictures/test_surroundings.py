"""Photos on which more than paper and ink can be seen: glare, desks, frames, circles, stains."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from cnntrain.data.handwriting.curve import curve_of
from cnntrain.data.handwriting.skeletons import HANDS
from cnntrain.data.handwriting.write import write_hand
from cnntrain.data.pictures.prepare import prepare
from cnntrain.data.pictures.prepare_all import prepare_all
from tests.data.pictures.test_prepare import DIGITS, coloured, enlarged, likeness, sheet

Y, X = np.mgrid[:480, :640]
INK, DESK = (40, 42, 50), (70, 50, 40)


def page(digit: np.ndarray) -> np.ndarray:
    return coloured(sheet(enlarged(digit, 250), (480, 640), 120, 200), INK)


def drawn(light: np.ndarray) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.fromarray(np.uint8(light))
    return image, ImageDraw.Draw(image)


def glare(digit: np.ndarray) -> np.ndarray:
    board = coloured(
        sheet(enlarged(digit, 250), (480, 640), 120, 300), (30, 60, 150), (180, 183, 186)
    )
    spot = np.exp(-(((Y - 150) / 60) ** 2) - ((X - 150) / 90) ** 2)
    shining: np.ndarray = board + 110 * spot[..., None]
    return shining


def dark_frame(digit: np.ndarray) -> np.ndarray:
    inner = coloured(sheet(enlarged(digit, 180), (240, 240), 30, 30), INK)
    return np.pad(inner, [(20, 20), (20, 20), (0, 0)], constant_values=15)


def frame_that_touches_the_digit(digit: np.ndarray) -> np.ndarray:
    lowest = np.flatnonzero((digit > 100).any(axis=1))[-1]
    framed = np.roll(digit, 27 - lowest, axis=0)
    framed[[0, -1]] = framed[:, [0, -1]] = 255
    return framed


def desk_on_one_side(digit: np.ndarray) -> np.ndarray:
    image, draw = drawn(page(digit))
    draw.polygon([(590, 0), (640, 0), (640, 480), (620, 480)], fill=DESK)
    return np.asarray(image)


def desk_in_a_corner(digit: np.ndarray) -> np.ndarray:
    image, draw = drawn(page(digit))
    draw.polygon([(0, 0), (170, 0), (0, 130)], fill=DESK)
    return np.asarray(image)


def sheet_beside_a_cup(digit: np.ndarray) -> np.ndarray:
    desk = 110 + 30 * np.sin(Y / 6 + 3 * np.sin(X / 90))
    image, draw = drawn(np.repeat(desk[..., None], 3, axis=2))
    draw.ellipse((480, -80, 680, 120), fill=(240, 240, 240))
    draw.ellipse((505, -55, 655, 95), fill=(60, 35, 20))
    inner = coloured(sheet(enlarged(digit, 200), (300, 360), 50, 80), INK)
    image.paste(Image.fromarray(np.uint8(inner)), (150, 50))
    return np.asarray(image)


def circled(digit: np.ndarray) -> np.ndarray:
    image, draw = drawn(page(digit))
    draw.ellipse((170, 90, 480, 400), outline=INK, width=5)
    return np.asarray(image)


def box_with_a_gap(digit: np.ndarray) -> np.ndarray:
    image, draw = drawn(page(digit))
    corners = [(180, 100), (472, 108), (465, 392), (174, 396), (172, 112)]
    draw.line(corners, fill=INK, width=5, joint="curve")
    return np.asarray(image)


def stain(digit: np.ndarray) -> np.ndarray:
    ring = 0.25 * np.exp(-(((np.hypot(Y - 250, X - 545) - 85) / 6) ** 2))
    stained: np.ndarray = page(digit) * (1 - ring[..., None] * (0.4, 0.7, 1.0))
    return stained


SURROUNDINGS = [
    glare,
    dark_frame,
    frame_that_touches_the_digit,
    desk_on_one_side,
    desk_in_a_corner,
    sheet_beside_a_cup,
    circled,
    box_with_a_gap,
    stain,
]


@pytest.mark.parametrize("around", SURROUNDINGS)
def test_only_the_digit_is_seen(around: Callable[[np.ndarray], np.ndarray], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for digit in DIGITS[1:4]:
        light = around(digit)
        noisy = light + rng.normal(0, 3, light.shape)
        Image.fromarray(np.uint8(np.clip(noisy, 0, 255))).save(tmp_path / "photo.png")
        found = prepare_all(tmp_path / "photo.png")
        assert [line.pieces for line in found.lines] == [1]
        (image,) = (part.image for part in found.lines[0].candidates if part.image is not None)
        assert likeness(found.pixels[image], digit) > 0.75


@pytest.mark.parametrize(("hand", "place"), [(1, 80), (2, 34), (5, 126), (8, 63)])
def test_a_bold_8_is_no_sheet_of_paper_although_its_outline_is_as_full(
    tmp_path: Path, hand: int, place: int
) -> None:
    digit = write_hand(curve_of(HANDS["8"][hand]), 200, np.random.default_rng(0))[place]
    large = Image.fromarray(digit).resize((280, 280), Image.Resampling.BICUBIC)
    large.save(tmp_path / "eight.png")
    assert likeness(prepare(tmp_path / "eight.png").pixels, digit) > 0.9
