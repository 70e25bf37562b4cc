"""The picture of a run's curves, which `train` draws at its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cnntrain.cli.output import say


@contextmanager
def curves_at_the_end(folder: Path) -> Iterator[None]:
    """Draw the curves after the block, however it ends; that they cannot be drawn is no failure."""
    from cnntrain.system.interrupt import undisturbed

    try:
        yield
    finally:
        with undisturbed():  # being stopped while it is imported can crash Matplotlib
            try:
                _draw_curves(folder)
            except ImportError:
                say(
                    "curves.png was not drawn: matplotlib is missing; `pip install 'cnntrain[plot]'` "
                    "adds it"
                )
            except Exception as error:  # noqa: BLE001  # Matplotlib's settings can raise anything
                say(f"The curves were not drawn: {error}")


def _draw_curves(folder: Path) -> None:
    """Draw curves.png, once an epoch is done. Raises ImportError without matplotlib."""
    from cnntrain.runs.folder import CURVES
    from cnntrain.show.curves import draw_curves
    from cnntrain.system.files import replacing

    figure = draw_curves(folder)
    if figure is not None:
        with replacing(folder / CURVES) as file:
            figure.savefig(file, format="png")
