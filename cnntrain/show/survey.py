"""What a data set holds, as text."""

from cnntrain.data.survey import Survey
from cnntrain.show.table import Column, table, wrapped
from cnntrain.system.text import joined

MOST_CLASSES = 100  # that are listed


def as_text(survey: Survey, heading: str, columns: int | None) -> str:
    """Return the table of both sets, that of the classes, and what should be looked at."""
    channels, height, width = survey.shape
    train, test = survey.train, survey.test
    depth = "1 channel" if channels == 1 else f"{channels} channels"
    facts = [
        ("images", f"{train.images:,}", f"{test.images:,}"),
        ("mean of the pixels", f"{train.mean:.4f}", f"{test.mean:.4f}"),
        ("their deviation", f"{train.deviation:.4f}", f"{test.deviation:.4f}"),
        ("blank images", f"{train.blank:,}", f"{test.blank:,}"),
        ("repeated images", _count(train.repeated), _count(test.repeated)),
        ("images left out", f"{len(train.left_out):,}", f"{len(test.left_out):,}"),
    ]
    lines = [
        *wrapped(heading, columns),
        f"{height}×{width} pixels, {depth}, {len(survey.classes)} classes",
        "",
        *_table("", facts, columns),
        "",
    ]
    names = survey.classes[:MOST_CLASSES]
    counts = zip(names, train.per_class, test.per_class, strict=False)
    lines += _table("class", [(name, f"{a:,}", f"{b:,}") for name, a, b in counts], columns)
    if len(survey.classes) > MOST_CLASSES:
        lines.append(f"  and {len(survey.classes) - MOST_CLASSES:,} classes more (--json has all)")
    lines.append("")
    odd = survey.unusual or ["nothing unusual: no blank, repeated or unreadable images"]
    for sentence in odd:
        lines += wrapped(sentence, columns, "  ")
    return joined(lines)


def _count(number: int | None) -> str:
    return "not counted" if number is None else f"{number:,}"


def _table(title: str, rows: list[tuple[str, str, str]], width: int | None) -> list[str]:
    size = max(len(row[0]) for row in rows)
    shape = [
        Column(title, "<", size, 0),
        Column("training", ">", 12, 0),
        Column("test", ">", 12, 0),
    ]
    lines, _ = table(shape, rows, [False] * len(rows), width)
    return lines
