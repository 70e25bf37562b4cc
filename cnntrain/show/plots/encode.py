"""A picture as the contents of a file, PNG or SVG."""

import base64
import io
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from cnntrain.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ENDINGS = (".png", ".svg")
SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{width}" \
height="{height}" viewBox="0 0 {width} {height}">
<image width="{width}" height="{height}" style="image-rendering:pixelated" \
xlink:href="data:image/png;base64,{content}"/>
</svg>
"""


def refuse_unknown_ending(path: Path) -> None:
    """Raise UsageError unless the name of a file ends in .png or .svg."""
    if path.suffix.lower() not in ENDINGS:
        raise UsageError(
            f"--out {path}: found the ending '{path.suffix}', expected {' or '.join(ENDINGS)}, or "
            f"the name of a folder: one that exists, or {path}/ with a slash at its end"
        )


def encoded(picture: "Figure | Image.Image", ending: str) -> bytes:
    """Return a picture as a file with this ending, one of ENDINGS.

    What consists of pixels stays so: its SVG file holds the PNG file. The same picture gives the
    same bytes.
    """
    file = io.BytesIO()
    kind = ending.lower().removeprefix(".")
    if not isinstance(picture, Image.Image):
        if kind == "svg":
            return _figure_as_svg(picture)
        picture.savefig(file, format=kind)
        return file.getvalue()
    picture.save(file, format="PNG", optimize=True)
    if kind == "png":
        return file.getvalue()
    content = base64.b64encode(file.getvalue()).decode()
    return SVG.format(width=picture.width, height=picture.height, content=content).encode()


def _figure_as_svg(figure: "Figure") -> bytes:
    """Return a figure as SVG, without the time and the random names that Matplotlib puts in."""
    from matplotlib import rc_context

    file = io.BytesIO()
    with rc_context({"svg.hashsalt": "cnntrain", "svg.fonttype": "none"}):
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()
