"""The picture of a run's curves, which `train` draws at its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cnntrain.cli.output import say


@contextmanager
def curves_at_the_end(folder: Path) -> Iterator[None]:
    """Draw the curves after the block, however it ends; failing to draw them is not an error."""
    from cnntrain.runs.curves import keep_curves
    from cnntrain.show.curves import draw_curves
    from cnntrain.system.interrupt import undisturbed

    try:
        yield
    finally:
        with undisturbed():  # being stopped while it is imported can crash Matplotlib
            keep_curves(folder, draw_curves, say=say)
