"""Images and labels in the user's own files: IDX, NumPy's archives, CSV."""

import gzip
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

import cnntrain
from cnntrain.config import parse_config
from cnntrain.data import class_names, npz
from cnntrain.data.class_names import read_names
from cnntrain.data.examples import Examples
from cnntrain.data.sources.base import Source
from cnntrain.data.sources.idx_files import IdxFiles
from cnntrain.errors import CnntrainError, DataError
from tests.data.idx_files import contents, idx, images, labels, write, zipped

TRAIN, TEST = images(12), images(6, 1)  # 5×4


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNTRAIN_DATA", str(tmp_path_factory.mktemp("cache")))


def source(kind: str, path: Path, **options: Any) -> Source:
    """Return the source that a configuration names, with images of 5×4."""
    options = {"path": str(path), "size": [5, 4], **options}
    text = f"dataset: {{{kind}: {options}}}\nnetwork: [dense: 3]\ntrain: {{alpha: 1}}\n"
    return parse_config(text.replace("True", "true"), "x.yaml").dataset


def loaded(kind: str, path: Path, **options: Any) -> tuple[Examples, Examples]:
    """Return training and test images."""
    of = source(kind, path, **options)
    return of.load("train", None), of.load("test", None)


def complaint(kind: str, path: Path, **options: Any) -> str:
    """Return the message that loading ends with, without the place of the test."""
    with pytest.raises(DataError) as caught:
        loaded(kind, path, **options)
    return str(caught.value).replace(str(path), "DATA")


def assert_small_set(
    train: Examples, test: Examples, names: tuple[str, ...] = ("0", "1", "2")
) -> None:
    np.testing.assert_array_equal(train.images, TRAIN[:, None])
    np.testing.assert_array_equal(test.images, TEST[:, None])
    assert train.labels.tolist() == labels(12).tolist()
    assert test.labels.tolist() == labels(6).tolist()
    assert train.classes == test.classes == names


def csv(pixels: np.ndarray, numbers: np.ndarray, header: bool = True) -> bytes:
    rows = np.column_stack([numbers, pixels.reshape(len(pixels), -1)])
    names = ",".join(["label", *(f"pixel{n}" for n in range(20))])
    lines = [",".join(map(str, row)) for row in rows.tolist()]
    return "\n".join([names, *lines] if header else lines).encode() + b"\n"


def keras(path: Path, **arrays: Any) -> Path:
    given = {"x_train": TRAIN, "y_train": labels(12), "x_test": TEST, "y_test": labels(6)}
    np.savez_compressed(path, **given | arrays)
    return path


def write_csv(folder: Path, header: bool = True) -> None:
    write(
        folder,
        {"train.csv": csv(TRAIN, labels(12), header), "test.csv": csv(TEST, labels(6), header)},
    )


def write_kuzushiji(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name, array in {
        "train-imgs": TRAIN, "train-labels": labels(12), "test-imgs": TEST, "test-labels": labels(6),
    }.items():  # fmt: skip
        np.savez_compressed(folder / f"k3-{name}.npz", array)


# IDX


@pytest.mark.parametrize("pack", [dict, zipped])
@pytest.mark.parametrize("inside", ["", "raw", "gzip"])
def test_idx_files_are_found_by_their_names(tmp_path: Path, pack: Any, inside: str) -> None:
    write(tmp_path / inside, pack(contents()))
    assert_small_set(*loaded("idx", tmp_path))


@pytest.mark.parametrize(
    "name", ["train-images.idx3-ubyte", "train-images-idx3-ubyte (1).gz", "my_train_images.gz"]
)
def test_idx_files_may_have_other_names(tmp_path: Path, name: str) -> None:
    files = contents()
    files[name] = gzip.compress(files.pop("train-images-idx3-ubyte"))
    write(tmp_path, files)
    assert_small_set(*loaded("idx", tmp_path))


def test_any_names_do_where_they_are_stated(tmp_path: Path) -> None:
    names = ("a", "b", "c", "d")
    write(tmp_path, dict(zip(names, contents().values(), strict=True)))
    keys = ("train_images", "train_labels", "test_images", "test_labels")
    assert_small_set(*loaded("idx", tmp_path, **dict(zip(keys, names, strict=True))))


@pytest.mark.parametrize("last", [True, False])
def test_channels_may_come_first_or_last(tmp_path: Path, last: bool) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 3, 5, 4), np.uint8)
    stored = pixels.transpose(0, 2, 3, 1) if last else pixels
    write(
        tmp_path,
        {"train-images-idx4-ubyte": idx(stored), "train-labels-idx1-ubyte": idx(labels(12))},
    )
    train, test = loaded("idx", tmp_path, channels=3)
    together = np.concatenate([train.images, test.images])
    assert sorted(map(bytes, together)) == sorted(map(bytes, pixels))


