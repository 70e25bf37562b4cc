"""What the tests of tables share: a row that is missing is named with its table and its file."""

from collections.abc import Collection


def assert_rows(table: str, rows: Collection[object], names: Collection[object]) -> None:
    """Compare the rows of a table of the tests with the names that need one, in any order.

    `table` says where it is: "tests/nn/cases.py: CASES".
    """
    missing = [name for name in names if name not in rows]
    assert not missing, f"{table} has no row for {', '.join(map(str, missing))}"
    unknown = [name for name in rows if name not in names]
    assert not unknown, f"{table} has a row for {', '.join(map(str, unknown))}, which is not there"
