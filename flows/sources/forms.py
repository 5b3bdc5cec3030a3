"""What a declared type holds, as far as rules have to know it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

_MODIFIER = re.compile(r"\(.*?\)")


class Form(StrEnum):
    """OTHER types are read through their text."""

    NUMBER = "number"
    FLOAT = "float"
    DATE = "date"
    TIMESTAMP = "timestamp"
    INSTANT = "instant"
    BOOLEAN = "boolean"
    OTHER = "other"

    @property
    def is_number(self) -> bool:
        return self in {Form.NUMBER, Form.FLOAT}

    @property
    def is_moment(self) -> bool:
        return self in {Form.DATE, Form.TIMESTAMP, Form.INSTANT}


def plain_type(data_type: str) -> str:
    """Without what follows the name of the type: `numeric(5,2)` is `numeric`."""
    return _MODIFIER.sub("", data_type).strip().lower()


def form_in(forms: Mapping[str, Form], data_type: str) -> Form:
    return Form.OTHER if data_type.endswith("[]") else forms.get(plain_type(data_type), Form.OTHER)
