"""The vocabulary of semantic types: finer than PII classes, with what each means in words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from domain.assets.model import PiiClass


class SemanticType(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    PERSON_NAME = "person_name"
    USERNAME = "username"
    STREET_ADDRESS = "street_address"
    CITY = "city"
    STATE = "state"
    COUNTRY = "country"
    POSTAL_CODE = "postal_code"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    LOCATION = "location"
    DATE_OF_BIRTH = "date_of_birth"
    AGE = "age"
    GENDER = "gender"
    NATIONAL_ID = "national_id"
    SOCIAL_SECURITY_NUMBER = "social_security_number"
    PASSPORT_NUMBER = "passport_number"
    TAX_ID = "tax_id"
    IBAN = "iban"
    BANK_ACCOUNT = "bank_account"
    CARD_NUMBER = "card_number"
    CARD_SECURITY_CODE = "card_security_code"
    CARD_EXPIRY = "card_expiry"
    PASSWORD = "password"  # noqa: S105 - the name of a type, not a secret
    SECRET = "secret"  # noqa: S105 - the name of a type, not a secret
    IP_ADDRESS = "ip_address"
    MAC_ADDRESS = "mac_address"
    ORGANISATION_NAME = "organisation_name"
    OCCUPATION = "occupation"
    TITLE = "title"
    NAME = "name"
    FILE_NAME = "file_name"
    URL = "url"
    DOMAIN_NAME = "domain_name"
    UUID = "uuid"
    IDENTIFIER = "identifier"
    REFERENCE = "reference"
    CODE = "code"
    CURRENCY = "currency"
    LANGUAGE = "language"
    AMOUNT = "amount"
    PERCENTAGE = "percentage"
    QUANTITY = "quantity"
    MEASURE = "measure"
    FLAG = "flag"
    DATE = "date"
    TIMESTAMP = "timestamp"
    YEAR = "year"
    DURATION = "duration"
    FREE_TEXT = "free_text"
    LABEL = "label"
    STRUCTURED = "structured"
    BINARY = "binary"


PII_OF: Mapping[SemanticType, PiiClass] = {
    SemanticType.EMAIL: PiiClass.EMAIL,
    SemanticType.PHONE: PiiClass.PHONE,
    SemanticType.FIRST_NAME: PiiClass.NAME,
    SemanticType.LAST_NAME: PiiClass.NAME,
    SemanticType.PERSON_NAME: PiiClass.NAME,
    SemanticType.USERNAME: PiiClass.CREDENTIAL,
    SemanticType.STREET_ADDRESS: PiiClass.ADDRESS,
    SemanticType.CITY: PiiClass.ADDRESS,
    SemanticType.STATE: PiiClass.ADDRESS,
    SemanticType.POSTAL_CODE: PiiClass.POSTAL_CODE,
    SemanticType.LATITUDE: PiiClass.GEO_LOCATION,
    SemanticType.LONGITUDE: PiiClass.GEO_LOCATION,
    SemanticType.LOCATION: PiiClass.GEO_LOCATION,
    SemanticType.DATE_OF_BIRTH: PiiClass.BIRTH_DATE,
    SemanticType.GENDER: PiiClass.GENDER,
    SemanticType.NATIONAL_ID: PiiClass.NATIONAL_ID,
    SemanticType.SOCIAL_SECURITY_NUMBER: PiiClass.NATIONAL_ID,
    SemanticType.PASSPORT_NUMBER: PiiClass.NATIONAL_ID,
    SemanticType.TAX_ID: PiiClass.NATIONAL_ID,
    SemanticType.IBAN: PiiClass.IBAN,
    SemanticType.CARD_NUMBER: PiiClass.CARD_NUMBER,
    SemanticType.CARD_SECURITY_CODE: PiiClass.CREDENTIAL,
    SemanticType.PASSWORD: PiiClass.CREDENTIAL,
    SemanticType.SECRET: PiiClass.CREDENTIAL,
    SemanticType.IP_ADDRESS: PiiClass.IP_ADDRESS,
}
"""The PII class of a type when it speaks of a person; a type that is not here never does."""

PERSONAL_BY_HOLDER = frozenset(
    {
        SemanticType.PHONE,
        SemanticType.STREET_ADDRESS,
        SemanticType.CITY,
        SemanticType.STATE,
        SemanticType.POSTAL_CODE,
        SemanticType.LATITUDE,
        SemanticType.LONGITUDE,
        SemanticType.LOCATION,
        SemanticType.IP_ADDRESS,
        SemanticType.TAX_ID,
    }
)
"""Types that a shop has as well as its customer: whose they are decides whether they are personal."""
