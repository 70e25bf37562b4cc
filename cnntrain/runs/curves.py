"""The picture of a run's curves, in its folder."""

import io
import math
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
from cnntrain.system.quiet import quiet
from cnntrain.system.regular import open_file
from cnntrain.training.loop import EpochDone, Event
from cnntrain.training.parallel.aside import Helper, Unwanted, aside

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIRST = 5.0  # seconds of training before the first drawing: a run that is over by then has one
LOOK = 0.1  # seconds between two looks at whether a drawing is done
REST = 5  # times as long as a drawing takes has to pass until the next
KEPT = 60.0  # seconds that the process is kept for the next drawing
Draw = Callable[[Path], "Figure | None"]  # a picture for a run folder; none before an epoch is done


def keep_curves(folder: Path, draw: Draw, *, say: Callable[[str], None]) -> None:
    """Draw curves.png, once an epoch is done; say so where it cannot be drawn: that is no failure."""
    if _has_epoch(folder):
        keep_picture(folder / CURVES, partial(draw, folder), say=say)


def _has_epoch(folder: Path) -> bool:
    try:
        with open_file(folder / EPOCHS) as file:
            return len(list(islice(file, 2))) == 2
    except OSError:
        return False


class Refresher:
    """Draws curves.png again after each epoch, called with every event of a run.

    Importing Matplotlib takes a second or two and a drawing half a second, more than an epoch of a
    small network. So another process draws while training goes on. Where training wants all
    processors, it has a tenth of one, and rests five times as long as it has worked: training is
    1.6 % slower at most. There is one drawing for several epochs if they are shorter than that; if
    they are long, the process ends in between. It says nothing of what fails: the end of the run
    does.
    """

    def __init__(
        self, folder: Path, draw: Draw, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take the run folder, what draws its curves, and a clock in seconds."""
        self.path, self.clock = folder / CURVES, clock
        self.work = partial(_encoded, partial(draw, folder))
        self.helper: Helper[bytes | None] | None = None
        self.outdated = self.drawing = False
        self.due = clock() + FIRST if _can_be_sent(self.work) else math.inf  # next to be looked at
        self.began = self.ended = 0.0  # the last drawing

    def __call__(self, event: Event) -> None:
        """Begin a drawing after an epoch, and write one that is done; wait for neither."""
        self.outdated |= isinstance(event, EpochDone)
        now = self.clock()
        if now < self.due:
            return
        self.due = now + LOOK
        try:
            if self.drawing:
                self._write_if_done(now)
            elif self.outdated:
                self._begin(now)
            elif now - self.ended > KEPT:
                self.close()
        except ImportError:
            self.close()
            self.due = math.inf
        except Exception:  # noqa: BLE001  # Matplotlib's settings can raise anything
            self.close()

    def _begin(self, now: float) -> None:
        self.helper = self.helper or Helper(self.work, gives_way=True)
        self.helper.begin()
        self.outdated, self.drawing, self.began = False, True, now

    def _write_if_done(self, now: float) -> None:
        assert self.helper is not None  # it is drawing
        if self.helper.has_result():
            self.drawing, self.ended = False, now
            self.due = now + REST * (now - self.began)
            _write(self.path, self.helper.result())

    def close(self) -> None:
        """End the process that draws, whatever it is doing."""
        if self.helper is not None:
            self.helper.close()
        self.helper, self.drawing = None, False


def keep_picture(
    path: Path, draw: "Callable[[], Figure | None]", *, say: Callable[[str], None]
) -> None:
    """Write the picture that `draw` returns, if any; say so where it cannot be drawn.

    It is drawn in a process of its own: importing Matplotlib takes long where its files come over a
    network or it looks for fonts, and does not stand being interrupted. When the user asks to stop,
    there is no picture.
    """
    try:
        _write(path, _drawn(draw))
    except Unwanted:
        say(f"{path.name} was not drawn, as you asked to stop")
    except ImportError:
        say(
            f"{path.name} was not drawn: matplotlib is missing; `pip install 'cnntrain[plot]'` "
            "adds it"
        )
    except Exception as error:  # noqa: BLE001  # Matplotlib's settings can raise anything
        say(f"The curves were not drawn: {error}")


def _write(path: Path, image: bytes | None) -> None:
    if image is not None:
        with replacing(path, parents=False) as file:
            file.write(image)


def _drawn(draw: "Callable[[], Figure | None]") -> bytes | None:
    """Return a picture as PNG, from another process if there can be one."""
    work = partial(_encoded, draw)
    return aside(work, asked_to_stop) if _can_be_sent(work) else work()


def _can_be_sent(work: Callable[[], object]) -> bool:
    """Return whether another process can be given this work: not a function of a user's own script."""
    try:
        pickle.dumps(work)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True


def _encoded(draw: "Callable[[], Figure | None]") -> bytes | None:
    with quiet(
        "matplotlib"
    ):  # it warns of letters that its font lacks, and of a home folder of root's
        figure = draw()
        if figure is None:
            return None
        file = io.BytesIO()
        figure.savefig(file, format="png")
        return file.getvalue()
