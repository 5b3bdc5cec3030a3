from dataclasses import dataclass

from deploy.local.bank.dice import Dice, spread
from deploy.local.bank.words import FEMALE_NAMES, LAST_NAMES, MAIL_DOMAINS, MALE_NAMES, in_ascii


@dataclass(frozen=True, slots=True)
class Person:
    first_name: str
    last_name: str
    gender: str

    def mail_name(self, serial: int) -> str:
        return f"{in_ascii(self.first_name)}.{in_ascii(self.last_name)}{serial}"


def person(dice: Dice) -> Person:
    gender = dice.pick("FFFFFFFFFMMMMMMMMMX")
    first_names = {"F": FEMALE_NAMES, "M": MALE_NAMES, "X": FEMALE_NAMES + MALE_NAMES}[gender]
    return Person(dice.pick(first_names), dice.pick(LAST_NAMES), gender)


def private_email(dice: Dice, someone: Person, serial: int) -> str:
    return f"{someone.mail_name(serial)}@{dice.pick(MAIL_DOMAINS)}"


def mobile_phone(dice: Dice, country_code: str) -> str:
    prefix = {"DE": "+49 1555", "AT": "+43 6991", "NL": "+31 6970"}[country_code]
    return f"{prefix} {dice.digits(6)}"


def national_id(serial: int) -> str:
    """Made up: ten digits and the remainder of their sum, as no country builds it."""
    digits = spread(serial, 10)
    return f"{digits[:2]} {digits[2:6]} {digits[6:]} {sum(map(int, digits)) % 10}"


def ip_address(dice: Dice) -> str:
    """From the blocks that are set aside for documentation and for private networks."""
    if dice.happens(0.1):
        return f"2001:db8:{dice.between(1, 65535):x}::{dice.between(1, 65535):x}"
    prefix = dice.pick(("192.0.2", "198.51.100", "203.0.113", f"10.{dice.below(256)}.{dice.below(256)}"))
    return f"{prefix}.{dice.between(1, 254)}"
