"""The picture of a run's curves, in its folder."""

import io
import pickle
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from cnntrain.runs.folder import CURVES, EPOCHS
from cnntrain.system.files import replacing
from cnntrain.system.interrupt import asked_to_stop
from cnntrain.training.loop import EpochDone, Event
from cnntrain.training.parallel.aside import Unwanted, aside

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RARELY = 50  # times as long as a drawing takes has to pass until the next
FIRST = 2.0  # seconds that the first drawing may take
Draw = Callable[[Path], "Figure | None"]  # a picture for a run folder; none before an epoch is done


def keep_curves(folder: Path, draw: Draw, *, say: Callable[[str], None]) -> None:
    """Draw curves.png, once an epoch is done; say so where it cannot be drawn: that is no failure."""
    if _has_epoch(folder):
        keep_picture(folder / CURVES, partial(draw, folder), say=say)


def _has_epoch(folder: Path) -> bool:
    try:
        with (folder / EPOCHS).open("rb") as file:
            return len(list(islice(file, 2))) == 2
    except OSError:
        return False


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
    """Write the picture that `draw` returns, if any; say so where it cannot be drawn.

    It is drawn in a process of its own: importing Matplotlib takes long where its files come over a
    network or it looks for fonts, and does not stand being interrupted. When the user asks to stop,
    there is no picture.
    """
    try:
        image = _drawn(draw)
        if image is not None:
            with replacing(path, parents=False) as file:
                file.write(image)
    except Unwanted:
        say(f"{path.name} was not drawn, as you asked to stop")
    except ImportError:
        say(
            f"{path.name} was not drawn: matplotlib is missing; `pip install 'cnntrain[plot]'` "
            "adds it"
        )
    except Exception as error:  # noqa: BLE001  # Matplotlib's settings can raise anything
        say(f"The curves were not drawn: {error}")


def _drawn(draw: "Callable[[], Figure | None]") -> bytes | None:
    """Return a picture as PNG, from another process if there can be one."""
    work = partial(_encoded, draw)
    try:
        pickle.dumps(work)
    except (pickle.PicklingError, AttributeError, TypeError):  # a function of a user's own script
        return work()
    return aside(work, asked_to_stop)


def _encoded(draw: "Callable[[], Figure | None]") -> bytes | None:
    figure = draw()
    if figure is None:
        return None
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()
