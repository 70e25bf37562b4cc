"""Which line is indented wrongly, and how it should be."""

import re

from cnntrain.config.complaints.slips import at_start, bare
from cnntrain.config.complaints.wording import OPTIONS
from cnntrain.nn.layers import LAYERS

OPTIONS_OF_ITEM = re.compile(r" *- +(?=\w+:)")  # up to the first: the others stand below it

LISTS = ("network", "published")  # the sections that are lists


def indent(line: str) -> int:
    """Return the number of spaces that a line begins with."""
    return len(line) - len(line.lstrip(" "))


class Indentation:
    """The lines up to the one at which YAML gave up, without comments; numbers count from 0.

    That line is the first that contradicts the ones above; the slip may be in these.
    """

    def __init__(self, lines: list[str], at: int) -> None:
        """Take all lines of the file, and the number of the one that does not fit."""
        self.codes = [bare(line) for line in lines]
        self.at, self.here = at, self.codes[at]
        self.own, self.item = indent(self.here), _is_item(self.here)

    def explained(self) -> tuple[int, str]:
        """Return the line that is wrong, and what is wrong with it."""
        levels = self._levels()
        if (first := self._odd_first()) is not None:
            return first
        if (left := self._too_far_left()) is not None:
            return left, _moved(indent(self.codes[left]), [self.own], "lines around it")
        name = at_start(self.here)
        if name in LAYERS and not self.item and self.own not in levels and any(levels.values()):
            return self.at, f"found no dash before '{name}'; write `- {self.here.strip()}`"
        if levels.get(self.own) == self.item or not levels:
            return self.at, (
                f"found '{self.here.strip()}', which does not continue the lines above; expected "
                f"{'`- name`' if self.item else '`name: value`'}"
            )
        if self.own in levels and levels[self.own] != self.item:
            others = [level for level, item in levels.items() if item and level > self.own]
            if not (self.item and others):
                return self._item_or_entry()
        same = [level for level, item in levels.items() if item == self.item]
        return self.at, _moved(self.own, same or list(levels), "lines above")

    def _levels(self) -> dict[int, bool]:
        """Return the indentations that are open above the line, and whether items begin there."""
        levels: dict[int, bool] = {}
        for code in reversed(self.codes[: self.at]):
            if not code or indent(code) >= min(levels, default=1000):
                continue
            inside = OPTIONS_OF_ITEM.match(code)
            if inside and inside.end() < min(levels, default=1000):
                levels[inside.end()] = False
            levels[indent(code)] = _is_item(code)
        return levels

    def _odd_first(self) -> tuple[int, str] | None:
        """Return the first line of a section, or of the file, that is unlike all lines below it.

        Two lines that agree with each other outweigh it.
        """
        above = [n for n in range(self.at) if self.codes[n]]
        if not above:
            return None
        start, last = above[0], above[-1]
        if self.own == 0 and (indent(self.codes[start]) or _is_item(self.codes[start])):
            last = start
        elif self._followers() < 2 or not (last == start or self.codes[above[-2]].endswith(":")):
            return None
        code = self.codes[last]
        if _is_item(code) == self.item and indent(code) != self.own:
            return last, _moved(indent(code), [self.own], "lines below")
        within = "" if last == start else at_start(self.codes[above[-2]])
        if _is_item(code) and not self.item and indent(code) == self.own and within not in LISTS:
            text = code.strip().lstrip("- ")
            return last, (
                f"found a dash before '{at_start(text)}', though the lines below have none; write "
                f"`{text}`"
            )
        return None

    def _followers(self) -> int:
        """Return how many lines, from this one on, are indented like it."""
        count = 0
        for code in self.codes[self.at :]:
            if code and indent(code) < self.own:
                break
            count += bool(code) and indent(code) == self.own and _is_item(code) == self.item
        return count

    def _too_far_left(self) -> int | None:
        """Return a line above that ended a section too early: no section has its name."""
        above = [n for n in range(self.at) if self.codes[n]]
        if not above or indent(self.codes[above[-1]]) >= self.own:
            return None
        last = above[-1]
        name = at_start(self.codes[last])
        left = indent(self.codes[last]) == 0 and name not in OPTIONS and not self.item
        return last if left else None

    def _item_or_entry(self) -> tuple[int, str]:
        """Return the line that has a dash too many, or one too few."""
        if not self.item:
            text = self.here.strip()
            if at_start(text) in OPTIONS:
                return self.at, _moved(self.own, [0], "other sections")
            return self.at, (
                f"found no dash before '{at_start(text)}', though the lines above have one; write "
                f"`- {text}` if it belongs to the list, or move it to where it belongs"
            )
        above = [n for n in range(self.at) if self.codes[n] and indent(self.codes[n]) >= self.own]
        block = [
            n for n in above if all(indent(c) >= self.own for c in self.codes[n : self.at] if c)
        ]
        if block and len(block) < self._followers():
            first = self.codes[block[0]].strip()
            return block[0], (
                f"found no dash before '{at_start(first)}', though the lines below have one; write "
                f"`- {first}`"
            )
        text = self.here.strip().lstrip("- ")
        return self.at, (
            f"found a dash before '{at_start(text)}', though the lines above have none; write "
            f"`{text}`"
        )


def _is_item(code: str) -> bool:
    return code.lstrip().startswith("- ") or code.strip() == "-"


def _moved(found: int, wanted: list[int], others: str) -> str:
    """Say how far a line is indented, and how far the others are."""
    expected = " or ".join(map(str, wanted))
    return (
        f"the line is indented by {found} space{'s' * (found != 1)}, expected {expected} as in the "
        f"{others}; move it to where it belongs"
    )
