"""Say in a few words why a server did not deliver."""

import http.client
import socket

import requests
import urllib3

from cnntrain.data.download.limits import Limits, TransferError
from cnntrain.system.text import shown

MOST_SAID = 60  # characters of what a server said, or of why it cannot be understood
_ADDRESS = (  # what is raised before anything is sent
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    urllib3.exceptions.LocationValueError,
    UnicodeError,
)


def failed(error: Exception, limits: Limits) -> TransferError:
    """Return what an error means that requests, urllib3 or http.client raised.

    Whatever a server sends is at worst its own failure, and those libraries raise a dozen kinds
    of errors for it.
    """
    if isinstance(error, TransferError):
        return error
    return TransferError(reason(error, limits), unreachable=True, again=_is_broken_off(error))


def reason(error: Exception, limits: Limits) -> str:
    """Describe in a few words an error that requests or urllib3 raised.

    requests wraps urllib3's errors, which wrap the system's; the innermost is the most specific.
    """
    cause = _cause(error)
    kinds = (error, cause)
    if _any(kinds, requests.exceptions.ProxyError, urllib3.exceptions.ProxyError):
        return "the proxy cannot be reached or refuses"
    if _any(kinds, requests.exceptions.SSLError, urllib3.exceptions.SSLError):
        return "no TLS connection, or a certificate that is not trusted"
    if isinstance(cause, urllib3.exceptions.NewConnectionError):
        system = cause.__cause__ or cause.__context__
        if isinstance(system, socket.gaierror):
            return "the name is not resolved"
        return str(system.strerror if isinstance(system, OSError) else cause).lower()
    if _any(kinds, requests.exceptions.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError):
        return f"no connection within {limits.connect:g} s"
    if _any(kinds, requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError):
        return f"silent for {limits.silence:g} s"
    if _any(kinds, *_ADDRESS):
        return "not a valid http or https address"
    if _is_broken_off(error):
        return "the connection broke off"
    inner = [part for part in (*error.args, *getattr(cause, "args", ())) if part]
    said = str(inner[-1] if inner else error).strip()
    return f"no valid HTTP answer ({shown(said, MOST_SAID)})"


def _cause(error: Exception) -> object:
    cause = error.args[0] if error.args else error
    return cause.reason if isinstance(cause, urllib3.exceptions.MaxRetryError) else cause


def _is_broken_off(error: Exception) -> bool:
    """Return whether a connection ended early, which may not happen a second time."""
    parts = (error, _cause(error), *error.args, *getattr(_cause(error), "args", ()))
    odd = [part for part in parts if isinstance(part, http.client.HTTPException)]
    early = (http.client.IncompleteRead, http.client.RemoteDisconnected)
    ended = any(isinstance(part, urllib3.exceptions.ProtocolError) for part in parts)
    return ended and all(isinstance(part, early) for part in odd)


def _any(errors: tuple[object, ...], *kinds: type[Exception]) -> bool:
    return any(isinstance(error, kinds) for error in errors)
