-- Names that have nothing in common with what they refer to, and numbers that only happen to fit.
CREATE TABLE person (person_no integer PRIMARY KEY, family_name text NOT NULL, shoe_size integer, visits integer);
INSERT INTO person SELECT i, 'P' || i, 36 + i % 10, (random() * 30)::int FROM generate_series(1, 640) i;
CREATE TABLE species (nr integer PRIMARY KEY, label text NOT NULL UNIQUE);
INSERT INTO species SELECT i, 'species ' || i FROM generate_series(1, 40) i;
CREATE TABLE drug (ean text PRIMARY KEY, label text NOT NULL, stock integer);
INSERT INTO drug SELECT lpad((4006381333931 + i * 7919)::text, 13, '0'), 'drug ' || i, (random() * 900)::int
    FROM generate_series(1, 150) i;
CREATE TABLE animal (animal_no integer PRIMARY KEY, owner integer NOT NULL REFERENCES person,
    kind_id integer NOT NULL REFERENCES species, mother integer REFERENCES animal, weight integer, born integer);
INSERT INTO animal SELECT i, 1 + (random() * 639)::int, 1 + (random() * 39)::int,
    CASE WHEN i > 100 AND i % 5 <> 0 THEN 1 + (random() * (i - 2))::int END,
    (random() * 900)::int, 2005 + (random() * 19)::int FROM generate_series(1, 2100) i;
CREATE TABLE room (code text PRIMARY KEY, floor integer, seats integer);
INSERT INTO room SELECT chr(65 + i % 4) || '-' || (100 + i), i % 4, 1 + (random() * 8)::int FROM generate_series(1, 24) i;
CREATE TABLE consultation (nr integer PRIMARY KEY, patient integer NOT NULL REFERENCES animal,
    vet integer NOT NULL REFERENCES person, held_in text REFERENCES room, minutes integer, fee integer, urgency integer);
INSERT INTO consultation SELECT i, 1 + (random() * 2099)::int, 1 + (random() * 639)::int,
    (SELECT code FROM room ORDER BY code OFFSET (i * 7) % 24 LIMIT 1), 5 + (random() * 100)::int,
    20 + (random() * 400)::int, 1 + (random() * 4)::int FROM generate_series(1, 9000) i;
CREATE TABLE dispensed (consultation integer NOT NULL REFERENCES consultation, product text NOT NULL REFERENCES drug,
    packs integer, PRIMARY KEY (consultation, product));
INSERT INTO dispensed SELECT DISTINCT 1 + (random() * 8999)::int,
    (SELECT ean FROM drug ORDER BY ean OFFSET (i * 31) % 150 LIMIT 1), 1 FROM generate_series(1, 6000) i;
