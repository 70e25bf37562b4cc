"""Which marks on a picture are digits, which are parts of one, and in which order they are read."""

from collections.abc import Sequence

import numpy as np
import pytest

from cnntrain.data.pictures.candidates import Candidate, Line, best_reading, costs_of_cutting
from cnntrain.data.pictures.cuts import find_cuts
from cnntrain.data.pictures.digits import Digits, find_digits
from cnntrain.data.pictures.lines import grouped

Bar = tuple[int, int, int, int]  # top, left, bottom, right


def page(*bars: Bar, size: tuple[int, int] = (200, 300)) -> np.ndarray:
    ink = np.zeros(size, np.float32)
    for top, left, bottom, right in bars:
        ink[top:bottom, left:right] = 1
    return ink


def ring(top: int, left: int, height: int = 40, width: int = 26, pen: int = 5) -> list[Bar]:
    """Return the bars of a zero."""
    bottom, right = top + height, left + width
    return [
        (top, left, top + pen, right),
        (bottom - pen, left, bottom, right),
        (top, left, bottom, left + pen),
        (top, right - pen, bottom, right),
    ]


def found(*bars: Bar) -> Digits:
    return find_digits(page(*bars), 0.05, 0.5)


def boxes(digits: Digits, costs: Sequence[float] | None = None) -> list[list[Bar]]:
    """Return the boxes of the cheapest reading, line by line; by form alone if costs are left out."""
    costs = costs or [0.0] * len(digits.marks)
    return [[digits.marks[image].bounds for image in images(line, costs)] for line in digits.lines]


def images(line: Line, costs: Sequence[float]) -> list[int]:
    """Return the images of the digits in the cheapest reading."""
    return [part.image for part in best_reading(line, costs) if part.image is not None]


ONE = (50, 40, 90, 46)  # a one, 40 pixels high
TWO = [
    (50, 80, 55, 105),
    (68, 80, 73, 105),
    (85, 80, 90, 105),
    (50, 100, 70, 105),
    (70, 80, 90, 85),
]


def test_digits_of_a_row_are_found_from_left_to_right() -> None:
    row = [*ring(50, 120), *TWO, ONE]
    assert boxes(found(*row)) == [[ONE, (50, 80, 90, 105), (50, 120, 90, 146)]]


def test_lines_are_read_from_top_to_bottom_and_a_column_is_lines_of_one() -> None:
    column = [bar for top in (130, 10, 70) for bar in ring(top, 50)]
    assert boxes(found(*column)) == [[(top, 50, top + 40, 76)] for top in (10, 70, 130)]


@pytest.mark.parametrize("slope", [-0.17, 0.17])
def test_lines_that_rise_or_fall_are_followed(slope: float) -> None:
    marks = [
        (line * 60 + round(slope * left), left, line * 60 + round(slope * left) + 40, left + 25)
        for line in range(2)
        for left in range(0, 400, 45)
    ]
    shuffled = np.random.default_rng(0).permutation(len(marks))
    lines = grouped(np.array(marks)[shuffled], 40)
    assert [[int(shuffled[mark]) for mark in line] for line in lines] == [
        list(range(9)),
        list(range(9, 18)),
    ]


@pytest.mark.parametrize(
    "dirt",
    [
        (88, 110, 94, 116),  # a dot
        (86, 112, 100, 117),  # a comma
        (70, 111, 74, 117),  # a speck between
        (110, 30, 114, 200),  # a line below
        (0, 0, 200, 3),  # a shadow at the border
    ],
)
def test_what_is_no_digit_is_left_out(dirt: Bar) -> None:
    digits = boxes(found(ONE, *TWO, *ring(50, 130), dirt))
    assert digits == [[ONE, (50, 80, 90, 105), (50, 130, 90, 156)]]


