import numpy as np
import pytest

from cnntrain.show.confusion import confusion_table
from cnntrain.show.plots.confusion import draw_confusion
from cnntrain.show.plots.encode import encoded
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


def test_a_picture_takes_the_names_of_classes_as_they_are() -> None:
    names = ["$a^$", "b\nc", r"\frac{"]
    counts = np.eye(3, dtype=int)
    result = Evaluation(3, 3, 0.0, counts, np.arange(3))
    figure = draw_confusion("$x_$", names, result)
    assert encoded(figure, ".png").startswith(b"\x89PNG")
    labels = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert labels == [r"\$a^\$", r"b\nc", r"\frac{"]