def test_images_can_be_transposed(tmp_path: Path) -> None:
    files = contents()
    files["train-images-idx3-ubyte"] = idx(TRAIN.swapaxes(1, 2))
    files["t10k-images-idx3-ubyte"] = idx(TEST.swapaxes(1, 2))
    write(tmp_path, files)
    assert_small_set(*loaded("idx", tmp_path, transposed=True))


def test_files_named_as_emnists_are_said_to_lie_on_their_side(tmp_path: Path) -> None:
    write(
        tmp_path, {f"emnist-digits-{n.replace('t10k', 'test')}": c for n, c in contents().items()}
    )
    assert source("idx", tmp_path).notes(None) == [
        (
            "emnist-digits-test-images-idx3-ubyte: rows and columns of EMNIST's images are exchanged; "
            f"write `idx: {{path: {tmp_path}, transposed: true}}` to have them upright"
        )
    ]
    assert source("idx", tmp_path, transposed=True).notes(None) == []


def test_without_a_test_set_a_share_is_held_out_and_always_the_same(tmp_path: Path) -> None:
    files = contents()
    write(tmp_path, {name: files[name] for name in files if "train" in name})
    train, test = loaded("idx", tmp_path, held_out=0.25)
    again, _ = loaded("idx", tmp_path, held_out=0.25)
    assert (len(train), len(test)) == (9, 3)
    assert train.images.tobytes() == again.images.tobytes()
    shown = {image.tobytes(): label for image, label in zip(TRAIN, labels(12), strict=True)}
    for examples in (train, test):
        for image, label in zip(examples.images, examples.labels, strict=True):
            assert shown.pop(image.tobytes()) == label
    assert shown == {}


def test_labels_may_begin_with_1(tmp_path: Path) -> None:
    files = contents()
    files["train-labels-idx1-ubyte"] = idx(labels(12) + 1)
    files["t10k-labels-idx1-ubyte"] = idx(labels(6) + 1)
    write(tmp_path, files)
    assert_small_set(*loaded("idx", tmp_path), names=("1", "2", "3"))
    write(tmp_path, {"classes.txt": b"ant\nbee\ncat\n"})
    assert_small_set(*loaded("idx", tmp_path), names=("ant", "bee", "cat"))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "ant\nbee\n\N{LATIN SMALL LETTER E WITH ACUTE}t\N{LATIN SMALL LETTER E WITH ACUTE}\n",
            ["ant", "bee", "été"],
        ),
        ("0 zero\n1 one\n", {0: "zero", 1: "one"}),
        ("1: ant\n0: bee\n", {1: "ant", 0: "bee"}),
        ("0 48\n10 65\n36 97\n", {0: "0", 10: "A", 36: "a"}),
        ("1 65 97\n2 66 98\n", {1: "Aa", 2: "Bb"}),
        ("7 up\n7 down\n", ["7 up", "7 down"]),
        ("9" * 5000 + " up\n7 down\n", ["9" * 5000 + " up", "7 down"]),
    ],
)
def test_names_of_classes_are_lines_or_by_label_or_codes_of_characters(
    tmp_path: Path, text: str, names: object
) -> None:
    path = tmp_path / "names.txt"
    path.write_text(text, encoding="utf-8")
    assert read_names(path) == names


def test_the_mapping_of_the_images_own_split_gives_the_characters(tmp_path: Path) -> None:
    files = {f"emnist-letters-{name}": data for name, data in contents().items()}
    write(tmp_path, {name.replace("t10k", "test"): data for name, data in files.items()})
    write(
        tmp_path,
        {"emnist-letters-mapping.txt": b"0 65\n1 66\n2 67", "emnist-digits-mapping.txt": b"0 48"},
    )
    assert_small_set(*loaded("idx", tmp_path), names=("A", "B", "C"))


