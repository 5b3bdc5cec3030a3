-- Old office style: abbreviations, look-ups of one shape, codes within codes, references to few and to the newest rows.
CREATE TABLE "tblState" ("CtryCd" char(2), "StateCd" char(3), "StateName" text, PRIMARY KEY ("CtryCd", "StateCd"));
INSERT INTO "tblState" SELECT (ARRAY['US', 'CA', 'AU'])[1 + i % 3], 'S' || lpad((i / 3)::text, 2, '0'), 'state ' || i FROM generate_series(0, 80) i;
CREATE TABLE "tblGender" ("GenderID" integer PRIMARY KEY, "Name" text);
INSERT INTO "tblGender" VALUES (1, 'f'), (2, 'm'), (3, 'x');
CREATE TABLE "tblShift" ("ShiftID" integer PRIMARY KEY, "Name" text);
INSERT INTO "tblShift" VALUES (1, 'early'), (2, 'late'), (3, 'night');
CREATE TABLE "tblSkill" ("SkillID" integer PRIMARY KEY, "Name" text);
INSERT INTO "tblSkill" SELECT i, 'skill ' || i FROM generate_series(1, 45) i;
CREATE TABLE "tblDept" ("DeptNo" integer PRIMARY KEY, "DeptName" text, "MgrEmpID" integer, "Budget" integer);
INSERT INTO "tblDept" SELECT i * 10, 'dept ' || i, 1 + i * 3, (random() * 900000)::int FROM generate_series(1, 20) i;
CREATE TABLE "tblEmployees" ("EmpID" integer PRIMARY KEY, "LastName" text, "GenderID" integer REFERENCES "tblGender", "DeptNo" integer REFERENCES "tblDept",
    "SupervisorID" integer REFERENCES "tblEmployees", "HomeCtryCd" char(2), "HomeStateCd" char(3), "Grade" integer, "Vacation" integer,
    FOREIGN KEY ("HomeCtryCd", "HomeStateCd") REFERENCES "tblState");
INSERT INTO "tblEmployees" SELECT i, 'l' || i, 1 + i % 3, 10 * (1 + i % 20), CASE WHEN i > 8 THEN 1 + i / 40 END,
    (ARRAY['US', 'CA', 'AU'])[1 + i % 3], 'S' || lpad((i % 27)::text, 2, '0'), 1 + i % 9, (random() * 30)::int FROM generate_series(1, 420) i;
ALTER TABLE "tblDept" ADD FOREIGN KEY ("MgrEmpID") REFERENCES "tblEmployees";
CREATE TABLE "tblEmpSkill" ("EmpID" integer REFERENCES "tblEmployees", "SkillID" integer REFERENCES "tblSkill", "Level" integer, PRIMARY KEY ("EmpID", "SkillID"));
INSERT INTO "tblEmpSkill" SELECT DISTINCT ON (1, 2) 1 + (random() * 419)::int, 1 + (random() * 44)::int, 1 + i % 5 FROM generate_series(1, 1500) i;
CREATE TABLE "tblTimesheet" ("SheetID" integer PRIMARY KEY, "EmpID" integer REFERENCES "tblEmployees", "ShiftID" integer REFERENCES "tblShift",
    "ApprovedByEmpID" integer REFERENCES "tblEmployees", "Week" integer, "Hours" integer, "Status" integer);
INSERT INTO "tblTimesheet" SELECT i, 1 + (random() * 419)::int, 1 + i % 3, 1 + (random() * 9)::int, 1 + i % 52, 20 + i % 30, i % 3 FROM generate_series(1, 6000) i;
CREATE TABLE "tblContract" ("ContractNo" integer, "Version" integer, "EmpID" integer REFERENCES "tblEmployees", "Salary" integer, PRIMARY KEY ("ContractNo", "Version"));
INSERT INTO "tblContract" SELECT i, v, 1 + i % 420, 20000 + (random() * 60000)::int FROM generate_series(1, 600) i, generate_series(1, 3) v WHERE (i + v) % 3 > 0 OR v = 1;
CREATE TABLE "tblContractClause" ("ClauseID" integer PRIMARY KEY, "ContractNo" integer, "Version" integer, "Para" integer, "Words" integer,
    FOREIGN KEY ("ContractNo", "Version") REFERENCES "tblContract");
INSERT INTO "tblContractClause" SELECT row_number() OVER (), "ContractNo", "Version", p, (random() * 400)::int FROM "tblContract", generate_series(1, 4) p WHERE ("ContractNo" + p) % 3 > 0;
CREATE TABLE "tblEmpPhoto" ("EmpID" integer PRIMARY KEY REFERENCES "tblEmployees", "Bytes" integer);
INSERT INTO "tblEmpPhoto" SELECT i * 2, (random() * 90000)::int FROM generate_series(1, 200) i;
