"""The text of service tokens."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import Self

SECRET_BYTES = 32
_PUBLIC_BYTES = 4
_FORM = re.compile(r"assay_[0-9a-f]{8}_[\w-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TokenText:
    """`assay_`, eight digits by which people know the token again, and 256 random bits that nobody guesses."""

    prefix: str
    text: str = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        prefix = f"assay_{secrets.token_hex(_PUBLIC_BYTES)}"
        return cls(prefix, f"{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}")


def is_service_token(text: str) -> bool:
    """Whether it has the form of one; JSON Web Tokens have dots."""
    return _FORM.fullmatch(text) is not None


def digest_of(text: str) -> str:
    """What is stored instead of the token.

    One round of SHA-256: slow hashes protect what people choose, and of 256 random bits there is nothing to try out.
    That the lookup is by digest also means that its time says nothing about how much of a guess is right.
    """
    return hashlib.sha256(text.encode()).hexdigest()
