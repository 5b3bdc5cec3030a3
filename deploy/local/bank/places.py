from dataclasses import dataclass
from decimal import Decimal

from deploy.local.bank.dice import Dice
from deploy.local.bank.words import STREET_ENDINGS, STREET_STEMS


@dataclass(frozen=True, slots=True)
class City:
    name: str
    country_code: str
    postal_prefix: str
    latitude_e4: int
    longitude_e4: int


CITIES = (
    City("Berlin", "DE", "10", 525200, 134050),
    City("Hamburg", "DE", "20", 535511, 99937),
    City("Leipzig", "DE", "04", 513397, 123731),
    City("Köln", "DE", "50", 509375, 69603),
    City("München", "DE", "80", 481351, 115820),
    City("Freiburg im Breisgau", "DE", "79", 479990, 78421),
    City("Wien", "AT", "1", 482082, 163738),
    City("Graz", "AT", "80", 470707, 154395),
    City("Salzburg", "AT", "50", 478095, 130550),
    City("Innsbruck", "AT", "60", 472692, 114041),
    City("Amsterdam", "NL", "10", 523676, 49041),
    City("Utrecht", "NL", "35", 520907, 51214),
    City("Groningen", "NL", "97", 532194, 65665),
    City("'s-Hertogenbosch", "NL", "52", 516978, 53037),
)
_DUTCH_LETTERS = "ABCDEGHJKLMNPRTVWXZ"


def postal_code(dice: Dice, city: City) -> str:
    length = 5 if city.country_code == "DE" else 4
    digits = city.postal_prefix + dice.digits(length - len(city.postal_prefix))
    return f"{digits} {dice.pick(_DUTCH_LETTERS)}{dice.pick(_DUTCH_LETTERS)}" if city.country_code == "NL" else digits


def street(dice: Dice) -> str:
    suffix = dice.pick("abc") if dice.happens(0.1) else ""
    return f"{dice.pick(STREET_STEMS)}{dice.pick(STREET_ENDINGS)} {dice.between(1, 148)}{suffix}"


def near(dice: Dice, degrees_e4: int) -> Decimal:
    """A coordinate within about five kilometres."""
    return Decimal(degrees_e4 * 100 + dice.between(-45_000, 45_000)).scaleb(-6)
