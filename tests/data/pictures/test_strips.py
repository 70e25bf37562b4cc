"""Large pictures: a PNG is decoded strip by strip, and others up to a size."""

import io
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnntrain.data.pictures import read, strips
from cnntrain.data.pictures.read import read_picture
from cnntrain.errors import PictureError

HEADER = 16  # where the width, height, depth, type and interlacing of a PNG are
Change = Callable[[bytearray], None]


def slopes(channels: int) -> np.ndarray:
    """Return soft noise, of which a PNG's rows have different filters: (60, 2100, channels)."""
    steps = np.random.default_rng(0).integers(-3, 4, (60, 2100, channels))
    return np.clip(128 + np.cumsum(steps, axis=1), 0, 255)


def filtered_16_bit(kind: int, channels: int) -> bytes:
    """Return a PNG of 16 bits whose rows have all five filters in turn; Pillow writes only grey."""
    values = 257 * slopes(channels).astype(">u2") + np.arange(2100, dtype=">u2")[None, :, None]
    rows = np.frombuffer(values.astype(">u2").tobytes(), np.uint8).reshape(60, -1).astype(int)
    above = np.vstack((np.zeros_like(rows[:1]), rows[:-1]))
    left, diagonal = (np.roll(part, 2 * channels, axis=1) for part in (rows, above))
    left[:, : 2 * channels] = diagonal[:, : 2 * channels] = 0
    guess = left + above - diagonal
    near, up, far = (abs(guess - part) for part in (left, above, diagonal))
    paeth = np.where((near <= up) & (near <= far), left, np.where(up <= far, above, diagonal))
    guesses = np.stack((0 * rows, left, above, (left + above) // 2, paeth))
    filters = np.arange(60) % 5
    packed = (rows - guesses[filters, np.arange(60)]) % 256
    content = np.hstack((filters[:, None], packed)).astype(np.uint8).tobytes()
    image = Image.fromarray(np.zeros((60, 2100), np.uint8))
    png = png_of(image, lambda head: head.__setitem__(slice(8, 10), bytes((16, kind))))
    return png[:33] + chunk(b"IDAT", zlib.compress(content)) + chunk(b"IEND", b"")


def chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + name + content + checksum


def png_of(image: Image.Image, change: Change) -> bytes:
    """Return an image as a PNG whose header was changed."""
    file = io.BytesIO()
    image.save(file, "PNG")
    content = file.getvalue()
    head = bytearray(content[HEADER:29])
    change(head)
    return content[:8] + chunk(b"IHDR", bytes(head)) + content[33:]


def written(image: Image.Image, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return file.getvalue()


def grey() -> Image.Image:
    return Image.fromarray(slopes(1)[..., 0].astype(np.uint8))


def colours(channels: int = 3) -> Image.Image:
    return Image.fromarray(slopes(channels).astype(np.uint8))


KINDS: dict[str, Callable[[], bytes]] = {
    "1 bit": lambda: written(grey().convert("1")),
    "grey": lambda: written(grey()),
    "a transparent grey": lambda: written(grey(), transparency=grey().getpixel((9, 9))),
    "grey of 16 bits": lambda: written(Image.fromarray(np.uint16(slopes(1)[..., 0] * 200))),
    "RGB": lambda: written(colours()),
    "a transparent colour": lambda: written(colours(), transparency=colours().getpixel((9, 9))),
    "RGBA": lambda: written(colours(4)),
    "grey with alpha": lambda: written(colours(4).convert("LA")),
    "palette": lambda: written(colours().quantize(200)),
    "palette of 4 bits": lambda: written(colours().quantize(16), bits=4),
    "palette of 2 bits": lambda: written(colours().quantize(4), bits=2),
    "palette of 1 bit": lambda: written(colours().quantize(2), bits=1),
    "palette with alpha": lambda: written(colours().quantize(200), transparency=bytes(range(200))),
    "RGB of 16 bits": lambda: filtered_16_bit(2, 3),
    "RGBA of 16 bits": lambda: filtered_16_bit(6, 4),
    "grey with alpha, of 16 bits": lambda: filtered_16_bit(4, 2),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_png_decoded_in_strips_is_the_one_decoded_whole(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(KINDS[kind]())
    monkeypatch.setattr(strips, "STRIP", 20_000)  # eight rows
    monkeypatch.setattr(strips, "PIECE", 1_000)
    in_strips = read_picture(path)
    monkeypatch.setattr(strips, "SMALL", 10_000)
    whole = read_picture(path)
    assert in_strips.mode == whole.mode
    assert in_strips.size == whole.size
    assert in_strips.tobytes() == whole.tobytes()


def test_a_large_png_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="Windows counts otherwise")
    code = (
        "import pathlib, resource, sys\n"
        "from cnntrain.data.pictures.read import read_picture\n"
        "read_picture(pathlib.Path(sys.argv[1]))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    peaks = []
    for side in (500, 8_000):
        path = tmp_path / f"{side}.png"
        Image.new("L", (side, side)).save(path, compress_level=1)
        peaks.append(int(subprocess.check_output([sys.executable, "-c", code, str(path)])))
    unit = 1 if sys.platform == "darwin" else 1024  # bytes
    assert (peaks[1] - peaks[0]) * unit < 30e6  # decoded whole, it takes 64


def test_a_large_png_whose_end_is_missing_is_called_damaged(tmp_path: Path) -> None:
    content = written(colours())
    (tmp_path / "cut.png").write_bytes(content[: len(content) // 2])
    with pytest.raises(PictureError, match=r"a damaged file \(image file is truncated\)"):
        read_picture(tmp_path / "cut.png")


@pytest.mark.parametrize("late", [False, True])
def test_a_large_png_is_turned_as_its_exif_says(late: bool, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = exif.tobytes().removeprefix(b"Exif\0\0")
    content, at = written(grey()), -12 if late else 33
    (tmp_path / "turned.png").write_bytes(content[:at] + chunk(b"eXIf", data) + content[at:])
    assert read_picture(tmp_path / "turned.png").size == (30, 1050)


def header(width: int, height: int, interlaced: int = 0) -> bytes:
    """Return a PNG of this size, RGB, of which only the first bytes are there."""
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return png_of(
        Image.new("RGB", (8, 8)),
        lambda head: head.__setitem__(slice(None), size + bytes((8, 2, 0, 0, interlaced))),
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            header(9_000, 10_000, 1),
            (
                "90 megapixels; expected at most 50 in this kind of file, interlaced PNG; make it "
                "smaller, or save it as PNG without interlacing"
            ),
        ),
        (
            header(40_000, 30_000),
            "1,200 megapixels; expected at most 1,000 in this kind of file, PNG; make it smaller",
        ),
    ],
)
def test_a_picture_that_would_take_too_much_is_refused(
    content: bytes, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "huge.png"
    path.write_bytes(content)
    with pytest.raises(PictureError) as caught:
        read_picture(path)
    assert str(caught.value) == f"{path}: {message}"


@pytest.mark.parametrize(
    ("name", "options", "kind"),
    [
        ("a.tif", {"compression": "group4"}, "TIFF"),
        ("a.jpg", {"progressive": True}, "progressive JPEG"),
        ("a.bmp", {}, "BMP"),
    ],
)
def test_a_picture_that_is_decoded_whole_may_be_larger_if_its_pixels_have_one_byte(
    name: str, options: dict[str, Any], kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "MOST_WHOLE", 1)
    monkeypatch.setattr(read, "MOST_OF_A_BYTE", 3)
    path = tmp_path / name
    mode = "1" if kind == "TIFF" else "L"
    Image.new(mode, (2000, 1500)).save(path, **options)
    assert read_picture(path).size == (2000, 1500)
    Image.new(mode, (2000, 2000)).save(path, **options)
    with pytest.raises(PictureError, match=f"4 megapixels; expected at most 3 .*, {kind};"):
        read_picture(path)