def test_named_classes_are_read_from_beside_the_images(tmp_path: Path) -> None:
    write(tmp_path, contents() | {"mine.txt": b"x\ny\nz"})
    assert_small_set(*loaded("idx", tmp_path, classes="mine.txt"), names=("x", "y", "z"))
    assert complaint("idx", tmp_path, classes="none.txt").startswith(
        "DATA/none.txt: cannot be read: No"
    )


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"train-images-idx3-ubyte": idx(TRAIN)[:-1]}, "ends early: 255 bytes, expected 256"),
        ({"train-labels-idx1-ubyte": idx(labels(11))}, "holds 11 labels, expected 12, one for each"),
        ({"train-labels-idx1-ubyte": idx(labels(12).astype(">f4"), element_type=13)},
         "holds 32-bit floats, expected unsigned bytes or other integers"),
        ({"train-labels-idx1-ubyte": idx(labels(12).astype("i1") * -1, element_type=9)},
         "holds labels from -2 to 2, expected 0 to 9,999"),
        ({"train-labels-idx1-ubyte": idx(np.full(12, 90_000, ">i4"), element_type=12)},
         "holds labels from 0 to 90,000, expected 0 to 9,999"),
        ({"train-images-idx3-ubyte": idx(np.zeros((12, 7, 7), np.uint8))},
         "holds images of 7×7 with 1 channel, expected 5×4 with 1 channel; write `size: 7, channels: "),
        ({"train-images-idx3-ubyte": idx(np.zeros((12, 6, 7, 3), np.uint8))},
         "expected 5×4 with 1 channel; write `size: [6, 7], channels: 3` in dataset.idx, or give"),
        ({"train-images-idx3-ubyte": bytes([0, 0, 8, 3]) + b"\xff" * 12 + b"..."}, "ends early: 19"),
        ({"classes.txt": b"ant\nbee"}, "label 2 at position 2, expected one of the 2 classes, 0 to 1"),
        ({"classes.txt": b"ant\nant\nbee"}, "'ant' as the name of several classes"),
        ({"classes.txt": b"ant\n\nbee"}, "classes.txt:2: found an empty line"),
        ({"classes.txt": b"\xff\xfe"}, "is not UTF-8 text"),
        ({"train-images.idx": idx(TRAIN)}, "found several files of train images (train-images-idx3-"),
    ],
)  # fmt: skip
def test_damaged_idx_files_are_refused_with_the_reason(
    tmp_path: Path, changed: dict[str, bytes], problem: str
) -> None:
    write(tmp_path, contents() | changed)
    message = complaint("idx", tmp_path)
    assert problem in message
    assert "cnntrain download" not in message


