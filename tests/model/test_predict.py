from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnntrain.errors import PictureError
from cnntrain.model.predict import Digit, Prediction, image_files
from cnntrain.model.read_files import without_others
from cnntrain.model.trained import load
from cnntrain.runs.provenance import Provenance
from cnntrain.show import predictions
from tests.small import finish, started


@pytest.fixture
def prediction() -> Prediction:
    seen = np.zeros((1, 28, 28), np.uint8)
    digit = Digit(("a", "b", "c"), np.array([0.25, 0.5, 0.25]), seen, box=(1, 2, 3, 4))
    return Prediction(Path("x.png"), (digit,), ("it looks blank",))


@pytest.fixture
def row(prediction: Prediction) -> Prediction:
    first, second = prediction.digits[0], prediction.digits[0]._replace(line=1)
    sure = second._replace(probabilities=np.array([0.0, 0.0, 1.0]))
    return prediction._replace(digits=(first, second, sure), warnings=())


def test_classes_are_ordered_by_probability_and_equal_ones_by_position(
    prediction: Prediction,
) -> None:
    assert prediction.digits[0].order == [1, 0, 2]


def test_a_row_is_read_line_by_line_and_as_sure_as_all_of_its_digits(row: Prediction) -> None:
    assert row.label == "b / b c"
    assert row.probability == 0.25
    assert predictions.as_lines(row, top=None) == ["x.png: b / b c   25.0%  (doubtful: b b)"]
    assert predictions.as_lines(row, top=1) == [
        *(
            "x.png: b / b c  (doubtful: b b)",
            "  digit 1:",
            "    b   50.0%",
            "  digit 2:",
            "    b   50.0%",
        ),
        *("  digit 3:", "    c  100.0%"),
    ]


def test_where_there_is_no_digit_the_label_is_none(prediction: Prediction) -> None:
    none = prediction._replace(digits=())
    assert (none.label, none.probability) == (None, None)
    assert (none.probabilities.size, none.seen.size) == (0, 0)
    assert predictions.as_lines(none, top=3) == ["x.png: no digit found"]
    assert predictions.as_rows(none) == [["x.png", *[""] * 9]]


def test_rows_of_csv_count_lines_and_positions_from_one(row: Prediction) -> None:
    assert predictions.as_csv(predictions.as_rows(row._replace(file=Path('a,"b.png')))) == (
        '"a,""b.png",1,1,b,0.500000,1,2,3,4,true\n'
        '"a,""b.png",2,1,b,0.500000,1,2,3,4,true\n'
        '"a,""b.png",2,2,c,1.000000,1,2,3,4,false'
    )


def test_as_object_has_the_keys_that_callers_rely_on(prediction: Prediction) -> None:
    source = Provenance(Path("a.npz"), 2, 0, 2, 0.75, "the last of its run", None)
    assert predictions.as_object(prediction, source) == {
        "file": "x.png",
        "label": "b",
        "probability": 0.5,
        "doubtful": True,
        "scores": {"a": 0.25, "b": 0.5, "c": 0.25},
        "warnings": ["it looks blank", predictions.DOUBT],
        "digits": [
            {
                "label": "b",
                "probability": 0.5,
                "doubtful": True,
                "scores": {"a": 0.25, "b": 0.5, "c": 0.25},
                "line": 1,
                "box": [1, 2, 3, 4],
            }
        ],
        "preparation": None,
        **source.as_object(),
    }


@pytest.mark.parametrize(
    ("top", "lines"),
    [
        (None, ["x.png: b   50.0%  (doubtful)"]),
        (1, ["x.png:  (doubtful)", "  b   50.0%"]),
        (2, ["x.png:  (doubtful)", "  b   50.0%", "  a   25.0%"]),
        (9, ["x.png:  (doubtful)", "  b   50.0%", "  a   25.0%", "  c   25.0%"]),
    ],
)
def test_as_lines_shows_one_answer_or_the_likeliest(
    prediction: Prediction, top: int | None, lines: list[str]
) -> None:
    assert predictions.as_lines(prediction, top=top) == lines


@pytest.mark.parametrize("loss", ["mse", "softmax_cross_entropy"])
def test_probabilities_sum_to_one(tmp_path: Path, loss: str) -> None:
    finish(started(f"loss={loss}", "train.epochs=1"), tmp_path / "run")
    model = load(tmp_path / "run" / "last.npz")
    Image.fromarray(np.eye(40, dtype=np.uint8) * 255).save(tmp_path / "x.png")
    result = model.predict_file(tmp_path / "x.png")
    assert result.probabilities.sum() == pytest.approx(1)
    assert result.probabilities.min() >= 0
    assert result.seen.shape == (1, 28, 28)
    assert predictions.seen_as_text(result).strip()


