-- Look-ups called after the table that uses them, bare nouns, abbreviated roles, and tables keyed by who and when.
CREATE TABLE artist_type (id integer PRIMARY KEY, name text);
INSERT INTO artist_type SELECT i, 'at' || i FROM generate_series(1, 6) i;
CREATE TABLE label_type (id integer PRIMARY KEY, name text);
INSERT INTO label_type SELECT i, 'lt' || i FROM generate_series(1, 9) i;
CREATE TABLE release_status (id integer PRIMARY KEY, name text);
INSERT INTO release_status SELECT i, 'rs' || i FROM generate_series(1, 5) i;
CREATE TABLE area (id integer PRIMARY KEY, name text, parent integer REFERENCES area, type integer);
INSERT INTO area SELECT i, 'a' || i, CASE WHEN i > 12 THEN 1 + i % 12 END, 1 + i % 4 FROM generate_series(1, 320) i;
CREATE TABLE artist (id integer PRIMARY KEY, name text, type integer REFERENCES artist_type, area integer REFERENCES area,
    begin_area integer REFERENCES area, begin_year integer, gender integer, edits_pending integer);
INSERT INTO artist SELECT i, 'n' || i, 1 + i % 6, 1 + (random() * 319)::int, CASE WHEN i % 3 = 0 THEN 1 + (random() * 319)::int END,
    1900 + i % 100, 1 + i % 2, (random() * 3)::int FROM generate_series(1, 2700) i;
CREATE TABLE label (id integer PRIMARY KEY, name text, type integer REFERENCES label_type, area integer REFERENCES area, label_code integer);
INSERT INTO label SELECT i, 'l' || i, 1 + i % 9, 1 + (random() * 319)::int, 100 + (random() * 60000)::int FROM generate_series(1, 450) i;
CREATE TABLE worker (worker_id integer PRIMARY KEY, mgr_id integer REFERENCES worker, hired date, desk integer);
INSERT INTO worker SELECT i, CASE WHEN i > 5 THEN 1 + i % 5 END, date '2015-01-01' + i * 3, i % 60 FROM generate_series(1, 130) i;
CREATE TABLE shipper (shipper_id integer PRIMARY KEY, name text);
INSERT INTO shipper SELECT i, 's' || i FROM generate_series(1, 3) i;
CREATE TABLE release (id integer PRIMARY KEY, name text, artist integer REFERENCES artist, label integer REFERENCES label, status integer REFERENCES release_status,
    ship_via integer REFERENCES shipper, curator integer REFERENCES worker, discs integer, barcode bigint);
INSERT INTO release SELECT i, 'r' || i, 1 + (random() * 2699)::int, 1 + (random() * 449)::int, 1 + i % 5, 1 + i % 3, 1 + (random() * 129)::int, 1 + i % 3,
    4006381000000 + i * 13 FROM generate_series(1, 6100) i;
CREATE TABLE track (id integer PRIMARY KEY, release integer REFERENCES release, position integer, name text, length integer);
INSERT INTO track SELECT i, 1 + i / 5, 1 + i % 12, 't' || i, (random() * 9000)::int FROM generate_series(1, 30000) i;
CREATE TABLE pay (worker_id integer REFERENCES worker, from_date date, cents integer, PRIMARY KEY (worker_id, from_date));
INSERT INTO pay SELECT w, date '2015-01-01' + w * 3 + y * 365, 100000 + (random() * 90000)::int FROM generate_series(1, 130) w, generate_series(0, 4) y;
CREATE TABLE post (worker_id integer REFERENCES worker, title text, from_date date, PRIMARY KEY (worker_id, title, from_date));
INSERT INTO post SELECT w, 'p' || t, date '2015-01-01' + w * 3 + t * 500 FROM generate_series(1, 130) w, generate_series(0, 2) t;
CREATE TABLE release_tag (release integer REFERENCES release, tag text, votes integer, PRIMARY KEY (release, tag));
INSERT INTO release_tag SELECT i * 2, 'g' || (i % 30), (random() * 50)::int FROM generate_series(1, 3000) i;
CREATE TABLE rating (release integer REFERENCES release, worker integer REFERENCES worker, stars integer, PRIMARY KEY (release, worker));
INSERT INTO rating SELECT DISTINCT ON (1, 2) 1 + (random() * 6099)::int, 1 + (random() * 129)::int, 1 + i % 5 FROM generate_series(1, 8000) i;
