-- Universal keys, several tables that share them, and columns named for roles.
CREATE FUNCTION key(kind text, number bigint) RETURNS uuid LANGUAGE sql AS $$ SELECT md5(kind || number)::uuid $$;
CREATE TABLE party (id uuid PRIMARY KEY, kind text);
INSERT INTO party SELECT key('party', i), CASE WHEN i % 3 = 0 THEN 'firm' ELSE 'person' END FROM generate_series(1, 900) i;
CREATE TABLE firm (id uuid PRIMARY KEY REFERENCES party, vat_number text);
INSERT INTO firm SELECT key('party', i * 3), 'V' || i FROM generate_series(1, 300) i;
CREATE TABLE book (id uuid PRIMARY KEY, keeper uuid REFERENCES firm, title text);
INSERT INTO book SELECT key('book', i), key('party', (1 + i % 90) * 3), 'b' || i FROM generate_series(1, 120) i;
CREATE TABLE entry (id uuid PRIMARY KEY, book uuid REFERENCES book, debit_side uuid REFERENCES party,
    credit_side uuid REFERENCES party, reverses uuid REFERENCES entry, correlation uuid, cents bigint);
INSERT INTO entry SELECT key('entry', i), key('book', 1 + i % 120), key('party', 1 + (random() * 899)::int),
    key('party', 1 + (random() * 899)::int), CASE WHEN i % 50 = 0 THEN key('entry', i - 1) END, key('other', i),
    (random() * 100000)::int FROM generate_series(1, 4000) i;
CREATE TABLE attachment (entry uuid REFERENCES entry, page integer, checksum text, PRIMARY KEY (entry, page));
INSERT INTO attachment SELECT key('entry', i * 4), p, md5(i::text) FROM generate_series(1, 500) i, generate_series(1, 2) p;
CREATE TABLE note (id uuid PRIMARY KEY, entry uuid NOT NULL, page integer NOT NULL, body text, created_by uuid REFERENCES party,
    FOREIGN KEY (entry, page) REFERENCES attachment);
INSERT INTO note SELECT key('note', i), key('entry', (1 + i % 500) * 4), 1 + i % 2, 'n', key('party', i) FROM generate_series(1, 300) i;