def test_the_picture_of_a_small_network_is_shown_too(tmp_path: Path) -> None:
    dataset = "dataset={synthetic: {train: 60, test: 30, resize: 14}}"
    finish(started(dataset, "train.epochs=1"), tmp_path / "run")
    model = load(tmp_path / "run" / "last.npz")
    Image.fromarray(np.eye(40, dtype=np.uint8) * 255).save(tmp_path / "x.png")
    result = model.predict_file(tmp_path / "x.png", invert="no")
    assert result.seen.shape == (1, 14, 14)
    assert result.seen.dtype == np.float32
    assert predictions.seen_as_text(result).strip()


def test_files_stay_in_order_and_folders_are_replaced_by_their_images(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    for name in ("b.png", "a.JPG", "notes.txt", "sub/c.png"):
        (folder / name).write_bytes(b"")
    (tmp_path / "empty").mkdir()
    paths = [tmp_path / "z.png", folder, tmp_path / "missing", tmp_path / "empty"]
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "d.png").write_bytes(b"")
    (folder / "sub" / "round").symlink_to(folder)
    assert list(image_files([folder], recursive=True)) == [
        folder / "a.JPG",
        folder / "b.png",
        folder / "sub" / "c.png",
    ]
    assert list(image_files(paths)) == [
        tmp_path / "z.png",
        folder / "a.JPG",
        folder / "b.png",
        tmp_path / "missing",
        tmp_path / "empty",
    ]


def test_a_folder_without_images_is_refused(tmp_path: Path) -> None:
    experiment = started()
    experiment.save(tmp_path / "x.npz")
    (tmp_path / "empty").mkdir()
    with pytest.raises(PictureError, match="empty: found no image files in this folder; name a f"):
        load(tmp_path / "x.npz").predict_file(tmp_path / "empty")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.79, 0.81, 0.89, 0.91])
@pytest.mark.parametrize("has_others", [True, False])
def test_what_a_network_that_knows_other_things_is_unsure_of_is_no_digit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float, has_others: bool
) -> None:
    finish(started("train.epochs=1"), tmp_path / "run")
    model = load(tmp_path / "run" / "last.npz")
    monkeypatch.setattr(type(model.config.dataset), "has_others", has_others)
    shares = np.full(10, (1 - share) / 9)
    shares[7] = share
    monkeypatch.setattr(
        model.network, "probabilities", lambda images: np.array([shares] * len(images))
    )
    Image.fromarray(np.eye(40, dtype=np.uint8) * 255).save(tmp_path / "x.png")
    answer = model.predict_file(tmp_path / "x.png")
    if share < 0.35 and has_others:
        assert answer.label is None
        assert answer.warnings == ("what is there does not look like a digit",)
        assert answer.steps is not None
        assert answer.steps.blank == answer.warnings[0]
    else:
        assert (answer.label, answer.doubtful) == ("7", share < (0.9 if has_others else 0.8))
        seen = answer.digits[0].seen
        assert model.predict(seen[0])[0].doubtful == answer.doubtful


def part(
    share: float, *, cut: float = 1.0, rows: tuple[int, int] = (0, 20), line: int = 0
) -> Digit:
    """Return what may be a digit; `share` is how probable it is, `cut` that it was rightly cut."""
    shares = np.array([share, 1 - share, 0.0])
    return Digit(("a", "b", "c"), shares, np.zeros(0), line, (0, rows[0], 9, rows[1]), cut)


@pytest.mark.parametrize(
    ("other", "certainties", "lost"),
    [
        (part(0.9), [1.0, 0.9], False),
        (part(1.0, cut=0.4), [1.0, 0.4], False),
        (part(1.0, cut=0.3), [0.3], True),  # as tall: it may be a digit all the same
        (part(1.0, cut=0.3, rows=(4, 19)), [0.3], True),
        (part(1.0, cut=0.3, rows=(4, 17)), [1.0], False),  # a plus sign between digits
        (part(1.0, cut=0.3, rows=(25, 45), line=1), [1.0], False),  # a letter below
        (part(1.0, cut=0.3, rows=(5, 60), line=1), [0.3], True),  # the line in a percent sign
    ],
)
def test_what_is_left_out_of_a_row_casts_doubt_on_it_if_it_is_as_tall(
    other: Digit, certainties: list[float], lost: bool
) -> None:
    digits, told = without_others([part(1.0), other])
    assert ([digit.certainty for digit in digits], told) == (certainties, lost)