@pytest.mark.parametrize(
    ("lacking", "problem"),
    [
        ("train-images-idx3-ubyte", "found no train images"),
        ("t10k-labels-idx1-ubyte", "found no test labels"),
        ("all", "found no train images and labels"),
    ],
)
def test_missing_idx_files_are_named(tmp_path: Path, lacking: str, problem: str) -> None:
    files = {name: data for name, data in contents().items() if lacking not in (name, "all")}
    write(tmp_path, files)
    assert complaint("idx", tmp_path).startswith(f"DATA: {problem}, expected IDX files such as")


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("a.npz", "write `dataset: {npz: DATA}`"),
        ("a.zip", "unpack it, and name the folder"),
        ("a.mat", "get the data in MNIST's format"),
        ("a.bin", "correct dataset.idx"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_to_write(
    tmp_path: Path, name: str, advice: str
) -> None:
    write(tmp_path, {name: b"..."})
    message = complaint("idx", tmp_path / name)
    assert message.startswith("DATA: found a file, expected a folder")
    assert advice in message


# NumPy's archives


def test_an_archive_of_keras_is_read(tmp_path: Path) -> None:
    assert_small_set(*loaded("npz", keras(tmp_path / "mnist.npz")))
    assert_small_set(*loaded("npz", tmp_path))


def test_kuzushijis_archives_of_one_array_each_are_read(tmp_path: Path) -> None:
    write_kuzushiji(tmp_path)
    assert_small_set(*loaded("npz", tmp_path))


def test_labels_in_a_column_and_wide_or_flat_pixels_are_read(tmp_path: Path) -> None:
    path = keras(
        tmp_path / "a.npz",
        x_train=TRAIN.reshape(12, 20),
        x_test=TEST.astype(np.int64),
        y_train=labels(12)[:, None],
    )
    assert_small_set(*loaded("npz", path))


def test_floats_from_0_to_1_stay_and_those_to_255_become_pixels(tmp_path: Path) -> None:
    path = keras(tmp_path / "a.npz", x_train=TRAIN / 255, x_test=TEST.astype(float))
    train, test = loaded("npz", path)
    np.testing.assert_allclose(train.images, TRAIN[:, None] / 255, atol=1e-7)
    np.testing.assert_array_equal(test.images, TEST[:, None])
    assert train.images.dtype == np.float32
    assert test.images.dtype == np.uint8


def test_a_large_array_is_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npz, "LARGE", 300)
    path = keras(tmp_path / "a.npz")
    of = source("npz", path)
    train, test = (of.load(split, tmp_path / "data") for split in ("train", "test"))
    assert_small_set(train, test)
    assert len([*(tmp_path / "data" / "cache").glob("*.npy")]) == 1


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"x_train": np.array([None] * 12)}, "holds Python objects"),
        ({"x_train": TRAIN * 2.5}, "expected whole numbers 0 to 255, or 0 to 1 as floats"),
        ({"x_train": np.full((12, 5, 4), np.nan)}, "values from nan to nan"),
        ({"x_train": np.array(["a"] * 12)}, "expected images of pixels"),
        ({"y_train": np.zeros((12, 3), int)}, "expected (N,) integers, the class of each image"),
        ({"y_train": np.zeros(12)}, "expected (N,) integers, the class of each image"),
    ],
)
def test_arrays_of_other_things_are_refused(
    tmp_path: Path, changed: dict[str, Any], problem: str
) -> None:
    assert problem in complaint("npz", keras(tmp_path / "a.npz", **changed))


