"""Questions in DuckDB's SQL become one statement in the SQL of a warehouse, or are refused with the reason.

sqlglot translates what engines merely spell differently. What it would translate to something with another meaning is
put into words here first that mean the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from flows.failures import TableFailed
from flows.sources.warehouses.statements import checked, read, written
from flows.sources.warehouses.warehouse import Spelling, Warehouse

UNAVAILABLE = "assay_unavailable"
"""A function that nobody has: its argument says what the engine cannot do, and the statement is refused for it."""
_NO_PATTERNS = "regular expressions"
_NO_SERIES = "check digits that are summed up digit by digit"
_NO_CONDITIONS = "conditions as values"


class NotInThisEngine(TableFailed):
    """The engine cannot be asked this, whatever its tables hold."""

    code = "NOT_IN_THIS_ENGINE"


def translated(sql: str, warehouse: Warehouse) -> str:
    try:
        trees = sqlglot.parse(sql, read="duckdb", error_level=ErrorLevel.RAISE)
    except SqlglotError:
        trees = []
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        raise TableFailed("The statement cannot be read; it has to be one SELECT in DuckDB's SQL.")
    tree = _named_columns(trees[0])
    _change(tree, _respelled, warehouse)
    if not warehouse.spelling.has_booleans:
        _change(tree, _without_booleans, warehouse)
    return checked(written(tree, warehouse.dialect), warehouse.dialect)


def _named_columns(tree: exp.Expr) -> exp.Expr:
    """`(SELECT 1) AS t(a)` becomes `(SELECT 1 AS a) AS t`: few engines take names after an alias."""
    for subquery in list(tree.find_all(exp.Subquery)):
        alias = subquery.args.get("alias")
        if alias is None or not alias.columns:
            continue
        inner = subquery.this
        named = [
            exp.alias_(each.unalias(), name.copy()) for each, name in zip(inner.selects, alias.columns, strict=True)
        ]
        inner.set("expressions", named)
        alias.set("columns", None)
    return tree


def _change(tree: exp.Expr, rule: Callable[[exp.Expr, Warehouse], exp.Expr], warehouse: Warehouse) -> None:
    """From the innermost parts outwards: what a part is replaced by holds what was changed before."""
    for node in reversed(list(tree.bfs())):
        changed = rule(node, warehouse)
        if changed is not node:
            node.replace(changed)


def _respelled(node: exp.Expr, warehouse: Warehouse) -> exp.Expr:
    match node:
        case exp.RegexpReplace() | exp.RegexpLike() | exp.GenerateSeries() | exp.Anonymous():
            return _possible(node, warehouse)
        case exp.Is() if isinstance(node.expression, exp.Boolean):
            return _is(node)
        case exp.Filter():
            return _only_where(node)
        case exp.Nullif() if node.expression.name == "NaN":
            return _without_nan(node, warehouse.spelling)
        case exp.AtTimeZone():
            return _in_place_of_x(warehouse.spelling.instant_in_utc, node.this, warehouse.dialect)
    return _compared_exactly(node, warehouse.spelling)


def _possible(node: exp.Expr, warehouse: Warehouse) -> exp.Expr:
    """All occurrences are replaced wherever nothing else is said; sqlglot would say what only PostgreSQL reads."""
    match node:
        case exp.GenerateSeries():
            raise _refusal(_NO_SERIES, warehouse)
        case exp.Anonymous():
            raise _refusal(node.expressions[0].name if node.name == UNAVAILABLE else node.name, warehouse)
    if not warehouse.spelling.has_regular_expressions:
        raise _refusal(_NO_PATTERNS, warehouse)
    if isinstance(node, exp.RegexpReplace):
        return exp.Anonymous(this="REGEXP_REPLACE", expressions=[node.this, node.expression, node.args["replacement"]])
    return node


def _compared_exactly(node: exp.Expr, spelling: Spelling) -> exp.Expr:
    if spelling.pads_texts and isinstance(node, exp.Length | exp.EQ):
        return _with_its_blanks(node)
    if spelling.collation and isinstance(node, exp.Cast) and node.to.is_type("text", "varchar"):
        node.set("to", exp.DataType.build("NVARCHAR(MAX)", dialect="tsql"))
        return exp.Collate(this=node.copy(), expression=exp.var(spelling.collation))
    return node


def _is(node: exp.Is) -> exp.Expr:
    """Not null in any case, as `IS TRUE` is nowhere but in a few engines."""
    wanted = exp.Literal.number(1)
    condition = node.this.copy() if node.expression.this else exp.not_(node.this)
    return exp.EQ(this=_one_or_zero(condition), expression=wanted)


def _one_or_zero(condition: object) -> exp.Case:
    return exp.Case(ifs=[exp.If(this=condition, true=exp.Literal.number(1))], default=exp.Literal.number(0))


def _only_where(node: exp.Filter) -> exp.Expr:
    """Aggregates leave nulls out, so what is not counted becomes null."""
    aggregate: exp.Expr = node.this
    condition = node.expression.this
    value = exp.Literal.number(1) if isinstance(aggregate.this, exp.Star) else aggregate.this
    counted = aggregate.copy()
    counted.set("this", exp.Case(ifs=[exp.If(this=condition.copy(), true=value.copy())]))
    return counted


def _without_nan(node: exp.Nullif, spelling: Spelling) -> exp.Expr:
    """Where NaN is not even equal to itself, no comparison with it holds, as none with null does."""
    if not (spelling.has_nan and spelling.nan_equals_itself):
        compared: exp.Expr = node.this.copy()
        return compared
    node.set("expression", exp.cast(exp.Literal.string("NaN"), "double"))
    return node


def _in_place_of_x(template: str, expression: exp.Expr, dialect: str) -> exp.Expr:
    tree = read(template, dialect)
    return tree.transform(lambda node: expression.copy() if isinstance(node, exp.Column) and node.name == "x" else node)


def _with_its_blanks(node: exp.Length | exp.EQ) -> exp.Expr:
    """Texts are as long as their bytes say; two of them are equal only when they are equally long."""
    if isinstance(node, exp.Length):
        return exp.Div(this=_bytes(node.this), expression=exp.Literal.number(2), typed=True)
    if not isinstance(node.expression, exp.Trim):
        return node
    same_length = exp.EQ(this=_bytes(node.this), expression=_bytes(node.expression))
    return exp.paren(exp.and_(node.copy(), same_length))


def _bytes(text: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="DATALENGTH", expressions=[text.copy()])


def _without_booleans(node: exp.Expr, warehouse: Warehouse) -> exp.Expr:
    match node:
        case exp.Alias() if isinstance(node.this, exp.Predicate | exp.Connector | exp.Not):
            node.set("this", _one_or_zero(node.this))
        case exp.Case():
            results = [node.args.get("default"), *(each.args["true"] for each in node.args["ifs"])]
            if any(isinstance(each, exp.Predicate | exp.Connector | exp.Not | exp.Boolean) for each in results):
                raise _refusal(_NO_CONDITIONS, warehouse)
    return node


def _refusal(wanted: str, warehouse: Warehouse) -> NotInThisEngine:
    return NotInThisEngine(
        f"{warehouse.label} cannot be asked this: it takes {wanted}, for which Assay has no SQL there."
    )
