-- A star: dates as whole numbers, one dimension in several roles, measures that are whole numbers as well.
CREATE TABLE dim_date (date_key integer PRIMARY KEY, calendar_date date UNIQUE, year integer, month integer, day integer);
INSERT INTO dim_date SELECT to_char(d, 'YYYYMMDD')::int, d, extract(year FROM d), extract(month FROM d), extract(day FROM d)
    FROM generate_series(timestamp '2023-01-01', timestamp '2025-12-31', interval '1 day') d;
CREATE TABLE dim_customer (customer_sk integer PRIMARY KEY, customer_bk text, segment text, first_order_date_key integer REFERENCES dim_date);
INSERT INTO dim_customer SELECT i, 'C' || i, 's' || i % 4, to_char(date '2023-01-01' + i % 700, 'YYYYMMDD')::int FROM generate_series(1, 1000) i;
CREATE TABLE dim_region (region_sk integer PRIMARY KEY, region_name text UNIQUE, population integer);
INSERT INTO dim_region SELECT i, 'region ' || i, (random() * 100000)::int FROM generate_series(1, 12) i;
CREATE TABLE dim_store (store_sk integer PRIMARY KEY, store_name text, region_sk integer REFERENCES dim_region, floor_area integer);
INSERT INTO dim_store SELECT i, 'store ' || i, 1 + i % 12, 100 + (random() * 900)::int FROM generate_series(1, 100) i;
CREATE TABLE dim_product (product_sk integer PRIMARY KEY, product_name text, list_price integer, pack_size integer);
INSERT INTO dim_product SELECT i, 'product ' || i, (random() * 1000)::int, 1 + (random() * 11)::int FROM generate_series(1, 1000) i;
CREATE TABLE fact_sales (order_date_key integer REFERENCES dim_date, ship_date_key integer REFERENCES dim_date,
    customer_sk integer REFERENCES dim_customer, store_sk integer REFERENCES dim_store, product_sk integer REFERENCES dim_product,
    receipt_number integer, quantity integer, net_amount integer, loyalty_points integer, margin_percent integer);
INSERT INTO fact_sales SELECT to_char(date '2023-01-01' + i % 900, 'YYYYMMDD')::int, to_char(date '2023-01-03' + i % 900, 'YYYYMMDD')::int,
    1 + (random() * 999)::int, 1 + (random() * 99)::int, 1 + (random() * 999)::int, i / 3, 1 + (random() * 11)::int,
    (random() * 1000)::int, 1 + (random() * 99)::int, (random() * 100)::int FROM generate_series(1, 20000) i;
CREATE TABLE fact_stock (snapshot_date_key integer REFERENCES dim_date, store_sk integer REFERENCES dim_store,
    product_sk integer REFERENCES dim_product, on_hand integer, on_order integer, PRIMARY KEY (snapshot_date_key, store_sk, product_sk));
INSERT INTO fact_stock SELECT to_char(d, 'YYYYMMDD')::int, s, p, (random() * 1000)::int, (random() * 100)::int
    FROM generate_series(timestamp '2024-01-01', timestamp '2024-03-01', interval '30 days') d, generate_series(1, 100) s,
         generate_series(1, 1000, 9) p;
