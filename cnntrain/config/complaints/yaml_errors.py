"""What is wrong with a file that is not YAML, in words that do not need the YAML standard.

PyYAML says where it gave up and what it had expected. The slip is on that line, or on the one
where the unfinished thing began.
"""

import re

import yaml

from cnntrain.config.complaints.indentation import Indentation, indent
from cnntrain.config.complaints.slips import (
    at_start,
    bare,
    no_colon,
    odd_character,
    open_quote,
    slip,
)

LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # those that PyYAML counts
BRACKETS = {"{": "}", "[": "]"}
NOT_CLOSED = (
    "found a quote {} that is not closed; write another at the end of the text, or remove it"
)
from cnntrain.nn.layers import LAYERS

STARTS = {"@": "'@'", "`": "a backtick", "%": "'%'", "&": "'&'", "*": "'*'", "|": "'|'", ">": "'>'"}


def explain(text: str, error: yaml.YAMLError) -> tuple[int | None, str]:
    """Return the line, counted from 1, and what is wrong with it."""
    if isinstance(error, yaml.reader.ReaderError):
        line = len(LINE_BREAK.split(text[: error.position]))
        found = f"U+{error.character:04X}" if isinstance(error.character, int) else "a byte"
        return line, f"found {found}, a character that no text has; remove it"
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return None, f"not valid YAML: {str(error).splitlines()[0]}"
    number, sentence = _Failure(text, error).explained()
    return number + 1, sentence


