"""Columns named for what somebody does, and the tables in which such people stand."""

from __future__ import annotations

from flows.enrichment.word_sets import word_set
from flows.profiling.name_words import Words

_WORK = word_set("""
rep representative agent manager supervisor clerk teller cashier operator handler instructor technician consultant
recruiter dispatcher mechanic auditor inspector salesman saleswoman salesperson seller advisor adviser controller
coordinator assistant engineer trainer underwriter adjuster planner
""")
_ROLES = word_set("""
owner author creator editor reviewer approver assignee reporter sender recipient receiver requester requestor borrower
holder buyer submitter initiator organizer organiser host participant attendee contact uploader moderator tester
director mentor leader lead writer publisher translator observer follower viewer payer payee beneficiary by
""")
_STAFF = word_set("employee staff worker personnel associate colleague")
_PEOPLE = word_set("person user member account contact individual human party profile") | _STAFF
_AGENTS = ("er", "or", "ee", "ist")
_NO_AGENTS = word_set("""
order number letter color colour error server folder sensor vendor layer power water paper header footer center counter
meter marker member customer offer user buffer cluster computer container driver factor filter floor register router
quarter chapter tier tender transfer trigger degree coffee committee fee list door major minor
""")
_DONE_BY = "edby"
ABOVE = frozenset({"parent", "manager", "supervisor", "superior", "boss", "ancestor", "root"})
"""Roles of a row for others of its table."""
BESIDE = frozenset({"previous", "prev", "next", "predecessor", "successor", "original", "duplicate"})


def plays_role(thing: Words, table: Words) -> bool:
    """Whether the column names a role (`support_rep`, `created_by`) of those whom the table lists."""
    if not thing or not table:
        return False
    role, people = thing[-1], table[-1]
    if _ends_in(role, _WORK):
        return people in _STAFF | {"person", "user"}
    return (role in _ROLES or role.endswith(_DONE_BY)) and people in _PEOPLE


def may_act(thing: Words, table: Words) -> bool:
    """Whether the column is named as doers are (`curator`), and the table lists people."""
    if not thing or not is_people(table):
        return False
    return thing[-1].endswith(_AGENTS) and thing[-1] not in _NO_AGENTS


def is_role(thing: Words) -> bool:
    return bool(thing) and (_ends_in(thing[-1], _WORK) or thing[-1] in _ROLES or thing[-1].endswith(_DONE_BY))


def is_people(table: Words) -> bool:
    return bool(table) and table[-1] in _PEOPLE


def _ends_in(joined: str, roles: frozenset[str]) -> bool:
    """`salesrepid`, too: written without anything between, as folded names are."""
    role = joined.removesuffix("id")
    return joined in roles or (role != joined and role.endswith(tuple(roles)))
