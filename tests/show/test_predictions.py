import numpy as np

from cnntrain.data.handwriting.write import synthetic
from cnntrain.show.predictions import shaded


def test_a_pixel_is_two_characters_of_its_shade() -> None:
    pixels = np.array([[0, 255, 0], [64, 128, 191]], np.uint8)
    assert shaded(pixels) == "  ██\n░░▒▒▓▓"


def test_a_dark_row_is_an_empty_line() -> None:
    assert shaded(np.zeros((3, 4), np.uint8)) == "\n\n"


def test_a_digit_is_28_lines_of_at_most_56_characters() -> None:
    lines = shaded(synthetic("train", count=1).images[0, 0]).split("\n")
    assert len(lines) == 28
    assert 0 < max(map(len, lines)) <= 56
