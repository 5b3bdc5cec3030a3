"""For each planted fault a query of its own that finds its rows by what is wrong with them, and gives their keys."""

_REMAINDER_97 = """
(SELECT string_agg(CASE WHEN sign ~ '[A-Z]' THEN (ascii(sign) - 55)::text ELSE sign END, '' ORDER BY place)::numeric
        % 97
 FROM regexp_split_to_table(substr(iban, 5) || left(iban, 4), '') WITH ORDINALITY AS signs(sign, place))
"""
_LUHN_SUM = """
(SELECT sum(CASE WHEN place % 2 = 1 THEN digit::int WHEN digit::int > 4 THEN digit::int * 2 - 9 ELSE digit::int * 2 END)
 FROM regexp_split_to_table(reverse(pan), '') WITH ORDINALITY AS digits(digit, place))
"""
_IBAN_LENGTH = "(SELECT iban_length FROM market.country WHERE code = left(iban, 2))"

FINDING_SQL = {
    "email-missing": "SELECT customer_id FROM core.customer WHERE email IS NULL",
    "email-malformed": r"SELECT customer_id FROM core.customer WHERE email !~ '^[a-z0-9.]+@[a-z]+\.[a-z]+$'",
    "phone-placeholder": r"SELECT customer_id FROM core.customer WHERE phone !~ '^\+\d{2} \d{4} \d{6}$'",
    "birth-in-future": "SELECT customer_id FROM core.customer WHERE birth_date > '2026-11-22'",
    "customer-entered-twice": """
        SELECT customer_id FROM core.customer AS copy
        WHERE EXISTS (SELECT FROM core.customer AS first
                      WHERE first.customer_no = copy.customer_no AND first.customer_id < copy.customer_id)""",
    "street-blank": r"SELECT address_id FROM core.customer_address WHERE str_ln_1 !~ '^[[:alpha:]]+ \d+[abc]?$'",
    "zip-letter-o": r"SELECT address_id FROM core.customer_address WHERE zip_cd !~ '^(\d{4,5}|\d{4} [A-Z]{2})$'",
    "country-lower-case": """
        SELECT address_id FROM core.customer_address WHERE country_code NOT IN (SELECT code FROM market.country)""",
    "address-ends-before-start": "SELECT address_id FROM core.customer_address WHERE valid_to < valid_from",
    "iban-check-digits": f"""
        SELECT account_id FROM core.account WHERE length(iban) = {_IBAN_LENGTH} AND {_REMAINDER_97} <> 1""",
    "iban-length": f"SELECT account_id FROM core.account WHERE length(iban) <> {_IBAN_LENGTH}",
    "closed-before-opened": "SELECT account_id FROM core.account WHERE closed_on < opened_on",
    "balance-off": """
        SELECT account_id FROM core.account JOIN core.account_entry USING (account_id)
        GROUP BY account_id HAVING account.balance <> sum(account_entry.amount)""",
    "name-code-contradicts-kind": """
        SELECT account_id FROM core.account
        WHERE (kind, account_name_code)
              NOT IN (('CURRENT', 'GIRO-STD'), ('SAVINGS', 'SPAR-PLUS'), ('DEPOSIT', 'FEST-12M'))""",
    "income-in-cents": "SELECT loan_id FROM core.loan WHERE mth_inc > 100000",
    "card-check-digit": f"SELECT card_id FROM core.card WHERE {_LUHN_SUM} % 10 <> 0",
    "merchant-unknown": """
        SELECT txn_id FROM core.cardtransaction LEFT JOIN market.merchant USING (merchant_id)
        WHERE merchant.merchant_id IS NULL""",
    "amount-times-1000": "SELECT txn_id FROM core.cardtransaction WHERE amount > 1000",
    "fee-negative": "SELECT txn_id FROM core.cardtransaction WHERE fee < 0",
    "channel-invalid": """
        SELECT txn_id FROM core.cardtransaction WHERE chnl NOT IN ('POS', 'ECOM', 'ATM', 'MOTO')""",
    "auth-code-missing": "SELECT txn_id FROM core.cardtransaction WHERE auth_code IS NULL",
    "distance-in-metres": "SELECT merchant_id FROM market.merchant WHERE dist_brn > 1000",
    "city-whitespace": "SELECT merchant_id FROM market.merchant WHERE city <> btrim(city)",
    "merchant-stale": "SELECT merchant_id FROM market.merchant WHERE refreshed_at < date '2025-11-22'",
    "rate-days-missing": """
        SELECT currency_code, rate_date
        FROM (SELECT *, lag(rate_date) OVER (PARTITION BY currency_code ORDER BY rate_date) AS previous
              FROM market.exchange_rate) AS rate
        WHERE rate_date - previous > 1""",
}

# A copy and its original differ only in the random key, so the query gives the groups and the test compares them.
SENT_TWICE = """
SELECT array_agg(event_id) FROM core.login_event GROUP BY customer_id, occurred_at, src HAVING count(*) > 1
"""
