"""A data set whose files come in a zip file, transposed, with labels from 1: EMNIST in small."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from cnntrain.data.download.download import download
from cnntrain.data.download.limits import Limits
from cnntrain.data.idx.archive import unpack
from cnntrain.data.idx.datasets import DATASETS
from cnntrain.data.idx.header import IdxError
from cnntrain.data.idx.row import IdxDataset
from cnntrain.data.idx.verify import load_idx
from cnntrain.errors import DataError, DownloadError
from tests.data.idx_files import contents, dataset, idx, images, labels, write, zipped
from tests.data.mirror import running
from tests.data.user import Bar

ROW = dataset(checksums=False)._replace(
    title="EMNIST tiny",
    archive="https://example.org/gzip.zip",
    transposed=True,
    first_label=1,
    folders=("emnist",),
)
FROM_ONE = {
    **contents(),
    "train-labels-idx1-ubyte": idx(labels(12) + 1),
    "t10k-labels-idx1-ubyte": idx(labels(6) + 1),
}


def zip_file(files: dict[str, bytes], folder: str = "gzip/") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            archive.writestr(folder + name, data)
    return content.getvalue()


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DATASETS, "tiny", ROW)


@pytest.mark.parametrize("folder", ["", "tiny", "emnist"])
def test_files_are_unpacked_from_an_archive_in_any_place(tmp_path: Path, folder: str) -> None:
    write(tmp_path / folder, {"gzip.zip": zip_file(zipped(FROM_ONE))})
    said: list[str] = []
    unpack(tmp_path, ROW, said.append)
    assert said == [f"Unpacking EMNIST tiny from {tmp_path / folder / 'gzip.zip'}"]
    test = load_idx("tiny", "test", tmp_path)
    np.testing.assert_array_equal(test.images, images(6, seed=1)[:, None].swapaxes(2, 3))
    np.testing.assert_array_equal(test.labels, labels(6))
    unpack(tmp_path, ROW, said.append)
    assert len(said) == 1


def test_labels_below_the_first_are_refused(tmp_path: Path) -> None:
    write(tmp_path, contents())
    with pytest.raises(IdxError, match="label 0 at position 0, expected 1 to 3"):
        load_idx("tiny", "test", tmp_path)


def test_images_and_labels_of_two_editions_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = ROW.test._replace(labels=ROW.test.labels._replace(others=(5,)))
    monkeypatch.setitem(DATASETS, "tiny", ROW._replace(test=older))
    write(tmp_path, FROM_ONE | {"t10k-labels-idx1-ubyte": idx(labels(5) + 1)})
    with pytest.raises(IdxError, match="holds 5 labels, expected 6, one for each image"):
        load_idx("tiny", "test", tmp_path)


def test_the_archive_for_matlab_is_refused_with_where_the_other_is(tmp_path: Path) -> None:
    write(tmp_path, {"matlab.zip": zip_file({"emnist-letters.mat": b"..."}, "matlab/")})
    with pytest.raises(DataError) as raised:
        unpack(tmp_path, ROW, print)
    assert str(raised.value) == (
        f"{tmp_path}/matlab.zip: holds EMNIST tiny for Matlab (.mat), expected MNIST's format; "
        "get https://example.org/gzip.zip, which holds the same images"
    )


def test_another_zip_file_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, {"other.zip": zip_file({"readme.txt": b"..."})})
    unpack(tmp_path, ROW, print)
    assert [path.name for path in tmp_path.iterdir()] == ["other.zip"]


def test_a_file_that_is_too_large_for_its_name_is_not_unpacked(tmp_path: Path) -> None:
    bomb = FROM_ONE | {"t10k-labels-idx1-ubyte": bytes(2 << 20)}
    write(tmp_path, {"gzip.zip": zip_file(bomb)})
    with pytest.raises(DataError, match="has 2,097,152 bytes, expected no more than 1,048,590"):
        unpack(tmp_path, ROW, print)


@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_a_damaged_archive_is_called_so(tmp_path: Path, damage: str) -> None:
    content = bytearray(zip_file(FROM_ONE))
    if damage == "cut":
        content = content[:200]
    else:
        content[100] ^= 255
    write(tmp_path, {"gzip.zip": bytes(content)})
    with pytest.raises(DataError, match=r"gzip\.zip: the archive is damaged \(.+\); get it again"):
        unpack(tmp_path, ROW, print)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_compressed_in_another_way_is_refused(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "gzip.zip", "w", method) as archive:
        for name, data in FROM_ONE.items():
            archive.writestr(name, data)
    message = rf"is damaged \(method {method} of compression, expected stored or deflated\)"
    with pytest.raises(DataError, match=message):
        unpack(tmp_path, ROW, print)


def get(row: IdxDataset, root: Path, said: list[str], source: Path | None = None) -> list[str]:
    done = download(
        row,
        root,
        source=source,
        limits=Limits(connect=1, silence=0.2),
        say=said.append,
        open_bar=lambda name, total, done: Bar(name, total, done),
    )
    return [delivery.status for delivery in done.files]


def test_an_archive_is_downloaded_once_and_kept(tmp_path: Path) -> None:
    said: list[str] = []
    with running({"gzip.zip": zip_file(zipped(FROM_ONE))}) as mirror:
        row = ROW._replace(archive=f"{mirror.url}gzip.zip")
        assert get(row, tmp_path, said) == ["unpacked"] * 4
        (tmp_path / "tiny" / "t10k-labels-idx1-ubyte.gz").write_bytes(b"damaged")
        assert get(row, tmp_path, said) == [*["already there"] * 3, "unpacked"]
        assert mirror.asked() == ["gzip.zip"]
    assert said[0] == f"EMNIST tiny comes in one archive with its relatives: {row.archive}"
    assert any(line.endswith("which starts with 00 00 08 01; unpacking it anew") for line in said)
    assert (tmp_path / "emnist" / "gzip.zip").is_file()


def test_an_archive_is_taken_from_a_folder(tmp_path: Path) -> None:
    write(tmp_path / "usb", {"gzip.zip": zip_file(zipped(FROM_ONE))})
    assert get(ROW, tmp_path / "data", [], source=tmp_path / "usb") == ["unpacked"] * 4
    assert len(load_idx("tiny", "train", tmp_path / "data")) == 12


def test_where_no_archive_can_be_had_the_message_says_what_to_do(
    tmp_path: Path, closed_port: int
) -> None:
    row = ROW._replace(archive=f"http://127.0.0.1:{closed_port}/gzip.zip")
    with pytest.raises(DownloadError) as raised:
        get(row, tmp_path, [])
    assert str(raised.value) == (
        f"EMNIST tiny cannot be downloaded: {row.archive}: connection refused; "
        f"get {row.archive} and put it into {tmp_path}, where it is unpacked"
    )


def test_qmnists_labels_are_the_first_of_several_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = (np.arange(48).reshape(6, 8) + 1000).astype(">i4")
    table[:, 0] = labels(6)
    plain = dataset(checksums=False)
    file = plain.test.labels._replace(shape=(6, 8), element=0x0C)
    row = plain._replace(test=plain.test._replace(labels=file))
    monkeypatch.setitem(DATASETS, "tiny", row)
    write(tmp_path, contents() | {file.stem: idx(table, element_type=0x0C)})
    assert load_idx("tiny", "test", tmp_path).labels.tolist() == labels(6).tolist()
    table[4, 0] = -1
    write(tmp_path, {file.stem: idx(table, element_type=0x0C)})
    with pytest.raises(IdxError, match="label -1 at position 4, expected 0 to 2"):
        load_idx("tiny", "test", tmp_path)
