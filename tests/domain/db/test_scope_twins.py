"""`in_scope` and `Fqn.covers` are one rule in two languages: whatever names there are, they never differ."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Text, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from domain.db.engine import Database
from domain.db.scope import in_scope
from domain.fqn import COLUMN_DEPTH, Fqn
from tests.domain.names import fqns, near_fqns, odd_parts

pytestmark = pytest.mark.db

ENDINGS = ["%", "_", "\\", '"', ".", "..", "-", "/", "0", " ", "\t", "\x01", "\x7f", "é", "💳", "\uffff", "transaction"]
"""What makes one name the beginning of another: characters on both sides of the dot, and all that SQL could mistake."""


@st.composite
def families(draw: st.DrawFn) -> list[Fqn]:
    """Names around a scope: itself, what is above and below it, and siblings whose text begins like its own."""
    scope = draw(fqns | near_fqns)
    *above, name = scope.parts
    siblings = [Fqn((*above, name + ending)) for ending in draw(st.lists(st.sampled_from(ENDINGS), max_size=6))]
    below = [one.child(part) for one in (scope, *siblings) for part in draw(st.lists(odd_parts, max_size=2))]
    return [*scope.ancestors(), *siblings, *below]


@given(
    names=st.lists(families(), min_size=3, max_size=6).map(
        lambda found: sorted({fqn for family in found for fqn in family if fqn.depth <= COLUMN_DEPTH})
    )
)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_database_and_python_find_the_same_names_inside_every_scope(
    names: list[Fqn], database: Database
) -> None:
    stored = func.unnest(literal([str(fqn) for fqn in names], ARRAY(Text))).column_valued("stored")
    text = stored.collate("C")
    every = union_all(
        *(select(literal(place).label("scope"), text).where(in_scope(text, scope)) for place, scope in enumerate(names))
    )

    async with database.reading_across_tenants() as session:
        found = {(place, fqn) for place, fqn in await session.execute(every)}

    assert found == {(place, str(fqn)) for place, scope in enumerate(names) for fqn in names if scope.covers(fqn)}
