"""Open any image file that Pillow reads, as grey or RGB, upright, and not larger than needed."""

import io
from contextlib import nullcontext
from pathlib import Path

from PIL import Image, ImageFile, UnidentifiedImageError

from cnntrain.data.pictures.metadata import bare
from cnntrain.data.pictures.modes import grey_or_rgb
from cnntrain.data.pictures.strips import in_strips, read_late_exif
from cnntrain.data.sources.base import HEIC_ADVICE, HEIC_ENDINGS, reads_heic
from cnntrain.errors import PictureError
from cnntrain.system.quiet import quiet
from cnntrain.system.regular import instead_of_file
from cnntrain.system.streams import unheard

MOST_WHOLE = 50  # megapixels that are decoded at once: phones make 48
MOST_OF_A_BYTE = 100  # megapixels, the same of pixels of one byte; other ones have four
MOST_IN_STRIPS = 1_000  # megapixels, which take time rather than memory
DRAFT_SIDE = 1000  # a JPEG is decoded at a half, quarter or eighth of its size down to this
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

    `modes` says what becomes of transparency, deep values and large pictures. No metadata but the
    orientation are used, and none can stop a picture. Raises PictureError where there is no file,
    or where it is not an image, damaged, or so large that it would take too much memory.

    | a picture larger than 2,000 pixels | is decoded | memory of its own, bytes per pixel | megapixels |
    | --- | --- | --- | --- |
    | PNG, not interlaced | strip by strip | 0: less than 60 MB for any size | up to 1,000 |
    | JPEG, not progressive | at down to an eighth of its size | less than 20 MB | any |
    | progressive JPEG, with colours | whole | 3 | up to 50 |
    | others, black and white, grey, or with a palette | whole | 1 | up to 100 |
    | others, with colours or deep values | whole | 4; WebP 16 | up to 50 |
    """
    if path.suffix.lower() in HEIC_ENDINGS and reads_heic():
        import pillow_heif  # an extra

        pillow_heif.register_heif_opener()
    other = instead_of_file(path)
    if other is not None:
        raise _unreadable(path, f"it is {other}", "give the path of an image file")
    try:
        with quiet("PIL"):  # it warns of odd metadata, and of 89 megapixels, as phones make them
            return _read(path)
    except UnidentifiedImageError as error:
        heic = path.suffix.lower() in HEIC_ENDINGS and not reads_heic()
        advice = f"save it as one, or {HEIC_ADVICE}" if heic else "give the path of an image file"
        raise _unreadable(path, _content(path), advice) from error
    except PictureError:
        raise
    except OSError as error:
        found = error.strerror or f"a damaged file ({error})"
        raise _unreadable(path, found, "check the path, or save the picture again") from error
    except Exception as error:  # what Pillow's many decoders let escape: ValueError, SyntaxError...
        found = f"a damaged file ({error})"
        raise _unreadable(path, found, "save the picture again") from error


def _read(path: Path) -> Image.Image:
    """Read a file as it is or, if that fails, without its metadata."""
    try:
        return _upright(path, path)
    except (PictureError, FileNotFoundError, IsADirectoryError, PermissionError):
        raise
    except Exception:
        without = bare(path)
        if without is None:
            raise
        return _upright(path, without)


def _upright(path: Path, file: Path | io.BytesIO) -> Image.Image:
    with _opened(file) as image:
        size = image.size
        image.draft("RGB", (DRAFT_SIDE, DRAFT_SIDE))
        if not image.info.get("progressive"):
            size = image.size  # all coefficients of a progressive JPEG are in memory at once
        _refuse_if_large(path, image, size)
        if not in_strips(image):
            with unheard() if image.format == "TIFF" else nullcontext():  # libtiff says what is odd
                image.load()
        turn = _turn(image)
        read = grey_or_rgb(image)
        return read if turn is None else read.transpose(turn)


def _opened(file: Path | io.BytesIO) -> ImageFile.ImageFile:
    """Open a file of any size: the limits here are not Pillow's."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        return Image.open(file)
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def _refuse_if_large(path: Path, image: ImageFile.ImageFile, size: tuple[int, int]) -> None:
    """Raise PictureError if an image takes too much memory or time; of it, `size` is decoded."""
    kind, advice = str(image.format), "make it smaller"
    if in_strips(image):
        most = MOST_IN_STRIPS
    else:
        most = MOST_OF_A_BYTE if image.mode in ("1", "L", "P") else MOST_WHOLE
        advice += ", or save it as PNG without interlacing"
    if size[0] * size[1] <= most * 1_000_000:
        return
    for order, key in (("interlaced", "interlace"), ("progressive", "progressive")):
        kind = f"{order} {kind}" if image.info.get(key) else kind
    found = f"{size[0] * size[1] / 1e6:,.0f} megapixels"
    raise PictureError(
        path, f"{found}; expected at most {most:,} in this kind of file, {kind}; {advice}"
    )


def _turn(image: Image.Image) -> Image.Transpose | None:
    """Return how to turn a picture upright, None if it is or if its metadata cannot be read."""
    try:
        if in_strips(image):
            read_late_exif(image)
        # The method of this class: that of a PNG decodes all of it.
        return UPRIGHT.get(Image.Image.getexif(image).get(ORIENTATION, 1))
    except Exception:  # noqa: BLE001  # whatever odd tags bring up
        return None


def _unreadable(path: Path, found: str, advice: str) -> PictureError:
    return PictureError(path, f"{found}; {_EXPECTED}; {advice}")


def _content(path: Path) -> str:
    return "an empty file" if path.stat().st_size == 0 else "not an image that Pillow can read"
