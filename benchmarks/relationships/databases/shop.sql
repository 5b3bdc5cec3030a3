-- Names with humps, natural keys of text, lookups with short codes, and a tree.
CREATE TABLE "Country" ("isoCode" char(2) PRIMARY KEY, "countryName" text, "vatRate" integer);
INSERT INTO "Country" SELECT chr(65 + i / 26) || chr(65 + i % 26), 'land ' || i, 5 + i % 20 FROM generate_series(0, 99) i;
CREATE TABLE "OrderStatus" ("code" text PRIMARY KEY, "isFinal" boolean);
INSERT INTO "OrderStatus" VALUES ('NEW', false), ('PAID', false), ('SHIPPED', true), ('LOST', true);
CREATE TABLE "Category" ("categoryId" integer PRIMARY KEY, "parentCategoryId" integer REFERENCES "Category", "title" text);
INSERT INTO "Category" SELECT i, CASE WHEN i > 5 THEN 1 + i % 5 END, 'k' || i FROM generate_series(1, 60) i;
CREATE TABLE "Article" ("sku" text PRIMARY KEY, "mainCategory" integer REFERENCES "Category", "priceCents" integer, "madeIn" char(2) REFERENCES "Country");
INSERT INTO "Article" SELECT 'SKU-' || lpad(i::text, 6, '0'), 1 + (random() * 59)::int, (random() * 9000)::int,
    chr(65 + (i % 100) / 26) || chr(65 + (i % 100) % 26) FROM generate_series(1, 800) i;
CREATE TABLE "Users" ("userId" bigint PRIMARY KEY, "emailAddress" text UNIQUE, "invitedBy" bigint REFERENCES "Users", "loginCount" integer);
INSERT INTO "Users" SELECT 100000 + i * 7, 'u' || i || '@example.com', CASE WHEN i > 10 THEN 100000 + (i / 10) * 7 END,
    (random() * 500)::int FROM generate_series(1, 500) i;
CREATE TABLE "Orders" ("orderId" bigint PRIMARY KEY, "placedBy" bigint REFERENCES "Users", "statusCode" text REFERENCES "OrderStatus",
    "shippingCountry" char(2) REFERENCES "Country", "totalCents" integer);
INSERT INTO "Orders" SELECT i, 100000 + (1 + (random() * 499)::int) * 7, (ARRAY['NEW', 'PAID', 'SHIPPED'])[1 + i % 3],
    chr(65 + (i % 100) / 26) || chr(65 + (i % 100) % 26), (random() * 20000)::int FROM generate_series(1, 2500) i;
CREATE TABLE "OrderLine" ("orderId" bigint REFERENCES "Orders", "lineNo" integer, "articleSku" text REFERENCES "Article", "quantity" integer,
    PRIMARY KEY ("orderId", "lineNo"));
INSERT INTO "OrderLine" SELECT o, l, 'SKU-' || lpad((1 + (random() * 799)::int)::text, 6, '0'), 1 + (random() * 5)::int
    FROM generate_series(1, 2500) o, generate_series(1, 3) l WHERE (o + l) % 4 <> 0;
CREATE TABLE "ShipmentLine" ("shipmentLineId" bigint PRIMARY KEY, "orderId" bigint NOT NULL, "lineNo" integer NOT NULL, "packed" integer,
    FOREIGN KEY ("orderId", "lineNo") REFERENCES "OrderLine");
INSERT INTO "ShipmentLine" SELECT row_number() OVER (), "orderId", "lineNo", 1 FROM "OrderLine" WHERE "orderId" % 3 = 0;
CREATE TABLE "UserFavourites" ("userId" bigint REFERENCES "Users", "sku" text REFERENCES "Article", "rank" integer, PRIMARY KEY ("userId", "sku"));
INSERT INTO "UserFavourites" SELECT 100000 + i * 7, 'SKU-' || lpad((1 + (i * f) % 800)::text, 6, '0'), f
    FROM generate_series(1, 500) i, generate_series(1, 3) f ON CONFLICT DO NOTHING;
