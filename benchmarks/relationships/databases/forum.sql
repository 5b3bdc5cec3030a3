-- Every key is called id and counts from 1; references by role, by a tree, by kind and number; and many counters.
CREATE TABLE accounts (id bigserial PRIMARY KEY, handle text UNIQUE, karma integer, posts_count integer, birth_year integer);
INSERT INTO accounts SELECT i, 'h' || i, (random() * 1200)::int, (random() * 60)::int, 1950 + i % 60 FROM generate_series(1, 1200) i;
CREATE TABLE boards (id bigserial PRIMARY KEY, slug text UNIQUE, owner_id bigint REFERENCES accounts, position integer, topics_count integer);
INSERT INTO boards SELECT i, 'b' || i, 1 + (random() * 1199)::int, i, (random() * 500)::int FROM generate_series(1, 30) i;
CREATE TABLE topics (id bigserial PRIMARY KEY, board_id bigint REFERENCES boards, author_id bigint REFERENCES accounts, subject text,
    views integer, sticky integer, locked_by bigint REFERENCES accounts);
INSERT INTO topics SELECT i, 1 + (random() * 29)::int, 1 + (random() * 1199)::int, 't' || i, (random() * 4000)::int, i % 2,
    CASE WHEN i % 30 = 0 THEN 1 + (random() * 20)::int END FROM generate_series(1, 4000) i;
CREATE TABLE posts (id bigserial PRIMARY KEY, topic_id bigint REFERENCES topics, in_reply_to bigint REFERENCES posts, author_id bigint REFERENCES accounts,
    likes integer, length integer);
INSERT INTO posts SELECT i, 1 + i / 4, CASE WHEN i % 4 > 1 THEN i - 1 END, 1 + (random() * 1199)::int, (random() * 90)::int, (random() * 8000)::int
    FROM generate_series(1, 12000) i;
CREATE TABLE reactions (id bigserial PRIMARY KEY, target_kind text, target_id bigint, account_id bigint REFERENCES accounts, weight integer);
INSERT INTO reactions SELECT i, (ARRAY['post', 'topic'])[1 + i % 2], 1 + (random() * 3999)::int, 1 + (random() * 1199)::int, 1 + i % 3
    FROM generate_series(1, 6000) i;
CREATE TABLE memberships (account_id bigint REFERENCES accounts, board_id bigint REFERENCES boards, level integer, PRIMARY KEY (account_id, board_id));
INSERT INTO memberships SELECT a, 1 + (a * 7) % 30, a % 5 FROM generate_series(1, 1200) a;
CREATE TABLE account_settings (account_id bigint PRIMARY KEY REFERENCES accounts, page_size integer, theme text);
INSERT INTO account_settings SELECT a, 20 + a % 80, 'dark' FROM generate_series(1, 1200) a;
CREATE TABLE messages (id bigserial PRIMARY KEY, sender_id bigint REFERENCES accounts, recipient_id bigint REFERENCES accounts, thread integer, bytes integer);
INSERT INTO messages SELECT i, 1 + (random() * 1199)::int, 1 + (random() * 1199)::int, i / 5, (random() * 5000)::int FROM generate_series(1, 5000) i;
