"""The ways in which a line of writing can be read, and how to choose among them."""

from collections.abc import Sequence
from typing import NamedTuple


class Candidate(NamedTuple):
    """Pieces first..last-1 of a line, which may be one digit."""

    first: int
    last: int
    cost: float  # what its form says against it, in nats
    image: int | None  # the number of its image; None where it is dropped as dirt


class Line(NamedTuple):
    """A line of writing: its pieces, from left to right, and all candidates."""

    owners: tuple[int, ...]  # of each piece, the mark that it is or was cut from
    candidates: tuple[Candidate, ...]

    @property
    def pieces(self) -> int:
        """Return how many pieces there are."""
        return len(self.owners)


ONE = Line((0,), (Candidate(0, 1, 0.0, 0),))  # a picture of one digit, which is its first image


def best_reading(line: Line, costs: Sequence[float]) -> list[Candidate]:
    """Return the cheapest way to read a line: digits and dirt, from left to right.

    `costs` are those of taking each image for a digit, such as -log of a network's probability;
    the candidates' own costs are added. This is dynamic programming over the ends of digits.
    """
    best: list[tuple[float, list[Candidate]]] = [(0.0, [])]
    for end in range(1, line.pieces + 1):
        ways = []
        for candidate in line.candidates:
            if candidate.last == end:
                before, reading = best[candidate.first]
                ways.append((before + _total(candidate, costs), [*reading, candidate]))
        best.append(min(ways, key=lambda way: way[0]))
    return best[-1][1]


def costs_of_cutting(
    line: Line, reading: Sequence[Candidate], costs: Sequence[float]
) -> list[float]:
    """Return, for each part of a reading, the cost of the dearest part of the marks it was cut from.

    The parts of a mark stand or fall together: if one of them is no digit, the mark should not
    have been cut there, or is no writing. The cost is 0 for a part that was cut from nothing.
    """
    parts: dict[int, list[float]] = {}
    for part in reading:
        for owner in set(line.owners[part.first : part.last]):
            parts.setdefault(owner, []).append(_total(part, costs))
    dearest = {owner: max(own) if len(own) > 1 else 0.0 for owner, own in parts.items()}
    return [
        max(dearest[owner] for owner in line.owners[part.first : part.last]) for part in reading
    ]


def _total(candidate: Candidate, costs: Sequence[float]) -> float:
    """Return what speaks against a candidate: its form, and its image if it is a digit."""
    return candidate.cost + (0.0 if candidate.image is None else costs[candidate.image])
