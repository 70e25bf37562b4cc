"""What the table of data sets says of one of them: its files, their shapes, where they come from."""

from typing import NamedTuple

from cnntrain.data.idx.header import UNSIGNED_BYTES, Header


class IdxFile(NamedTuple):
    """Describe one file: its name without .gz, its array's shape, its content's SHA-256.

    `sha256` is None where no trustworthy value is known; the content is then checked by its
    shape and labels alone. `others` are numbers of images that older editions have.
    """

    stem: str
    shape: tuple[int, ...]
    sha256: str | None
    element: int = UNSIGNED_BYTES  # IDX's code for the type of the elements
    others: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """Return the length of the decompressed file in bytes: header and elements."""
        return Header(self.element, self.shape).size

    @property
    def largest(self) -> int:
        """Return the length of the largest edition's decompressed file in bytes."""
        return Header(self.element, (max([self.shape[0], *self.others]), *self.shape[1:])).size

    @property
    def holds_labels(self) -> bool:
        """Return whether it has labels rather than images."""
        return len(self.shape) < 3

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Return whether an array has the shape of this file, or of an older edition's."""
        return shape[1:] == self.shape[1:] and shape[0] in (self.shape[0], *self.others)

    @property
    def gz_name(self) -> str:
        """Return the file name that mirrors serve and that the cache folder uses."""
        return f"{self.stem}.gz"


class IdxPair(NamedTuple):
    """Describe the two files of a split."""

    images: IdxFile
    labels: IdxFile


class IdxDataset(NamedTuple):
    """Describe a data set of two splits in IDX files.

    A mirror is an address ending in a slash, to which the file's name is appended. Where there is
    none, the files come in an archive, which the user has to get.
    """

    name: str
    title: str
    licence: str
    mirrors: tuple[str, ...]
    classes: tuple[str, ...]
    train: IdxPair
    test: IdxPair
    first_label: int = 0  # that of the first class
    transposed: bool = False  # rows and columns of the images are exchanged in the files
    folders: tuple[str, ...] = ()  # where other programs keep the files, below their data folder
    archive: str | None = None  # address of a zip file that holds the files

    @property
    def files(self) -> tuple[IdxFile, ...]:
        """Return the four files, training images first."""
        return (self.train.images, self.train.labels, self.test.images, self.test.labels)

    @property
    def verified(self) -> str:
        """Return what loading its files makes sure of."""
        if all(file.sha256 is not None for file in self.files):
            return "content verified"
        return "format, counts and labels verified (no checksum is known)"
