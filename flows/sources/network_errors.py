"""Why a server cannot be reached, in words for people, whichever driver tried."""

from __future__ import annotations

import socket
import ssl

from flows.failures import SourceUnreachable

NO_TLS = "TLS could not be set up; check ssl_mode and the certificate"


def why_no_network(error: OSError) -> str:
    match error:
        case TimeoutError():
            return "no answer within source.connect_timeout_seconds"
        case socket.gaierror():
            return "the host name is unknown"
        case ConnectionRefusedError():
            return "the connection was refused; is the server running on this port?"
        case ssl.SSLError():
            return NO_TLS
    return f"the network failed ({type(error).__name__})"


def lost(address: str, reason: str) -> SourceUnreachable:
    """What a source is that was reached before."""
    return SourceUnreachable(f"{address} was lost while reading ({reason}).")
