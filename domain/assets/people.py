"""Owners and stewards: the fields `owner` and `steward` hold any number of people, one a line.

They are described fields like the others, so that one rule decides between people and suggestions, and one history
and one metric know of them.
"""

from collections.abc import Iterable, Sequence

from domain.errors import Invalid
from domain.text import check_line

MAX_PEOPLE = 20
"""Most owners, and most stewards, of one asset."""
MAX_PERSON_LENGTH = 100


def read_people(value: str | None) -> tuple[str, ...]:
    return tuple(value.splitlines()) if value else ()


def write_people(people: Iterable[str]) -> str:
    return "\n".join(people)


def check_people(field: str, people: Sequence[str]) -> None:
    """Refuse what is no list of different names."""
    if len(people) > MAX_PEOPLE:
        raise Invalid(field, f"{field} names at most {MAX_PEOPLE} people or teams, not {len(people)}.")
    for person in people:
        check_line(field, person, MAX_PERSON_LENGTH)
    if len(set(people)) < len(people):
        raise Invalid(field, f"{field} names somebody twice.")
