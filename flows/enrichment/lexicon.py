"""Words that values are recognised by: common names, countries, streets, genders."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files

from flows.enrichment.word_sets import word_set

GENDER_WORDS = word_set("m f male female man woman w männlich weiblich homme femme hombre mujer mand kvinde divers")
TITLE_WORDS = word_set("mr mrs ms miss dr prof sir herr frau hr fr monsieur madame mme m señor señora sr sra fru")
STREET_WORDS = word_set("""
street st road rd avenue ave av lane ln drive dr boulevard blvd way court ct place pl square sq terrace crescent
highway hwy parkway pkwy close circle cir trail alley row gardens grove strasse straße str weg platz allee gasse rue
chemin impasse calle avenida plaza paseo camino carrer via viale piazza corso vej gade alle stræde vænge torv
""")
SURNAME_ENDINGS = ("sen", "sson", "nson", "ski", "ska", "ova", "mann", "ovic", "enko", "dottir", "elli", "quez", "ndez")
STREET_ENDINGS = (
    "straße",
    "strasse",
    "str.",
    "weg",
    "platz",
    "gasse",
    "allee",
    "vej",
    "gade",
    "stræde",
    "vænget",
    "gatan",
)


@cache
def given_names() -> frozenset[str]:
    return word_set(_read("given_names.txt"))


@cache
def surnames() -> frozenset[str]:
    return word_set(_read("surnames.txt"))


@cache
def countries() -> frozenset[str]:
    return frozenset(_read("countries.txt").splitlines())


def fold(text: str) -> str:
    """Lower case without accents, as the lists are written."""
    decomposed = unicodedata.normalize("NFKD", text.replace("ø", "o").replace("ö", "o"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower().strip()


def _read(name: str) -> str:
    return files("flows.enrichment.lexicons").joinpath(name).read_text("utf-8")
