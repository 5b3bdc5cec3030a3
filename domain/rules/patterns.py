"""The named patterns: what a well-formed e-mail, IBAN or card number is, once for profiling, rules and enrichment.

The regular expressions use only what PostgreSQL, RE2 (DuckDB) and Python read alike, and match a whole value.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class CheckDigits(StrEnum):
    """LUHN: ISO/IEC 7812-1 annex B. MOD_97: ISO 7064 as ISO 13616 uses it for IBANs."""

    LUHN = "LUHN"
    MOD_97 = "MOD_97"


@dataclass(frozen=True, slots=True)
class Pattern:
    name: str
    regex: str
    description: str
    ignored: str = ""
    """Characters that may stand anywhere in the value and are removed before it is matched."""
    check_digits: CheckDigits | None = None


_ALL = (
    Pattern("email", r"^[A-Za-z0-9._%+'-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*[.][A-Za-z]{2,24}$", "An e-mail address with a domain."),
    Pattern("phone", r"^([+]|00)?[0-9]{7,15}$", "A telephone number of 7 to 15 digits, with or without a country code.", ignored=" ()/.-"),
    Pattern("url", r"^[Hh][Tt][Tt][Pp][Ss]?://[^ /?#]+([/?#][^ ]*)?$", "An http or https address."),
    Pattern("uuid", r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$", "A UUID in its hyphenated form."),
    Pattern("ipv4", r"^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])[.]){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])$", "An IPv4 address in dotted form."),
    Pattern("ipv6", r"^([0-9a-fA-F]{1,4}:){2,7}(:|[0-9a-fA-F]{1,4}|(:[0-9a-fA-F]{1,4}){1,6})$|^::([0-9a-fA-F]{1,4}(:[0-9a-fA-F]{1,4}){0,6})?$", "An IPv6 address."),
    Pattern("mac_address", r"^[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}$", "A MAC address."),
    Pattern("iban", r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$", "An IBAN with right check digits.", ignored=" ", check_digits=CheckDigits.MOD_97),
    Pattern("card", r"^[3-6][0-9]{12,18}$", "A payment card number with a right check digit.", ignored=" -", check_digits=CheckDigits.LUHN),
    Pattern("iso_date", r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", "A date as year-month-day."),
    Pattern("iso_timestamp", r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]+)?)?(Z|[+-][0-9]{2}:?([0-9]{2})?)?$", "A date and time in ISO 8601 form."),
    Pattern("day_first_date", r"^(0?[1-9]|[12][0-9]|3[01])[./-](0?[1-9]|1[0-2])[./-][0-9]{4}$", "A date as day, month, year."),
    Pattern("month_first_date", r"^(0?[1-9]|1[0-2])[/](0?[1-9]|[12][0-9]|3[01])[/][0-9]{4}$", "A date as month/day/year."),
    Pattern("postal_code", r"^([0-9]{4,5}|[0-9]{5}-[0-9]{4}|[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]|[0-9]{4} ?[A-Z]{2}|[0-9]{2}-[0-9]{3}|[0-9]{3} [0-9]{2})$", "A postal code of one of the common national forms."),
    Pattern("country_code", r"^[A-Z]{2}$", "Two capital letters, as country codes are."),
    Pattern("currency_code", r"^[A-Z]{3}$", "Three capital letters, as currency codes are."),
)  # fmt: skip

PATTERNS: Mapping[str, Pattern] = {pattern.name: pattern for pattern in _ALL}


def is_well_formed(name: str, value: str) -> bool:
    """Whether the whole value follows the pattern, its check digits included."""
    pattern = PATTERNS[name]
    for character in pattern.ignored:
        value = value.replace(character, "")
    if not re.search(pattern.regex, value) or value.endswith("\n"):
        return False
    match pattern.check_digits:
        case CheckDigits.LUHN:
            return _luhn(value)
        case CheckDigits.MOD_97:
            return _mod_97(value)
        case None:
            return True


def _luhn(digits: str) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + position % 2)
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 - the digit sum of a two-digit product
    return total % 10 == 0


def _mod_97(iban: str) -> bool:
    rearranged = iban[4:] + iban[:4]
    return int("".join(str(int(character, 36)) for character in rearranged)) % 97 == 1
