"""Checks of numbers that layers, update rules, schedules and the section `train` share."""


def check_0_to_below_1(name: str, number: float) -> None:
    """Raise ValueError for a number outside [0, 1), the option `name`."""
    if not 0 <= number < 1:
        raise ValueError(f"{name}: found {number}, expected a number from 0 to below 1")


def check_above_0_to_1(name: str, number: float) -> None:
    """Raise ValueError for a number outside (0, 1], the option `name`."""
    if not 0 < number <= 1:
        raise ValueError(f"{name}: found {number}, expected a number above 0, up to 1")


def check_0_to_1(name: str, number: float) -> None:
    """Raise ValueError for a number outside [0, 1], the option `name`."""
    if not 0 <= number <= 1:
        raise ValueError(f"{name}: found {number}, expected a number from 0 to 1")
