"""The phrases that names of columns hold, longest meaning first, and the words that turn them into something else."""

from __future__ import annotations

from flows.enrichment.names import singular
from flows.enrichment.semantic_types import SemanticType as Type
from flows.enrichment.word_sets import word_set

_PHRASES: tuple[tuple[Type, str], ...] = (
    (Type.IP_ADDRESS, "ip address; ip; ipv"),
    (Type.MAC_ADDRESS, "mac address; mac"),
    (Type.EMAIL, "email address; email"),
    (Type.URL, "web address; url; uri; website; homepage; link"),
    (Type.DOMAIN_NAME, "domain name; internet domain; hostname; host name"),
    (Type.FILE_NAME, "file name; filename; file path; path"),
    (Type.SOCIAL_SECURITY_NUMBER, "ssn; social security number; social security; social insurance number"),
    (Type.PASSPORT_NUMBER, "passport number; passport"),
    (Type.NATIONAL_ID, "national id; national identity number; national insurance number; nino; identity number"),
    (
        Type.NATIONAL_ID,
        "identity card; identity document; personal id; personal number; citizen id; identification number",
    ),
    (Type.NATIONAL_ID, "driver license; driver licence; driving licence; license number; licence number; voter id"),
    (Type.NATIONAL_ID, "aadhaar; pesel; curp; bsn; nhs number; medicare number"),
    (Type.TAX_ID, "tax id; tax number; taxpayer id; tax identification number; tin; vat id; vat number"),
    (Type.CARD_SECURITY_CODE, "cvv; card security code; card verification value; card verification code; card cvv"),
    (Type.CARD_EXPIRY, "card expiry; card expires; card expiration; card expiry date"),
    (Type.CARD_NUMBER, "credit card number; debit card number; card number; card pan; credit card; debit card; pan"),
    (Type.IBAN, "iban number; iban"),
    (Type.BANK_ACCOUNT, "bank account number; account number; bank account"),
    (Type.PASSWORD, "password hash; password; passphrase; passcode; pin; pin code"),
    (
        Type.SECRET,
        "api key; secret key; private key; encryption key; access token; refresh token; api token; auth token",
    ),
    (
        Type.SECRET,
        "session token; bearer token; secret; security answer; otp; credential; salt; mfa seed; mfa secret; totp",
    ),
    (Type.DATE_OF_BIRTH, "birth date; birth year; birth day; born; birth"),
    (Type.GENDER, "gender code; gender"),
    (Type.FIRST_NAME, "first name; given name; middle name; middle initial; preferred name"),
    (Type.LAST_NAME, "last name; family name; maiden name; maiden; birth name; surname"),
    (Type.USERNAME, "user name; login name; login"),
    (Type.PERSON_NAME, "full name; person name; display name; screen name; nickname; embossed name; emboss name"),
    (Type.PHONE, "phone number; mobile phone number; mobile number; contact number; fax number; phone; mobile; fax"),
    (Type.POSTAL_CODE, "postal code; post code"),
    (Type.LATITUDE, "latitude"),
    (Type.LONGITUDE, "longitude"),
    (Type.LOCATION, "geo location; geo point; gps coordinate; gps position; coordinate; geolocation; gps"),
    (Type.STREET_ADDRESS, "street address; address line; street name; house number; house; street; address; addr"),
    (Type.CITY, "city name; city; town; municipality"),
    (Type.STATE, "state name; state code; state; province; county; district; bundesland"),
    (Type.COUNTRY, "country name; country code; country; nationality; citizenship"),
    (Type.ORGANISATION_NAME, "company name; company; organization name; organization; employer name; employer"),
    (Type.OCCUPATION, "occupation; job title; profession"),
    (Type.TITLE, "salutation; honorific"),
    (Type.AGE, "age"),
    (Type.CURRENCY, "currency code; currency"),
    (Type.LANGUAGE, "language code; language; locale"),
)
PHRASES = tuple(
    (meaning, tuple(singular(word) for word in phrase.split()))
    for meaning, text in _PHRASES
    for phrase in text.split("; ")
)

NEUTRAL_AFTER = word_set("""
count counter flag enabled disabled verified type id key reference at date time timestamp status format template
domain provider client preference opt option subscribed sent rate score valid confirmed length limit class category
group family level indicator required allowed policy expiry notification permission consent network brand issuer fee
code changed updated created deleted last bounce bounced open opened click clicked campaign list queue server
version zone attempt attempts size total amount quantity percent ratio index position sequence bin range seen match
matched risk present missing available used distance area population density per share set page view rank mask
visibility region price cost tax rent income budget color style room era subject body content html signature model
os app plan carrier weight height method reset history log event error volume trend
""")
"""After a phrase they make it a count, a flag, a type: `email_type` holds no e-mail address."""

NEUTRAL_BEFORE = word_set("""
is has can should must allow allowed require requires required send use uses enable enabled include show hide
missing valid invalid count total average sum per income minimum maximum day distinct any server gateway node
default sort filter file template product item article event campaign brand
""")
"""Before a phrase they do the same: `has_phone`, `default_country`."""
