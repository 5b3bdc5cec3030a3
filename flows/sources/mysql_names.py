"""Names and statements as MySQL spells them."""


def quote_column(name: str) -> str:
    """Read alike whatever the server's sql_mode says about double quotes."""
    return "`" + name.replace("`", "``") + "`"


def quote_relation(schema: str, table: str) -> str:
    return f"{quote_column(schema)}.{quote_column(table)}"
