import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL
import pytest
from PIL import Image, ImageDraw, ImageFilter

from cnntrain.data.handwriting.curve import curve_of
from cnntrain.data.handwriting.skeletons import HANDS
from cnntrain.data.handwriting.write import write_hand
from cnntrain.data.pictures.crop import parse_crop
from cnntrain.data.pictures.fit import fitted
from cnntrain.data.pictures.found import found_ink
from cnntrain.data.pictures.ink import otsu
from cnntrain.data.pictures.likeness import is_drawn
from cnntrain.data.pictures.prepare import Picture, digit_marks, prepare
from cnntrain.data.pictures.read import read_picture
from cnntrain.errors import PictureError

DIGITS = np.concatenate(
    [write_hand(curve_of(HANDS[digit][0]), 1, np.random.default_rng(7)) for digit in "0195324687"]
)


GREEN_BOARD, BLUE_INK, PAPER = (40, 75, 60), (50, 70, 190), (235, 232, 225)
Convert = Callable[[Image.Image], Image.Image]


def likeness(first: np.ndarray, second: np.ndarray) -> float:
    """Return the correlation of two pictures, one pixel's shift aside: centres are rounded."""
    shifts = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    shifted = [np.roll(first, shift, axis=(0, 1)).ravel() for shift in shifts]
    return max(float(np.corrcoef(other, second.ravel())[0, 1]) for other in shifted)


def enlarged(digit: np.ndarray, side: int) -> np.ndarray:
    """Draw a digit's 28x28 pixels smoothly at another size: ink 0..1, (side, side)."""
    image = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    ink: np.ndarray = np.clip((np.asarray(image, float) - 100) / 60, 0, 1)
    return ink


