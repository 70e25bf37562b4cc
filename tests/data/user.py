"""A user of download(), who remembers what it said and showed."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cnntrain.data.download.download import Download, download
from cnntrain.data.download.limits import Limits
from cnntrain.data.download.lock import lock_file
from cnntrain.errors import DownloadError
from tests.data.idx_files import contents, dataset, zipped

FILES = zipped(contents())
FIRST = "train-images-idx3-ubyte.gz"
HALF = 128  # bytes of FIRST, about: a multiple of the chunk that the fixture `user` sets


@dataclass
class Bar:
    """Record what a progress bar was told; stop the program at a byte, as Ctrl-C does."""

    name: str
    total: int | None
    done: int
    interrupt_at: int | None = None
    closed: bool = False

    def update(self, n: int) -> None:
        self.done += n
        if self.interrupt_at is not None and self.done >= self.interrupt_at:
            raise KeyboardInterrupt

    def close(self) -> None:
        self.closed = True


@dataclass
class User:
    """Call download() as the command line does, and remember what it says."""

    root: Path
    said: list[str] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    interrupt_at: int | None = None
    limits: Limits = field(default_factory=lambda: Limits(connect=1, silence=0.2))

    def open_bar(self, name: str, total: int | None, done: int) -> Bar:
        self.bars.append(Bar(name, total, done, self.interrupt_at))
        return self.bars[-1]

    def download(
        self, *mirrors: str, source: Path | None = None, own: str = "", checksums: bool = True
    ) -> Download:
        return download(
            dataset(*([own] if own else []), checksums=checksums),
            self.root,
            mirrors=mirrors,
            source=source,
            limits=self.limits,
            say=self.said.append,
            open_bar=self.open_bar,
        )

    def reason(self, *mirrors: str) -> str:
        """Return why the first mirror failed, when all do."""
        with pytest.raises(DownloadError) as raised:
            self.download(*mirrors)
        return str(raised.value).splitlines()[1].removeprefix(f"  {mirrors[0]}: ")

    def files(self) -> list[str]:
        """Return the names of all files but that of the lock."""
        found = {path.name for path in self.root.rglob("*") if path.is_file()}
        return sorted(found - {lock_file(Path("tiny")).name})