class _Failure:
    """One error of PyYAML, with the lines that it may come from. Lines are counted from 0 here."""

    def __init__(self, text: str, error: yaml.MarkedYAMLError) -> None:
        """Take the lines, and the two that PyYAML names: where it gave up, where it began."""
        self.lines = LINE_BREAK.split(text)
        self.problem = error.problem or ""
        self.context = error.context or ""
        mark = error.problem_mark
        assert mark is not None
        self.at, self.column = min(mark.line, len(self.lines) - 1), mark.column
        began = error.context_mark
        self.began = self.at if began is None else min(began.line, self.at)
        self.began_column = mark.column if began is None else began.column
        while self.at > self.began and not bare(self.lines[self.at]):
            self.at -= 1  # the end of the file: the last line that says something
        self.here = bare(self.lines[self.at])
        self.character = self.lines[self.at][self.column : self.column + 1]

    def explained(self) -> tuple[int, str]:
        """Return the line and the sentence."""
        for attempt in (self._unfinished, self._slip, self._structure):
            found = attempt()
            if found is not None:
                return found
        return self.at, f"not valid YAML: {self.problem}"

    def _unfinished(self) -> tuple[int, str] | None:
        """Say which quote or bracket is not closed."""
        if "quoted scalar" in self.context:
            if "escape" in self.problem or "expected escape" in self.problem:
                return self.at, (
                    "found a backslash in double quotes, where it begins a special character; use "
                    "single quotes"
                )
            quote = self.lines[self.began][self.began_column : self.began_column + 1]
            return self.began, NOT_CLOSED.format(quote)
        if "flow" not in self.context:
            return None
        own = bare(self.lines[self.began])[self.began_column :]
        opening = self.lines[self.began][self.began_column : self.began_column + 1]
        if opening not in BRACKETS:
            return None
        return self._bracket(own, opening, BRACKETS[opening])

    def _bracket(self, own: str, opening: str, closing: str) -> tuple[int, str]:
        """Say what is wrong within a bracket that begins in line `began` with the text `own`."""
        if (sentence := slip(self.lines[self.began])) is not None:
            return self.began, sentence
        here = self.lines[self.at][self.column : self.column + 1]
        others = set("]}") - {closing}
        if here in others and self.at == self.began:
            return self.at, f"found '{here}', expected '{closing}' to close '{opening}'"
        whole = own.count(opening) <= own.count(closing)
        if whole or (here in BRACKETS and self.at > self.began and own.rstrip().endswith(",")):
            if here == ",":
                return self.at, "found a comma too many; remove it"
            return self.at, (
                "found no comma between two entries, or a bracket too many; separate entries in "
                f"{opening}{closing} by commas"
            )
        return self.began, f"found '{opening}' without '{closing}'; close it at the end of the line"

    def _slip(self) -> tuple[int, str] | None:
        """Say what is wrong with one of the lines in question, if that can be seen from it."""
        for number in self._suspects():
            sentence = slip(self.lines[number])
            if sentence is not None:
                return number, sentence
        return None

    def _suspects(self) -> list[int]:
        """Return the lines in question: where it gave up, the one above, where it began."""
        above = self._above(self.at)
        simple_key = "simple key" in self.context
        order = [self.began, self.at] if simple_key else [self.at, *above, self.began]
        return list(dict.fromkeys(order))

    def _above(self, number: int) -> list[int]:
        """Return the nearest line above that says something, if there is one."""
        for candidate in range(number - 1, -1, -1):
            if bare(self.lines[candidate]):
                return [candidate]
        return []

    def _structure(self) -> tuple[int, str] | None:
        """Say what is wrong with the way that lines belong to each other."""
        for number in range(self.at):
            if (quote := open_quote(self.lines[number])) is not None:
                return number, NOT_CLOSED.format(quote)
            if odd_character(bare(self.lines[number])) is not None:
                return number, slip(self.lines[number]) or ""
            if self.lines[number].rstrip() == "...":
                return number, "found '...', which ends the text; remove the line"
        if "simple key" in self.context:
            return self.began, self._without_colon(self.began)
        if "mapping values are not allowed" in self.problem:
            return self._second_colon(self.here)
        if "<block end>" in self.problem or "document start" in self.problem:
            if self.character in ("}", "]"):
                found = self.character
                return self.at, f"found '{found}' without an opening one before it; remove it"
            if self.column > indent(self.here):
                found = self.here[self.column :]
                return self.at, f"found '{found}' behind the end of a value; remove it"
            return Indentation(self.lines, self.at).explained()
        return self._special()

    def _special(self) -> tuple[int, str] | None:
        """Say which character means something in YAML that was not meant."""
        if "sequence entries are not allowed" in self.problem:
            return self.at, (
                "found '- ' behind something else on its line; begin each item of a list on a line "
                "of its own"
            )
        if "another document" in self.problem or "document separator" in self.problem:
            found = self.here.strip()[:3]
            return self.at, f"found '{found}', but a configuration is one text; remove the line"
        if "node content" in self.problem and not self.character:
            return self._open_bracket()
        if "node content" in self.problem:
            return self.at, (
                f"found '{self.character}' where a value is expected; write a value, or remove it"
            )
        shown = STARTS.get(self.character)
        if "indentation indicators" in self.problem or "a line break" in self.problem:
            shown = "'|' or '>'"
        if shown is None and "alias" not in self.context + self.problem:
            return None
        return self.at, (
            f"found {shown or STARTS['*']} at the beginning of a value, which means something "
            "special in YAML; put the value in quotes"
        )

    def _open_bracket(self) -> tuple[int, str] | None:
        """Say which bracket is open at the end of the text."""
        opened: list[tuple[int, str]] = []
        for number, line in enumerate(self.lines):
            for character in bare(line):
                if character in BRACKETS:
                    opened.append((number, character))
                elif character in BRACKETS.values() and opened:
                    opened.pop()
        if not opened:
            return None
        number, bracket = opened[-1]
        return number, f"found '{bracket}' without '{BRACKETS[bracket]}'; close it"

    def _without_colon(self, number: int) -> str:
        """Say what a line lacks that is neither an entry nor an item."""
        line = self.lines[number]
        above = self._above(number)
        beside = [self.lines[n] for n in above if indent(self.lines[n]) == indent(line)]
        if beside and bare(beside[0]).lstrip().startswith("- "):
            return f"found no dash before '{at_start(line)}'; write `- {bare(line).strip()}`"
        start = bare(line).strip()[:1]
        if start in BRACKETS:
            return f"found '{start}' at the beginning of the line; remove it"
        return no_colon(line) or (
            "found no name with a colon and a space behind it; expected `name: value`"
        )

    def _second_colon(self, here: str) -> tuple[int, str]:
        """Say why a colon makes no sense: two in a line, or a line that is indented too far."""
        if re.search(r":\s", here[: self.column]):
            return self.at, (
                "found a second colon in this line; write one `name: value` in each line, or "
                "several in braces: {a: 1, b: 2}"
            )
        for above in self._above(self.at):
            sentence = no_colon(self.lines[above])
            item = self.lines[above].lstrip().startswith("-")
            layer = here.lstrip().startswith("-") or at_start(here) in LAYERS
            if sentence and not (item and layer) and indent(self.lines[above]) <= indent(here):
                return above, sentence
        return Indentation(self.lines, self.at).explained()