def sheet(ink: np.ndarray, shape: tuple[int, int], top: int, left: int) -> np.ndarray:
    page = np.zeros(shape)
    page[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return page


def coloured(
    ink: np.ndarray, colour: tuple[int, int, int], paper: tuple[int, int, int] = PAPER
) -> np.ndarray:
    return ink[..., None] * colour + (1 - ink[..., None]) * paper


def saved(pixels: np.ndarray, path: Path) -> Path:
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(path)
    return path


def prepared(image: Image.Image, path: Path) -> Picture:
    image.save(path)
    return prepare(path)


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("inverted", [False, True])
def test_a_picture_like_mnist_comes_through_nearly_unchanged(
    digit: np.ndarray, inverted: bool, tmp_path: Path
) -> None:
    picture = prepare(saved(255 - digit if inverted else digit, tmp_path / "digit.png"))
    assert picture.pixels.shape == (28, 28)
    assert picture.pixels.dtype == np.uint8
    assert picture.warnings == ()
    assert likeness(picture.pixels, digit) > 0.9


def uneven_light(ink: np.ndarray) -> np.ndarray:
    page = coloured(sheet(enlarged(ink, 300), (480, 640), 90, 200), (40, 40, 45))
    return page * np.linspace(1, 0.35, 640)[None, :, None]


def sharp_shadow(ink: np.ndarray) -> np.ndarray:
    page = coloured(sheet(enlarged(ink, 300), (480, 640), 90, 200), (40, 40, 45))
    page[:, 330:] *= 0.6
    return page


def thin_blue_ink(ink: np.ndarray) -> np.ndarray:
    large = Image.fromarray(ink).resize((420, 420), Image.Resampling.BICUBIC)
    thin = np.clip((np.asarray(large, float) - 200) / 40, 0, 1)
    return coloured(sheet(thin, (480, 640), 30, 100), BLUE_INK)


def faint_strokes(ink: np.ndarray) -> np.ndarray:
    page = coloured(0.25 * sheet(enlarged(ink, 300), (480, 640), 90, 200), (60, 60, 60))
    return page + np.random.default_rng(0).normal(0, 3, page.shape)


def squared_paper(ink: np.ndarray) -> np.ndarray:
    page = coloured(sheet(enlarged(ink, 300), (480, 640), 90, 200), (40, 50, 140))
    page[::40] *= 0.8
    page[:, ::40] *= 0.8
    return page


def off_centre(ink: np.ndarray) -> np.ndarray:
    return coloured(sheet(enlarged(ink, 150), (480, 640), 320, 480), (40, 40, 45))


def tiny_on_a_huge_page(ink: np.ndarray) -> np.ndarray:
    return coloured(sheet(enlarged(ink, 140), (1500, 2000), 200, 1500), (40, 40, 45))


def chalk_on_a_board(ink: np.ndarray) -> np.ndarray:
    page = sheet(enlarged(ink, 300), (480, 640), 90, 200)
    return coloured(page, (215, 220, 215), GREEN_BOARD)


def yellow_ink_on_a_screen(ink: np.ndarray) -> np.ndarray:
    page = sheet(enlarged(ink, 300), (480, 640), 90, 200)
    return coloured(page, (250, 220, 20), (255, 255, 255))


HARD = [
    uneven_light,
    sharp_shadow,
    thin_blue_ink,
    faint_strokes,
    squared_paper,
    off_centre,
    tiny_on_a_huge_page,
    chalk_on_a_board,
    yellow_ink_on_a_screen,
]


@pytest.mark.parametrize("drawn", HARD)
def test_a_hard_picture_gives_about_the_clean_digit(
    drawn: Callable[[np.ndarray], np.ndarray], tmp_path: Path
) -> None:
    for digit in DIGITS[:4]:
        path = tmp_path / "photo.jpg"
        Image.fromarray(np.clip(drawn(digit), 0, 255).astype(np.uint8)).save(path, quality=90)
        picture = prepare(path)
        assert likeness(picture.pixels, digit) > 0.75
        assert picture.warnings == ()


def test_a_photo_of_12_megapixels_is_read(tmp_path: Path) -> None:
    page = 230 - 190 * sheet(enlarged(DIGITS[0], 1200), (3000, 4000), 900, 1400)
    picture = prepare(saved(page, tmp_path / "photo.jpg"))
    assert likeness(picture.pixels, DIGITS[0]) > 0.8


def sixteen_bit(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(image, np.uint16) * 16)  # 12 bits used, as scanners do


MODES: dict[str, tuple[str, Convert]] = {
    "1-bit": ("png", lambda image: image.convert("1", dither=Image.Dither.NONE)),
    "grey": ("png", lambda image: image),
    "grey with alpha": ("png", lambda image: image.convert("LA")),
    "palette": ("gif", lambda image: image.convert("P")),
    "RGB": ("bmp", lambda image: image.convert("RGB")),
    "RGBA": ("png", lambda image: image.convert("RGBA")),
    "CMYK": ("jpg", lambda image: image.convert("CMYK")),
    "YCbCr": ("tiff", lambda image: image.convert("YCbCr")),
    "16-bit": ("png", sixteen_bit),
    "32-bit": ("tiff", lambda image: image.convert("I")),
    "float": ("tiff", lambda image: image.convert("F")),
    "WebP": ("webp", lambda image: image.convert("RGB")),
}


@pytest.mark.parametrize("mode", MODES)
def test_every_kind_of_image_file_is_read(mode: str, tmp_path: Path) -> None:
    if mode == "YCbCr" and int(PIL.__version__.partition(".")[0]) < 13:
        pytest.skip("Pillow before 13 cannot read the TIFF that it writes of it")
    suffix, convert = MODES[mode]
    page = Image.fromarray(np.uint8(255 * (1 - enlarged(DIGITS[1], 140))))
    picture = prepared(convert(page), tmp_path / f"digit.{suffix}")
    assert likeness(picture.pixels, DIGITS[1]) > 0.8
    assert picture.warnings == ()


@pytest.mark.parametrize("shade", [0, 255])
def test_ink_on_a_transparent_background_is_seen(shade: int, tmp_path: Path) -> None:
    ink = enlarged(DIGITS[2], 140)
    pixels = np.full((140, 140, 4), shade, np.uint8)
    pixels[..., 3] = 255 * ink
    picture = prepare(saved(pixels, tmp_path / "ink.png"))
    assert likeness(picture.pixels, DIGITS[2]) > 0.85


def test_transparent_corners_are_not_taken_for_ink(tmp_path: Path) -> None:
    pixels = np.full((140, 140, 4), 255, np.uint8)
    pixels[..., :3] = (255 * (1 - enlarged(DIGITS[2], 140)))[..., None]
    pixels[:12, :12] = pixels[-12:, -12:] = 0
    picture = prepare(saved(pixels, tmp_path / "window.png"))
    assert likeness(picture.pixels, DIGITS[2]) > 0.85
    assert picture.warnings == ()


def test_a_photo_is_turned_as_its_exif_says(tmp_path: Path) -> None:
    page = Image.fromarray(np.uint8(255 * (1 - enlarged(DIGITS[3], 140))))
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn right by 90 degrees to see it upright
    page.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.jpg", exif=exif)
    assert likeness(prepare(tmp_path / "turned.jpg").pixels, DIGITS[3]) > 0.85


def test_the_first_frame_of_an_animation_is_read(tmp_path: Path) -> None:
    first, second = (Image.fromarray(np.uint8(255 * enlarged(DIGITS[k], 84))) for k in (4, 5))
    first.save(tmp_path / "moving.gif", save_all=True, append_images=[second])
    assert likeness(prepare(tmp_path / "moving.gif").pixels, DIGITS[4]) > 0.85


def test_invert_overrides_what_the_picture_suggests(tmp_path: Path) -> None:
    path = saved(255 - DIGITS[0], tmp_path / "dark.png")
    automatic = prepare(path)
    np.testing.assert_array_equal(prepare(path, invert="yes").pixels, automatic.pixels)
    assert not np.array_equal(prepare(path, invert="no").pixels, automatic.pixels)


def test_only_what_is_cropped_is_read(tmp_path: Path) -> None:
    page = np.zeros((200, 400))
    page[30:170, 20:160], page[30:170, 240:380] = (enlarged(DIGITS[k], 140) for k in (0, 1))
    path = saved(255 * (1 - page), tmp_path / "two.png")
    for text, digit in (("0,0,200,200", DIGITS[0]), ("50%,0,100%,100%", DIGITS[1])):
        picture = prepare(path, crop=parse_crop(text))
        assert likeness(picture.pixels, digit) > 0.8
        assert picture.warnings == ()
    assert picture.steps.crop == (200, 0, 400, 200)


def test_the_steps_can_be_written_as_json(tmp_path: Path) -> None:
    digit = prepare(saved(255 * (1 - enlarged(DIGITS[0], 140)), tmp_path / "digit.png"))
    steps = json.loads(json.dumps(digit.steps.as_object()))
    assert steps["size"] == [140, 140]
    assert steps["polarity"] == "dark on light"
    assert steps["blank"] is None
    blank = prepare(saved(np.zeros((50, 60)), tmp_path / "blank.png"))
    assert blank.steps.blank == "the picture looks blank"


def test_a_place_on_the_map_of_ink_is_found_in_the_picture(tmp_path: Path) -> None:
    page = sheet(np.ones((60, 10)), (900, 1200), 600, 800)
    path = saved(255 * (1 - page), tmp_path / "one.png")
    whole = found_ink(path, crop=parse_crop("100,200,1200,900"))
    marks = digit_marks(whole)
    assert marks is not None
    top, left, bottom, right = marks.bounds
    closer = whole.closer((left - 20, top - 20, right + 20, bottom + 20))
    assert closer.factor < whole.factor
    for ink in (whole, closer):
        marks = digit_marks(ink)
        assert marks is not None
        top, left, bottom, right = marks.bounds
        corners = np.array(ink.in_picture((left, top, right, bottom)))
        expected = [(800, 600), (810, 600), (810, 660), (800, 660)]
        np.testing.assert_allclose(corners, expected, atol=2 * ink.factor)


def test_thin_lines_become_as_thick_as_a_pen(tmp_path: Path) -> None:
    page = np.full((400, 400), 255)
    page[50:350, 199:201] = 0
    pixels = prepare(saved(page, tmp_path / "line.png")).pixels
    assert 1.5 <= pixels[14].sum() / 255 <= 3


THIN_LINES: dict[str, tuple[int, int, list[list[tuple[float, float]]]]] = {
    "1": (600, 2, [[(296, 120), (298, 480)]]),
    "4": (1000, 3, [[(529, 200), (320, 560), (680, 560)], [(590, 410), (590, 800)]]),
    "7": (600, 2, [[(193, 135), (407, 120)], [(407, 120), (289, 480)]]),
}


@pytest.mark.parametrize("ink", [0, 120])
@pytest.mark.parametrize("name", THIN_LINES)
def test_thin_lines_on_a_large_canvas_are_found(name: str, ink: int, tmp_path: Path) -> None:
    side, width, lines = THIN_LINES[name]
    for smooth in (1, 4):  # a line's pixels are whole, or shares of it
        large = Image.new("L", (smooth * side, smooth * side), 255)
        for line in lines:
            points = [(smooth * x, smooth * y) for x, y in line]
            ImageDraw.Draw(large).line(points, fill=ink, width=smooth * width)
        picture = prepared(large.reduce(smooth), tmp_path / "thin.png")
        xs, ys = zip(*(point for line in lines for point in line), strict=True)
        assert picture.box is not None
        np.testing.assert_allclose(picture.box, (min(xs), min(ys), max(xs), max(ys)), atol=6)
        assert picture.warnings == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([(20, 20), (25, 118), (88, 118)], [(78, 20), (88, 202)]),
        ([(20, 20), (21, 130), (118, 130)], [(116, 20), (118, 199)]),
        ([(20, 20), (25, 88), (124, 88)], [(113, 20), (124, 202)]),
    ],
)
def test_a_4_of_lines_of_a_pixel_is_no_noise(
    first: list[tuple[int, int]], second: list[tuple[int, int]]
) -> None:
    mark = Image.new("1", (150, 220))
    for line in (first, second):
        ImageDraw.Draw(mark).line(line, fill=1)
    assert is_drawn(np.asarray(mark))


