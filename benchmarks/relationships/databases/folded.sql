-- Names without anything between their words; every table is numbered from 1, and most have the same number of rows.
CREATE TABLE customer (customerid serial PRIMARY KEY, customername text, creditlimit integer, discountgroup integer);
INSERT INTO customer SELECT i, 'c' || i, (random() * 1000)::int, 1 + i % 5 FROM generate_series(1, 1000) i;
CREATE TABLE employee (employeeid serial PRIMARY KEY, fullname text, reportsto integer REFERENCES employee, extension integer);
INSERT INTO employee SELECT i, 'e' || i, CASE WHEN i > 3 THEN 1 + i / 4 END, 100 + i FROM generate_series(1, 50) i;
CREATE TABLE supplier (supplierid serial PRIMARY KEY, companyname text, ranking integer);
INSERT INTO supplier SELECT i, 's' || i, 1 + (random() * 9)::int FROM generate_series(1, 30) i;
CREATE TABLE category (categoryid serial PRIMARY KEY, categoryname text UNIQUE);
INSERT INTO category SELECT i, 'k' || i FROM generate_series(1, 8) i;
CREATE TABLE product (productid serial PRIMARY KEY, productname text, supplierid integer REFERENCES supplier,
    categoryid integer REFERENCES category, unitsinstock integer, reorderlevel integer);
INSERT INTO product SELECT i, 'p' || i, 1 + (random() * 29)::int, 1 + (random() * 7)::int, (random() * 1000)::int,
    (random() * 30)::int FROM generate_series(1, 1000) i;
CREATE TABLE orders (orderid serial PRIMARY KEY, customerid integer REFERENCES customer,
    salesrepid integer REFERENCES employee, shipto integer, freight integer);
INSERT INTO orders SELECT i, 1 + (random() * 999)::int, 1 + (random() * 49)::int, (random() * 1000)::int,
    (random() * 1000)::int FROM generate_series(1, 1000) i;
CREATE TABLE orderdetail (orderid integer REFERENCES orders, productid integer REFERENCES product, quantity integer,
    unitprice integer, PRIMARY KEY (orderid, productid));
INSERT INTO orderdetail SELECT DISTINCT ON (1, 2) 1 + (random() * 999)::int, 1 + (random() * 999)::int,
    1 + (random() * 40)::int, (random() * 1000)::int FROM generate_series(1, 3000) i;
CREATE TABLE archive_2023 (entryid serial PRIMARY KEY, customerid integer REFERENCES customer, amount integer);
CREATE TABLE archive_2024 (entryid serial PRIMARY KEY, customerid integer REFERENCES customer, amount integer);
INSERT INTO archive_2023 SELECT i, 1 + (random() * 999)::int, (random() * 1000)::int FROM generate_series(1, 800) i;
INSERT INTO archive_2024 SELECT i, 1 + (random() * 999)::int, (random() * 1000)::int FROM generate_series(1, 900) i;
