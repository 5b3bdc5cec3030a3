-- German names, and keys that people gave out.
CREATE TABLE land (laendercode char(2) PRIMARY KEY, bezeichnung text UNIQUE);
INSERT INTO land VALUES ('DE', 'Deutschland'), ('AT', 'Österreich'), ('CH', 'Schweiz'), ('FR', 'Frankreich'), ('IT', 'Italien');
CREATE TABLE kunden (kundennummer text PRIMARY KEY, name text, land char(2) REFERENCES land, geworben_von text REFERENCES kunden);
INSERT INTO kunden SELECT 'K' || lpad(i::text, 5, '0'), 'n' || i, (ARRAY['DE', 'AT', 'CH', 'FR'])[1 + i % 4],
    CASE WHEN i > 20 AND i % 3 = 0 THEN 'K' || lpad((1 + (random() * 15)::int)::text, 5, '0') END FROM generate_series(1, 400) i;
CREATE TABLE artikel (artikelnr integer PRIMARY KEY, bezeichnung text, preis integer, bestand integer);
INSERT INTO artikel SELECT 10000 + i * 3, 'a' || i, (random() * 5000)::int, (random() * 200)::int FROM generate_series(1, 500) i;
CREATE TABLE bestellung (id integer PRIMARY KEY, kunde text REFERENCES kunden, bestellt_am date);
INSERT INTO bestellung SELECT i, 'K' || lpad((1 + (random() * 399)::int)::text, 5, '0'), date '2024-01-01' + i % 300
    FROM generate_series(1, 1500) i;
CREATE TABLE position (bestellung_id integer REFERENCES bestellung, zeile integer, ware integer REFERENCES artikel,
    menge integer, PRIMARY KEY (bestellung_id, zeile));
INSERT INTO position SELECT b, z, 10000 + (1 + (random() * 499)::int) * 3, 1 + (random() * 9)::int
    FROM generate_series(1, 1500) b, generate_series(1, 3) z;
CREATE TABLE ruecksendung (id integer PRIMARY KEY, bestellung_id integer NOT NULL, zeile integer NOT NULL, grund text,
    FOREIGN KEY (bestellung_id, zeile) REFERENCES position);
INSERT INTO ruecksendung SELECT i, 1 + (random() * 1499)::int, 1 + i % 3, 'g' || i % 4 FROM generate_series(1, 200) i;
