"""Open any image file that Pillow reads, as grey or RGB, upright, and not larger than needed."""

import io
import logging
import warnings
from contextlib import nullcontext
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from cnntrain.data.pictures.metadata import JPEG, bare
from cnntrain.data.pictures.modes import grey_or_rgb
from cnntrain.data.sources.base import HEIC_ADVICE, HEIC_ENDINGS, reads_heic
from cnntrain.errors import PictureError
from cnntrain.system.regular import instead_of_file
from cnntrain.system.streams import unheard

DRAFT_SIDE = 1000  # a JPEG is decoded at a half, quarter or eighth of its size down to this
SILENT = logging.NullHandler()  # without any handler, Python prints what is logged on stderr
_EXPECTED = "expected an image file, such as PNG or JPEG"
ORIENTATION = 0x0112  # the EXIF tag that says how the camera was held
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_picture(path: Path) -> Image.Image:
    """Read the first frame of an image file, upright, in mode L or RGB.

    `modes` says what becomes of transparency, deep values and large pictures. A large JPEG is
    decoded at reduced size. No metadata but the orientation are used, and none can stop a picture.
    Raises PictureError where there is no file, or where it is not an image, damaged, or too large
    to be opened safely.
    """
    if path.suffix.lower() in HEIC_ENDINGS and reads_heic():
        import pillow_heif  # an extra

        pillow_heif.register_heif_opener()
    other = instead_of_file(path)
    if other is not None:
        raise _unreadable(path, f"it is {other}", "give the path of an image file")
    try:
        with warnings.catch_warnings():
            # Pillow warns of odd metadata, and of pictures such as phones make: 89 megapixels.
            warnings.simplefilter("ignore")
            logging.getLogger("PIL").addHandler(SILENT)
            return _read(path)
    except UnidentifiedImageError as error:
        heic = path.suffix.lower() in HEIC_ENDINGS and not reads_heic()
        advice = f"save it as one, or {HEIC_ADVICE}" if heic else "give the path of an image file"
        raise _unreadable(path, _content(path), advice) from error
    except Image.DecompressionBombError as error:
        raise _unreadable(path, "more than 178 megapixels", "save it smaller") from error
    except OSError as error:
        found = error.strerror or f"a damaged file ({error})"
        raise _unreadable(path, found, "check the path, or save the picture again") from error
    except Exception as error:  # what Pillow's many decoders let escape: ValueError, SyntaxError...
        found = f"a damaged file ({error})"
        raise _unreadable(path, found, "save the picture again") from error


def _read(path: Path) -> Image.Image:
    """Read a file as it is or, if that fails, without its metadata."""
    try:
        return _upright(path)
    except (Image.DecompressionBombError, FileNotFoundError, IsADirectoryError, PermissionError):
        raise
    except Exception:
        without = bare(path)
        if without is None:
            raise
        return _upright(without)


def _upright(file: Path | io.BytesIO) -> Image.Image:
    with _opened(file) as image:
        image.draft("RGB", (DRAFT_SIDE, DRAFT_SIDE))
        with unheard() if image.format == "TIFF" else nullcontext():  # libtiff says what is odd
            image.load()
        turn = _turn(image)
        read = grey_or_rgb(image)
        return read if turn is None else read.transpose(turn)


def _opened(file: Path | io.BytesIO) -> Image.Image:
    """Open a file; a JPEG of any size, as it is decoded at an eighth, unless it is progressive."""
    try:
        return Image.open(file)
    except Image.DecompressionBombError:
        if not isinstance(file, Path) or not _is_jpeg(file):
            raise
    from PIL.JpegImagePlugin import JpegImageFile  # slow, and needed by few pictures

    image = JpegImageFile(file)
    if image.info.get("progressive"):
        raise Image.DecompressionBombError  # all of its coefficients would be in memory at once
    return image


def _is_jpeg(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(JPEG)) == JPEG


def _turn(image: Image.Image) -> Image.Transpose | None:
    """Return how to turn a picture upright, None if it is or if its metadata cannot be read."""
    try:
        return UPRIGHT.get(image.getexif().get(ORIENTATION, 1))
    except Exception:  # noqa: BLE001  # whatever odd tags bring up
        return None


def _unreadable(path: Path, found: str, advice: str) -> PictureError:
    return PictureError(path, f"{found}; {_EXPECTED}; {advice}")


def _content(path: Path) -> str:
    return "an empty file" if path.stat().st_size == 0 else "not an image that Pillow can read"
