import numpy as np
import pytest

from cnntrain.data.classes import aligned
from cnntrain.data.examples import Examples
from cnntrain.errors import DataError

DIGITS = tuple("0123456789")
COMPOSED, DECOMPOSED = "\u00e9", "e\u0301"  # é in Unicode's two forms


def one_of_each(*classes: str) -> Examples:
    count = len(classes)
    return Examples(np.zeros((count, 1, 2, 2), np.uint8), np.arange(count), classes)


def test_the_same_names_keep_their_labels_without_a_note() -> None:
    examples, note = aligned(one_of_each(*DIGITS), DIGITS)
    assert (examples.labels.tolist(), note) == (list(range(10)), None)


def test_names_in_another_order_get_the_labels_that_the_model_learnt() -> None:
    examples, note = aligned(one_of_each("b", "a"), ("a", "b"))
    assert (examples.labels.tolist(), examples.classes, note) == ([1, 0], ("a", "b"), None)


def test_number_words_are_digits_and_the_note_says_so() -> None:
    examples, note = aligned(one_of_each("eight", "Five", "07"), DIGITS)
    assert examples.labels.tolist() == [8, 5, 7]
    assert note == (
        "the classes of the data are taken for those of the model: eight as 8, Five as 5, 07 as 7"
    )


def test_digits_are_number_words_too() -> None:
    assert aligned(one_of_each("1", "0"), ("one", "zero"))[0].labels.tolist() == [0, 1]


@pytest.mark.parametrize(("found", "known"), [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED)])
def test_unicode_forms_of_a_name_are_the_same_name(found: str, known: str) -> None:
    examples, note = aligned(one_of_each(found, "a"), ("a", known))
    assert (examples.labels.tolist(), note) == ([1, 0], None)


@pytest.mark.parametrize("classes", [("cat", "1"), ("zero", "0"), ("a", "A")])
def test_what_cannot_be_matched_one_to_one_is_refused(classes: tuple[str, ...]) -> None:
    with pytest.raises(DataError, match=r"^classes: found .* in the data, expected those that the"):
        aligned(one_of_each(*classes), DIGITS)
