"""Statements in an engine's SQL: made with every name quoted, and read once more before they are sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, ParseError, SqlglotError

from flows.failures import TableFailed

_CHANGING = (exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock, exp.Alter, exp.Drop, exp.Set, exp.Use)
_PLAIN_TEXTS_HOLD_NO_UNICODE = frozenset({"tsql"})


def read(template: str, dialect: str) -> exp.Expr:
    return sqlglot.parse_one(template, read=dialect, error_level=ErrorLevel.RAISE)


def written(tree: exp.Expr, dialect: str) -> str:
    """Raises `TableFailed` for what the engine's SQL cannot say."""
    if dialect in _PLAIN_TEXTS_HOLD_NO_UNICODE:
        tree = tree.transform(_national)
    try:
        return tree.sql(dialect=dialect, identify=True, unsupported_level=ErrorLevel.RAISE, comments=False)
    except SqlglotError:
        raise TableFailed("The statement cannot be said in the SQL of the source's engine.") from None


def checked(sql: str, dialect: str) -> str:
    """The statement, if the engine's own grammar takes it for one that only reads, with every name quoted."""
    try:
        trees = sqlglot.parse(sql, read=dialect, error_level=ErrorLevel.RAISE)
    except (ParseError, SqlglotError):
        raise TableFailed("The statement is not in the SQL of the source's engine.") from None
    if len(trees) != 1 or not isinstance(trees[0], exp.Query | exp.Show) or _changes(trees[0]):
        raise TableFailed("The statement does more than to read; only one SELECT is sent to a source.")
    if any(not name.quoted for name in trees[0].find_all(exp.Identifier) if not _is_our_own(name)):
        raise TableFailed("The statement has a name that is not quoted.")
    return sql


def filled(
    template: str,
    dialect: str,
    case_of_names: Callable[[str], str],
    names: Mapping[str, str],
    texts: Mapping[str, str],
) -> exp.Expr:
    """The template with its own names in the engine's case, and with names and texts of the source put in."""
    tree = read(template, dialect)
    for identifier in list(tree.find_all(exp.Identifier)):
        if identifier.name in names:
            identifier.replace(exp.to_identifier(names[identifier.name], quoted=True))
        elif not identifier.quoted:
            identifier.replace(exp.to_identifier(case_of_names(identifier.name), quoted=True))
    return exp.replace_placeholders(tree, **{name: exp.Literal.string(text) for name, text in texts.items()})


def reading(template: str, column: str, dialect: str) -> exp.Expr:
    """The template with the column in the place of its `x`."""
    tree = read(template, dialect)
    quoted = exp.column(exp.to_identifier(column, quoted=True))
    return tree.transform(lambda node: quoted.copy() if isinstance(node, exp.Column) and node.name == "x" else node)


def _national(node: exp.Expr) -> exp.Expr:
    return exp.National(this=node.this) if isinstance(node, exp.Literal) and node.is_string else node


def _changes(tree: exp.Expr) -> bool:
    return any(isinstance(node, _CHANGING) and not isinstance(node, exp.Query) for node in tree.walk())


def _is_our_own(name: exp.Identifier) -> bool:
    """The grammar keeps some words of its own as names: options, and the fields of an EXTRACT."""
    return not isinstance(name.parent, exp.Column | exp.Table | exp.TableAlias | exp.Alias | exp.CTE)
