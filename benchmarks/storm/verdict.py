"""Whether the storm did any harm: each difference from what must be, in words."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from api.graphql.ids import read_id
from api.graphql.runs.types import KIND
from benchmarks.storm.plan import Plan
from benchmarks.storm.subscriber import Subscriber, ToldState
from benchmarks.storm.truth import Record
from benchmarks.storm.voyage import Voyage


def differences(plan: Plan, voyages: Sequence[Voyage], records: Mapping[UUID, Record]) -> list[str]:
    found = []
    if len(records) != plan.runs:
        found.append(f"{plan.runs} runs were asked for, {len(records)} are on record")
    for voyage in voyages:
        record = records.get(read_id(KIND, voyage.run_id))
        if record is None:
            found.append(f"{voyage.run_id} is lost")
            continue
        found += [f"{voyage.run_id}: {words}" for words in _of_run(plan, voyage, record)]
    return found


def _of_run(plan: Plan, voyage: Voyage, record: Record) -> Iterator[str]:
    if voyage.stuck:
        yield voyage.stuck
    if (record.status, record.at_prefect) != ("COMPLETED", "COMPLETED"):
        yield f"it is {record.status}, to Prefect it is {record.at_prefect}"
    if record.counts != (plan.tables, 0, plan.tables):
        yield f"of {plan.tables} tables it says (completed, failed, total) {record.counts}"
    if not record.items_done == record.results == plan.tables:
        yield f"{record.items_done} items are done, and {record.results} have a result"
    yield from _of_starts(voyage, record)
    yield from _of_subscriber(voyage.subscriber, record.states)


def _of_starts(voyage: Voyage, record: Record) -> Iterator[str]:
    if len(set(record.starts)) != len(record.starts):
        yield f"a start was claimed twice: {record.starts}"
    if not len(record.starts) <= record.begun <= voyage.tries:
        claimed = len(record.starts)
        yield f"asked for {voyage.tries} times, begun by Prefect {record.begun} times, claimed {claimed} times"


def _of_subscriber(subscriber: Subscriber, states: Sequence[ToldState]) -> Iterator[str]:
    """The snapshot stands for all states before those that were told."""
    if len(set(subscriber.cursors)) != len(subscriber.cursors):
        yield "the subscriber was told an event twice"
    before = len(states) - len(subscriber.states)
    in_snapshot = "PENDING" if before <= 0 else states[before - 1].status
    if list(states[max(before, 0) :]) != subscriber.states or in_snapshot != subscriber.first:
        told = [subscriber.first, *(state.status for state in subscriber.states)]
        yield f"the subscriber was told {told}; on record are {[state.status for state in states]}"
