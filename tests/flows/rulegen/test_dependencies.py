import random
from collections.abc import Mapping, Sequence

from domain.rules.model import RuleKind
from flows.rulegen.candidates import candidates
from flows.rulegen.sample_rows import SampleRows
from tests.flows.rulegen.measured import found_table, profile_of

ROWS = 600
CITIES = [f"City {place}" for place in range(30)]
Columns = Mapping[str, Sequence[str | None]]


def dependencies(columns: Columns) -> set[tuple[str, ...]]:
    table = found_table(dict.fromkeys(columns, "text"))
    rows = SampleRows({name: tuple(values) for name, values in columns.items()})
    found = candidates(table, profile_of(table, columns), {}, rows)
    return {each.definition.columns for each in found if each.definition.kind is RuleKind.FUNCTIONAL_DEPENDENCY}


def zips() -> list[str]:
    return [f"{10_000 + place % 60}" for place in range(ROWS)]


def cities() -> list[str | None]:
    """Two zips a city."""
    return [CITIES[place % 60 // 2] for place in range(ROWS)]


def with_faults(values: Sequence[str | None], count: int) -> list[str | None]:
    faulty = list(values)
    for place in random.Random(1).sample(range(len(faulty)), count):
        faulty[place] = f"{faulty[place]}x"
    return faulty


def test_dependency_is_found_in_its_direction_despite_single_faults() -> None:
    assert dependencies({"zip": zips(), "city": with_faults(cities(), 15)}) == {("zip", "city")}


def test_missing_values_neither_confirm_nor_refute() -> None:
    half_empty = [value if place % 2 else ("" if place % 4 else "n/a") for place, value in enumerate(cities())]

    assert ("zip", "city") in dependencies({"zip": zips(), "city": half_empty})


def test_two_values_that_share_a_group_refute_it() -> None:
    """A zip with two cities in every tenth group, in even parts: that is how it is, not a fault."""
    shared = [f"{value} B" if place % 10 == 0 and place // 60 % 2 else value for place, value in enumerate(cities())]

    assert ("zip", "city") not in dependencies({"zip": zips(), "city": shared})


def test_column_that_is_nearly_constant_follows_from_nothing() -> None:
    rare = ["no" if place % 23 == 0 else "yes" for place in range(ROWS)]

    assert dependencies({"zip": zips(), "active": rare}) == set()


def test_misspellings_of_a_nearly_constant_value_do() -> None:
    """Whole groups say `no`, single rows say `xes`."""
    answers: list[str | None] = ["no" if place % 60 == 7 else "yes" for place in range(ROWS)]
    for place in (2, 100, 301, 404):
        answers[place] = "xes"

    assert ("zip", "active") in dependencies({"zip": zips(), "active": answers})


def test_unique_columns_determine_nothing() -> None:
    assert dependencies({"id": [str(place) for place in range(ROWS)], "city": cities()}) == set()


def test_unrelated_columns_are_left_alone() -> None:
    dice = random.Random(3)
    drawn = {name: [dice.choice(CITIES) for _ in range(ROWS)] for name in ("a", "b", "c")}

    assert dependencies(drawn) == set()


def test_faults_that_a_third_column_explains_make_it_a_determinant() -> None:
    """The price follows from product and country; nearly all rows are of one country."""
    products = [f"P{place % 30}" for place in range(ROWS)]
    countries = ["AT" if place % 37 == 0 else "DE" for place in range(ROWS)]
    prices = [f"{product}-{country}" for product, country in zip(products, countries, strict=True)]

    found = dependencies({"product": products, "country": countries, "price": prices})

    assert ("product", "country", "price") in found
    assert ("product", "price") not in found


def test_value_of_its_own_in_all_groups_refutes_it() -> None:
    """`X` is no fault of `F` or `M`: it follows from no name."""
    names = [f"Name {place % 40}" for place in range(ROWS)]
    sexes = ["X" if place % 31 == 0 else "FM"[place % 40 % 2] for place in range(ROWS)]

    assert ("name", "sex") not in dependencies({"name": names, "sex": sexes})


def test_three_groups_are_enough_when_they_agree() -> None:
    kinds = ["SAVINGS", "LOAN", "GIRO"]
    codes = with_faults([kinds[place % 3][:2] for place in range(ROWS)], 4)

    assert ("kind", "code") in dependencies({"kind": [kinds[place % 3] for place in range(ROWS)], "code": codes})
