import numpy as np
import pytest

from cnntrain.show.confusion import confusion_table
from cnntrain.training.evaluation import Evaluation

CLASSES = tuple("0123456789")


def digits() -> Evaluation:
    counts = 900 * np.eye(10, dtype=int)
    counts[4, [1, 6, 8, 9]] = 1, 4, 2, 93
    return Evaluation(9100, 9000, 0.1, counts, np.zeros(9100, int))


@pytest.mark.parametrize("columns", [None, 63, 80])
def test_the_matrix_has_a_column_for_each_answer_where_it_fits(columns: int | None) -> None:
    lines = confusion_table(CLASSES, digits(), columns)
    assert lines[1].split() == [*CLASSES, "correct"]
    assert lines[6].split() == [*"4·1··", "900", *"·4·2", "93", "90.00%"]
    assert max(map(len, lines)) == 63


def test_a_narrow_terminal_gets_the_commonest_mistakes() -> None:
    lines = confusion_table(CLASSES, digits(), 60)
    assert lines[0] == "true  correct  taken for"
    assert lines[5] == "   4   90.00%  9: 93, 6: 4, 8: 2, 1: 1"
    assert lines[6] == "   5  100.00%"


@pytest.mark.parametrize("columns", range(26, 41))
def test_mistakes_that_do_not_fit_are_left_out(columns: int) -> None:
    line = confusion_table(CLASSES, digits(), columns)[5]
    assert line.startswith("   4   90.00%  9: 93")
    assert line.endswith((", ...", " 1: 1"))
    assert len(line) <= columns
