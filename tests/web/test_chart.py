import re

import numpy as np
import pytest

from cnntrain.web.chart import (
    BOTTOM,
    HEIGHT,
    LEFT,
    MOST_TICKS,
    RIGHT,
    TOP,
    WIDTH,
    Axis,
    Line,
    line_chart,
)


def path_of(svg: str) -> list[tuple[float, float]]:
    """Return the points of the only curve of a chart."""
    [path] = re.findall(r'<path class="first" d="([^"]*)"/>', svg)
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](\S+) (\S+)", path)]


def chart(x: list[float], y: list[float], *, log: bool = False) -> str:
    line = Line("a <b>", np.array(x), np.array(y), "first", dots=True)
    return line_chart("title", "epoch", "error", [line], log=log)


def test_points_lie_where_their_values_are() -> None:
    (x0, y0), (x1, y1), (x2, y2) = path_of(chart([0, 1, 2], [10, 20, 30]))
    assert LEFT < x0 < x1 < x2 < WIDTH - RIGHT
    assert HEIGHT - BOTTOM > y0 > y1 > y2 > TOP
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2)
    assert y0 - y1 == pytest.approx(y1 - y2, abs=0.2)


def test_equal_factors_are_equally_far_apart_on_a_logarithmic_axis() -> None:
    (_, y0), (_, y1), (_, y2) = path_of(chart([0, 1, 2], [1, 10, 100], log=True))
    assert y0 - y1 == pytest.approx(y1 - y2, abs=0.2)


def test_an_error_of_0_lies_at_the_end_of_a_logarithmic_axis() -> None:
    points = path_of(chart([0, 1, 2], [10, 1, 0], log=True))
    assert points[2][1] == HEIGHT - BOTTOM


def test_what_is_not_a_number_is_left_out() -> None:
    assert len(path_of(chart([0, 1, 2], [1, float("nan"), 3]))) == 2


def test_a_single_point_and_values_that_are_all_the_same_can_be_drawn() -> None:
    [(x, y)] = path_of(chart([3], [0.5]))
    assert LEFT < x < WIDTH - RIGHT
    assert TOP < y < HEIGHT - BOTTOM
    assert len(path_of(chart([1, 2], [7, 7], log=True))) == 2


def test_values_can_be_read_and_are_escaped() -> None:
    assert "<title>a &lt;b&gt;, epoch 2: 30</title>" in chart([1, 2], [20, 30])


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(("low", "high"), [(0.012, 0.8), (1, 1.3), (0.5, 12_000), (3e-7, 2.0)])
def test_ticks_are_a_few_round_numbers_within_the_axis(low: float, high: float, log: bool) -> None:
    ticks = Axis(low, high, 0, 100, log=log).ticks
    assert 1 <= len(ticks) <= MOST_TICKS + 1
    assert all(low <= tick <= high for tick in ticks)
    assert all(len(f"{tick:g}") <= 7 for tick in ticks)


def test_epochs_are_counted_in_whole_numbers() -> None:
    ticks = re.findall(
        r'class="middle" x="[^"]*" y="\d+\.?\d*">([^<]*)<', chart([1, 2, 3], [0.1, 0.2, 0.3])
    )
    assert ticks[:3] == ["1", "2", "3"]
    assert Axis(0.9, 2.1, 0, 100, whole=True).ticks == [1, 2]
    assert Axis(0.5, 1.5, 0, 100, whole=True).ticks == [1]
