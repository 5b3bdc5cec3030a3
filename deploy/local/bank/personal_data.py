"""The ground truth of what is personal in the sample, traps included; a column that is not listed is not personal."""

from dataclasses import dataclass

from domain.assets.model import PiiClass, Sensitivity


@dataclass(frozen=True, slots=True)
class PlantedPii:
    """NONE marks a trap: a column that looks personal and is not."""

    schema: str
    table: str
    column: str
    pii_class: PiiClass
    sensitivity: Sensitivity


_P, _S = PiiClass, Sensitivity
PLANTED_PII: tuple[PlantedPii, ...] = (
    PlantedPii("core", "customer", "sx_cd", _P.GENDER, _S.CONFIDENTIAL),
    PlantedPii("core", "customer", "first_name", _P.NAME, _S.CONFIDENTIAL),
    PlantedPii("core", "customer", "last_name", _P.NAME, _S.CONFIDENTIAL),
    PlantedPii("core", "customer", "birth_date", _P.BIRTH_DATE, _S.CONFIDENTIAL),
    PlantedPii("core", "customer", "email", _P.EMAIL, _S.CONFIDENTIAL),
    PlantedPii("core", "customer", "phone", _P.PHONE, _S.CONFIDENTIAL),
    PlantedPii("core", "customer", "fld_07", _P.NATIONAL_ID, _S.RESTRICTED),
    PlantedPii("core", "customer", "mktg_ok", _P.NONE, _S.INTERNAL),
    PlantedPii("core", "customer", "contact_by", _P.NONE, _S.INTERNAL),
    PlantedPii("core", "customer_address", "str_ln_1", _P.ADDRESS, _S.CONFIDENTIAL),
    PlantedPii("core", "customer_address", "zip_cd", _P.POSTAL_CODE, _S.CONFIDENTIAL),
    PlantedPii("core", "customer_address", "city", _P.ADDRESS, _S.CONFIDENTIAL),
    PlantedPii("core", "customer_address", "lat", _P.GEO_LOCATION, _S.CONFIDENTIAL),
    PlantedPii("core", "customer_address", "lon", _P.GEO_LOCATION, _S.CONFIDENTIAL),
    PlantedPii("core", "customer_address", "address_id", _P.NONE, _S.INTERNAL),
    PlantedPii("core", "online_access", "login", _P.CREDENTIAL, _S.RESTRICTED),
    PlantedPii("core", "online_access", "pw_hash", _P.CREDENTIAL, _S.RESTRICTED),
    PlantedPii("core", "online_access", "mfa_seed", _P.CREDENTIAL, _S.RESTRICTED),
    PlantedPii("core", "online_access", "last_src", _P.IP_ADDRESS, _S.CONFIDENTIAL),
    PlantedPii("core", "login_event", "src", _P.IP_ADDRESS, _S.CONFIDENTIAL),
    PlantedPii("core", "account", "iban", _P.IBAN, _S.RESTRICTED),
    PlantedPii("core", "account", "account_name_code", _P.NONE, _S.INTERNAL),
    PlantedPii("core", "account", "balance", _P.NONE, _S.CONFIDENTIAL),
    PlantedPii("core", "loan", "mth_inc", _P.NONE, _S.CONFIDENTIAL),
    PlantedPii("core", "card", "pan", _P.CARD_NUMBER, _S.RESTRICTED),
    PlantedPii("core", "card", "attr_2", _P.NAME, _S.CONFIDENTIAL),
    PlantedPii("core", "card", "cvv_chk", _P.CREDENTIAL, _S.RESTRICTED),
    PlantedPii("core", "cardtransaction", "auth_code", _P.NONE, _S.INTERNAL),
    PlantedPii("core", "cardtransaction", "rrn", _P.NONE, _S.INTERNAL),
    PlantedPii("core", "employee", "first_name", _P.NAME, _S.CONFIDENTIAL),
    PlantedPii("core", "employee", "last_name", _P.NAME, _S.CONFIDENTIAL),
    PlantedPii("core", "employee", "work_email", _P.EMAIL, _S.CONFIDENTIAL),
    PlantedPii("core", "employee", "nat_ins_no", _P.NATIONAL_ID, _S.RESTRICTED),
    PlantedPii("core", "employee", "ext", _P.NONE, _S.INTERNAL),
    PlantedPii("core", "employee", "sal", _P.NONE, _S.CONFIDENTIAL),
    PlantedPii("core", "branch", "name", _P.NONE, _S.PUBLIC),
    PlantedPii("core", "branch", "street", _P.NONE, _S.PUBLIC),
    PlantedPii("core", "branch", "zip_cd", _P.NONE, _S.PUBLIC),
    PlantedPii("core", "branch", "phone", _P.NONE, _S.PUBLIC),
    PlantedPii("core", "branch", "email_enabled", _P.NONE, _S.INTERNAL),
    PlantedPii("core", "branch", "lat", _P.NONE, _S.PUBLIC),
    PlantedPii("core", "branch", "lon", _P.NONE, _S.PUBLIC),
    PlantedPii("core", "v_customer_overview", "disp_nm", _P.NAME, _S.CONFIDENTIAL),
    PlantedPii("core", "v_customer_overview", "total_balance", _P.NONE, _S.CONFIDENTIAL),
    PlantedPii("market", "merchant", "name", _P.NONE, _S.PUBLIC),
    PlantedPii("market", "merchant", "ctc", _P.NAME, _S.CONFIDENTIAL),
    PlantedPii("market", "merchant", "city", _P.NONE, _S.PUBLIC),
    PlantedPii("market", "country", "name", _P.NONE, _S.PUBLIC),
    PlantedPii("market", "country", "dial_prefix", _P.NONE, _S.PUBLIC),
    PlantedPii("market", "country", "iban_length", _P.NONE, _S.PUBLIC),
    PlantedPii("market", "currency", "name", _P.NONE, _S.PUBLIC),
    PlantedPii("market", "v_latest_rate", "currency_name", _P.NONE, _S.PUBLIC),
)
