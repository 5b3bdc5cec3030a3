-- After the rows, because one pass over a full table is quicker than a check for each row.
-- cardtransaction.merchant_id has no foreign key on purpose: some of its merchants do not exist.
ALTER TABLE market.country ADD PRIMARY KEY (code), ADD UNIQUE (name);
ALTER TABLE market.currency ADD PRIMARY KEY (code), ADD UNIQUE (name);
ALTER TABLE market.merchant_category ADD PRIMARY KEY (mcc), ADD UNIQUE (label);
ALTER TABLE market.merchant
    ADD PRIMARY KEY (merchant_id),
    ADD UNIQUE (website),
    ADD FOREIGN KEY (mcc) REFERENCES market.merchant_category (mcc),
    ADD FOREIGN KEY (country_code) REFERENCES market.country (code);
ALTER TABLE market.exchange_rate
    ADD PRIMARY KEY (currency_code, rate_date),
    ADD FOREIGN KEY (currency_code) REFERENCES market.currency (code);
ALTER TABLE core.branch
    ADD PRIMARY KEY (branch_id),
    ADD UNIQUE (brn_cd),
    ADD FOREIGN KEY (country_code) REFERENCES market.country (code);
ALTER TABLE core.employee
    ADD PRIMARY KEY (employee_id),
    ADD UNIQUE (work_email),
    ADD UNIQUE (nat_ins_no),
    ADD FOREIGN KEY (branch_id) REFERENCES core.branch (branch_id),
    ADD FOREIGN KEY (manager_id) REFERENCES core.employee (employee_id);
ALTER TABLE core.customer
    ADD PRIMARY KEY (customer_id),
    ADD FOREIGN KEY (home_branch_id) REFERENCES core.branch (branch_id);
ALTER TABLE core.customer_address
    ADD PRIMARY KEY (address_id),
    ADD FOREIGN KEY (customer_id) REFERENCES core.customer (customer_id);
ALTER TABLE core.online_access
    ADD PRIMARY KEY (customer_id),
    ADD UNIQUE (login),
    ADD FOREIGN KEY (customer_id) REFERENCES core.customer (customer_id);
ALTER TABLE core.login_event
    ADD PRIMARY KEY (event_id),
    ADD FOREIGN KEY (customer_id) REFERENCES core.online_access (customer_id);
ALTER TABLE core.account
    ADD PRIMARY KEY (account_id),
    ADD UNIQUE (iban),
    ADD UNIQUE (ext_ref),
    ADD FOREIGN KEY (customer_id) REFERENCES core.customer (customer_id),
    ADD FOREIGN KEY (branch_id) REFERENCES core.branch (branch_id),
    ADD FOREIGN KEY (currency_code) REFERENCES market.currency (code);
ALTER TABLE core.account_entry
    ADD PRIMARY KEY (entry_id),
    ADD FOREIGN KEY (account_id) REFERENCES core.account (account_id);
ALTER TABLE core.loan
    ADD PRIMARY KEY (loan_id),
    ADD FOREIGN KEY (account_id) REFERENCES core.account (account_id);
ALTER TABLE core.card
    ADD PRIMARY KEY (card_id),
    ADD UNIQUE (pan),
    ADD FOREIGN KEY (account_id) REFERENCES core.account (account_id);
ALTER TABLE core.cardtransaction
    ADD PRIMARY KEY (txn_id),
    ADD UNIQUE (rrn),
    ADD FOREIGN KEY (card_id) REFERENCES core.card (card_id),
    ADD FOREIGN KEY (mcc) REFERENCES market.merchant_category (mcc),
    ADD FOREIGN KEY (currency_code) REFERENCES market.currency (code);

CREATE INDEX ON core.account (customer_id);
CREATE INDEX ON core.account_entry (account_id);
CREATE INDEX ON core.cardtransaction (card_id);
CREATE INDEX ON core.cardtransaction (booked_at);
