import numpy as np
import pytest

from cnntrain.show.error_sheet import GAP, LARGEST, LINE, SMALLEST, Tile, contact_sheet, writable

TOP = GAP + LINE + GAP  # of the first row of images


def plain(shape: tuple[int, int, int], value: int = 200) -> Tile:
    """Return a tile of one colour."""
    return Tile(np.full(shape, value, np.uint8), "7", "1")


def test_a_small_image_is_enlarged_by_a_whole_number_and_keeps_its_pixels() -> None:
    pixels = np.array([[[10, 20], [30, 40]]], np.uint8)
    sheet = np.asarray(contact_sheet("", [Tile(pixels, "7", "1")]))
    shown = sheet[TOP : TOP + SMALLEST, GAP : GAP + SMALLEST, 0]
    assert np.array_equal(shown, np.kron(pixels[0], np.ones((SMALLEST // 2, SMALLEST // 2))))


def test_a_large_image_is_reduced() -> None:
    sheet = contact_sheet("", [plain((1, 1000, 2000))])
    assert sheet.width == GAP + LARGEST + GAP


def test_an_rgb_image_is_shown_in_its_colours() -> None:
    pixels = np.zeros((3, 8, 8), np.uint8)
    pixels[0], pixels[1] = 250, 120
    sheet = contact_sheet("", [Tile(pixels, "7", "1")])
    assert sheet.getpixel((GAP, TOP)) == (250, 120, 0)


def test_an_image_of_other_channels_is_shown_by_its_first() -> None:
    pixels = np.stack([np.full((8, 8), 90), np.zeros((8, 8))]).astype(np.uint8)
    sheet = contact_sheet("", [Tile(pixels, "7", "1")])
    assert sheet.getpixel((GAP, TOP)) == (90, 90, 90)


def test_floats_from_0_to_1_are_shown_as_grey() -> None:
    sheet = contact_sheet("", [Tile(np.full((1, 14, 14), 0.4), "7", "1")])
    assert sheet.getpixel((GAP, TOP)) == (102, 102, 102)


def test_the_caption_below_an_image_has_the_class_in_black_and_the_answer_in_red() -> None:
    sheet = np.asarray(contact_sheet("", [plain((1, 28, 28), 255)])).astype(int)
    caption = sheet[TOP + SMALLEST :]
    dark = np.flatnonzero((caption.max(axis=2) < 100).any(axis=0))
    red = np.flatnonzero((caption[..., 0] - caption[..., 1] > 100).any(axis=0))
    assert 0 < len(dark)
    assert dark.max() < red.min()


def test_tiles_are_laid_out_in_rows() -> None:
    one = contact_sheet("", [plain((1, 28, 28))])
    many = contact_sheet("", [plain((1, 28, 28))] * 50)
    rows, rest = divmod(many.height - TOP, one.height - TOP)
    assert (rows, rest) == (3, 0)
    assert many.width == GAP + 20 * (one.width - GAP)


def test_no_caption_reaches_into_the_next_tile() -> None:
    wide = Tile(np.zeros((1, 28, 28), np.uint8), "Ankle boot", "Sneaker")
    assert contact_sheet("", [wide] * 2).width > 2 * (SMALLEST + GAP)


def test_a_sheet_without_tiles_has_the_heading_only() -> None:
    sheet = contact_sheet("No errors", [])
    assert sheet.height == TOP
    assert np.asarray(sheet).min() < 100


@pytest.mark.parametrize(
    ("name", "written"),
    [("7", "7"), ("Ankle boot", "Ankle boot"), ("猫", "#3"), ("a" * 40, "a" * 14 + "..")],
)
def test_a_class_that_the_font_cannot_write_is_shown_by_its_number(name: str, written: str) -> None:
    assert writable(name, 3) == written
