-- Words that say nothing, keys with gaps and of many kinds, and plenty of whole numbers that fit by chance.
CREATE TABLE site (num integer PRIMARY KEY, designation text UNIQUE, altitude integer, staffed integer);
INSERT INTO site SELECT 1000 + i * 4 + i % 3, 'Site ' || i, (random() * 1000)::int, i % 2 FROM generate_series(1, 250) i;
CREATE TABLE rack (tag text PRIMARY KEY, located integer REFERENCES site, slots integer, age integer);
INSERT INTO rack SELECT 'R' || lpad(to_hex(i * 37), 5, '0'), 1000 + (1 + i % 250) * 4 + (1 + i % 250) % 3, 10 + i % 40, i % 12 FROM generate_series(1, 700) i;
CREATE TABLE model (name text PRIMARY KEY, vendor text, watts integer, ports integer);
INSERT INTO model SELECT 'MX-' || (100 + i * 3) || chr(65 + i % 5), 'vendor ' || i % 9, (random() * 700)::int, 4 * (1 + i % 12) FROM generate_series(1, 60) i;
CREATE TABLE device (serial bigint PRIMARY KEY, model text REFERENCES model, mounted text REFERENCES rack, slot integer, uplink bigint REFERENCES device, uptime integer, faults integer);
INSERT INTO device SELECT 7000000 + i * 131, 'MX-' || (100 + (1 + i % 60) * 3) || chr(65 + (1 + i % 60) % 5), 'R' || lpad(to_hex((1 + i % 700) * 37), 5, '0'),
    1 + i % 10, CASE WHEN i > 50 THEN 7000000 + (1 + (random() * 49)::int) * 131 END, (random() * 100000)::int, (random() * 20)::int FROM generate_series(1, 3500) i;
CREATE TABLE cable (nr integer PRIMARY KEY, near_end bigint REFERENCES device, far_end bigint REFERENCES device, metres integer, colour integer);
INSERT INTO cable SELECT i, 7000000 + (1 + (random() * 3499)::int) * 131, 7000000 + (1 + (random() * 3499)::int) * 131, 1 + (random() * 90)::int, i % 7 FROM generate_series(1, 5000) i;
CREATE TABLE outage (nr integer PRIMARY KEY, affected integer REFERENCES cable, began timestamptz, lasted integer, severity integer, tickets integer);
INSERT INTO outage SELECT i, 1 + (random() * 4999)::int, timestamptz '2024-01-01' + i * interval '1 hour', (random() * 5000)::int, 1 + i % 5, (random() * 60)::int FROM generate_series(1, 12000) i;
CREATE TABLE shift (began date PRIMARY KEY, crew integer);
INSERT INTO shift SELECT date '2024-01-01' + i, 1 + i % 6 FROM generate_series(0, 400) i;
CREATE TABLE patrol (nr integer PRIMARY KEY, visited integer REFERENCES site, shift date REFERENCES shift, steps integer, remarks integer);
INSERT INTO patrol SELECT i, num, date '2024-01-01' + i % 400, (random() * 9000)::int, i % 4
    FROM (SELECT (row_number() OVER ())::int AS i, num FROM site, generate_series(1, 5) five) walked;
