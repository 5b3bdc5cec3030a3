"""The check digits of an IBAN (ISO 13616, modulo 97) and of a card number (Luhn)."""

_FACTOR_OF_EVERY_SECOND_DIGIT = 2


def iban(country_code: str, bban: str) -> str:
    rest = int("".join(str(int(sign, 36)) for sign in f"{bban}{country_code}00")) % 97
    return f"{country_code}{98 - rest:02d}{bban}"


def with_wrong_check_digits(valid_iban: str, offset: int) -> str:
    """Any offset that 97 does not divide gives digits that cannot be right."""
    return f"{valid_iban[:2]}{(int(valid_iban[2:4]) + offset) % 97:02d}{valid_iban[4:]}"


def card_number(digits: str) -> str:
    total = sum(_luhn_share(int(digit), place) for place, digit in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


def _luhn_share(digit: int, place: int) -> int:
    if place % 2:
        return digit
    return sum(divmod(digit * _FACTOR_OF_EVERY_SECOND_DIGIT, 10))
