from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import OrganizationId, ProjectId, Tenant

FQNS = st.lists(st.sampled_from("ab"), min_size=1, max_size=4).map(lambda parts: Fqn(tuple(parts)))


def tenant_of(within: Sequence[Fqn] | None) -> Tenant:
    return Tenant(OrganizationId(new_id()), ProjectId(new_id()), None if within is None else tuple(within))


@given(within=st.none() | st.lists(FQNS, min_size=1, max_size=3), scope=st.none() | FQNS, fqn=FQNS)
def test_a_narrowed_scope_holds_the_same_of_what_is_seen(
    within: Sequence[Fqn] | None, scope: Fqn | None, fqn: Fqn
) -> None:
    tenant = tenant_of(within)
    narrowed = tenant.narrowed(scope)

    before = tenant.sees(fqn) and (scope is None or scope.covers(fqn))
    assert (tenant.sees(fqn) and (narrowed is None or narrowed.covers(fqn))) == before


def test_who_has_one_part_walks_that_part_only() -> None:
    part, elsewhere = Fqn.of("a", "b"), Fqn.of("b")
    tenant = tenant_of([part])

    assert [tenant.narrowed(scope) for scope in (None, Fqn.of("a"), part.child("c"), elsewhere)] == [
        part,
        part,
        part.child("c"),
        elsewhere,
    ]
