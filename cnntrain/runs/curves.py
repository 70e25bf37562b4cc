"""The picture of a run's curves, in its folder."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cnntrain.runs.folder import CURVES
from cnntrain.system.files import replacing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Draw = Callable[[Path], "Figure | None"]  # a picture for a run folder; none before an epoch is done


def keep_curves(folder: Path, draw: Draw, *, say: Callable[[str], None]) -> None:
    """Draw curves.png, once an epoch is done; say so where it cannot be drawn: that is no failure."""
    keep_picture(folder / CURVES, lambda: draw(folder), say=say)


def keep_picture(
    path: Path, draw: "Callable[[], Figure | None]", *, say: Callable[[str], None]
) -> None:
    """Write the picture that `draw` returns, if any; say so where it cannot be drawn."""
    try:
        figure = draw()
        if figure is not None:
            with replacing(path) as file:
                figure.savefig(file, format="png")
    except ImportError:
        say(
            f"{path.name} was not drawn: matplotlib is missing; `pip install 'cnntrain[plot]'` "
            "adds it"
        )
    except Exception as error:  # noqa: BLE001  # Matplotlib's settings can raise anything
        say(f"The curves were not drawn: {error}")
