"""Forms that a single value may have, beyond the named patterns: names, streets, countries, official numbers."""

from __future__ import annotations

import re
from collections.abc import Callable

from domain.rules.patterns import is_well_formed
from flows.enrichment import lexicon
from flows.enrichment.semantic_types import SemanticType as Type

ENOUGH = 0.5
"""Share of values that has to follow a form before the values alone are believed."""
ENOUGH_NAMES = 0.25
"""No list holds all names: a quarter of known ones is already unlikely for anything else."""

SHAPES = (
    (Type.SOCIAL_SECURITY_NUMBER, "999-99-9999", r"9{3}-9{2}-9{4}"),
    (Type.NATIONAL_ID, "999999-9999", r"9{6}-9{4}"),
    (Type.NATIONAL_ID, "AA 99 99 99 A", r"A{2} ?9{2} ?9{2} ?9{2}( ?A)?"),
    (Type.NATIONAL_ID, "99999999-A", r"[9A]9{7}-?A"),
    (Type.NATIONAL_ID, "9 99 99 99 999 999 99", r"9 9{2} 9{2} 9{2} 9{3} 9{3}( 9{2})?"),
    (Type.NATIONAL_ID, "999.9999.9999.99", r"9{3}\.9{4}\.9{4}\.9{2}"),
    (Type.NATIONAL_ID, "999.999.999-99", r"9{3}\.9{3}\.9{3}-9{2}"),
    (Type.NATIONAL_ID, "AAAAAA99A99A999A", r"A{6}9{2}A9{2}A9{3}A"),
    (Type.CARD_NUMBER, "four groups of four digits", r"9{4}([ -])9{4}\1(9{4}\1)9{4}|9{4}[ -]9{6}[ -]9{5}"),
    (Type.IBAN, "AA99 and a long number", r"A{2}9{2}( ?[9A]){11,30}"),
    (Type.PHONE, "digit groups", r"(\+9{1,3}[ .-]?)?(\(?\+?9{1,5}\)?[ ./-]+){1,4}9{2,8}|\+9{8,15}|\(9{2,5}\) ?9{5,10}"),
    (Type.POSTAL_CODE, "national postal code", r"A{1,2}9[9A]? 9A{2}|A9A ?9A9|9{4} ?A{2}"),
    (Type.PASSWORD, "password hash", r"\$9[Aa9]?\$9+\$.{20,}"),
)
"""Type, what it is called, and the shape mask of the whole value: a digit is 9, a letter A or a."""

_ADDRESS = re.compile(r"^\W*\d+[\w/-]*,? +\S+|\S+.* \d+\s?[a-zA-Z]?\W*$")
_NAME_FORM = re.compile(r"[^\W\d_]+(,?[ '\u2019.-]+[^\W\d_]+){0,3}\.?")
_DOMAIN = re.compile(r"([a-z0-9-]+\.)+(com|net|org|info|biz|edu|gov|io|eu|[a-z]{2})")


def _is_gender(value: str) -> bool:
    return value.strip().lower() in lexicon.GENDER_WORDS


def _is_title(value: str) -> bool:
    return value.strip().rstrip(".").lower() in lexicon.TITLE_WORDS


def _is_country(value: str) -> bool:
    return lexicon.fold(value) in lexicon.countries()


def _is_address(value: str) -> bool:
    folded = value.strip().lower()
    words = re.split(r"[ ,.]+", folded)
    named = any(word in lexicon.STREET_WORDS for word in words) or any(
        word.endswith(lexicon.STREET_ENDINGS) for word in words
    )
    return named and _ADDRESS.search(folded) is not None


def _names(value: str) -> list[str]:
    return re.split(r"[ ,.-]+", lexicon.fold(value)) if _NAME_FORM.fullmatch(value.strip()) else []


def _is_given_name(value: str) -> bool:
    names = _names(value)
    return len(names) == 1 and names[0] in lexicon.given_names()


def _is_surname(value: str) -> bool:
    names = _names(value)
    return len(names) == 1 and (names[0] in lexicon.surnames() or names[0].endswith(lexicon.SURNAME_ENDINGS))


def _has_given_name(value: str) -> bool:
    """The surname comes first only where a comma or capitals say so: `SCHMIDT, ANNA`, but not `Monte Rosa`."""
    names = _names(value)
    if len(names) < 2:  # noqa: PLR2004 - a full name has two parts
        return False
    given = names if "," in value or value.isupper() else names[:1]
    return not lexicon.given_names().isdisjoint(given)


def _is_full_name(value: str) -> bool:
    names = _names(value)
    return _has_given_name(value) or (len(names) > 1 and names[-1] in lexicon.surnames())


def _is_domain(value: str) -> bool:
    return _DOMAIN.fullmatch(value.strip().lower()) is not None


def _is_long_card(value: str) -> bool:
    return value.isdigit() and is_well_formed("card", value)


TESTS: tuple[tuple[Type, float, str, Callable[[str], bool]], ...] = (
    (Type.GENDER, 0.6, "gender words", _is_gender),
    (Type.TITLE, 0.8, "forms of address", _is_title),
    (Type.COUNTRY, ENOUGH, "country names", _is_country),
    (Type.STREET_ADDRESS, 0.4, "street words with numbers", _is_address),
    (Type.FIRST_NAME, ENOUGH_NAMES, "given names", _is_given_name),
    (Type.LAST_NAME, ENOUGH_NAMES, "surnames", _is_surname),
    (Type.PERSON_NAME, ENOUGH_NAMES, "given names with surnames", _has_given_name),
    (Type.PERSON_NAME, ENOUGH, "given names or surnames", _is_full_name),
    (Type.DOMAIN_NAME, 0.8, "domain names", _is_domain),
    (Type.CARD_NUMBER, 0.8, "check digits of cards", _is_long_card),
)
"""Type, the share that is enough, what it is called, and the test of one value."""
