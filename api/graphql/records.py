"""What happened, who did it, and which calls to language models it took."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

from api.graphql.assets.queries import Scope
from api.graphql.assets.types import Asset
from api.graphql.context import Info
from api.graphql.enums import describe
from api.graphql.events import EVENTS, DomainEvent, EventTypes, names_of
from api.graphql.fields import field
from api.graphql.ids import read_id
from api.graphql.mirror import mirror
from api.graphql.pages import After, Before, Connection, First, Last, Listing, given
from api.graphql.scalars import BigInt
from domain.audit import model as audit
from domain.fqn import Fqn
from domain.ledger import model as ledger
from domain.ledger.model import CallOutcome

AUDIT = Listing("audit", UUID)
CALLS = Listing("call", UUID)

describe(
    CallOutcome,
    "How a call to a language model ended.",
    {
        CallOutcome.ANSWERED: "The model answered and the answer could be used.",
        CallOutcome.REJECTED: "The answer did not fit what was asked and was dropped.",
        CallOutcome.RATE_LIMITED: "The provider refused for now, to the last try.",
        CallOutcome.TIMED_OUT: "No answer came in time, to the last try.",
        CallOutcome.FAILED: "The call failed for another reason.",
        CallOutcome.REUSED: "Unchanged evidence was answered from an earlier call; nothing was sent.",
    },
)


@strawberry.type(description="Who did what to which resource.")
class AuditEvent:
    occurred_at: datetime = strawberry.field(description="When it was done.")
    actor: str = strawberry.field(description="Who did it.")
    action: str = strawberry.field(description="What was done, as a verb.")
    resource: str = strawberry.field(description="The kind of thing that it was done to.")
    resource_key: str = strawberry.field(description="Name, FQN or key of that thing.")
    before: JSON | None = strawberry.field(description="What the thing was before, as far as it changed; null if new.")
    after: JSON | None = strawberry.field(description="What it was afterwards, as far as it changed; null if gone.")
    request_id: str | None = strawberry.field(description="The request that did it; null for Assay's own work.")
    sequence: BigInt | None = strawberry.field(
        description="Its place in the chain of the project's audit events; null until it is sealed, within seconds."
    )
    hash: str | None = strawberry.field(
        description="SHA-256 over the event and the hash before it, in hexadecimal digits; null until it is sealed."
    )

    @classmethod
    def of(cls, event: audit.AuditEvent) -> Self:
        return mirror(cls, event)


@strawberry.type(description="One call to a language model. Its text is never kept.")
class LlmCall:
    provider: str = strawberry.field(description="Whose model was called.")
    model: str = strawberry.field(description="Name of the model.")
    purpose: str = strawberry.field(description="File and version of the prompt.")
    asset_fqn: Fqn = strawberry.field(description="FQN of the asset that the call was about.")
    started_at: datetime = strawberry.field(description="When the call began.")
    seconds: float = strawberry.field(description="How long it took, all tries together.")
    attempts: int = strawberry.field(description="How many tries it took.")
    input_tokens: int = strawberry.field(description="Tokens that were sent.")
    output_tokens: int = strawberry.field(description="Tokens that came back.")
    cost_usd: Decimal | None = strawberry.field(description="US dollars; null where the model's price is not known.")
    masked_columns: list[str] = strawberry.field(
        description="Columns whose values were kept back, because they hold personal data."
    )
    content_hash: str = strawberry.field(description="SHA-256 of all that was sent, in hexadecimal digits.")
    outcome: CallOutcome = strawberry.field(description="How it ended.")

    @classmethod
    def of(cls, call: ledger.LlmCall) -> Self:
        return mirror(cls, call, asset_fqn=call.asset)

    @field("The asset that the call was about; null when the catalogue does not hold it any more.")
    async def asset(self, info: Info) -> Asset | None:
        found = await info.context.loaders.assets.load(self.asset_fqn)
        return Asset.of(found) if found else None


@strawberry.type
class RecordQueries:
    @field("What happened, in the order in which it was committed. The cursors also resume subscriptions.")
    async def events(
        self, info: Info, after: After = UNSET, scope: Scope = UNSET, types: EventTypes = UNSET, first: First = UNSET
    ) -> Connection[DomainEvent] | None:
        request = EVENTS.request(first, after)
        read, tenant = info.context.read.audit, info.context.tenant
        return EVENTS.connect(await read.events(tenant, given(scope), names_of(given(types)), request), DomainEvent.of)

    @field("Who did what, the newest first.")
    async def audit_events(
        self,
        info: Info,
        resource: Annotated[
            str | None, strawberry.argument(description="Only what was done to things of this kind, e.g. `run`.")
        ] = UNSET,
        key: Annotated[
            str | None, strawberry.argument(description="Only what was done to the thing of this name, FQN or key.")
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[AuditEvent] | None:
        request = AUDIT.request(first, after, last, before)
        page = await info.context.read.audit.page(info.context.tenant, given(resource), given(key), request)
        return AUDIT.connect(page, AuditEvent.of)

    @field("Calls to language models, in the order in which they were stored.")
    async def llm_calls(
        self,
        info: Info,
        run_id: Annotated[strawberry.ID | None, strawberry.argument(description="Only the calls of this run.")] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[LlmCall] | None:
        wanted = given(run_id)
        key = None if wanted is None else read_id("WorkflowRun", wanted)
        request = CALLS.request(first, after, last, before)
        return CALLS.connect(await info.context.read.ledger.page(info.context.tenant, key, request), LlmCall.of)
