"""What a server may take its time for, and how much it may send.

A timeout for each read is not enough: a server that sends a byte a second never exceeds it. So
everything that is read from a connection, headers and trailers too, is counted here.
"""

import time
from dataclasses import dataclass

MOST_AROUND = 1 << 17  # bytes of headers, redirects, trailers and chunk sizes around the content
LARGE = 100_000_000  # bytes of a file


class TransferError(Exception):
    """Report to the caller, not to the user, why a download failed.

    `unreachable` means that its server need not be asked for another file, `again` that the same
    request may succeed in a moment.
    """

    def __init__(self, reason: str, *, unreachable: bool = False, again: bool = False) -> None:
        """Keep the reason: a few words, for a list of mirrors."""
        super().__init__(reason)
        self.reason = reason
        self.unreachable, self.again = unreachable, again


@dataclass(frozen=True)
class Limits:
    """Say how slow a server may be."""

    connect: float = 5.0  # seconds until the name is resolved, and again until it is connected
    silence: float = 20.0  # seconds without a byte, or until the answer to a request begins
    least_speed: float = 1_000  # bytes per second
    period: float = 10.0  # seconds of waiting over which the speed is averaged
    longest: float = 600  # seconds for one file from one mirror; for a LARGE one, in proportion


class Watch:
    """Watches over what one mirror sends of one file, and raises TransferError at a limit."""

    def __init__(self, limits: Limits, most: int) -> None:
        """Begin: the time for the file, of at most so many bytes, runs from here."""
        self.limits, self._most = limits, most
        self._longest = limits.longest * max(1.0, most / LARGE)
        self._end = time.monotonic() + self._longest
        self.asked()

    def asked(self) -> None:
        """Begin a request, which redirects may prolong: so far, only headers are expected."""
        self._answer_by: float | None = time.monotonic() + self.limits.silence
        self._left = MOST_AROUND
        self._bytes, self._waited = 0, 0.0

    def answered(self) -> None:
        """Expect the content from now on."""
        self._answer_by = None
        self._bytes, self._waited = 0, 0.0
        self._left += self._most

    def patience(self) -> float:
        """Return the seconds to wait for the next bytes."""
        now, limits = time.monotonic(), self.limits
        if now >= self._end:
            problem = f"not complete after {self._longest:,.0f} s (--max-time)"
            raise TransferError(problem, unreachable=True)
        if self._answer_by is None:
            return min(limits.silence, self._end - now)
        if now >= self._answer_by:
            raise TransferError(f"no answer within {limits.silence:g} s", unreachable=True)
        return min(self._answer_by, self._end) - now

    def silent(self) -> TransferError:
        """Return the error for bytes that did not come in time."""
        self.patience()
        return TransferError(f"silent for {self.limits.silence:g} s", unreachable=True)

    def received(self, count: int, waited: float) -> None:
        """Count bytes, and the seconds of waiting for them."""
        self._left -= count
        if self._left < 0:
            what = "headers and redirects" if self._answer_by else "headers and content"
            raise TransferError(f"endless {what}", unreachable=True)
        self._bytes += count
        self._waited += waited
        if self._answer_by or not count or self._waited < self.limits.period:
            return  # for the answer there is a time, and at the end nothing more to wait for
        if self._bytes < self.limits.least_speed * self._waited:
            problem = f"slower than {self.limits.least_speed:,.0f} bytes/s (--min-speed)"
            raise TransferError(problem, unreachable=True)
        self._bytes, self._waited = 0, 0.0
