from itertools import pairwise

from domain.identifiers import new_id


def test_identifiers_are_of_version_7_and_all_different() -> None:
    made = [new_id() for _ in range(2000)]

    assert len(set(made)) == 2000
    assert {identifier.version for identifier in made} == {7}
    assert {identifier.variant for identifier in made} == {"specified in RFC 4122"}


def test_identifiers_never_go_back_in_time() -> None:
    times = [new_id().int >> 80 for _ in range(2000)]

    assert all(earlier <= later for earlier, later in pairwise(times))
