CREATE SCHEMA market;
CREATE SCHEMA core;

CREATE TYPE core.customer_segment AS ENUM ('RETAIL', 'STUDENT', 'PRIVATE', 'BUSINESS');
CREATE TYPE core.account_kind AS ENUM ('CURRENT', 'SAVINGS', 'DEPOSIT');
CREATE TYPE core.card_status AS ENUM ('ACTIVE', 'BLOCKED', 'LOST');

CREATE TABLE market.country (
    code        char(2) NOT NULL CHECK (code ~ '^[A-Z]{2}$'),
    name        text NOT NULL,
    dial_prefix text NOT NULL,
    iban_length smallint NOT NULL CHECK (iban_length BETWEEN 15 AND 34),
    in_euro     boolean NOT NULL
);

CREATE TABLE market.currency (
    code        char(3) NOT NULL CHECK (code ~ '^[A-Z]{3}$'),
    name        text NOT NULL,
    minor_units smallint NOT NULL CHECK (minor_units BETWEEN 0 AND 3)
);

CREATE TABLE market.merchant_category (
    mcc       char(4) NOT NULL CHECK (mcc ~ '^\d{4}$'),
    label     text NOT NULL,
    risk_band smallint NOT NULL CHECK (risk_band BETWEEN 1 AND 5)
);

CREATE TABLE market.merchant (
    merchant_id  integer NOT NULL,
    name         text NOT NULL,
    ctc          text NOT NULL,
    mcc          char(4) NOT NULL,
    country_code char(2) NOT NULL,
    city         text NOT NULL,
    website      text NOT NULL,
    dist_brn     numeric(10, 2) NOT NULL,
    networks     text[] NOT NULL,
    refreshed_at timestamptz NOT NULL
);

CREATE TABLE market.exchange_rate (
    currency_code char(3) NOT NULL,
    rate_date     date NOT NULL,
    rate          numeric(14, 6) NOT NULL CHECK (rate > 0),
    feed          text NOT NULL
);

CREATE TABLE core.branch (
    branch_id     integer NOT NULL,
    brn_cd        text NOT NULL,
    name          text NOT NULL,
    street        text NOT NULL,
    zip_cd        text NOT NULL,
    city          text NOT NULL,
    country_code  char(2) NOT NULL,
    phone         text NOT NULL,
    email_enabled boolean NOT NULL,
    lat           numeric(9, 6) NOT NULL CHECK (lat BETWEEN -90 AND 90),
    lon           numeric(9, 6) NOT NULL CHECK (lon BETWEEN -180 AND 180),
    opened_on     date NOT NULL,
    services      text[] NOT NULL
);

CREATE TABLE core.employee (
    employee_id integer NOT NULL,
    branch_id   integer NOT NULL,
    manager_id  integer,
    first_name  text NOT NULL,
    last_name   text NOT NULL,
    work_email  text NOT NULL,
    ext         text NOT NULL,
    nat_ins_no  text NOT NULL,
    grade       smallint NOT NULL CHECK (grade BETWEEN 1 AND 9),
    sal         numeric(10, 2) NOT NULL CHECK (sal > 0),
    hired_on    date NOT NULL,
    left_on     date,
    CHECK (left_on >= hired_on)
);

CREATE TABLE core.customer (
    customer_id    bigint NOT NULL,
    customer_no    text NOT NULL,
    sx_cd          char(1) NOT NULL,
    first_name     text NOT NULL,
    last_name      text NOT NULL,
    birth_date     date NOT NULL,
    email          text,
    phone          text NOT NULL,
    fld_07         text NOT NULL,
    segment        core.customer_segment NOT NULL,
    home_branch_id integer NOT NULL,
    contact_by     text[] NOT NULL,
    mktg_ok        boolean NOT NULL,
    risk_score     smallint NOT NULL CHECK (risk_score BETWEEN 1 AND 100),
    kyc            jsonb NOT NULL,
    created_at     timestamptz NOT NULL
);

