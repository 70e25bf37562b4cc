import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from cnntrain.data.augment import DISTORTIONS
from cnntrain.data.examples import Examples
from cnntrain.errors import UsageError
from cnntrain.show.error_sheet import RED, SMALLEST
from cnntrain.show.plots.confusion import draw_confusion
from cnntrain.show.plots.encode import encoded
from cnntrain.show.plots.errors import draw_confident_errors
from cnntrain.show.plots.filters import (
    MOST_FILTERS,
    draw_filters,
    filters_as_text,
    kernels,
)
from cnntrain.show.plots.pixels import tile, words
from cnntrain.show.plots.samples import draw_augmented, draw_samples
from cnntrain.training.evaluation import Evaluation


def holds(sheet: Image.Image, part: Image.Image) -> bool:
    """Tell whether a picture has a part somewhere."""
    whole, small = np.asarray(sheet.convert("RGB")), np.asarray(part.convert("RGB"))
    height, width = small.shape[:2]
    first = np.argwhere((whole[: len(whole) - height + 1] == small[0, 0]).all(axis=2))
    return any(
        np.array_equal(whole[y : y + height, x : x + width], small)
        for y, x in first
        if x + width <= whole.shape[1]
    )


def test_a_tile_goes_from_black_to_white_in_whole_pixels() -> None:
    image = np.asarray(tile(np.array([[-1.0, 0.0], [0.5, 1.0]]), -1, 1, 3))[1:-1, 1:-1, 0]
    assert image[::3, ::3].tolist() == [[0, 128], [191, 255]]
    assert (image[:3, :3] == 0).all()


def test_words_are_wrapped() -> None:
    one = words("one line")
    assert words("one line " * 8, width=2 * one.width).height > 2 * one.height


def test_each_kernel_is_drawn_on_the_scale_of_its_convolution() -> None:
    W = np.linspace(-2, 1, 2 * 3 * 3).reshape(2, 1, 3, 3)
    sheet = draw_filters("run", {"conv1": W})
    assert holds(sheet, tile(W[0, 0], -2, 2, 16))
    assert holds(sheet, tile(W[1, 0], -2, 2, 16))


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (40, 1, 5, 5), (200, 300, 3, 3), (6, 3, 1, 7)])
def test_kernels_of_any_number_and_size_fit_on_a_page(shape: tuple[int, ...]) -> None:
    sheet = draw_filters("run", {"conv1": np.ones(shape)})
    assert sheet.width < 1500
    assert sheet.height < 1500


def test_a_network_without_convolution_has_no_filters() -> None:
    with pytest.raises(
        UsageError, match=r"r: found no convolution \(.*weights: dense1\), expected"
    ):
        kernels({"dense1.weights": np.ones((2, 3)), "dense1.bias": np.ones(2)}, "r")


def test_filters_are_text_on_a_terminal_of_any_width() -> None:
    W = np.zeros((3, 1, 1, 2))
    W[0, 0, 0] = [-1, 1]
    assert filters_as_text({"conv1": W}, 10) == (
        "conv1: 3 filters of 1x2 on 1 map; ' ' is -1, '▒' 0, '█' 1\n\n"
        "0     1\n  ██  ▒▒▒▒\n\n2\n▒▒▒▒"
    )
    text = filters_as_text({"conv1": np.ones((50, 2, 5, 5))}, 40, blocks=False)
    grids = [line for line in text.splitlines() if "conv1" not in line]
    assert max(map(len, grids)) <= 40
    assert f"(drawn: filters 0 to {MOST_FILTERS - 1})" in text
    assert text.isascii()


def examples(count: int) -> Examples:
    images = np.arange(count, dtype=np.uint8)[:, None, None, None] * np.ones((1, 8, 8), np.uint8)
    return Examples(images, np.arange(count) % 2, ("a", "b"))


def test_the_most_confident_mistake_comes_first() -> None:
    some = examples(200)
    answers, sure = np.array([1, 0]), np.array([0.6, 0.9])
    sheet = draw_confident_errors("run", some, np.array([100, 151]), answers, sure)
    left = {}
    for n in (100, 151):
        grey = np.asarray(sheet) == n
        left[n] = np.flatnonzero(grey.all(axis=2).sum(axis=0) > SMALLEST // 2).min()
    assert left[151] < left[100]
    assert (np.asarray(sheet) == RED).all(axis=2).any()


def test_no_mistakes_are_a_sentence() -> None:
    sheet = draw_confident_errors("run", examples(4), *np.empty((3, 0), int))
    assert sheet.height < 100


def test_samples_have_a_row_for_each_class() -> None:
    two = draw_samples("run", examples(100))
    one = draw_samples("run", examples(100).chosen(np.arange(0, 100, 2)))
    assert two.height - one.height == pytest.approx(SMALLEST + 6, abs=4)


def test_augmented_samples_stand_beside_the_image_they_come_from() -> None:
    images = np.zeros((2, 1, 8, 8), np.uint8)
    images[:, :, 3:5, 3:5] = 255
    shift = DISTORTIONS["shift"](pixels=2.0)  # type: ignore[call-arg]  # each has its own options
    some = Examples(images, np.array([0, 1]), ("a", "b"))
    plain = draw_samples("run", some)
    moved = draw_augmented("run", some, [shift], 0)
    assert moved.width > 5 * SMALLEST > plain.width / 2
    assert holds(moved, tile(images[0, 0], 0, 255, 7))


def test_the_matrix_has_its_counts_and_names() -> None:
    counts = np.array([[9, 1], [0, 5]])
    result = Evaluation(15, 14, 0.1, counts, np.zeros(15, int))
    axes = draw_confusion("a run, seed 0", ("cat", "dog"), result).axes[0]
    assert [text.get_text() for text in axes.texts] == ["9", "1", "5"]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["cat", "dog"]


def test_the_matrix_of_many_classes_has_no_numbers() -> None:
    result = Evaluation(100, 100, 0.1, np.eye(100, dtype=int), np.zeros(100, int))
    axes = draw_confusion("a run", tuple(map(str, range(100))), result).axes[0]
    assert len(axes.texts) == 0


@pytest.mark.parametrize("picture", [Figure((1, 1)), words("pixels")])
def test_a_picture_is_a_file_of_either_kind_and_the_same_each_time(
    picture: Figure | Image.Image,
) -> None:
    for ending, start in ((".png", b"\x89PNG"), (".svg", b"<")):
        content = encoded(picture, ending)
        assert content.startswith(start)
        assert content == encoded(picture, ending)
