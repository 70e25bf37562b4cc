"""Tables of classes by name, in which a class is imported when it is first asked for."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Generic, TypeVar

T = TypeVar("T")


class Rows(Mapping[str, type[T]], Generic[T]):
    """A table of classes: each row is a name, and `module.Class` in the table's own package.

    A start imports none of them, and reading a configuration only those that it names.
    """

    def __init__(self, package: str, places: Mapping[str, str]) -> None:
        """Take the rows; nothing is imported yet."""
        self.package, self.places = package, places

    def __getitem__(self, name: str) -> type[T]:
        """Return the class of a name. Raises KeyError."""
        module, _, kind = self.places[name].rpartition(".")
        found: type[T] = getattr(import_module(f"{self.package}.{module}"), kind)
        return found

    def __contains__(self, name: object) -> bool:
        """Return whether there is such a row."""
        return name in self.places

    def __iter__(self) -> Iterator[str]:
        """Yield the names, in the order of the table."""
        return iter(self.places)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.places)