def test_an_archive_without_training_images_is_told_what_it_lacks(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", pictures=TRAIN, y_train=labels(12))
    assert complaint("npz", tmp_path / "a.npz") == (
        "DATA: found no train images, expected the arrays x_train, y_train, x_test and y_test; it "
        "holds pictures, y_train; save it with numpy.savez under such names"
    )


def test_a_header_that_promises_too_much_takes_no_memory(tmp_path: Path) -> None:
    path = keras(tmp_path / "a.npz")
    header = b"\x93NUMPY\x01\x00\x76\x00" + (
        b"{'descr': '|u1', 'fortran_order': False, 'shape': (999999, 999999, 99), }".ljust(117)
        + b"\n"
    )
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w") as new:
        for name, data in (members | {"x_train.npy": header + b"..."}).items():
            new.writestr(name, data)
    assert "x_train: has 3 bytes of numbers, expected 98,999,802,000,099" in complaint("npz", path)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut off"])
def test_what_is_no_archive_is_called_so(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, {"a.npz": content})
    assert complaint("npz", tmp_path / "a.npz").startswith("DATA: is no .npz file, or damaged (")


# CSV


@pytest.mark.parametrize("header", [True, False])
def test_csv_is_read_and_kept_as_numbers(tmp_path: Path, header: bool) -> None:
    write_csv(tmp_path / "csv", header)
    of = source("csv", Path("csv"))
    for _ in range(2):
        assert_small_set(of.load("train", tmp_path), of.load("test", tmp_path))
    kept = [*(tmp_path / "cache").iterdir()]
    assert len(kept) == 2
    write(tmp_path / "csv", {"test.csv": csv(TRAIN, labels(12), header)})
    assert len(of.load("test", tmp_path)) == 12


@pytest.mark.parametrize("size", [0, 5, 4 + 20 + 1])
def test_kept_numbers_that_are_damaged_are_made_anew(tmp_path: Path, size: int) -> None:
    write_csv(tmp_path / "csv")
    of = source("csv", Path("csv"))
    of.load("train", tmp_path)
    for kept in (tmp_path / "cache").iterdir():
        kept.write_bytes(kept.read_bytes()[:size])
    assert_small_set(of.load("train", tmp_path), of.load("test", tmp_path))
    assert [kept.stat().st_size for kept in sorted((tmp_path / "cache").iterdir())] != [size] * 2


@pytest.mark.parametrize(
    "written",
    [
        lambda lines: b'"' + b"\n".join(lines).replace(b",", b'","').replace(b"\n", b'"\n"') + b'"',
        lambda lines: b"\n".join([lines[0], *(line.replace(b",", b".0,") for line in lines[1:])]),
        lambda lines: b"\n\n".join(lines) + b"\n \r\n\n",
        lambda lines: b"\xef\xbb\xbf" + b"\r\n".join(lines),
    ],
    ids=["in quotes", "as floats", "with empty lines", "by Windows"],
)
@pytest.mark.parametrize("header", [True, False])
def test_numbers_may_be_written_as_other_programs_do(
    tmp_path: Path, written: Callable[[list[bytes]], bytes], header: bool
) -> None:
    write(tmp_path, {"a.csv": csv(TRAIN, labels(12), header)})
    expected = source("csv", tmp_path / "a.csv").load("train", None)
    write(tmp_path, {"a.csv": written((tmp_path / "a.csv").read_bytes().splitlines())})
    found = source("csv", tmp_path / "a.csv").load("train", None)
    assert (found.images == expected.images).all()
    assert (found.labels == expected.labels).all()


def test_kaggles_test_file_without_labels_is_not_used(tmp_path: Path) -> None:
    write_csv(tmp_path)
    unlabelled = [line.partition(b",")[2] for line in csv(TEST, labels(6)).splitlines()]
    write(tmp_path, {"test.csv": b"\n".join(unlabelled)})
    train, test = loaded("csv", tmp_path, held_out=0.5)
    assert (len(train), len(test)) == (6, 6)


def test_the_labels_may_be_in_another_column(tmp_path: Path) -> None:
    lines = [line.split(",") for line in csv(TRAIN, labels(12)).decode().splitlines()]
    write(tmp_path, {"a.csv": "\n".join(",".join([*line[1:], line[0]]) for line in lines).encode()})
    train, test = loaded("csv", tmp_path / "a.csv")
    assert len(train) + len(test) == 12
    assert set(train.labels) == {0, 1, 2}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"1,2,3", "DATA:14: found 3 values, expected 21, as in the first line"),
        (b"1," + b"7," * 19 + b"x", "DATA:14: found 'x' as value 21, expected a whole number"),
        (b"1," + b"7," * 19 + b"256", "DATA:14: found pixels from 7 to 256, expected 0 to 255"),
        (b"1," + b"7," * 19 + b"-1", "DATA:14: found pixels from -1 to 7, expected 0 to 255"),
        (
            b"1," + b"0.5," * 19 + b"1",
            "DATA:14: found '0.5' as value 2, expected a whole number; mul",
        ),
        (b"1," + b"7," * 19 + b"nan", "DATA:14: found 'nan' as value 21, expected a whole number"),
        (b"\n1," + b"7," * 19 + b"256", "DATA:15: found pixels from 7 to 256, expected 0 to 255"),
        (b"4294967297" + b",7" * 20, "DATA:14: found the label 4294967297, expected the number of"),
        (b"\xff", "DATA: cannot be read: invalid start byte; expected a CSV file"),
    ],
)
def test_the_line_of_what_is_wrong_is_named(tmp_path: Path, line: bytes, problem: str) -> None:
    write(tmp_path, {"a.csv": csv(TRAIN, labels(12)) + line})
    assert problem in complaint("csv", tmp_path / "a.csv")


@pytest.mark.parametrize("label", [-(2**63), -(2**32) + 1, 2**31, 2**32 + 1])
def test_a_label_out_of_range_is_not_taken_for_another(tmp_path: Path, label: int) -> None:
    line = f"{label},{','.join(['7'] * 20)}\n".encode()
    write(tmp_path, {"a.csv": csv(TRAIN, labels(12)) + line})
    assert complaint("csv", tmp_path / "a.csv") == (
        f"DATA:14: found the label {label}, expected the number of a class; number them from 0 or 1"
    )


