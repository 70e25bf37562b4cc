from pathlib import Path

import numpy as np

from cnntrain.show.sparkline import LONGEST, of_run, sparkline


def test_bars_are_logarithmic_where_no_value_is_0() -> None:
    assert sparkline(np.array([1.0, 10, 100])) == "▁▅█"
    assert sparkline(np.array([0.0, 10, 100])) == "▁▂█"
    assert sparkline(np.array([3.0, 3])) == "▁▁"


def test_the_loss_of_a_run_fits_in_a_line(tmp_path: Path) -> None:
    def record(losses: list[float]) -> None:
        rows = [f"{n + 1},{loss}" for n, loss in enumerate(losses)]
        (tmp_path / "batches.csv").write_text("\n".join(["step,mse", *rows, ""]))

    assert of_run(tmp_path) is None
    record([0.5])
    assert of_run(tmp_path) is None
    record([0.5, 0.25])
    assert of_run(tmp_path) == "█▁  0.5 to 0.25"
    record([1 / n for n in range(1, 1000)])
    line = of_run(tmp_path)
    assert line is not None
    assert len(line.partition(" ")[0]) == LONGEST