@pytest.mark.parametrize("column", range(60, 75))
def test_no_line_of_a_pixel_is_lost_where_a_digit_is_shrunk(column: int) -> None:
    ink = np.zeros((170, 110), np.float32)
    ink[95, 5:95] = ink[5:155, 5 + column] = 1
    ink[np.arange(5, 96), np.linspace(45, 5, 91).round().astype(int)] = 1
    digit = fitted(ink, ink > 0.5, noise=0.025)
    rows = np.flatnonzero(digit.any(axis=1))
    assert rows[-1] - rows[0] + 1 == 20
    assert digit[rows[-3]].max() > 100


def test_ink_is_placed_by_its_centre_of_mass(tmp_path: Path) -> None:
    page = np.full((100, 100), 255)
    page[20:80, 30:40] = 0
    page[70:80, 30:60] = 0
    pixels = prepare(saved(page, tmp_path / "L.png")).pixels.astype(float)
    at = np.arange(28)
    assert abs(at @ pixels.sum(axis=1) / pixels.sum() - 14) <= 0.5
    assert abs(at @ pixels.sum(axis=0) / pixels.sum() - 14) <= 0.5
    rows = np.flatnonzero(pixels.any(axis=1))
    assert rows[-1] - rows[0] + 1 == 20


@pytest.mark.parametrize(("height", "width"), [(1, 1), (28, 28), (3, 500), (480, 640)])
@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_blank_picture_is_blank_and_says_so(
    height: int, width: int, shade: int, tmp_path: Path
) -> None:
    picture = prepare(saved(np.full((height, width), shade), tmp_path / "blank.png"))
    assert not picture.pixels.any()
    assert picture.warnings == ("the picture looks blank",)


