"""Slips in single lines: typing errors, and characters that look like the right ones."""

import re

# What looks like another character, or is invisible.
LOOKALIKES = {
    "：": "a full-width colon, expected ':'",
    "﹕": "a small colon, expected ':'",
    "，": "a full-width comma, expected ','",
    "、": "an ideographic comma, expected ','",
    "；": "a full-width semicolon, expected ':'",
    "－": "a full-width minus, expected '-'",
    "–": "an en dash, expected '-'",
    "—": "an em dash, expected '-'",
    "−": "a typographic minus sign, expected '-'",
    "‐": "a typographic hyphen, expected '-'",
    "‑": "a non-breaking hyphen, expected '-'",
    "•": "a bullet, expected '-'",
    "·": "a middle dot, expected '.' or '-'",
    "．": "a full-width full stop, expected '.'",
    "｛": "a full-width brace, expected '{'",
    "｝": "a full-width brace, expected '}'",
    "［": "a full-width bracket, expected '['",
    "］": "a full-width bracket, expected ']'",
    "＃": "a full-width number sign, expected '#'",
    **dict.fromkeys("“”„‟«»", "a typographic quote, expected '\"' or none"),
    **dict.fromkeys("‘’‚", "a typographic quote, expected ' or none"),
    "\u00a0": "a no-break space, expected a space",
    "\u202f": "a narrow no-break space, expected a space",
    "\u3000": "a full-width space, expected a space",
    **dict.fromkeys(map(chr, range(0x2000, 0x200B)), "a space of another width, expected a space"),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", "an invisible zero-width character"),
    **dict.fromkeys("\u200e\u200f\u202a\u202b\u202c", "an invisible text-direction mark"),
    "\u00ad": "an invisible soft hyphen",
    **{chr(0xFF10 + digit): f"a full-width digit, expected '{digit}'" for digit in range(10)},
}
# Patterns, not compiled before they are needed: that would slow down every start.
ODD = f"[{''.join(map(re.escape, LOOKALIKES))}]"
COMMENT = r"(^|\s)#.*$"
QUOTED = r"'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\""

NAME = r"[^\W\d]\w*"
NO_SPACE = re.compile(rf"^\s*(?:- +)*(?:{{\s*)?({NAME}):([^\s/:,}}].*)$")
NO_SPACE_IN_FLOW = re.compile(rf"[{{,]\s*({NAME}):([^\s,}}\]]+)")
NO_DASH_SPACE = re.compile(r"^\s*-(?=[^\s\d.-])(.*)$")
BEFORE_DASH = re.compile(r"^\s*([^\s#'\"{}\[\],&*!|>%@`-]{1,2})\s*- (.*)$")
BULLET = re.compile(r"^\s*([*+]) +(.*)$")
SEMICOLON = re.compile(rf"^\s*(?:- +)*({NAME})\s*; *(.*)$")
OPEN_QUOTE = re.compile(r"(?:^|[:\[{,]|- )\s*(['\"])(?!\1)")
EQUALS = re.compile(rf"^\s*(?:- +)*({NAME})\s*(:?=)\s*(.*)$")
NO_COLON = re.compile(rf"^\s*(?:- +)*({NAME})(?: +([^\s:]+|[\[{{].*))?\s*$")
SPACE_BEFORE_COLON_ONLY = re.compile(rf"^\s*(?:- +)*({NAME}) +:(\S.*)$")


def odd_character(text: str) -> str | None:
    """Return what is wrong with the first lookalike in a text, None if there is none."""
    match = re.search(ODD, text)
    if match is None:
        return None
    character = match[0]
    meaning = LOOKALIKES[character]
    shown = f" '{character}'" if character.isprintable() and character.strip() else ""
    code = f"U+{ord(character):04X}"
    kind, _, wanted = meaning.partition(", ")
    advice = f", {wanted}" if wanted else ""
    return f"it has {kind}{shown} ({code}){advice}; type it again"


def bare(line: str) -> str:
    """Return a line without its comment and without what is in quotes."""
    return re.sub(COMMENT, "", re.sub(QUOTED, "''", line)).rstrip()


def slip(line: str) -> str | None:
    """Return what is wrong with one line of a file, as far as that can be told from it alone."""
    code = bare(line)
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent:
        return "found a tab at the beginning of the line, expected spaces; indent with spaces only"
    odd = odd_character(code)
    if odd is not None:
        return odd.replace("it has", "found", 1)
    if "\t" in code.strip():
        return "found a tab, expected spaces; type spaces instead"
    for pattern in (NO_SPACE, SPACE_BEFORE_COLON_ONLY):
        if match := pattern.match(code):
            key, value = match[1], match[2].strip()
            return f"found no space after the colon; write `{key}: {value}`"
    if match := NO_SPACE_IN_FLOW.search(code):
        return f"found no space after the colon; write `{match[1]}: {match[2]}`"
    if match := NO_DASH_SPACE.match(code):
        return f"found no space after the dash; write `- {match[1]}`"
    if match := BEFORE_DASH.match(code):
        return f"found '{match[1]}' before the dash; write `- {match[2].strip()}`"
    if match := EQUALS.match(code):
        return f"found '{match[2]}', expected a colon and a space; write `{match[1]}: {match[3]}`"
    if match := BULLET.match(code):
        return f"found '{match[1]}', expected '-'; write `- {match[2]}`"
    if match := SEMICOLON.match(code):
        return f"found ';', expected a colon and a space; write `{match[1]}: {match[2]}`"
    return None


def open_quote(line: str) -> str | None:
    """Return the quote that begins a value of the line and does not end in it."""
    match = OPEN_QUOTE.search(bare(line))
    return match[1] if match else None


def at_start(line: str) -> str:
    """Return the first name of a line, or the first of its words."""
    words = re.split(r"[:\s]", line.strip().lstrip("- "), maxsplit=1)
    return words[0]


def no_colon(line: str) -> str | None:
    """Return what to say of a line `seed 0` or `train`, which lacks its colon."""
    match = NO_COLON.match(bare(line))
    if match is None:
        return None
    written = f"{match[1]}: {match[2]}" if match[2] else f"{match[1]}:"
    return f"found no colon after '{match[1]}'; write `{written}`"


def in_name(name: str) -> str | None:
    """Return what is wrong with a name that a slip has joined to something else."""
    if (odd := odd_character(name)) is not None:
        return odd
    if match := re.fullmatch(rf"-?\s*({NAME}):(\S+)", name):
        return f"a space is missing after the colon; write `{match[1]}: {match[2]}`"
    if re.match(rf"-{NAME}", name):
        return f"a space is missing after the dash; write `- {name[1:]}`"
    if match := re.fullmatch(rf"({NAME})\s*=\s*(.+)", name):
        return f"found '=', expected a colon and a space; write `{match[1]}: {match[2]}`"
    if " - " in name:
        return "the line below it is indented further; align the dashes"
    if match := re.fullmatch(rf"({NAME}) +:(\S+)", name):
        return f"a space is missing after the colon; write `{match[1]}: {match[2]}`"
    if match := re.fullmatch(rf"({NAME}) (\S+)", name):
        return f"a colon is missing; write `{match[1]}: {match[2]}`"
    return None
