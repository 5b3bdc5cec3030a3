"""Who asks: each check is run as each of them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """`headers` come with requests and handshakes, and in the payload of `connection_init`."""

    name: str
    headers: Mapping[str, str]


# In development mode everybody is an administrator.
CALLERS = (Caller("admin", {}),)
