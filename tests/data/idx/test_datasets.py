import re

import pytest

from cnntrain.data.idx.datasets import DATASETS, IdxDataset

ROWS = pytest.mark.parametrize("row", DATASETS.values(), ids=DATASETS.keys())


@ROWS
def test_every_row_is_found_under_its_name(row: IdxDataset) -> None:
    assert DATASETS[row.name] is row
    assert row.title
    assert row.licence


@ROWS
def test_there_are_several_mirrors_and_all_are_https_folders(row: IdxDataset) -> None:
    assert len(set(row.mirrors)) >= 2
    for mirror in row.mirrors:
        assert re.fullmatch(r"https://[^ ?#]+/", mirror)
        assert "lecun.com" not in mirror


@ROWS
def test_the_ten_classes_have_different_names(row: IdxDataset) -> None:
    assert len(row.classes) == len(set(row.classes)) == 10


@ROWS
def test_the_files_have_the_names_and_shapes_of_mnist(row: IdxDataset) -> None:
    assert {file.gz_name: file.shape for file in row.files} == {
        "train-images-idx3-ubyte.gz": (60_000, 28, 28),
        "train-labels-idx1-ubyte.gz": (60_000,),
        "t10k-images-idx3-ubyte.gz": (10_000, 28, 28),
        "t10k-labels-idx1-ubyte.gz": (10_000,),
    }
    assert [file.size for file in row.files] == [47_040_016, 60_008, 7_840_016, 10_008]


def test_checksums_are_sha256_and_belong_to_one_file_each() -> None:
    sums = [file.sha256 for row in DATASETS.values() for file in row.files if file.sha256]
    assert len(sums) == len(set(sums)) == 8
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in sums)
