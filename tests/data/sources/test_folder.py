import importlib.machinery
import json
import os
import re
import shlex
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnntrain.config import parse_config
from cnntrain.data import decoded, decoded_files
from cnntrain.data.examples import Examples
from cnntrain.data.handwriting import coloured
from cnntrain.data.sources.folder import Folder
from cnntrain.errors import DataError, PictureError

RED, GREEN = (255, 0, 0), (0, 255, 0)


def folder(path: Path, **options: Any) -> Folder:
    """Return the source for a folder of small images."""
    return Folder(**{"name": "folder", "path": str(path), "size": 8, **options})


def write(
    path: Path, colour: int | tuple[int, int, int] = 0, size: tuple[int, int] = (8, 8)
) -> None:
    """Write an image of one colour: grey for a number, else RGB."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L" if isinstance(colour, int) else "RGB", size, colour).save(path)


def write_classes(root: Path, counts: dict[str, int]) -> None:
    """Write images into a folder for each class, each image of another grey."""
    greys = iter(range(256))
    for name, count in counts.items():
        for number in range(count):
            write(root / name / f"{number}.png", next(greys))


def greys(examples: Examples) -> set[int]:
    """Return the grey of each image, by which tests know them apart."""
    return set(examples.images[:, 0, 0, 0].tolist())


def test_sub_folders_are_the_classes_sorted_by_name(tmp_path: Path) -> None:
    write_classes(tmp_path, {"cat": 4, "ant": 4, "bee": 4})
    examples = folder(tmp_path).load("train", None)
    assert examples.classes == ("ant", "bee", "cat")
    assert examples.images.shape == (9, 1, 8, 8)
    assert examples.images.dtype == np.uint8
    cats = {0, 1, 2, 3}
    assert all(
        (label == 2) == (image[0, 0, 0] in cats)
        for image, label in zip(examples.images, examples.labels, strict=True)
    )


def test_training_and_test_images_share_the_files_of_each_class(tmp_path: Path) -> None:
    write_classes(tmp_path, {"a": 20, "b": 10})
    source = folder(tmp_path, held_out=0.3)
    train, test = source.load("train", None), source.load("test", None)
    assert np.bincount(test.labels).tolist() == [6, 3]
    assert np.bincount(train.labels).tolist() == [14, 7]
    assert greys(train) | greys(test) == set(range(30))


def test_each_class_has_an_image_to_train_and_one_to_test_on(tmp_path: Path) -> None:
    write_classes(tmp_path, {"a": 2, "b": 2})
    for held_out in (0.01, 0.99):
        for split in ("train", "test"):
            labels = folder(tmp_path, held_out=held_out).load(split, None).labels
            assert sorted(labels) == [0, 1]


def test_a_file_more_moves_at_most_one_other_to_the_other_side(tmp_path: Path) -> None:
    write_classes(tmp_path, {"a": 40, "b": 5})
    before = greys(folder(tmp_path).load("test", None))
    for number in range(20):
        write(tmp_path / "a" / f"new{number}.png", 200 + number)
        after = greys(folder(tmp_path).load("test", None))
        assert len((before ^ after) - {200 + number}) <= 1
        before = after


def test_classes_are_mixed_so_that_a_limit_takes_some_of_each(tmp_path: Path) -> None:
    write_classes(tmp_path, {"a": 60, "b": 60})
    labels = folder(tmp_path).load("train", None).labels
    assert 10 < np.count_nonzero(labels[:40]) < 30


def test_the_same_files_give_the_same_bytes_wherever_they_lie(tmp_path: Path) -> None:
    for place in ("here", "there"):
        write_classes(tmp_path / place, {"a": 9, "b": 9})
    first, second = (folder(tmp_path / place).load("train", None) for place in ("here", "there"))
    assert first.images.tobytes() == second.images.tobytes()
    assert first.labels.tolist() == second.labels.tolist()


def test_folders_named_train_and_test_hold_the_two_sets(tmp_path: Path) -> None:
    write_classes(tmp_path / "train", {"a": 3, "b": 2})
    write_classes(tmp_path / "test", {"b": 1, "a": 1})
    source = folder(tmp_path)
    assert len(source.load("train", None)) == 5
    test = source.load("test", None)
    assert test.classes == ("a", "b")
    assert dict(zip(test.images[:, 0, 0, 0].tolist(), test.labels, strict=True)) == {0: 1, 1: 0}


def test_hidden_names_and_other_files_are_ignored(tmp_path: Path) -> None:
    write_classes(tmp_path, {"a": 2, "b": 2, ".hidden": 2})
    write(tmp_path / "a" / ".trash.png")
    (tmp_path / "a" / "notes.txt").write_text("about a")
    (tmp_path / "README.md").write_text("about all")
    (tmp_path / "b" / "png").write_text("no ending")
    train = folder(tmp_path).load("train", None)
    assert train.classes == ("a", "b")
    assert len(train) == 2


def test_upper_case_endings_count(tmp_path: Path) -> None:
    write(tmp_path / "a" / "1.JPG")
    write(tmp_path / "b" / "1.BMP")
    assert len(folder(tmp_path).load("train", None)) == 2


@pytest.mark.parametrize(
    ("channels", "expected"), [(3, [[255, 0, 0], [90, 90, 90]]), (1, [[76], [90]])]
)
def test_images_are_converted_to_the_channels_asked_for(
    channels: int, expected: list[list[int]], tmp_path: Path
) -> None:
    write(tmp_path / "a" / "1.png", RED)
    write(tmp_path / "b" / "1.png", 90)
    examples = folder(tmp_path, channels=channels).load("train", None)
    by_class = examples.images[np.argsort(examples.labels)]
    assert by_class[:, :, 4, 4].tolist() == expected


def test_images_of_any_size_are_stretched_to_height_and_width(tmp_path: Path) -> None:
    halves = Image.new("RGB", (300, 100), RED)
    halves.paste(GREEN, (150, 0, 300, 100))
    write(tmp_path / "b" / "1.png", RED, size=(3, 5))
    (tmp_path / "a").mkdir()
    halves.save(tmp_path / "a" / "1.png")
    source = folder(tmp_path, size=(12, 6), channels=3)
    assert source.shape == (3, 12, 6)
    image = source.read(tmp_path / "a" / "1.png", "auto").images[0]
    assert image.shape == (3, 12, 6)
    assert image[:, 5, 0].tolist() == list(RED)
    assert image[:, 5, 5].tolist() == list(GREEN)
    assert source.load("train", None).images.shape == (2, 3, 12, 6)


def test_an_image_of_the_right_size_keeps_its_pixels(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    path = tmp_path / "1.png"
    Image.fromarray(pixels).save(path)
    images = folder(tmp_path, channels=3).read(path, "auto").images
    assert np.array_equal(images[0], pixels.transpose(2, 0, 1))


def test_read_inverts_only_if_told_to(tmp_path: Path) -> None:
    path = tmp_path / "1.png"
    write(path, 200)
    read = {
        invert: folder(tmp_path).read(path, invert).images[0, 0, 0, 0]
        for invert in ("auto", "no", "yes")
    }
    assert read == {"auto": 200, "no": 200, "yes": 55}


def test_read_says_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"none\.png: No such file"):
        folder(tmp_path).read(tmp_path / "none.png", "auto")


@pytest.mark.parametrize("parts", [("",), ("train", "test")])
def test_what_is_not_read_is_counted_once_for_both_splits(
    tmp_path: Path, parts: tuple[str, ...]
) -> None:
    for part in parts:
        write_classes(tmp_path / part, {"a": 3, "b": 3})
        for name in ("1.heic", "2.HEIC", "3.svg", "._0.png", ".4.heic", "notes.txt"):
            (tmp_path / part / "a" / name).write_text("")
    count = {1: "3", 2: "6"}[len(parts)]
    [note] = folder(tmp_path).notes(None)
    assert note == (
        f"{tmp_path}: {count} files were not read (.heic .svg); save as PNG or JPEG, or install "
        "the extra that reads HEIC: pip install 'cnntrain[heic]'"
    )
    loaded = [folder(tmp_path).load("train", None), folder(tmp_path).load("test", None)]
    assert sum(map(len, loaded)) == 6 * len(parts)


def test_where_all_is_read_there_is_nothing_to_say(tmp_path: Path) -> None:
    write_classes(tmp_path, {"a": 2, "b": 2})
    for old, new in (("a", "0.jfif"), ("b", "0.avif")):
        (tmp_path / old / "0.png").rename(tmp_path / old / new)
    assert folder(tmp_path).notes(None) == []
    assert len(folder(tmp_path).load("train", None)) == 2


def test_the_extra_reads_heic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[bool] = []
    extra = types.ModuleType("pillow_heif")
    extra.__spec__ = importlib.machinery.ModuleSpec("pillow_heif", None)
    vars(extra)["register_heif_opener"] = lambda: opened.append(True)
    monkeypatch.setitem(sys.modules, "pillow_heif", extra)
    write_classes(tmp_path, {"a": 2, "b": 2})
    (tmp_path / "a" / "0.png").rename(tmp_path / "a" / "0.heic")
    assert folder(tmp_path).notes(None) == []
    assert len(folder(tmp_path).load("train", None)) == 2
    assert len(folder(tmp_path).load("test", None)) == 2
    assert opened == [True]


def test_a_relative_path_starts_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_classes(tmp_path / "shapes", {"a": 2, "b": 2})
    monkeypatch.chdir(tmp_path)
    assert len(folder(Path("shapes")).load("train", None)) == 2


def test_a_relative_path_starts_from_the_data_folder_if_one_is_named(tmp_path: Path) -> None:
    write_classes(tmp_path / "shapes", {"a": 2, "b": 2})
    assert len(folder(Path("shapes")).load("train", tmp_path)) == 2


def test_no_progress_bar_is_shown_in_a_pipe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_classes(tmp_path, {"a": 2, "b": 2})
    folder(tmp_path).load("train", None)
    assert capsys.readouterr() == ("", "")


def test_a_progress_bar_is_shown_on_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_classes(tmp_path, {"a": 2, "b": 2})
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "300")  # room for the path of this test
    folder(tmp_path).load("train", None)
    out, err = capsys.readouterr()
    assert out == ""
    assert "(train)" in err


def complaint(root: Path) -> str:
    """Return the message about a folder, with forward slashes and without the place of the test."""
    with pytest.raises(DataError) as caught:
        folder(root).load("test", None)
    return str(caught.value).replace(str(root), "DATA")


def test_a_missing_folder_is_named_with_what_to_do(tmp_path: Path) -> None:
    assert complaint(tmp_path / "none") == (
        "DATA: cannot be read: No such file or directory; expected a folder with a sub-folder of "
        "images for each class; correct dataset.folder.path, or name the folder that it starts "
        "from with --data-dir"
    )


def test_the_shipped_configurations_missing_images_can_be_drawn_as_the_message_says(
    tmp_path: Path,
) -> None:
    message = complaint(tmp_path / "coloured-digits")
    advice, _, command = message.partition("\n  ")
    assert advice.endswith("with --data-dir, or have cnntrain draw the images:")
    program, *arguments = shlex.split(command.replace("DATA", str(tmp_path / "coloured-digits")))
    assert (program, *arguments[:-1]) == (
        sys.executable,
        "-m",
        "cnntrain.data.handwriting.coloured",
    )
    assert coloured.main([arguments[-1], "--train", "20", "--test", "10"]) == 0
    assert len(folder(tmp_path / "coloured-digits").load("train", None)) == 20


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert complaint(tmp_path / "file").startswith("DATA: cannot be read: Not a directory")


@pytest.mark.parametrize(
    ("names", "found"), [([], "no sub-folders"), (["cat"], "one sub-folder, 'cat'")]
)
def test_fewer_than_two_classes_are_refused(names: list[str], found: str, tmp_path: Path) -> None:
    write_classes(tmp_path, dict.fromkeys(names, 3))
    assert complaint(tmp_path).startswith(f"DATA: found {found}, expected two or more")


def test_a_class_without_images_is_named(tmp_path: Path) -> None:
    write_classes(tmp_path, {"a": 2, "b": 2})
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").touch()
    message = complaint(tmp_path)
    assert message.startswith("DATA/empty: found no image files, expected some")
    assert message.endswith("add images or remove the folder")


def test_single_images_cannot_be_divided(tmp_path: Path) -> None:
    write_classes(tmp_path, {"a": 1, "b": 1})
    assert complaint(tmp_path).startswith("DATA: found one image in each class, expected two")


def test_a_class_that_is_only_tested_is_named(tmp_path: Path) -> None:
    write_classes(tmp_path / "train", {"a": 1, "b": 1})
    write_classes(tmp_path / "test", {"a": 1, "c": 1})
    message = complaint(tmp_path)
    assert message.startswith("DATA/test/c: is a class that DATA/train does not have")


def test_an_image_that_cannot_be_read_is_left_out_and_named(tmp_path: Path) -> None:
    write_classes(tmp_path, {"a": 10, "b": 10})
    for number in range(4):
        (tmp_path / "a" / f"{number}.png").write_text("not an image")
    loaded = [folder(tmp_path).load(split, None) for split in ("train", "test")]
    assert sum(map(len, loaded)) == 16
    left_out = [line for examples in loaded for line in examples.left_out]
    assert len(left_out) == 4
    for line in left_out:
        assert re.match(rf"{tmp_path}/a/[0-3]\.png: not an image that Pillow can read; exp", line)
    for examples in loaded:
        assert all(
            (label == 0) == (image[0, 0, 0] < 10)
            for image, label in zip(examples.images, examples.labels, strict=True)
        )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs and links")
def test_what_only_has_an_images_name_is_left_out_and_named_too(tmp_path: Path) -> None:
    write_classes(tmp_path, {"a": 6, "b": 6})
    os.mkfifo(tmp_path / "a" / "fifo.png")
    (tmp_path / "b" / "link.png").symlink_to("nothing")
    (tmp_path / "b" / "itself.png").symlink_to("itself.png")
    loaded = folder(tmp_path).load_both(None)
    assert sum(map(len, loaded)) == 12
    left_out = sorted(line for examples in loaded for line in examples.left_out)
    for line, name, found in zip(
        left_out,
        ("a/fifo", "b/itself", "b/link"),
        ("it is a FIFO", "it is a link that leads to itself", "it is a link to what is not there"),
        strict=True,
    ):
        assert line.startswith(f"{tmp_path}/{name}.png: {found}; expected an image file")
    with pytest.raises(DataError, match=r"\.png: it is a .*, or take it out"):
        folder(tmp_path, strict=True).load_both(None)


def test_a_link_that_leads_back_is_not_followed_and_named(tmp_path: Path) -> None:
    write_classes(tmp_path / "set", {"a": 4, "a/more": 2, "b": 4})
    write_classes(tmp_path, {"other": 3})
    try:
        (tmp_path / "set" / "a" / "more" / "loop").symlink_to("..")
        (tmp_path / "set" / "a" / "round").symlink_to("../b")
        (tmp_path / "set" / "b" / "trip").symlink_to("../a")
        (tmp_path / "set" / "b" / "linked").symlink_to(tmp_path / "other")
    except OSError:
        pytest.skip("links cannot be made here")
    source = folder(tmp_path / "set")
    train, test = source.load_both(None)
    assert not train.left_out
    # a: 4, 2 below, and those of b with 3; b: 4, 3, and those of a with 2
    assert len(train) + len(test) == (4 + 2 + 4 + 3) + (4 + 3 + 4 + 2)
    places = ("a/more/loop", "a/round/trip", "b/trip/more/loop", "b/trip/round")
    assert source.notes(None) == [
        f"{tmp_path}/set/{place}: is a link that leads back to where it lies, and is not followed; "
        "remove it"
        for place in places
    ]


@pytest.mark.parametrize("strict", [True, False])
def test_an_unreadable_image_is_refused_if_told_to_or_if_there_is_no_other(
    tmp_path: Path, strict: bool
) -> None:
    write_classes(tmp_path, {"a": 3, "b": 3})
    for path in tmp_path.glob("a/*" if strict else "*/*"):
        path.write_text("not an image")
    with pytest.raises(
        DataError, match=r"/[ab]/\d\.png: not an image .*, or take it out of the data"
    ):
        folder(tmp_path, strict=strict).load("train", None)


def test_images_may_lie_in_folders_below_the_classs_own(tmp_path: Path) -> None:
    write_classes(tmp_path, {"a": 2, "b": 2, "a/more": 3, "b/more/still": 4, "a/.hidden": 5})
    train, test = (folder(tmp_path).load(split, None) for split in ("train", "test"))
    assert train.classes == ("a", "b")
    assert len(train) + len(test) == 11
    assert greys(train) | greys(test) == set(range(11))


@pytest.fixture
def decoding(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Keep few pictures as if they were many; return the names of what is decoded."""
    read: list[Path] = []
    pixels = Folder.pixels

    def watched(self: Folder, path: Path, crop: None = None) -> np.ndarray:
        read.append(path)
        return pixels(self, path, crop)

    monkeypatch.setattr(decoded, "WORTH_KEEPING", 2)
    monkeypatch.setattr(Folder, "pixels", watched)
    return read