def test_a_line_without_end_takes_little_memory(tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": csv(TRAIN, labels(12)) + b"1," * 10_000_000})
    tracemalloc.start()
    try:
        problem = complaint("csv", tmp_path / "a.csv")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert problem == (
        "DATA:14: found a line of 672 characters or more, expected 21 values, as in the first line; "
        "get the file again, or correct the line"
    )
    assert peak < 10_000_000


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"", "found 1 column in the first line"),
        (b"label,a\n", "holds no images"),
        (b"label,a\n\n \n\n", "holds no images"),
        (b"a,b\n1,2\n", "found no column `label`"),
    ],
)
def test_csv_without_images_is_refused(tmp_path: Path, text: bytes, problem: str) -> None:
    write(tmp_path, {"a.csv": text})
    assert problem in complaint("csv", tmp_path / "a.csv")


def test_a_folder_of_other_csv_files_is_told_what_to_name(tmp_path: Path) -> None:
    write(tmp_path, {"one.csv": b"", "two.csv": b""})
    assert complaint("csv", tmp_path).startswith("DATA: found one.csv, two.csv, expected one with")


# in use


def test_a_network_is_trained_tested_and_used_on_any_of_them(tmp_path: Path) -> None:
    write(tmp_path / "idx", contents() | {"classes.txt": b"ant\nbee\ncat"})
    text = (
        f"dataset: {{idx: {{path: {tmp_path}/idx, size: [5, 4]}}}}\n"
        "network: [dense: 3]\ntrain: {batchsize: 4, alpha: 0.1}\n"
    )
    run = cnntrain.train(parse_config(text, "x.yaml"), tmp_path / "run")
    [*_] = run
    assert run.result is not None
    model = cnntrain.load(run.folder)
    assert model.predict(TEST[0])[0].label in ("ant", "bee", "cat")
    assert model.evaluate().n == 6
    keras(tmp_path / "a.npz")
    (tmp_path / "classes.txt").write_text("cat\nbee\nant")
    other = f"npz: {{path: {tmp_path}/a.npz, size: [5, 4]}}"
    confusion = model.evaluate(other).confusion
    assert confusion.sum(axis=1).tolist() == [2, 2, 2]
    (tmp_path / "classes.txt").write_text("cat\nbee\ndog")
    with pytest.raises(CnntrainError, match="dog cannot be matched"):
        model.evaluate(other)


@pytest.mark.parametrize(("size", "channels"), [(28, 1), (20, 3)])
def test_a_picture_is_stretched_or_prepared_as_mnists_were(
    tmp_path: Path, size: int, channels: int
) -> None:
    drawn = Image.new("L", (120, 90), "white")
    ImageDraw.Draw(drawn).line([(20, 15), (30, 75)], fill="black", width=8)
    drawn.save(tmp_path / "one.png")
    options: dict[str, Any] = {"path": ".", "size": size, "channels": channels}
    stretched = IdxFiles(name="idx", **options)
    prepared = IdxFiles(name="idx", pictures="mnist", **options)
    plain, like_mnist = (s.read(tmp_path / "one.png", "auto") for s in (stretched, prepared))
    for reading in (plain, like_mnist):
        assert reading.images.shape == (1, channels, size, size)
        assert reading.images.dtype == np.uint8
    assert plain.images[0, 0, 0, -1] == 255  # the paper, as it is
    assert like_mnist.images[0, 0, 0, -1] == 0  # and as MNIST has it
    centre = (np.arange(size) * like_mnist.images[0, 0].sum(axis=0)).sum()
    assert abs(centre / like_mnist.images[0, 0].sum() - (size - 1) / 2) < 1


def test_many_classes_are_no_trouble(tmp_path: Path) -> None:
    many = np.arange(class_names.MOST_CLASSES - 1, -1, -1, dtype=">i4")
    pixels = np.zeros((len(many), 5, 4), np.uint8)
    write(
        tmp_path,
        {
            "train-images-idx3-ubyte": idx(pixels),
            "train-labels-idx1-int": idx(many, element_type=12),
        },
    )
    train, _ = loaded("idx", tmp_path)
    assert len(train.classes) == 10_000


def test_a_message_about_an_archive_is_short_whatever_stands_in_it(tmp_path: Path) -> None:
    header = f"{{'descr': '{'x' * 4000}', 'fortran_order': False, 'shape': (1,)}}\n".encode()
    array = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        for name in ("x_train", "y_train", "x_test", "y_test"):
            archive.writestr(f"{name}.npy", array)
    assert len(complaint("npz", tmp_path / "x.npz")) < 400