CREATE TABLE core.customer_address (
    address_id   integer NOT NULL,
    customer_id  bigint NOT NULL,
    str_ln_1     text NOT NULL,
    zip_cd       text NOT NULL,
    city         text NOT NULL,
    country_code text NOT NULL,
    lat          numeric(9, 6),
    lon          numeric(9, 6),
    valid_from   date NOT NULL,
    valid_to     date
);

CREATE TABLE core.online_access (
    customer_id   bigint NOT NULL,
    login         text NOT NULL,
    pw_hash       text NOT NULL,
    mfa_seed      text,
    locked        boolean NOT NULL,
    last_src      inet NOT NULL,
    last_login_at timestamptz NOT NULL
);

CREATE TABLE core.login_event (
    event_id    uuid NOT NULL,
    customer_id bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    src         text NOT NULL,
    succeeded   boolean NOT NULL,
    dur_ms      integer NOT NULL CHECK (dur_ms >= 0),
    device      jsonb NOT NULL
);

CREATE TABLE core.account (
    account_id        bigint NOT NULL,
    customer_id       bigint NOT NULL,
    branch_id         integer NOT NULL,
    iban              text NOT NULL,
    kind              core.account_kind NOT NULL,
    account_name_code text NOT NULL,
    currency_code     char(3) NOT NULL,
    balance           numeric(14, 2) NOT NULL,
    od_limit          numeric(10, 2) NOT NULL CHECK (od_limit >= 0),
    opened_on         date NOT NULL,
    closed_on         date,
    ext_ref           uuid NOT NULL
);

CREATE TABLE core.account_entry (
    entry_id   bigint NOT NULL,
    account_id bigint NOT NULL,
    entry_kind text NOT NULL CHECK (entry_kind IN ('CREDIT', 'DEBIT')),
    amount     numeric(12, 2) NOT NULL,
    booked_on  date NOT NULL,
    value_on   date NOT NULL,
    purpose    text NOT NULL,
    batch_no   integer NOT NULL,
    CHECK ((amount > 0) = (entry_kind = 'CREDIT'))
);

CREATE TABLE core.loan (
    loan_id      integer NOT NULL,
    account_id   bigint NOT NULL,
    principal    numeric(12, 2) NOT NULL CHECK (principal > 0),
    rate_pct     numeric(5, 3) NOT NULL CHECK (rate_pct >= 0),
    term_months  smallint NOT NULL CHECK (term_months > 0),
    mth_inc      numeric(12, 2) NOT NULL,
    purpose_cd   text NOT NULL,
    secured      boolean NOT NULL,
    granted_on   date NOT NULL,
    first_due_on date NOT NULL,
    CHECK (first_due_on > granted_on)
);

CREATE TABLE core.card (
    card_id     bigint NOT NULL,
    account_id  bigint NOT NULL,
    pan         text NOT NULL,
    attr_2      text NOT NULL,
    cvv_chk     text NOT NULL,
    network     text NOT NULL CHECK (network IN ('VISA', 'MASTERCARD')),
    status      core.card_status NOT NULL,
    contactless boolean NOT NULL,
    lim_day     integer NOT NULL,
    issued_on   date NOT NULL,
    exp_dt      date NOT NULL,
    CHECK (exp_dt > issued_on)
);

CREATE TABLE core.cardtransaction (
    txn_id        bigint NOT NULL,
    card_id       bigint NOT NULL,
    merchant_id   integer NOT NULL,
    mcc           char(4) NOT NULL,
    booked_at     timestamptz NOT NULL,
    amount        numeric(12, 2) NOT NULL,
    fee           numeric(8, 2) NOT NULL,
    currency_code char(3) NOT NULL,
    chnl          text NOT NULL,
    auth_code     text,
    is_refund     boolean NOT NULL,
    rrn           bigint NOT NULL
);