@pytest.mark.parametrize("large", [False, True])
def test_pictures_are_decoded_once_and_again_when_they_change(
    tmp_path: Path, decoding: list[Path], monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    if large:
        monkeypatch.setattr(decoded_files, "LARGE", 10)
    data = tmp_path / "data"
    write_classes(tmp_path / "shapes", {"a": 20, "b": 20})
    (tmp_path / "shapes" / "a" / "0.png").write_text("not an image")
    source = Folder(name="folder", path=str(tmp_path / "shapes"), size=8)

    def load() -> list[Examples]:
        decoding.clear()
        return [source.load(split, data) for split in ("train", "test")]

    first = load()
    assert len(decoding) == 40
    again = load()
    assert decoding == []
    for before, after in zip(first, again, strict=True):
        np.testing.assert_array_equal(before.images, after.images)
        assert before.labels.tolist() == after.labels.tolist()
        assert before.left_out == after.left_out
    write(tmp_path / "shapes" / "a" / "7.png", 250)
    write(tmp_path / "shapes" / "b" / "new.png", 251)
    (tmp_path / "shapes" / "b" / "3.png").unlink()
    changed = load()
    assert len(decoding) <= 4  # both, and what they move from one side to the other
    assert greys(changed[0]) | greys(changed[1]) == set(range(1, 40)) - {7, 23} | {250, 251}
    assert len([*(data / "cache").glob("*.pixels")]) == 2


@pytest.mark.usefixtures("decoding")
def test_pictures_that_change_places_are_noticed_though_size_and_time_are_the_same(
    tmp_path: Path,
) -> None:
    write_classes(tmp_path / "shapes", {"a": 3, "b": 3})
    one, other = tmp_path / "shapes/a/1.png", tmp_path / "shapes/b/0.png"
    for path in (one, other):
        os.utime(path, (1, 1))
    assert one.stat().st_size == other.stat().st_size
    source = Folder(name="folder", path=str(tmp_path / "shapes"), size=8)

    def labels_by_grey() -> dict[int, int]:
        both = source.load_both(tmp_path / "data")
        return {
            int(i[0, 0, 0]): int(n) for e in both for i, n in zip(e.images, e.labels, strict=True)
        }

    assert labels_by_grey() == {0: 0, 1: 0, 2: 0, 3: 1, 4: 1, 5: 1}
    one.rename(tmp_path / "kept")
    other.rename(one)
    (tmp_path / "kept").rename(other)
    assert labels_by_grey() == {0: 0, 3: 0, 2: 0, 1: 1, 4: 1, 5: 1}


@pytest.mark.parametrize("names", [("a", "b"), ("train/a", "train/b", "test/a", "test/b")])
def test_both_sets_at_once_are_what_each_is_alone(
    tmp_path: Path, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_classes(tmp_path, dict.fromkeys(names, 6))
    alone = [folder(tmp_path).load(split, None) for split in ("train", "test")]
    looked: list[str] = []
    scandir = os.scandir

    def watched(path: Any) -> Any:
        looked.append(str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", watched)
    both = folder(tmp_path).load_both(None)
    classes = [path for path in looked if Path(path).name in ("a", "b")]
    assert len(classes) == len(names)  # each once
    for one, other in zip(alone, both, strict=True):
        np.testing.assert_array_equal(one.images, other.images)
        assert one.labels.tolist() == other.labels.tolist()
    train, test = folder(tmp_path).load_both(None, train=3, test=1)
    np.testing.assert_array_equal(train.images, alone[0].images[:3])
    np.testing.assert_array_equal(test.images, alone[1].images[:1])


@pytest.mark.usefixtures("decoding")
def test_what_is_kept_and_damaged_is_made_anew(tmp_path: Path) -> None:
    write_classes(tmp_path / "shapes", {"a": 5, "b": 5})
    source = Folder(name="folder", path=str(tmp_path / "shapes"), size=8)
    right = source.load("train", tmp_path / "data").images.tobytes()
    for path in (tmp_path / "data" / "cache").iterdir():
        path.write_bytes(path.read_bytes()[:-1])
        assert source.load("train", tmp_path / "data").images.tobytes() == right


def change_labels(index: Path, labels: list[int]) -> bytes:
    """Return a kept index with other labels."""
    about = json.loads(index.read_bytes().partition(b"\n")[2])
    return decoded_files.index_as_bytes({**about, "labels": labels})


@pytest.mark.usefixtures("decoding")
def test_labels_that_are_kept_and_changed_are_made_anew(tmp_path: Path) -> None:
    write_classes(tmp_path / "shapes", {"a": 5, "b": 5})
    source = Folder(name="folder", path=str(tmp_path / "shapes"), size=8)
    right = source.load("train", tmp_path / "data").labels.tolist()
    [index] = (tmp_path / "data" / "cache").glob("*.pictures")
    whole = index.read_bytes()
    start = whole.index(b'"labels"')
    flipped = whole[:start] + whole[start:].translate(bytes.maketrans(b"01", b"10"))
    for changed in (flipped, change_labels(index, [0, 1, 2, 0, 1, 0, 1, 0]), b"", b"{}\n{}"):
        index.write_bytes(changed)
        assert source.load("train", tmp_path / "data").labels.tolist() == right
        assert index.read_bytes() == whole


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
@pytest.mark.usefixtures("decoding")
def test_a_fifo_in_the_place_of_the_index_keeps_nobody_waiting(tmp_path: Path) -> None:
    write_classes(tmp_path / "shapes", {"a": 5, "b": 5})
    source = Folder(name="folder", path=str(tmp_path / "shapes"), size=8)
    right = source.load("train", tmp_path / "data").labels.tolist()
    for kept in (tmp_path / "data" / "cache").iterdir():
        kept.unlink()
        os.mkfifo(kept)
        assert source.load("train", tmp_path / "data").labels.tolist() == right


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 0}, "size: found 0, expected 1 or more"),
        ({"size": (8, 0)}, "size: found (8, 0), expected 1 or more"),
        ({"held_out": 0.0}, "held_out: found 0.0, expected between 0 and 1"),
        ({"held_out": 1.0}, "held_out: found 1.0, expected between 0 and 1"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        folder(Path("shapes"), **options)


def test_a_configuration_gives_the_path_alone_or_with_options() -> None:
    rest = "network: [dense: 2]\ntrain: {alpha: 1}\n"
    short = parse_config(f"dataset: {{folder: shapes}}\n{rest}", "some.yaml")
    assert short.dataset == Folder(name="folder", path="shapes")
    long = parse_config(
        f"dataset: {{folder: {{path: shapes, size: [12, 6], channels: 3}}}}\n{rest}", "some.yaml"
    )
    assert long.dataset == Folder(name="folder", path="shapes", size=(12, 6), channels=3)


@pytest.mark.parametrize(("train", "test"), [("training", "testing"), ("Train", "Test")])
def test_the_sets_may_have_other_names_and_the_order_is_the_same(
    tmp_path: Path, train: str, test: str
) -> None:
    for place, (to_train, to_test) in {"a": ("train", "test"), "b": (train, test)}.items():
        write_classes(tmp_path / place, {f"{to_train}/{c}": 5 for c in "xy"})
        write_classes(tmp_path / place, {f"{to_test}/{c}": 3 for c in "xy"})
    for one, other in zip(*(folder(tmp_path / p).load_both(None) for p in "ab"), strict=True):
        assert one.classes == other.classes == ("x", "y")
        np.testing.assert_array_equal(one.images, other.images)
    assert [len(e) for e in folder(tmp_path / "b").load_both(None)] == [10, 6]


def test_sets_that_are_not_those_of_training_and_testing_are_not_taken_for_classes(
    tmp_path: Path,
) -> None:
    write_classes(tmp_path, {"train/a": 2, "train/b": 2, "Val/a": 2, "Val/b": 2})
    with pytest.raises(
        DataError, match="found the sub-folders Val and train, which are no classes"
    ):
        folder(tmp_path).load("train", None)
