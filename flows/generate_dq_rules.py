from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from uuid import UUID

from prefect import State, flow

from domain.clock import utc_now
from domain.fqn import Fqn
from domain.ledger.model import LlmCall
from domain.rules.model import RuleState
from flows.answers import KeptAnswers
from flows.crew import Crew, model_calls, rule_calls, source_connections
from flows.failures import TableFailed
from flows.item_work import Work
from flows.llm.ledger import LedgeredModel
from flows.llm.run_model import open_run_model
from flows.rulegen.propose import Fields, propose_rules
from flows.rulegen.suggest import ModelSuggester, Suggested
from flows.runtime import Run, open_run, patiently, table_runner
from flows.sources.base import Source
from flows.spread import spread

CREW = Crew("dq_rules", (source_connections, model_calls, rule_calls))


@flow(name="generate-dq-rules", task_runner=table_runner(CREW))
async def generate_dq_rules(run_id: UUID) -> State[None]:
    """Propose rules from the newest profile of each table, and try each on the data."""
    async with open_run(run_id) as run:
        await spread(run, await run.open_items(), _bench, CREW)
        return await run.close({"provider": run.settings.enrichment.provider})


@asynccontextmanager
async def _bench(run: Run, _tables: Sequence[Fqn]) -> AsyncIterator[Work]:
    async with run.source() as source, _model_of(run) as model:
        yield partial(_generate, run, source, model)


def _model_of(run: Run) -> AbstractAsyncContextManager[LedgeredModel | None]:
    """Each call asks for the rules of one table, so the narrower of the two limits holds."""
    calls, rules = run.settings.enrichment.max_concurrent_llm_calls, run.settings.dq_rules.max_concurrent_rules
    return open_run_model(run.settings.enrichment, min(calls, rules), KeptAnswers(run))


async def _generate(run: Run, source: Source, model: LedgeredModel | None, fqn: Fqn) -> None:
    read, tenant = run.domain.read, run.actor.tenant
    profile = (await patiently(lambda: read.profiles.newest(tenant, [fqn]))).get(fqn)
    if profile is None:
        raise TableFailed("The table has no profile that rules could be made from; run profiling first.")
    table = await source.describe_table(fqn)
    states = (RuleState.DRAFT, RuleState.ACTIVE, RuleState.PAUSED)
    existing = [rule.definition for rule in await patiently(lambda: read.rules.of_table(tenant, fqn, *states))]
    fields = await _fields(run, fqn)
    asked = _Asked(run, fqn)
    suggester = ModelSuggester(model, asked.report) if model else None
    proposals = await propose_rules(source, table, profile, fields, existing, utc_now(), suggester)
    await patiently(lambda: run.domain.items.finish_generated(run.actor, run.record.id, fqn, proposals, asked.calls))


class _Asked:
    """What was asked about one table: its calls for the ledger, and for people what could not be used."""

    def __init__(self, run: Run, fqn: Fqn) -> None:
        self._run = run
        self._fqn = fqn
        self.calls: list[LlmCall] = []

    async def report(self, suggested: Suggested) -> None:
        self.calls.append(suggested.call)
        problems = [*suggested.rejected, *([suggested.failure.message] if suggested.failure else [])]
        for problem in problems:
            await self._run.say(f"{self._fqn}: {problem}", level="WARNING")


async def _fields(run: Run, fqn: Fqn) -> Fields:
    """What the catalogue says about the columns of a table, by column name."""
    context = await patiently(lambda: run.domain.read.assets.table(run.actor.tenant, fqn))
    return {column.fqn.name: {name: value.value for name, value in column.fields.items()} for column in context.columns}
