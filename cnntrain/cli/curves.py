"""The picture of a run's curves, which `train` draws at its end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cnntrain.cli.output import say

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from matplotlib.figure import Figure


def curves_at_the_end(folder: Path) -> "AbstractContextManager[None]":
    """Draw the curves after the block, once an epoch is done."""
    from cnntrain.runs.folder import CURVES

    def draw() -> "Figure | None":
        from cnntrain.show.curves import draw_curves

        return draw_curves(folder)

    return drawn_if_possible(folder / CURVES, draw)


@contextmanager
def drawn_if_possible(path: Path, draw: "Callable[[], Figure | None]") -> Iterator[None]:
    """Draw a picture after the block, however it ends; that it cannot be drawn is no failure.

    `draw` raises ImportError without matplotlib, and returns None if there is nothing to draw yet.
    """
    from cnntrain.system.files import replacing
    from cnntrain.system.interrupt import undisturbed

    try:
        yield
    finally:
        with undisturbed():  # being stopped while it is imported can crash Matplotlib
            try:
                figure = draw()
                if figure is not None:
                    with replacing(path) as file:
                        figure.savefig(file, format="png")
            except ImportError:
                say(
                    f"{path.name} was not drawn: matplotlib is missing; "
                    "`pip install 'cnntrain[plot]'` adds it"
                )
            except Exception as error:  # noqa: BLE001  # Matplotlib's settings can raise anything
                say(f"The curves were not drawn: {error}")
