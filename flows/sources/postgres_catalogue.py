"""The questions to PostgreSQL's catalogue: one round trip per kind of fact, whatever the number of tables.

`$1` is the schema, `$2` a table or NULL for all. The children of a partitioned table are left out of a schema (the
parent stands for them), but each may be asked for by name.
"""

# ruff: noqa: S608 - constants put together; whatever varies is a parameter

_RELATIONS = """
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace
"""
_WANTED = """
WHERE s.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND CASE WHEN $2::text IS NULL THEN NOT c.relispartition ELSE c.relname = $2 END
"""
_COLUMN_NAMES = """
ARRAY(SELECT a.attname::text FROM unnest({keys}) WITH ORDINALITY key(number, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = {relation} AND a.attnum = key.number ORDER BY key.place)
"""

SCHEMAS = """
SELECT nspname::text AS name FROM pg_catalog.pg_namespace
WHERE $1 OR (nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema') ORDER BY nspname
"""

SCHEMA_ITSELF = """
SELECT clock_timestamp() AS observed_at, pg_catalog.obj_description(oid, 'pg_namespace') AS comment
FROM pg_catalog.pg_namespace WHERE nspname = $1
"""

# pg_partition_tree and pg_inherits need no lock on the tables, so one that is being rebuilt delays nobody here.
TABLES = f"""
SELECT c.oid, c.relname::text AS name, c.relkind::text AS kind,
       pg_catalog.obj_description(c.oid, 'pg_class') AS comment,
       CASE WHEN c.relkind = 'p'
            THEN (SELECT sum(greatest(leaf.reltuples, 0)) FROM pg_catalog.pg_partition_tree(c.oid) part
                  JOIN pg_catalog.pg_class leaf ON leaf.oid = part.relid WHERE part.isleaf)
            WHEN c.reltuples >= 0 AND c.relkind IN ('r', 'm', 'f') THEN c.reltuples END::bigint AS estimated_rows,
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END AS definition
{_RELATIONS} {_WANTED} ORDER BY c.relname
"""

SIZES = f"""
SELECT c.oid, CASE c.relkind WHEN 'p' THEN (SELECT sum(pg_catalog.pg_total_relation_size(relid))
                                            FROM pg_catalog.pg_partition_tree(c.oid))
              ELSE pg_catalog.pg_total_relation_size(c.oid) END::bigint AS size_bytes
{_RELATIONS} {_WANTED} AND c.relkind IN ('r', 'p', 'm')
"""

COLUMNS = f"""
SELECT c.oid, a.attname::text AS name, a.attnum AS position,
       pg_catalog.format_type(a.atttypid, a.atttypmod) AS data_type,
       NOT (a.attnotnull OR t.typnotnull) AS nullable,
       pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS default_value,
       pg_catalog.col_description(c.oid, a.attnum) AS comment
{_RELATIONS}
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
{_WANTED} ORDER BY c.oid, a.attnum
"""

# Unique indexes, not constraints: an index on its own guarantees as much. Partial and computed ones guarantee less.
UNIQUE_KEYS = f"""
SELECT c.oid, i.indisprimary AS is_primary,
       {_COLUMN_NAMES.format(keys="(i.indkey::int2[])[0:i.indnkeyatts - 1]", relation="c.oid")} AS columns
{_RELATIONS} JOIN pg_catalog.pg_index i ON i.indrelid = c.oid
{_WANTED} AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
ORDER BY c.oid, i.indexrelid
"""

# A reference to a partitioned table is repeated for each partition, and `conparentid` names the one declared.
FOREIGN_KEYS = f"""
SELECT c.oid, k.conname::text AS name, rs.nspname::text AS referenced_schema, r.relname::text AS referenced_table,
       {_COLUMN_NAMES.format(keys="k.conkey", relation="k.conrelid")} AS columns,
       {_COLUMN_NAMES.format(keys="k.confkey", relation="k.confrelid")} AS referenced_columns
{_RELATIONS} JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f'
JOIN pg_catalog.pg_class r ON r.oid = k.confrelid JOIN pg_catalog.pg_namespace rs ON rs.oid = r.relnamespace
{_WANTED} AND (k.conparentid = 0 OR c.relispartition) AND NOT r.relispartition ORDER BY c.oid, k.conname
"""

CHECKS = f"""
SELECT c.oid, pg_catalog.pg_get_constraintdef(k.oid) AS definition
{_RELATIONS} JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype = 'c'
{_WANTED} ORDER BY c.oid, k.conname
"""

# The type beneath a domain, at whatever depth, decides how a value is read.
READABLE_COLUMNS = """
WITH RECURSIVE beneath AS (
    SELECT a.attnum, a.attname::text AS name, a.atttypid AS type, a.atttypmod AS modifier
    FROM pg_catalog.pg_attribute a WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT b.attnum, b.name, t.typbasetype, t.typtypmod
    FROM beneath b JOIN pg_catalog.pg_type t ON t.oid = b.type WHERE t.typtype = 'd'
)
SELECT b.name, pg_catalog.format_type(b.type, b.modifier) AS base_type, t.typtype = 'e' AS is_enum,
       t.typlen < 0 AS is_unbounded
FROM beneath b JOIN pg_catalog.pg_type t ON t.oid = b.type WHERE t.typtype <> 'd' ORDER BY b.attnum
"""

# A table that has put nothing aside has no values of many bytes but those that could be packed into a block of it.
# What has no rows of its own may have any.
RELATION = f"""
SELECT c.oid, c.relkind::text AS kind,
       pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::int AS blocks,
       c.relkind NOT IN ('r', 'm') OR c.relhassubclass
         OR c.reltoastrelid <> 0 AND pg_catalog.pg_relation_size(c.reltoastrelid) > 0 AS has_long_values
{_RELATIONS} {_WANTED}
"""
