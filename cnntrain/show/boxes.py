"""What `predict --save-input` draws: the network's input, or a picture with a box for each digit."""

import io
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from PIL import Image

from cnntrain.data.pictures.read import read_picture
from cnntrain.errors import UsageError
from cnntrain.model.predict import Prediction
from cnntrain.show.error_sheet import as_picture, pen, writable

LARGEST_SIDE = 1600  # pixels: larger pictures are shrunk
SMALLEST_SIDE = 320  # pixels: smaller pictures are enlarged, by a whole factor
RED = (220, 30, 30)
MARGIN = 22  # pixels above the picture, for the text of boxes at its top


def refuse_to_save(target: Path, files: Sequence[Path]) -> None:
    """Raise UsageError unless `target` can be written for these files: one, and not itself."""
    if target.suffix.lower() != ".png":
        raise UsageError(
            f"--save-input {target}: found no name of a PNG file, expected FILE.png; "
            f"call it {target.with_suffix('.png')}"
        )
    if len(files) != 1:
        raise UsageError(
            f"--save-input {target}: found {len(files):,} pictures to read, expected one; "
            "name one of them"
        )
    with suppress(OSError, ValueError):  # one of them is not there
        if target.samefile(files[0]):
            raise UsageError(
                f"--save-input {target}: it is the picture to read, and would be overwritten; "
                "expected another name; choose one"
            )


def input_as_png(prediction: Prediction, path: Path) -> bytes:
    """Return the input for the only digit of a picture, or the picture with the boxes of several.

    `path` is the file that was read. Raises PictureError.
    """
    if len(prediction.digits) == 1:
        image = as_picture(prediction.seen)
    else:
        image = with_boxes(read_picture(path), prediction)
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def with_boxes(picture: Image.Image, prediction: Prediction) -> Image.Image:
    """Return an upright picture with the box and the label of each digit."""
    scale = min(1.0, LARGEST_SIDE / max(picture.size))
    scale = max(scale, SMALLEST_SIDE // max(picture.size))
    size = tuple(max(1, round(scale * side)) for side in picture.size)
    method = Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BOX
    sheet = Image.new("RGB", (size[0], size[1] + MARGIN), "white")
    sheet.paste(picture.convert("RGB").resize((size[0], size[1]), method), (0, MARGIN))
    draw = pen(sheet, MARGIN - 6)
    for digit in prediction.digits:
        if digit.box is not None:
            left, top, right, bottom = (scale * edge for edge in digit.box)
            place = (left - 2, top + MARGIN - 2, right + 1, bottom + MARGIN + 1)
            draw.rectangle(place, outline=RED, width=2)
            text = writable(digit.label, digit.order[0])
            draw.text((left, top + MARGIN - 3), text, RED, anchor="lb")
    return sheet
