"""Small fixed tables: countries, currencies, merchant categories."""

from dataclasses import dataclass
from typing import ClassVar

from deploy.local.bank.row import Row, Table


@dataclass(frozen=True, slots=True)
class Country(Row):
    TABLE: ClassVar[Table] = Table("market", "country", ("code",), 12, "countries the bank deals with")
    code: str
    name: str
    dial_prefix: str
    iban_length: int
    in_euro: bool


@dataclass(frozen=True, slots=True)
class Currency(Row):
    TABLE: ClassVar[Table] = Table("market", "currency", ("code",), 13, "currencies of accounts, cards and rates")
    code: str
    name: str
    minor_units: int


@dataclass(frozen=True, slots=True)
class MerchantCategory(Row):
    TABLE: ClassVar[Table] = Table("market", "merchant_category", ("mcc",), 20, "what kinds of shops there are")
    mcc: str
    label: str
    risk_band: int


COUNTRIES = (
    Country("AT", "Austria", "+43", 20, in_euro=True),
    Country("BE", "Belgium", "+32", 16, in_euro=True),
    Country("CH", "Switzerland", "+41", 21, in_euro=False),
    Country("CZ", "Czechia", "+420", 24, in_euro=False),
    Country("DE", "Germany", "+49", 22, in_euro=True),
    Country("DK", "Denmark", "+45", 18, in_euro=False),
    Country("ES", "Spain", "+34", 24, in_euro=True),
    Country("FR", "France", "+33", 27, in_euro=True),
    Country("IT", "Italy", "+39", 27, in_euro=True),
    Country("LU", "Luxembourg", "+352", 20, in_euro=True),
    Country("NL", "Netherlands", "+31", 18, in_euro=True),
    Country("PL", "Poland", "+48", 28, in_euro=False),
)
CURRENCIES = (
    Currency("EUR", "Euro", 2),
    Currency("AUD", "Australian dollar", 2),
    Currency("CAD", "Canadian dollar", 2),
    Currency("CHF", "Swiss franc", 2),
    Currency("CZK", "Czech koruna", 2),
    Currency("DKK", "Danish krone", 2),
    Currency("GBP", "Pound sterling", 2),
    Currency("HUF", "Hungarian forint", 2),
    Currency("JPY", "Japanese yen", 0),
    Currency("NOK", "Norwegian krone", 2),
    Currency("PLN", "Polish zloty", 2),
    Currency("SEK", "Swedish krona", 2),
    Currency("USD", "US dollar", 2),
)
MERCHANT_CATEGORIES = (
    MerchantCategory("4111", "Local trains and buses", 1),
    MerchantCategory("4121", "Taxis", 2),
    MerchantCategory("4814", "Phone and data plans", 2),
    MerchantCategory("5200", "Hardware and garden", 1),
    MerchantCategory("5411", "Supermarkets", 1),
    MerchantCategory("5462", "Bakeries", 1),
    MerchantCategory("5541", "Petrol stations", 2),
    MerchantCategory("5651", "Clothing", 1),
    MerchantCategory("5712", "Furniture", 1),
    MerchantCategory("5732", "Electronics", 3),
    MerchantCategory("5812", "Restaurants", 1),
    MerchantCategory("5912", "Pharmacies", 1),
    MerchantCategory("5942", "Bookshops", 1),
    MerchantCategory("5977", "Cosmetics", 1),
    MerchantCategory("6011", "Cash machines", 3),
    MerchantCategory("7011", "Hotels", 2),
    MerchantCategory("7230", "Hairdressers", 1),
    MerchantCategory("7832", "Cinemas", 1),
    MerchantCategory("7995", "Games of chance", 5),
    MerchantCategory("8011", "Doctors", 1),
)
