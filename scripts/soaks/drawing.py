"""Programs that are ended while they draw: training its curves, `plot` its pictures, `report` its page."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from injected import CALLS, at_call
from PIL import Image
from small import with_small_networks
from trial import Program, Trial, Whole, cnntrain, resumed

from cnntrain.show import curves

DRAW = curves.draw_curves  # which other trials leave out, because it takes longer than they train
SECONDS_OF_DRAWING = 2.0
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
PAGES = {
    "plots are": ("plot", "run", "all", "-o", "drawn/"),
    "a report is": ("report", "run", "-o", "drawn/run.html"),
}


def trials(rng: random.Random) -> Iterator[Trial]:
    """Yield trials, some for each of endlessly many configurations."""
    return with_small_networks(rng, _trial)


def _trial(rng: random.Random, whole: Callable[[Path], Whole]) -> Trial:
    if rng.random() < 0.5:
        return Trial("ended while curves are drawn", lambda f: _curves(f, whole(f), rng))
    name = rng.choice(sorted(PAGES))
    draw = partial(_page, whole=whole, rng=rng, words=PAGES[name])
    return Trial(f"ended while {name} drawn", draw)


def _curves(folder: Path, whole: Whole, rng: random.Random) -> None:
    """End it at the end, when matplotlib is imported and draws, or writes the picture."""

    def draw() -> None:
        curves.draw_curves = DRAW

    program = Program(folder, "train", "soak.yaml", "--out", "run", prepare=draw)
    time.sleep(whole.seconds + rng.uniform(0.0, SECONDS_OF_DRAWING))
    _end(program, rng)
    resumed(folder, whole)


def _end(program: Program, rng: random.Random) -> None:
    number = rng.choice(SIGNALS)
    program.signal(number)
    done = program.ended()
    assert done.code in (0, 130, -number), done


def _page(
    folder: Path, whole: Callable[[Path], Whole], rng: random.Random, words: tuple[str, ...]
) -> None:
    """End it while it draws; the next time everything is there, and nothing else."""
    whole(folder)
    trained = cnntrain(folder, "train", "soak.yaml", "--out", "run")
    assert trained.code == 0, trained
    if rng.random() < 0.5:
        kill = at_call(
            rng.choice(CALLS),
            rng.randint(1, 12),
            lambda: os.kill(os.getpid(), signal.SIGKILL),
            after=rng.random() < 0.5,
        )
        Program(folder, *words, prepare=kill).ended()
    else:
        program = Program(folder, *words)
        time.sleep(rng.uniform(0.0, SECONDS_OF_DRAWING))
        _end(program, rng)
    place = folder / "drawn"
    for path in place.iterdir() if place.exists() else ():
        os.utime(path, (0, 0))  # what is half written is old now
        _assert_whole(path)
    done = cnntrain(folder, *words)
    assert done.code == 0, done
    found = sorted(path.name for path in place.iterdir())
    assert found, "nothing was drawn"
    assert not [name for name in found if name.startswith(".")], f"left behind: {found}"
    for path in place.iterdir():
        _assert_whole(path)


def _assert_whole(path: Path) -> None:
    if path.name.startswith("."):
        return
    if path.suffix == ".png":
        with Image.open(path) as image:
            image.load()
    else:
        assert path.read_text("utf-8").rstrip().endswith("</html>"), f"{path.name} is cut"
