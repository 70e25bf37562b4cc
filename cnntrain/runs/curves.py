"""The picture of a run's curves, in its folder."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cnntrain.runs.folder import CURVES
from cnntrain.system.files import replacing
from cnntrain.training.loop import EpochDone, Event

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RARELY = 50  # times as long as a drawing takes has to pass until the next
FIRST = 2.0  # seconds that the first drawing may take
Draw = Callable[[Path], "Figure | None"]  # a picture for a run folder; none before an epoch is done


def keep_curves(folder: Path, draw: Draw, *, say: Callable[[str], None]) -> None:
    """Draw curves.png, once an epoch is done; say so where it cannot be drawn: that is no failure."""
    keep_picture(folder / CURVES, lambda: draw(folder), say=say)


class Refresher:
    """Draws curves.png again after epochs, called with every event of a run.

    Importing Matplotlib takes a second or two and a drawing half a second, more than an epoch of a
    small network. So it draws only as often as takes 1/RARELY of the time: not at all in a run of a
    minute, about every half minute in a long one. It says nothing: the end of the run does.
    """

    def __init__(
        self, folder: Path, draw: Draw, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take the run folder, what draws its curves, and a clock in seconds."""
        self.folder, self.draw, self.clock = folder, draw, clock
        self.ended, self.cost = clock(), FIRST

    def __call__(self, event: Event) -> None:
        """Draw after an epoch, if enough time has passed since the last drawing."""
        now = self.clock()
        if isinstance(event, EpochDone) and now - self.ended >= RARELY * self.cost:
            keep_curves(self.folder, self.draw, say=lambda _: None)
            self.ended = self.clock()
            self.cost = self.ended - now


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