@pytest.mark.parametrize(
    "parts",
    [
        [(50, 80, 68, 85), (71, 80, 90, 85)],  # a stroke with a gap
        [(50, 80, 54, 110), *ring(57, 76, 33)],  # a bar above
        [*ring(60, 76, 30), (53, 100, 58, 120)],  # a bar at the upper right
        [*ring(50, 80), (66, 90, 72, 96)],  # a blot within
    ],
)
def test_the_parts_of_a_broken_digit_are_one(parts: list[Bar]) -> None:
    tops, lefts, bottoms, rights = zip(*parts, strict=True)
    whole = (min(tops), min(lefts), max(bottoms), max(rights))
    assert boxes(found(*parts)) == [[whole]]
    assert boxes(found(ONE, *parts)) == [[ONE, whole]]


def test_a_faint_place_in_a_stroke_does_not_break_it() -> None:
    ink = page(ONE)
    ink[68:74] *= 0.3  # above the noise, but not clearly ink
    assert boxes(find_digits(ink, 0.05, 0.5)) == [[ONE]]


def test_touching_digits_are_proposed_whole_and_cut_and_the_reader_chooses() -> None:
    digits = found(*ring(50, 40), *ring(50, 74), (68, 60, 71, 80))
    wholes = [mark.bounds[3] - mark.bounds[1] > 50 for mark in digits.marks]
    assert any(wholes)
    surely_two = [9.0 if whole else 0.0 for whole in wholes]
    [[first, second]] = boxes(digits, surely_two)
    assert first[1] == 40
    assert second[3] == 100
    assert first[3] == second[1]
    assert 60 <= first[3] <= 80
    surely_one = [0.0 if whole else 9.0 for whole in wholes]
    assert boxes(digits, surely_one) == [[(50, 40, 90, 100)]]


def test_a_page_without_ink_has_no_digits() -> None:
    assert found() == Digits((), (), 0.0)


def test_a_cut_follows_the_gap_between_slanted_strokes() -> None:
    ink = np.zeros((20, 46))
    for row in range(20):
        ink[row, [30 - row, 31 - row, 42 - row, 43 - row]] = 1
    ink[10, 20:33] = 1  # where they touch
    [cut] = [cut for cut in find_cuts(ink, 3, 1.5) if 22 <= cut.columns[10] < 32]
    assert cut.ink == 1
    assert cut.columns[0] > 30
    assert cut.columns[-1] < 42 - 19


def test_a_cut_between_strokes_is_found_although_the_way_around_them_is_cheaper() -> None:
    ink = np.zeros((21, 24))
    ink[:, 2:5] = 1
    ink[:, 8:11] = 1
    ink[18, 5:8] = 1  # where they touch
    cuts = find_cuts(ink, 10, 1.5)
    assert [(cut.ink, cut.columns[0]) for cut in cuts] == [(1, 6)]


def test_the_best_reading_weighs_form_and_doubt() -> None:
    line = Line(
        (0, 0),
        (
            Candidate(0, 1, 0.0, 0),
            Candidate(1, 2, 0.5, 1),
            Candidate(1, 2, 3.0, None),
            Candidate(0, 2, 1.0, 2),
        ),
    )
    assert images(line, [0.1, 0.1, 0.5]) == [0, 1]
    assert images(line, [1.0, 0.1, 0.5]) == [2]
    assert images(line, [0.1, 9.0, 9.0]) == [0]  # the second is dirt


def test_a_digit_cut_from_a_mark_is_as_doubtful_as_the_worst_part_of_the_mark() -> None:
    """The mark 0 is cut into three digits, the first of which takes in mark 1; mark 2 is whole."""
    line = Line(
        (1, 0, 0, 0, 2),
        (
            Candidate(0, 1, 20.0, None),
            Candidate(0, 2, 0.5, 0),
            Candidate(2, 3, 0.25, 1),
            Candidate(3, 4, 6.0, None),  # dropped, though it was cut from a mark
            Candidate(3, 4, 1.0, 2),
            Candidate(4, 5, 0.5, 3),
        ),
    )
    costs = [0.0, 3.0, 0.5, 2.0]
    reading = best_reading(line, costs)
    assert costs_of_cutting(line, reading, costs) == [3.25, 3.25, 3.25, 0.0]
    costs[2] = 9.0
    reading = best_reading(line, costs)
    assert costs_of_cutting(line, reading, costs) == [6.0, 6.0, 6.0, 0.0]
