from cnntrain.show.table import Column, table

COLUMNS = (Column("name", "<", 6, rank=0), Column("size", ">", 6, rank=1, note="in metres"))


def test_a_table_that_fits_has_the_widths_and_notes_of_its_columns() -> None:
    lines, notes = table(COLUMNS, [("a", "1"), ("b", "22")], [False, True], width=15)
    assert lines == ["  name    size", "  a          1", "> b         22"]
    assert notes == ["size: in metres"]


def test_a_table_is_narrowed_before_columns_are_left_out() -> None:
    lines, _ = table(COLUMNS, [("a", "1")], [True], width=13)
    assert lines == ["  name  size", "> a        1"]


def test_columns_that_are_always_shown_are_shown_where_nothing_fits() -> None:
    lines, notes = table(COLUMNS, [("a", "1")], [False], width=5)
    assert lines == ["  name", "  a"]
    assert "".join("".join(notes).split()) == "leftouttofit5columns:size(--jsonshowsthem)"
