from pathlib import Path

from cnntrain.runs.curves import FIRST, RARELY, Refresher
from tests.events import batch, epoch


def test_curves_are_drawn_after_an_epoch_but_rarely(tmp_path: Path) -> None:
    (tmp_path / "epochs.csv").write_text("epoch\n1\n")
    drawn: list[float] = []
    now = 0.0

    def draw(folder: Path) -> None:
        nonlocal now
        drawn.append(now)
        now += 1  # second, which it takes

    refresh = Refresher(tmp_path, draw, clock=lambda: now)
    refresh(epoch())
    now = RARELY * FIRST
    refresh(batch(1))
    assert drawn == []
    refresh(epoch())
    now += RARELY - 1
    refresh(epoch())
    assert drawn == [RARELY * FIRST]
    now += 1
    refresh(epoch())
    assert drawn[1:] == [RARELY * FIRST + 1 + RARELY]