@pytest.mark.parametrize("noise", [0, 2, 5])
def test_a_photo_of_empty_paper_is_blank(noise: int, tmp_path: Path) -> None:
    page = np.random.default_rng(1).normal(0, noise, (480, 640, 3)) + PAPER
    picture = prepare(saved(page * np.linspace(1, 0.6, 640)[:, None], tmp_path / "empty.png"))
    assert picture.warnings == ("the picture looks blank",)


def test_two_digits_are_warned_about(tmp_path: Path) -> None:
    page = np.zeros((200, 400))
    page[30:170, 20:160], page[30:170, 240:380] = (enlarged(DIGITS[k], 140) for k in (0, 1))
    picture = prepare(saved(255 * (1 - page), tmp_path / "two.png"))
    assert "several separate marks" in picture.warnings[0]


def test_a_wide_mark_is_warned_about(tmp_path: Path) -> None:
    page = np.full((200, 400), 255)
    page[90:110, 50:350] = 0
    assert "wider than a digit" in prepare(saved(page, tmp_path / "wide.png")).warnings[0]


def test_a_digit_at_the_border_and_a_faint_one_are_read_without_a_warning(tmp_path: Path) -> None:
    page = sheet(enlarged(DIGITS[0], 200), (200, 300), 0, 50)[60:]
    assert prepare(saved(255 * (1 - page), tmp_path / "cut.png")).warnings == ()
    faint = prepare(saved(230 - 20 * enlarged(DIGITS[0], 140), tmp_path / "faint.png"))
    assert faint.warnings == ()
    assert likeness(faint.pixels, DIGITS[0]) > 0.85


def vignette(rng: np.random.Generator) -> np.ndarray:
    far = np.add.outer(np.linspace(-0.5, 0.5, 480) ** 2, np.linspace(-0.5, 0.5, 640) ** 2)
    page: np.ndarray = np.array(PAPER) * (1 - 1.5 * far)[..., None]
    return page + rng.normal(0, 4, page.shape)


def edge_of_a_shadow(rng: np.random.Generator) -> np.ndarray:
    page = np.array(PAPER) * np.ones((480, 640, 1))
    page[np.add.outer(np.arange(480) / 6, np.arange(640)) < 440] *= 0.55
    return page + rng.normal(0, 4, page.shape)


def empty_board(rng: np.random.Generator) -> np.ndarray:
    page = np.array(GREEN_BOARD) * np.linspace(1, 0.7, 640)[None, :, None] * np.ones((480, 1, 1))
    return page + rng.normal(0, 4, page.shape)


