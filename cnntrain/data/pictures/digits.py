"""Find the digits of a picture: one, a row, a column, several lines, touching or broken ones.

Marks are cut where they may be several digits, into *pieces*. Which pieces make up a digit is
often clear; where it is not, every way is proposed, and who can read them chooses. This is
over-segmentation followed by recognition (R. G. Casey, E. Lecolinet, A survey of methods and
strategies in character segmentation, 1996, section 3).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from cnntrain.data.pictures.candidates import Candidate, Line
from cnntrain.data.pictures.components import Bounds, gap
from cnntrain.data.pictures.likeness import is_drawn
from cnntrain.data.pictures.lines import grouped, typical_height
from cnntrain.data.pictures.mend import mended
from cnntrain.data.pictures.pieces import Piece, around, aside, cut_up, is_rule, joined
from cnntrain.data.pictures.ranks import percentile
from cnntrain.data.pictures.shade import SHADOW, difference_beside
from cnntrain.data.pictures.strokes import Strokes, find_strokes

SPECK = 0.02  # marks with less than this share of the heaviest mark's ink are dirt
OUTSIDE = 0.05  # marks at the border are dirt unless all others have less than this share
RULE = 3.0  # times its height: a wider mark may be a line that was drawn
SMALL = 0.4  # of the height of the line: a smaller piece may be dirt, a dot or a comma
LOW = 0.3  # of the height of the line: nothing lower is a digit
WIDEST = 1.7  # times the height of the line: separate marks that are wider together are no digit
NEAR = 0.25  # of the height of the line: as far apart, marks may be parts of one digit
MOST_PIECES = 5  # of one digit

# Costs, in nats, as what the network says: minus the logarithm of a probability.
PER_JOIN = 0.7  # for taking two marks that stand beside each other for one digit
PER_GAP = 8.0  # for a gap between them as wide as the line is high
PER_HEIGHT = 5.0  # for each being as high as the line: then both are likely digits
PER_CUT = 1.0  # for a cut through one thickness of a stroke
WIDE, PER_WIDTH = 1.0, 6.5  # for being wider than high, and than 70 % of the line
LOWER, PER_LOWNESS = 0.55, 8.0  # for being lower than this share of the line
DROPPED = 1.5  # for taking a piece as high as the line for dirt
IMPOSSIBLE = 20.0  # a last resort


class Mark(NamedTuple):
    """The pixels that may be a digit: `mask` (h, w) in its bounds."""

    bounds: Bounds
    mask: np.ndarray


class Digits(NamedTuple):
    """What may be digits; the lines' candidates name them by their positions in `marks`."""

    lines: tuple[Line, ...]  # from top to bottom
    marks: tuple[Mark, ...]
    height: float  # of a typical digit; 0 where there is none


def find_digits(
    ink: np.ndarray, noise: float, level: float, light: np.ndarray | None = None
) -> Digits:
    """Find everything that may be a digit in ink (H, W) 0..1.

    `noise` is the level below which there is only noise, `level` that above which ink is clear.
    Where the brightness `light` (H, W) is given, shadows at the border are left out.
    """
    strokes = mended(find_strokes(ink, noise, level), ink)
    kept, height = _without_dirt(strokes)
    if light is not None:
        kept = np.array([mark for mark in kept if not _is_edge(strokes, mark, light)], np.intp)
    if not len(kept):
        return Digits((), (), 0.0)
    full = percentile(ink[strokes.labels > 0], 75)
    lines: list[Line] = []
    marks: list[Mark] = []
    for positions in grouped(strokes.bounds[kept], height):
        pieces = _pieces(strokes, kept[positions], ink / full)
        candidates = list(_candidates(pieces, marks))
        if any(candidate.image is not None for candidate in candidates):
            lines.append(Line(tuple(piece.owner for piece in pieces), tuple(candidates)))
    return Digits(tuple(lines), tuple(marks), height)


def _is_edge(strokes: Strokes, mark: int, light: np.ndarray) -> bool:
    """Return whether a mark at the border is the edge of a shadow, or what the paper lies on."""
    if not strokes.at_border[mark]:
        return False
    own = strokes.labels == mark + 1
    return not is_drawn(own) or difference_beside(light, own) > SHADOW


