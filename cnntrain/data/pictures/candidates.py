"""The ways in which a line of writing can be read, and how to choose among them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """Pieces first..last-1 of a line, which may be one digit."""

    first: int
    last: int
    cost: float  # what its form says against it, in nats
    image: int | None  # the number of its image; None where it is dropped as dirt


@dataclass(frozen=True)
class Line:
    """A line of writing: how many pieces it has, from left to right, and all candidates."""

    pieces: int
    candidates: tuple[Candidate, ...]


ONE = Line(1, (Candidate(0, 1, 0.0, 0),))  # a picture of one digit, which is its first image


def best_reading(line: Line, costs: Sequence[float]) -> list[int]:
    """Return the cheapest way to read a line: the images of its digits, from left to right.

    `costs` are those of taking each image for a digit, such as -log of a network's probability;
    the candidates' own costs are added. This is dynamic programming over the ends of digits.
    """
    best: list[tuple[float, list[int]]] = [(0.0, [])]
    for end in range(1, line.pieces + 1):
        ways = []
        for candidate in line.candidates:
            if candidate.last == end:
                cost, images = best[candidate.first]
                if candidate.image is not None:
                    cost, images = cost + costs[candidate.image], [*images, candidate.image]
                ways.append((cost + candidate.cost, images))
        best.append(min(ways))
    return best[-1][1]
