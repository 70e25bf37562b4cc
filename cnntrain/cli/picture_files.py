"""Where `cnntrain plot` writes its pictures."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cnntrain.errors import UsageError

if TYPE_CHECKING:
    from cnntrain.show.plots.pictures import Picture
    from cnntrain.show.plots.subject import Subject


class Target:
    """Where pictures go: into a file, or into a folder under names of their own."""

    def __init__(self, out: str | None, *, several: bool) -> None:
        """Take --out. Raises UsageError for a file that is to hold several pictures."""
        from cnntrain.show.plots.encode import refuse_unknown_ending

        self.folder, self.file = Path(), None if out is None else Path(out)
        if out is None:
            return
        slash = out.endswith((os.sep, "/"))
        if slash or os.path.isdir(out) or (several and not Path(out).suffix):
            self.folder, self.file = Path(out), None
        elif several:
            raise UsageError(
                f"--out {out}: found the name of a file for several pictures, expected a folder; "
                f"write {Path(out).with_suffix('')}/"
            )
        else:
            refuse_unknown_ending(Path(out))

    def path(self, picture: str, subjects: "Sequence[Subject]") -> Path:
        """Return where a picture goes: RUN-curves.png, or curves.png for several runs."""
        if self.file is not None:
            return self.file
        names = [subject.name for subject in subjects]
        return self.folder / "-".join([*(names if len(names) == 1 else []), f"{picture}.png"])


def write(path: Path, picture: "Picture") -> None:
    """Write a picture. Raises OutputError."""
    from cnntrain.show.plots.encode import encoded
    from cnntrain.system.files import replacing

    content = encoded(picture, path.suffix)
    with replacing(path) as file:
        file.write(content)
