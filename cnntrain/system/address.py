"""Show an address to the user without the password that it may hold."""

import re


def without_password(address: str) -> str:
    """Return `address` with `***` in place of a user's name and password."""
    return re.sub(r"^([^/]*//)?[^/?#]*@", r"\1***@", address)
