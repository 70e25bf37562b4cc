"""Open any image file that Pillow reads, as grey or RGB, upright, and not larger than needed."""

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from cnntrain.data.sources.base import HEIC_ADVICE, HEIC_ENDINGS, reads_heic
from cnntrain.errors import PictureError

DRAFT_SIDE = 1000  # a JPEG is decoded at a half, quarter or eighth of its size down to this
_EXPECTED = "expected an image file, such as PNG or JPEG"


def read_picture(path: Path) -> Image.Image:
    """Read the first frame of an image file, upright, in mode L or RGB.

    Transparency is laid over a background that shows the ink; values of more than 8 bits are
    scaled to 0..255. A large JPEG is decoded at reduced size. Raises PictureError where there is
    no file, or where it is not an image, damaged, or too large to be opened safely.
    """
    if path.suffix.lower() in HEIC_ENDINGS and reads_heic():
        import pillow_heif  # an extra

        pillow_heif.register_heif_opener()
    try:
        with warnings.catch_warnings():
            # Pillow only warns up to twice its limit of 89 megapixels: phones make such pictures.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                image.draft("RGB", (DRAFT_SIDE, DRAFT_SIDE))
                image.load()
                return _grey_or_rgb(ImageOps.exif_transpose(image))
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


def _unreadable(path: Path, found: str, advice: str) -> PictureError:
    return PictureError(path, f"{found}; {_EXPECTED}; {advice}")


def _content(path: Path) -> str:
    return "an empty file" if path.stat().st_size == 0 else "not an image that Pillow can read"


def _grey_or_rgb(image: Image.Image) -> Image.Image:
    """Convert any mode to L or RGB."""
    if image.has_transparency_data:
        return _over_background(image.convert("RGBA"))
    if image.mode in ("1", "L"):
        return image.convert("L")
    if image.mode == "F" or image.mode.startswith("I"):
        return _deep_to_grey(np.asarray(image, np.float64))
    return image.convert("RGB")


def _deep_to_grey(values: np.ndarray) -> Image.Image:
    """Scale 16-bit, 32-bit or floating-point values so that the largest becomes 255."""
    values = np.nan_to_num(values, posinf=0, neginf=0)
    values = values - min(values.min(), 0)
    return Image.fromarray((values * (255 / max(values.max(), 1e-9))).astype(np.uint8))


def _over_background(image: Image.Image) -> Image.Image:
    """Lay a transparent picture over a colour that its ink stands out from.

    Where most of the picture is opaque, that is its own typical colour; else the opaque part is
    the ink, and the background is black for light ink and white for dark ink.
    """
    pixels = np.asarray(image)
    opaque = pixels[..., 3] > 127
    colour = (255, 255, 255)
    if opaque.mean() > 0.5:
        red, green, blue = np.median(pixels[opaque][:, :3], axis=0).astype(int).tolist()
        colour = (red, green, blue)
    elif opaque.any() and pixels[opaque][:, :3].mean() > 127:
        colour = (0, 0, 0)
    background = Image.new("RGBA", image.size, colour)
    return Image.alpha_composite(background, image).convert("RGB")
