"""Get one file of a data set and verify it: from mirrors over HTTP, or from another folder.

A file is accepted only if its *content* is right: mirrors have been known to answer with login
pages, error pages and other data. An incomplete download is kept as a `.part` file, so that the
next attempt can continue it from the same mirror or another one.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cnntrain.data.download.http import OpenBar, fetch
from cnntrain.data.download.limits import Limits, TransferError
from cnntrain.data.idx.content import GZIP_MAGIC
from cnntrain.data.idx.header import IdxError
from cnntrain.data.idx.locate import download_command, find_file, obstacle, spellings
from cnntrain.data.idx.row import IdxDataset, IdxFile
from cnntrain.data.idx.verify import load_file
from cnntrain.errors import DataError, DownloadError, OutputError
from cnntrain.system.address import without_password
from cnntrain.system.files import rename, replacing
from cnntrain.system.regular import instead_of_file

_SLACK = 1 << 20  # bytes by which a mirror's file may exceed its decompressed content


@dataclass(frozen=True)
class Delivery:
    """Say where a file is now, how it got there, and from which address or path."""

    path: Path
    status: Literal["already there", "downloaded", "copied", "unpacked"]
    origin: str | None = None


@dataclass(frozen=True)
class FolderSupplier:
    """Copy files into `root`/name from `source`, which is laid out like a data folder."""

    dataset: IdxDataset
    root: Path
    source: Path

    def deliver(self, file: IdxFile) -> Delivery:
        """Copy one file. Raises DataError if it is missing, IdxError if it is wrong."""
        found = find_file(self.source, self.dataset, file)
        if not self.source.is_dir():
            kind = instead_of_file(self.source) or "a file"
            raise DataError(f"--from {self.source}: is {kind}, expected a folder; name one")
        if found is None:
            raise DataError(
                f"{self.source}: holds no {file.stem}"
                f"{obstacle(self.source, self.dataset, file)}; expected one of "
                f"{', '.join(spellings(file.stem)[:4])}, in it or in its folder {self.dataset.name}; "
                "put it there, or leave --from out to download it"
            )
        try:
            load_file(found, self.dataset, file)
        except IdxError as error:
            command = download_command(self.root, self.dataset)
            raise IdxError(error.path, error.problem, command) from error
        target = _target(found, self.root / self.dataset.name, file)
        with found.open("rb") as content, replacing(target) as copy:
            shutil.copyfileobj(content, copy)
        return Delivery(target, "copied", str(found))


@dataclass(frozen=True)
class MirrorSupplier:
    """Download files into `root`/name from the first mirror that has the right content."""

    dataset: IdxDataset
    root: Path
    mirrors: Sequence[str]
    limits: Limits
    say: Callable[[str], None]
    open_bar: OpenBar
    _unreachable: dict[str, str] = field(default_factory=dict, init=False)  # mirror -> why

    def deliver(self, file: IdxFile) -> Delivery:
        """Download one file. Raises DownloadError if no mirror has it, OutputError."""
        folder = self.root / self.dataset.name
        part = part_of(folder, file)
        failures: dict[str, str] = {}
        for mirror in dict.fromkeys(self.mirrors):
            try:
                url = self._fetch(mirror, part, file)
            except TransferError as error:
                failures[mirror] = error.reason
                continue
            for failed, reason in failures.items():
                self.say(f"{without_password(failed)} did not deliver {file.gz_name}: {reason}")
            target = _target(part, folder, file)
            _rename(part, target)
            return Delivery(target, "downloaded", without_password(url))
        raise DownloadError(*self._complaint(file, failures, part))

    def _fetch(self, mirror: str, part: Path, file: IdxFile) -> str:
        """Fill `part` with the right content and return the address that it came from."""
        if mirror in self._unreachable:
            raise TransferError(self._unreachable[mirror])
        url = f"{mirror.rstrip('/')}/{file.gz_name}"
        continued = part.exists()
        most = file.size + _SLACK
        try:
            fetch(url, part, limit=most, limits=self.limits, open_bar=self.open_bar)
            load_file(part, self.dataset, file)
        except TransferError as error:
            if error.unreachable and self._is_complete(part, file):  # what came after it was wrong
                return url
            if error.unreachable:
                self._unreachable[mirror] = error.reason
            _drop_unless_resumable(part)
            raise
        except IdxError as error:
            part.unlink()
            if continued:  # its beginning may be from another copy: start over
                return self._fetch(mirror, part, file)
            raise TransferError(f"wrong content: {error.problem}") from error
        return url

    def _is_complete(self, part: Path, file: IdxFile) -> bool:
        try:
            return part.exists() and load_file(part, self.dataset, file) is not None
        except DataError:
            return False

    def _complaint(self, file: IdxFile, failures: dict[str, str], part: Path) -> list[str]:
        """Return which mirrors failed, why, and what the user can do, line by line."""
        command = download_command(self.root, self.dataset)
        kept = f"What came so far is in {part}; the next try continues there."
        return [
            f"{self.dataset.title} cannot be downloaded: no mirror delivered {file.gz_name}",
            *(f"  {without_password(mirror)}: {reason}" for mirror, reason in failures.items()),
            "Get these files elsewhere, put them into one folder FOLDER, and run",
            f"`{command} --from FOLDER`:",
            *(f"  {file.gz_name}" for file in self.dataset.files),
            f"or name a base address that serves them: `{command} --mirror URL`",
            *([kept] if part.exists() else []),
        ]


def part_of(folder: Path, file: IdxFile) -> Path:
    """Return where the bytes of a file are kept until it is complete."""
    return folder / f"{file.gz_name}.part"


def _target(found: Path, folder: Path, file: IdxFile) -> Path:
    """Return the place in `folder` of a file that was found: its name says whether it is gzip."""
    with found.open("rb") as content:
        compressed = content.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    return folder / (file.gz_name if compressed else file.stem)


def _rename(part: Path, target: Path) -> None:
    try:
        rename(part, target)
    except OSError as error:
        advice = "remove what is in the way, or choose another folder with --data-dir"
        raise OutputError.of(target, error, advice) from error


def _drop_unless_resumable(part: Path) -> None:
    """Delete a partial file that cannot become a data file: an empty one, or a web page."""
    if not part.exists():
        return
    with part.open("rb") as file:
        beginning = file.read(2)
    if beginning not in (GZIP_MAGIC, b"\0\0"):
        part.unlink()
