CREATE VIEW core.v_customer_overview AS
SELECT customer.customer_id,
       customer.first_name || ' ' || customer.last_name AS disp_nm,
       customer.segment,
       count(account.account_id) AS account_count,
       coalesce(sum(account.balance), 0) AS total_balance
FROM core.customer AS customer
LEFT JOIN core.account AS account ON account.customer_id = customer.customer_id AND account.closed_on IS NULL
GROUP BY customer.customer_id;

CREATE VIEW core.v_card_spend AS
SELECT card_id,
       date_trunc('month', booked_at AT TIME ZONE 'UTC')::date AS month,
       currency_code,
       count(*) AS payments,
       sum(amount) FILTER (WHERE NOT is_refund) AS spent,
       sum(amount) FILTER (WHERE is_refund) AS refunded
FROM core.cardtransaction
GROUP BY card_id, date_trunc('month', booked_at AT TIME ZONE 'UTC')::date, currency_code;

CREATE VIEW market.v_latest_rate AS
SELECT DISTINCT ON (rate.currency_code) rate.currency_code, currency.name AS currency_name, rate.rate_date, rate.rate
FROM market.exchange_rate AS rate
JOIN market.currency AS currency ON currency.code = rate.currency_code
ORDER BY rate.currency_code, rate.rate_date DESC;
