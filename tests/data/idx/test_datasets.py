import re

import pytest

from cnntrain.data.idx.datasets import DATASETS
from cnntrain.data.idx.row import IdxDataset

ROWS = pytest.mark.parametrize("row", DATASETS.values(), ids=DATASETS.keys())
LIKE_MNIST = pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "kmnist"])
# of EMNIST: classes, training images, test images
EMNIST = {
    "balanced": (47, 112_800, 18_800),
    "byclass": (62, 697_932, 116_323),
    "bymerge": (47, 697_932, 116_323),
    "letters": (26, 124_800, 20_800),
    "digits": (10, 240_000, 40_000),
    "mnist": (10, 60_000, 10_000),
}


@ROWS
def test_every_row_is_found_under_its_name(row: IdxDataset) -> None:
    assert DATASETS[row.name] is row
    assert row.title
    assert row.licence


@ROWS
def test_files_come_from_https_folders_or_in_an_https_archive(row: IdxDataset) -> None:
    assert row.mirrors or row.archive
    for mirror in row.mirrors:
        assert re.fullmatch(r"https://[^ ?#]+/", mirror)
        assert "lecun.com" not in mirror
    if row.archive:
        assert re.fullmatch(r"https://[^ ?#]+/gzip\.zip", row.archive)
        assert row.folders


@LIKE_MNIST
def test_there_are_several_mirrors(name: str) -> None:
    assert len(set(DATASETS[name].mirrors)) >= 2


@ROWS
def test_classes_have_different_names(row: IdxDataset) -> None:
    assert len(row.classes) == len(set(row.classes)) >= 10


@LIKE_MNIST
def test_the_files_have_the_names_and_shapes_of_mnist(name: str) -> None:
    row = DATASETS[name]
    assert {file.gz_name: file.shape for file in row.files} == {
        "train-images-idx3-ubyte.gz": (60_000, 28, 28),
        "train-labels-idx1-ubyte.gz": (60_000,),
        "t10k-images-idx3-ubyte.gz": (10_000, 28, 28),
        "t10k-labels-idx1-ubyte.gz": (10_000,),
    }
    assert [file.size for file in row.files] == [47_040_016, 60_008, 7_840_016, 10_008]


@pytest.mark.parametrize("split", EMNIST)
def test_the_splits_of_emnist_have_their_classes_counts_and_names(split: str) -> None:
    row = DATASETS[f"emnist-{split}"]
    classes, train, test = EMNIST[split]
    assert len(row.classes) == classes
    assert {file.gz_name: file.shape for file in row.files} == {
        f"emnist-{split}-train-images-idx3-ubyte.gz": (train, 28, 28),
        f"emnist-{split}-train-labels-idx1-ubyte.gz": (train,),
        f"emnist-{split}-test-images-idx3-ubyte.gz": (test, 28, 28),
        f"emnist-{split}-test-labels-idx1-ubyte.gz": (test,),
    }
    assert row.transposed
    assert row.first_label == (split == "letters")


def test_letters_may_be_of_the_first_edition() -> None:
    train = DATASETS["emnist-letters"].train
    assert train.images.fits((88_800, 28, 28))
    assert train.labels.fits((88_800,))
    assert not train.images.fits((88_801, 28, 28))
    assert not train.images.fits((88_800, 28, 27))


def test_the_labels_of_qmnist_have_eight_columns_of_32_bits() -> None:
    labels = DATASETS["qmnist"].test.labels
    assert (labels.gz_name, labels.shape) == ("qmnist-test-labels-idx2-int.gz", (60_000, 8))
    assert labels.size == 12 + 60_000 * 8 * 4


def test_checksums_are_sha256_and_belong_to_one_file_each() -> None:
    sums = [file.sha256 for row in DATASETS.values() for file in row.files if file.sha256]
    assert len(sums) == len(set(sums)) == 8
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in sums)


@pytest.mark.parametrize(
    ("name", "verified"),
    [
        ("mnist", "content verified"),
        ("emnist-letters", "format, counts and labels verified (no checksum is known)"),
    ],
)
def test_a_row_says_what_can_be_verified(name: str, verified: str) -> None:
    assert DATASETS[name].verified == verified
