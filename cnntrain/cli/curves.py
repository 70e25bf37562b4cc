"""The picture of a run's curves, which `train` draws after each epoch and at its end."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cnntrain.cli.output import say

if TYPE_CHECKING:
    from cnntrain.training.loop import Event


@contextmanager
def refreshing(
    show: "Callable[[Event], None]", folder: Path
) -> "Iterator[Callable[[Event], None]]":
    """Yield a function that shows an event, and has the curves drawn again after each epoch."""
    from cnntrain.runs.curves import Refresher
    from cnntrain.show.curves import draw_curves

    with closing(Refresher(folder, draw_curves)) as refresh:

        def both(event: "Event") -> None:
            show(event)
            refresh(event)

        yield both


@contextmanager
def curves_at_the_end(folder: Path) -> Iterator[None]:
    """Draw the curves after the block, unless Ctrl-C has ended it at once.

    Failing to draw them is not an error, and being asked to stop meanwhile neither.
    """
    from cnntrain.runs.curves import keep_curves
    from cnntrain.show.curves import draw_curves
    from cnntrain.system.interrupt import stoppable

    at_once = False
    try:
        yield
    except BaseException as error:
        at_once = any(isinstance(e, KeyboardInterrupt) for e in (error, error.__cause__))
        raise
    finally:
        if not at_once:
            with stoppable():
                keep_curves(folder, draw_curves, say=say)
