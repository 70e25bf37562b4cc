"""The table of the data sets that are known by name, with addresses and checksums.

To add a data set in MNIST's format, add a row. The addresses are https only; a checksum is the
SHA-256 of a file's *decompressed* content, because mirrors compress differently.
"""

from cnntrain.data.idx.emnist import EMNIST
from cnntrain.data.idx.header import INT32
from cnntrain.data.idx.row import IdxDataset, IdxFile, IdxPair


def _pair(
    prefix: str, count: int, images_sha256: str | None = None, labels_sha256: str | None = None
) -> IdxPair:
    """Return a split under MNIST's file names: `count` images of 28×28."""
    return IdxPair(
        images=IdxFile(f"{prefix}-images-idx3-ubyte", (count, 28, 28), images_sha256),
        labels=IdxFile(f"{prefix}-labels-idx1-ubyte", (count,), labels_sha256),
    )


_MNIST = IdxDataset(
    name="mnist",
    title="MNIST",
    licence="CC BY-SA 3.0",
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://raw.githubusercontent.com/fgnt/mnist/master/",
        "https://azureopendatastorage.blob.core.windows.net/mnist/",
    ),
    classes=("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
    train=_pair(
        "train",
        60_000,
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    test=_pair(
        "t10k",
        10_000,
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
    folders=("MNIST/raw",),
)

_FASHION_MNIST = IdxDataset(
    name="fashion-mnist",
    title="Fashion-MNIST",
    licence="MIT",
    mirrors=(
        "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
    classes=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    train=_pair(
        "train",
        60_000,
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    ),
    test=_pair(
        "t10k",
        10_000,
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
    folders=("FashionMNIST/raw",),
)

# A branch of somebody's repository could change under us.
_KMNIST_COMMIT = "53810959241e8f35890445245170c8cec0672f81"

_KMNIST = IdxDataset(
    name="kmnist",
    title="Kuzushiji-MNIST",
    licence="CC BY-SA 4.0",
    mirrors=(
        "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        f"https://huggingface.co/datasets/tanganke/kmnist/resolve/{_KMNIST_COMMIT}/raw/",
    ),
    classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    train=_pair("train", 60_000),
    test=_pair("t10k", 10_000),
    folders=("KMNIST/raw",),
)


def _qmnist(split: str) -> IdxPair:
    """Return a split of QMNIST, whose labels are the first of eight columns of 32-bit integers."""
    return IdxPair(
        images=IdxFile(f"qmnist-{split}-images-idx3-ubyte", (60_000, 28, 28), None),
        labels=IdxFile(f"qmnist-{split}-labels-idx2-int", (60_000, 8), None, INT32),
    )


_QMNIST = IdxDataset(
    name="qmnist",
    title="QMNIST",
    licence="BSD 3-Clause",
    mirrors=("https://raw.githubusercontent.com/facebookresearch/qmnist/master/",),
    classes=_MNIST.classes,
    train=_qmnist("train"),
    test=_qmnist("test"),
    folders=("QMNIST/raw",),
)

DATASETS: dict[str, IdxDataset] = {
    row.name: row for row in (_MNIST, _FASHION_MNIST, _KMNIST, _QMNIST, *EMNIST)
}
