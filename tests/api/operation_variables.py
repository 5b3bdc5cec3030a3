"""Variables for operations, made from a project in which everything exists and brought to where each begins."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from api.graphql.ids import write_id
from domain.glossary.model import TermEdit
from domain.identity import Actor
from domain.rules.model import DqRule
from domain.runs.model import RunId, RunStatus, RunType, WorkflowRun
from tests.domain.tenancy.house import House
from tests.factories.assets import PUBLIC
from tests.factories.rules import proposed_rules, unique
from tests.factories.runs import completed_run, described, enriched_run, report, request_run
from tests.factories.scenes import CARD, CARD_TRANSACTION

Variables = Mapping[str, Any]
Make = Callable[[House, Actor], Awaitable[Variables]]
SCOPE = str(PUBLIC)


def always(**variables: Any) -> Make:
    async def make(_house: House, _owner: Actor) -> Variables:
        return variables

    return make


def of(read: Callable[[House], Variables]) -> Make:
    async def make(house: House, _owner: Actor) -> Variables:
        return read(house)

    return make


def given(read: Callable[[House], Variables]) -> Make:
    """The input of a mutation."""
    return of(lambda house: {"input": read(house)})


def start(**settings: Any) -> Make:
    return always(input={"connection": "bank", **settings})


def run_id(run: RunId) -> str:
    return write_id("WorkflowRun", run)


def about(run: WorkflowRun) -> Variables:
    return {"input": {"runId": run_id(run.id)}}


def rule_ids(*rules: DqRule) -> Variables:
    return {"input": {"ruleIds": [write_id("DqRule", rule.id) for rule in rules]}}


async def card(house: House, owner: Actor) -> Variables:
    found = await house.domain.read.assets.by_fqns(owner.tenant, [CARD])
    return {"fqn": str(CARD), "expectedVersion": found[CARD].version}


async def connection(house: House, owner: Actor) -> Variables:
    found = await house.domain.read.connections.get(owner.tenant, house.connection.id)
    return {"connectionId": write_id("DataConnection", found.id), "expectedVersion": found.version}


async def configuration(house: House, owner: Actor) -> Variables:
    found = await house.domain.read.configurations.by_ids(owner.tenant, [house.configuration.id])
    (kept,) = found.values()
    return {"configurationId": write_id("WorkflowConfiguration", kept.id), "expectedVersion": kept.version}


def change(read: Make, **values: Any) -> Make:
    """The input that changes a thing at its present version."""

    async def make(house: House, owner: Actor) -> Variables:
        return {"input": {**await read(house, owner), **values}}

    return make


def bulk(read: Make, **values: Any) -> Make:
    async def make(house: House, owner: Actor) -> Variables:
        return {"input": {"assets": [{**await read(house, owner), **values}]}}

    return make


def of_term(house: House) -> Variables:
    return {"termId": write_id("GlossaryTerm", house.term.id), "assets": [str(CARD_TRANSACTION), str(CARD)]}


async def drafted(house: House, owner: Actor) -> Variables:
    return rule_ids(*await proposed_rules(house.domain, owner, CARD, unique(CARD)))


async def completed(house: House, owner: Actor) -> Variables:
    return about(await completed_run(house.domain, owner, RunType.PROFILING, CARD))


async def saved(house: House, owner: Actor) -> Variables:
    run = await completed_run(house.domain, owner, RunType.PROFILING, CARD_TRANSACTION)
    await house.domain.approvals.approve(owner, run.id)
    return about(run)


async def rejected(house: House, owner: Actor) -> Variables:
    run = await completed_run(house.domain, owner, RunType.PROFILING, CARD)
    await house.domain.approvals.reject(owner, run.id)
    return about(run)


async def running(house: House, owner: Actor) -> Variables:
    return about(await request_run(house.domain, owner, RunType.PROFILING, CARD))


async def failed(house: House, owner: Actor) -> Variables:
    run = await request_run(house.domain, owner, RunType.PROFILING, CARD)
    await report(house.domain, owner, run.id, RunStatus.RUNNING, house.domain.clock())
    await report(house.domain, owner, run.id, RunStatus.FAILED, house.domain.clock() + timedelta(microseconds=1))
    return about(run)


async def suggested(house: House, owner: Actor) -> Variables:
    words = described(CARD_TRANSACTION, "A payment by card.")
    run = await enriched_run(house.domain, owner, CARD_TRANSACTION, [words])
    wanted = {"decision": "ACCEPTED", "predicate": {"minConfidence": 0.8, "scope": SCOPE}}
    return {"input": {"runId": run_id(run.id), "matching": wanted}}


async def draft_of_a_term(house: House, owner: Actor) -> Variables:
    term = await house.domain.glossary.upsert(owner, TermEdit("Turnover", "Sales of a period."))
    return {"input": {"termId": write_id("GlossaryTerm", term.id), "expectedVersion": term.version}}
