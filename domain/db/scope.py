"""The SQL twin of `Fqn.covers`."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, false, or_
from sqlalchemy.orm import Mapped

from domain.fqn import Fqn

FqnColumn = ColumnElement[str] | Mapped[str]


def in_scope(column: FqnColumn, scope: Fqn) -> ColumnElement[bool]:
    """True for the scope itself and all below it: one range of an index on the column.

    The text of a child begins with the text of the scope and a dot. Under collation C all such texts lie from
    `scope.` up to, and without, `scope/`, because the slash follows the dot.
    """
    text = str(scope)
    return and_(column >= text, column < f"{text}/", or_(column == text, column >= f"{text}."))


def in_any_scope(column: FqnColumn, scopes: Sequence[Fqn]) -> ColumnElement[bool]:
    """True inside at least one of the scopes; false when there is none."""
    return or_(false(), *(in_scope(column, scope) for scope in scopes))
