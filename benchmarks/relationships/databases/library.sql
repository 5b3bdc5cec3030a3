-- Every table marks its columns with letters of its own; keys of up to three columns.
CREATE TABLE author (au_authkey integer PRIMARY KEY, au_name text, au_born integer);
INSERT INTO author SELECT i, 'a' || i, 1900 + i % 90 FROM generate_series(1, 300) i;
CREATE TABLE branch (br_branchkey integer PRIMARY KEY, br_name text, br_opened integer);
INSERT INTO branch SELECT i, 'b' || i, 1950 + i FROM generate_series(1, 25) i;
CREATE TABLE book (bo_bookkey integer PRIMARY KEY, bo_title text, bo_authkey integer REFERENCES author, bo_pages integer);
INSERT INTO book SELECT i, 't' || i, 1 + (random() * 299)::int, 30 + (random() * 600)::int FROM generate_series(1, 1200) i;
CREATE TABLE copy (co_bookkey integer REFERENCES book, co_branchkey integer REFERENCES branch, co_copyno integer,
    co_state text, PRIMARY KEY (co_bookkey, co_branchkey, co_copyno));
INSERT INTO copy SELECT DISTINCT ON (1, 2, 3) 1 + (random() * 1199)::int, 1 + (random() * 24)::int, 1 + i % 3, 'new'
    FROM generate_series(1, 5000) i;
CREATE TABLE reader (re_readerkey integer PRIMARY KEY, re_name text, re_branchkey integer REFERENCES branch, re_fines integer);
INSERT INTO reader SELECT i, 'r' || i, 1 + (random() * 24)::int, (random() * 50)::int FROM generate_series(1, 700) i;
CREATE TABLE loan (lo_loankey integer PRIMARY KEY, lo_readerkey integer REFERENCES reader, lo_bookkey integer NOT NULL,
    lo_branchkey integer NOT NULL, lo_copyno integer NOT NULL, lo_days integer,
    FOREIGN KEY (lo_bookkey, lo_branchkey, lo_copyno) REFERENCES copy);
INSERT INTO loan SELECT row_number() OVER (), 1 + (random() * 699)::int, co_bookkey, co_branchkey, co_copyno, (random() * 28)::int
    FROM copy, generate_series(1, 2) twice WHERE (co_bookkey + twice) % 3 <> 0;
