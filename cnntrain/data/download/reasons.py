"""Say in a few words why a server did not answer."""

import socket
from dataclasses import dataclass

import requests
import urllib3


@dataclass(frozen=True)
class Timeouts:
    """Say how many seconds a server may take to accept a connection, and then to send more."""

    connect: float = 5.0
    silence: float = 20.0


def reason(error: Exception, timeouts: Timeouts) -> str:
    """Describe in a few words an error that requests or urllib3 raised.

    requests wraps urllib3's errors, which wrap the system's; the innermost is the most specific.
    """
    cause = error.args[0] if error.args else error
    if isinstance(cause, urllib3.exceptions.MaxRetryError):
        cause = cause.reason
    kinds = (error, cause)
    if _any(kinds, requests.exceptions.ProxyError, urllib3.exceptions.ProxyError):
        return "the proxy cannot be reached or refuses"
    if _any(kinds, requests.exceptions.SSLError, urllib3.exceptions.SSLError):
        return "no TLS connection, or a certificate that is not trusted"
    if isinstance(cause, urllib3.exceptions.NewConnectionError):
        system = cause.__context__
        if isinstance(system, socket.gaierror):
            return "the name is not resolved"
        return str(system.strerror if isinstance(system, OSError) else cause).lower()
    if _any(kinds, requests.exceptions.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError):
        return f"no connection within {timeouts.connect:g} s"
    if _any(kinds, requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError):
        return f"silent for {timeouts.silence:g} s"
    if isinstance(cause, urllib3.exceptions.ProtocolError):
        return "the connection broke off"
    if isinstance(error, ValueError):  # requests' InvalidURL and its relatives
        return "not a valid http or https address"
    return f"{type(error).__name__}: {error}"


def _any(errors: tuple[object, ...], *kinds: type[Exception]) -> bool:
    return any(isinstance(error, kinds) for error in errors)