def _without_dirt(strokes: Strokes) -> tuple[np.ndarray, float]:
    """Return the marks that may belong to digits, and the typical height of a digit."""
    if not len(strokes.masses):
        return np.zeros(0, np.intp), 0.0
    heights, widths, masses = strokes.heights, strokes.widths, strokes.masses
    border = strokes.at_border
    if masses[~border].max(initial=0) < OUTSIDE * masses.max():
        border = np.zeros(len(masses), bool)
    drawn = widths > RULE * heights
    for mark in np.flatnonzero(drawn):
        drawn[mark] = is_rule(strokes.mask(int(mark)))
    likely = ~border & ~drawn if (~border & ~drawn).any() else ~border
    height = typical_height(heights[likely], masses[likely])
    speck = masses < SPECK * masses[likely].max()
    speck |= np.maximum(heights, widths) < 0.1 * height
    cropped = (heights > 0.5 * height) & (heights < 1.5 * height) & ~drawn  # a digit at the border
    rule = drawn & (widths > 1.5 * height)
    return np.flatnonzero(~speck & ~rule & (~border | cropped)), height


def _pieces(strokes: Strokes, marks: np.ndarray, ink: np.ndarray) -> list[Piece]:
    """Return the pieces of the marks of a line, from left to right, in units of its height."""
    height = typical_height(strokes.heights[marks], strokes.masses[marks])
    pieces = [
        piece
        for mark in map(int, marks)
        for piece in cut_up(mark, strokes.bounds[mark], strokes.mask(mark), ink, height)
    ]
    return sorted(pieces, key=lambda piece: piece.bounds[1] + piece.bounds[3])


def _candidates(pieces: Sequence[Piece], marks: list[Mark]) -> Iterable[Candidate]:
    """Propose digits and dirt; the digits' marks are appended to `marks`."""
    for first in range(len(pieces)):
        for last in range(first + 1, len(pieces) + 1):
            whole = len({piece.owner for piece in pieces[first:last]}) == 1
            if last - first > MOST_PIECES and not whole:
                break
            cost = _cost(pieces, first, last)
            if cost is not None:
                parts = pieces[first:last]
                marks.append(Mark(around([part.bounds for part in parts]), joined(parts)))
                yield Candidate(first, last, cost, len(marks) - 1)
        yield Candidate(first, first + 1, _cost_of_dropping(pieces, first), None)


def _cost(pieces: Sequence[Piece], first: int, last: int) -> float | None:
    """Return what speaks against a digit of pieces first..last-1; None where it cannot be one."""
    parts = pieces[first:last]
    line = parts[0].line
    top, left, bottom, right = around([part.bounds for part in parts])
    height, width = (bottom - top) / line, (right - left) / line
    owners = {part.owner for part in parts}
    if height < LOW and width < LOW and len(pieces) > 1:
        return None
    if len(parts) > 1 and width > (WIDEST if len(owners) > 1 else WIDEST * max(1.0, height)):
        return None
    cost = PER_WIDTH * max(0.0, width / max(height, 0.7) - WIDE)
    cost += PER_LOWNESS * max(0.0, LOWER - height)
    for index, part in enumerate(parts[1:], 1):
        if all(other.owner != part.owner for other in parts[:index]):
            joint = _cost_of_joining(parts[:index], part)
            if joint is None:
                return None
            cost += joint
    cuts = [parts[0]] + [piece for piece in pieces[last : last + 1] if piece.owner in owners]
    return cost + PER_CUT * sum(piece.cut for piece in cuts) / 2


def _cost_of_joining(before: Sequence[Piece], part: Piece) -> float | None:
    """Return what speaks against adding another mark; None where it is too far away."""
    distance = min(gap(other.bounds, part.bounds) for other in before) / part.line
    if distance > NEAR:
        return None
    beside = min(aside(other.bounds, part.bounds) for other in before)
    lower = min(part.height, max(other.height for other in before)) / part.line
    cost = PER_JOIN * (0.2 + 0.8 * beside) + PER_GAP * distance * (0.3 + 0.7 * beside)
    return cost + PER_HEIGHT * max(0.0, lower - 0.7) * beside


def _cost_of_dropping(pieces: Sequence[Piece], index: int) -> float:
    """Return what speaks against a piece being dirt: its size, or that it is a part of a mark."""
    piece = pieces[index]
    size = max(piece.height, piece.width) / piece.line
    flat = piece.height < LOW * piece.line and piece.width > 2 * piece.height
    alone = sum(other.owner == piece.owner for other in pieces) == 1
    return DROPPED * (0.5 + size) if alone and (size < SMALL or flat) else IMPOSSIBLE