@pytest.mark.parametrize("empty", [vignette, edge_of_a_shadow, empty_board])
def test_light_and_noise_are_no_ink(
    empty: Callable[[np.random.Generator], np.ndarray], tmp_path: Path
) -> None:
    for seed in range(2):
        page = empty(np.random.default_rng(seed))
        assert prepare(saved(page, tmp_path / "empty.jpg")).warnings == ("the picture looks blank",)


@pytest.mark.parametrize("digit", DIGITS)
def test_a_picture_cropped_to_the_digit_is_read(digit: np.ndarray, tmp_path: Path) -> None:
    rows, columns = (np.flatnonzero((digit > 128).any(axis=axis)) for axis in (1, 0))
    cut = 255 - digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    picture = prepare(saved(cut, tmp_path / "cut.png"))
    assert picture.warnings == ()
    assert likeness(picture.pixels, digit) > 0.8


def test_a_sheet_on_a_dark_desk_has_no_edges(tmp_path: Path) -> None:
    for digit in DIGITS[:4]:
        paper = Image.fromarray(
            np.uint8(220 * (1 - sheet(enlarged(digit, 150), (260, 340), 50, 90)))
        )
        desk = Image.new("L", (640, 480), 45)
        turned = paper.convert("LA").rotate(9, Image.Resampling.BICUBIC, expand=True)
        desk.paste(turned.getchannel(0), (180, 60), turned.getchannel(1))
        picture = prepared(desk, tmp_path / "desk.png")
        assert picture.warnings == ()
        assert likeness(picture.pixels, digit) > 0.75


@pytest.mark.parametrize("noise", [3, 9])
def test_the_inside_of_a_bold_0_in_a_row_is_no_sheet_of_paper(noise: int) -> None:
    row = Image.new("L", (190, 78))
    draw = ImageDraw.Draw(row)
    draw.ellipse((26, 14, 54, 62), outline=220, width=11)
    for x in (90, 130, 160):  # fours
        draw.line([(x, 15), (x - 6, 45), (x + 12, 45)], fill=220, width=4)
        draw.line([(x + 12, 20), (x + 6, 65)], fill=220, width=4)
    light = np.asarray(row, float) + 20 + np.random.default_rng(1).normal(0, noise, (78, 190))
    ink = found_ink(Image.fromarray(np.uint8(np.clip(light, 0, 255))))
    assert ink.steps.paper is None
    assert ink.steps.polarity == "light on dark"


@pytest.mark.parametrize("width", [3, 5, 7])
def test_a_bold_1_in_a_small_picture_is_no_blot(width: int, tmp_path: Path) -> None:
    pixels = np.zeros((28, 28), np.uint8)
    pixels[5:24, 12 : 12 + width] = 255
    bar = Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(0.7))
    assert prepared(bar, tmp_path / "bar.png").warnings == ()


def complaint(path: Path) -> str:
    with pytest.raises(PictureError) as caught:
        prepare(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "expected an image file" in message
    return message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "No such file" in complaint(tmp_path / "missing.png")


def test_a_folder_is_not_a_picture(tmp_path: Path) -> None:
    assert "it is a folder; expected an image file" in complaint(tmp_path)


def test_an_empty_file_is_called_empty(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    assert "an empty file" in complaint(tmp_path / "empty.png")


def test_text_is_not_a_picture(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("not a picture")
    assert "not an image" in complaint(tmp_path / "text.png")


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "bmp", "tiff", "webp"])
def test_a_truncated_file_is_called_damaged(suffix: str, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (90, 90))
    path = saved(noise, tmp_path / f"cut.{suffix}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    message = complaint(path)
    assert "damaged" in message or "not an image" in message


def test_a_picture_between_pillows_two_limits_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(DIGITS[0], tmp_path / "digit.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 600)  # Pillow warns above, refuses above twice
    assert read_picture(path).tobytes() == DIGITS[0].astype(np.uint8).tobytes()


@pytest.mark.parametrize("apart", [0, 1, 20, 63])
def test_tones_too_close_together_for_a_histogram_are_all_above_the_threshold(apart: int) -> None:
    tone = np.float32(0.5)
    values = np.array([tone, tone + apart * np.finfo(np.float32).eps / 2], np.float32)
    assert otsu(values) < 0.5


@pytest.mark.parametrize("seed", [0, 2, 4, 9, 12])
def test_a_page_of_nothing_but_noise_is_blank(tmp_path: Path, seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 40, (240, 320))
    Image.fromarray(np.uint8(np.clip(225 + noise, 0, 255))).save(tmp_path / "page.png")
    assert prepare(tmp_path / "page.png").warnings == ("the picture looks blank",)
