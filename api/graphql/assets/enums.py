from api.graphql.enums import describe
from domain.assets.model import AssetField, AssetType, FieldOrigin, PiiClass, Sensitivity

describe(
    AssetType,
    "The levels of the catalogue.",
    {
        AssetType.SERVICE: "A connection's source as a whole.",
        AssetType.DATABASE: "A database of a service.",
        AssetType.SCHEMA: "A schema of a database.",
        AssetType.TABLE: "A table of a schema.",
        AssetType.VIEW: "A view of a schema; it counts as a table.",
        AssetType.COLUMN: "A column of a table or view.",
    },
)
describe(
    Sensitivity,
    "How far a value may travel, from the freest to the closest kept.",
    {
        Sensitivity.PUBLIC: "Anybody may see it.",
        Sensitivity.INTERNAL: "For people inside the organization.",
        Sensitivity.CONFIDENTIAL: "For those who need it.",
        Sensitivity.RESTRICTED: "For a few named people.",
    },
)
describe(
    PiiClass,
    "The kind of personal data in a column.",
    {
        PiiClass.NAME: "Names of people.",
        PiiClass.EMAIL: "E-mail addresses.",
        PiiClass.PHONE: "Telephone numbers.",
        PiiClass.ADDRESS: "Streets, cities and other parts of postal addresses.",
        PiiClass.POSTAL_CODE: "Postal codes.",
        PiiClass.BIRTH_DATE: "Dates of birth.",
        PiiClass.NATIONAL_ID: "Numbers by which a state knows a person.",
        PiiClass.IBAN: "Bank account numbers.",
        PiiClass.CARD_NUMBER: "Numbers of payment cards.",
        PiiClass.IP_ADDRESS: "Network addresses.",
        PiiClass.CREDENTIAL: "Passwords, tokens and keys.",
        PiiClass.GEO_LOCATION: "Places where a person is or was.",
        PiiClass.GENDER: "Gender or sex.",
        PiiClass.NONE: "Judged, and no personal data.",
    },
)
describe(
    AssetField,
    "What people and models may say about an asset.",
    {
        AssetField.DESCRIPTION: "What the asset is, in a few sentences.",
        AssetField.BUSINESS_NAME: "What people call it.",
        AssetField.BUSINESS_DEFINITION: "What it means in the business, exactly.",
        AssetField.SEMANTIC_TYPE: "What the values are, such as a currency code.",
        AssetField.PII_CLASS: "The kind of personal data, a PiiClass.",
        AssetField.SENSITIVITY: "How far the values may travel, a Sensitivity.",
        AssetField.DOMAIN: "The part of the business that it belongs to.",
        AssetField.OWNER: "Who answers for it, one a line.",
        AssetField.STEWARD: "Who looks after it, one a line.",
        AssetField.RELATIONSHIP_SUMMARY: "How it hangs together with other tables.",
        AssetField.DQ_TAGS: "What its data quality should be watched for.",
    },
)
describe(
    FieldOrigin,
    "Where a value comes from.",
    {
        FieldOrigin.HUMAN: "A person wrote it; no generated value replaces it until it is released.",
        FieldOrigin.GENERATED: "Enrichment suggested it and somebody saved it.",
    },
)
