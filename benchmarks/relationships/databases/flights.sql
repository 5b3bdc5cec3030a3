-- Tables under one mark, natural keys of three and two letters, references by role, more or less of them dangling.
CREATE TABLE app_airport (iata char(3) PRIMARY KEY, city text, elevation integer, runways integer);
INSERT INTO app_airport SELECT chr(65 + i % 26) || chr(65 + (i * 7) % 26) || chr(65 + i / 26), 'city ' || i, (random() * 2000)::int,
    1 + i % 4 FROM generate_series(0, 259) i;
CREATE TABLE app_airline (carrier_code char(2) PRIMARY KEY, title text, fleet integer, hub char(3) REFERENCES app_airport);
INSERT INTO app_airline SELECT chr(65 + i) || chr(90 - i), 'line ' || i, (random() * 300)::int,
    (SELECT iata FROM app_airport ORDER BY iata OFFSET i * 9 LIMIT 1) FROM generate_series(0, 24) i;
CREATE TABLE app_staff (staff_id integer PRIMARY KEY, surname text, manager integer REFERENCES app_staff, carrier char(2) REFERENCES app_airline, grade integer);
INSERT INTO app_staff SELECT i, 's' || i, CASE WHEN i > 6 THEN 1 + (random() * 5)::int END, chr(65 + i % 25) || chr(90 - i % 25), 1 + i % 9
    FROM generate_series(1, 480) i;
CREATE TABLE app_flight (flight_id integer PRIMARY KEY, origin char(3) REFERENCES app_airport, destination char(3) REFERENCES app_airport,
    operated_by char(2) REFERENCES app_airline, captain_staff_id integer REFERENCES app_staff, distance integer, seats integer, gate text);
INSERT INTO app_flight SELECT i, (SELECT iata FROM app_airport ORDER BY iata OFFSET (i * 17) % 260 LIMIT 1),
    (SELECT iata FROM app_airport ORDER BY iata OFFSET (i * 29 + 5) % 260 LIMIT 1), chr(65 + i % 25) || chr(90 - i % 25),
    1 + (random() * 479)::int, 200 + (random() * 9000)::int, 40 + (random() * 300)::int, chr(65 + i % 6) || i % 40
    FROM generate_series(1, 3000) i;
CREATE TABLE app_passenger (id integer PRIMARY KEY, full_name text, miles integer, nationality char(2));
INSERT INTO app_passenger SELECT i, 'p' || i, (random() * 3000)::int, chr(65 + i % 26) || chr(65 + i % 7) FROM generate_series(1, 2500) i;
CREATE TABLE app_booking (locator text PRIMARY KEY, passenger_id integer, flight_ref integer REFERENCES app_flight, paid_cents integer, bags integer);
INSERT INTO app_booking SELECT upper(substr(md5(i::text), 1, 6)) || i, CASE WHEN i % 20 = 0 THEN 90000 + i ELSE 1 + (random() * 2499)::int END,
    1 + (random() * 2999)::int, (random() * 90000)::int, (random() * 3)::int FROM generate_series(1, 5000) i;
ALTER TABLE app_booking ADD FOREIGN KEY (passenger_id) REFERENCES app_passenger NOT VALID;
CREATE TABLE app_checkin (booking text PRIMARY KEY REFERENCES app_booking, seat_row integer, agent integer REFERENCES app_staff);
INSERT INTO app_checkin SELECT locator, 1 + (random() * 40)::int, 1 + (random() * 479)::int FROM app_booking WHERE bags > 0;
