"""The six splits of EMNIST: handwritten digits and letters of NIST's special database 19.

Source of classes and counts: Cohen et al. 2017, "EMNIST: an extension of MNIST to handwritten
letters", table II; of `letters` in the edition of today, its files. The images are transposed in
the files, because they were written by columns.
"""

from cnntrain.data.idx.row import IdxDataset, IdxFile, IdxPair

DIGITS = "0123456789"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIFFERENT = "abdefghnqrt"  # small letters that do not look like their capitals

ARCHIVE = "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"

# split: classes, training images, test images
SPLITS = {
    "balanced": (DIGITS + UPPER + DIFFERENT, 112_800, 18_800),
    "byclass": (DIGITS + UPPER + UPPER.lower(), 697_932, 116_323),
    "bymerge": (DIGITS + UPPER + DIFFERENT, 697_932, 116_323),
    "letters": (UPPER, 124_800, 20_800),
    "digits": (DIGITS, 240_000, 40_000),
    "mnist": (DIGITS, 60_000, 10_000),
}
OLDER = {"letters": (88_800, 14_800)}  # counts of the first edition, as in the paper


def _pair(split: str, part: str, count: int, *others: int) -> IdxPair:
    stem = f"emnist-{split}-{part}"
    return IdxPair(
        images=IdxFile(f"{stem}-images-idx3-ubyte", (count, 28, 28), None, others=others),
        labels=IdxFile(f"{stem}-labels-idx1-ubyte", (count,), None, others=others),
    )


def _row(split: str) -> IdxDataset:
    classes, train, test = SPLITS[split]
    return IdxDataset(
        name=f"emnist-{split}",
        title=f"EMNIST {split}",
        licence="public domain",
        mirrors=(),
        classes=tuple(classes),
        train=_pair(split, "train", train, *OLDER.get(split, ())[:1]),
        test=_pair(split, "test", test, *OLDER.get(split, ())[1:]),
        first_label=1 if split == "letters" else 0,
        transposed=True,
        folders=("emnist", "EMNIST/raw", "gzip"),
        archive=ARCHIVE,
    )


EMNIST = tuple(map(_row, SPLITS))
