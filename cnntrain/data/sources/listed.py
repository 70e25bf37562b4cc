"""Which image files are in a folder of classes, with what tells whether one of them has changed."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from cnntrain.data.decoded_files import KeyOfPicture, key_of
from cnntrain.data.examples import Split
from cnntrain.data.sources.base import IMAGE_ENDINGS, is_image_name
from cnntrain.errors import DataError

SPLIT_NAMES: dict[Split, tuple[str, ...]] = {
    "train": ("train", "training"),
    "test": ("test", "testing"),
}
NO_CLASSES = {name for names in SPLIT_NAMES.values() for name in names} | {
    *("val", "valid", "validation", "dev"),
}


@dataclass(frozen=True)
class Listing:
    """The image files of a folder, or of one split where it has train/ and test/."""

    folder: Path
    classes: tuple[str, ...]  # of the whole folder, sorted by name
    files: tuple[tuple[str, list[KeyOfPicture]], ...]  # of some of the classes: name, files
    before: str | None  # what the files' names begin with, such as train/; None if not divided

    def __len__(self) -> int:
        """Return the number of files."""
        return sum(len(keys) for _, keys in self.files)

    @property
    def stamp(self) -> str:
        """Return what is another for other classes, files, or contents of files."""
        found = hashlib.sha256(repr((self.classes, self.before)).encode())
        for name, keys in self.files:
            # a key has three NULs and ends with a number: these bytes cannot be read in two ways
            text = "\n".join([repr(name), *sorted(keys), ""])
            found.update(text.encode("utf-8", "surrogateescape"))
        return found.hexdigest()


def listed(folder: Path, split: Split) -> Listing:
    """Return the image files that a split is made from. Raises DataError."""
    divided = divided_into(folder)
    if divided is None:
        classes = _class_names(folder)
        if NO_CLASSES.issuperset(name.lower() for name in classes):
            raise DataError(
                f"{folder}: found the sub-folders {' and '.join(classes)}, which are no classes; "
                "expected train/ and test/ with a sub-folder for each class in both; rename them"
            )
        return Listing(folder, classes, _of_classes(folder, classes, ""), before=None)
    classes, place = _class_names(divided["train"]), divided[split]
    own = classes if split == "train" else _class_names(place)
    for name in own:
        if name not in classes:
            raise DataError(
                f"{place / name}: is a class that {divided['train']} does not have; "
                "expected the same sub-folders in both; add or remove one"
            )
    before = f"{place.name}/"
    return Listing(folder, classes, _of_classes(place, own, before), before)


def divided_into(folder: Path) -> dict[Split, Path] | None:
    """Return the sub-folders train/ and test/, or training/ and testing/; None if there are not both.

    Capital letters count as small ones.
    """
    try:
        names = sorted(os.listdir(folder), reverse=True)  # small letters first
    except OSError:  # who reads it, says so
        return None
    found = {
        split: next((name for like in known for name in names if name.lower() == like), None)
        for split, known in SPLIT_NAMES.items()
    }
    # unlike Path.is_dir, os.path.isdir is False where we may not look
    places = {split: folder / name for split, name in found.items() if name is not None}
    return places if len(places) == 2 and all(map(os.path.isdir, places.values())) else None


def others_in(folder: Path | str, above: tuple[str, ...] = ()) -> Iterator[tuple[Path, bool]]:
    """Yield what is no image in a folder and in those below it, and not hidden.

    Each with whether it is a link that is not followed, as it leads back to where it lies.
    """
    try:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=attrgetter("name")):
                if entry.name.startswith("."):
                    continue
                if not entry.is_dir(follow_symlinks=_leads_on(entry)):
                    if not is_image_name(entry.name):
                        yield Path(entry.path), False
                elif (inside := _entered(entry, folder, above)) is None:
                    yield Path(entry.path), True
                else:
                    yield from others_in(entry.path, inside)
    except OSError as error:
        raise _unreadable(Path(folder), error) from error


def _leads_on(entry: "os.DirEntry[str]") -> bool:
    """Return whether something is there: anything but a link to nothing, or to itself."""
    return not entry.is_symlink() or os.path.exists(entry.path)


def _entered(
    entry: "os.DirEntry[str]", folder: Path | str, above: tuple[str, ...]
) -> tuple[str, ...] | None:
    """Return the real folders with a link on the way into a folder; None if it leads back.

    `above` are those on the way to where it lies.
    """
    if not entry.is_symlink():
        return above
    way = (*above, os.path.realpath(folder))
    target = os.path.realpath(entry.path)
    return None if any(Path(place).is_relative_to(target) for place in way) else way


def entries_in(folder: Path) -> list[Path]:
    """Return what is in a folder and not hidden, sorted by name. Raises DataError."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise _unreadable(folder, error) from error


def _class_names(folder: Path) -> tuple[str, ...]:
    names = tuple(path.name for path in entries_in(folder) if os.path.isdir(path))
    if len(names) < 2:
        found = f"one sub-folder, {names[0]!r}" if names else "no sub-folders"
        raise DataError(
            f"{folder}: found {found}, expected two or more, one for each class, or train/ and "
            "test/ with these in both; sort the images into such folders, or correct the path"
        )
    return names


def _of_classes(
    folder: Path, classes: tuple[str, ...], before: str
) -> tuple[tuple[str, list[KeyOfPicture]], ...]:
    return tuple((name, _images_in(folder / name, f"{before}{name}/")) for name in classes)


def _images_in(folder: Path, before: str) -> list[KeyOfPicture]:
    """Return the images of a class, those in folders below its own as well. Raises DataError."""
    found: list[KeyOfPicture] = []
    try:
        _add_images(folder, before, found)
    except OSError as error:
        raise _unreadable(Path(error.filename or folder), error) from error
    if not found:
        raise DataError(
            f"{folder}: found no image files, expected some, as every sub-folder is a class "
            f"({' '.join(IMAGE_ENDINGS)}); add images or remove the folder"
        )
    return found


def _add_images(
    folder: Path | str, before: str, found: list[KeyOfPicture], above: tuple[str, ...] = ()
) -> None:
    """Add the images in a folder and in those below it; this is done for each of a million files.

    What has an image's name and is no file, such as a link to nothing, is added too, to be named
    when it is read.
    """
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith("."):
                continue
            follow = _leads_on(entry)
            if entry.is_dir(follow_symlinks=follow):
                inside = _entered(entry, folder, above)
                if inside is not None:
                    _add_images(entry.path, f"{before}{name}/", found, inside)
            elif is_image_name(name):
                found.append(key_of(before + name, entry.stat(follow_symlinks=follow)))


def _unreadable(folder: Path, error: OSError) -> DataError:
    from cnntrain.data.handwriting import coloured

    message = (
        f"{folder}: cannot be read: {error.strerror or error}; expected a folder with a "
        "sub-folder of images for each class; correct dataset.folder.path, or name the folder "
        "that it starts from with --data-dir"
    )
    if folder.name != coloured.FOLDER or os.path.lexists(folder):
        return DataError(message)
    how = coloured.command(folder)  # the one folder that cnntrain makes itself: rgb-folder.yaml's
    return DataError(f"{message}, or have cnntrain draw the images:", f"  {how}")
