from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from domain.db.tenancy import owned_by
from domain.db.uow import UnitOfWork
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.ledger.model import CallOutcome, KeptAnswer, LlmCall
from domain.ledger.tables import LlmAnswerRow, LlmCallRow


def to_model(row: LlmCallRow) -> LlmCall:
    return LlmCall(
        provider=row.provider,
        model=row.model,
        purpose=row.purpose,
        asset=Fqn.parse(row.asset_fqn),
        started_at=row.started_at,
        seconds=row.seconds,
        attempts=row.attempts,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cost_usd=row.cost_usd,
        masked_columns=tuple(row.masked_columns),
        content_hash=row.content_hash,
        outcome=CallOutcome(row.outcome),
    )


class LedgerRepository:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def add(self, run_id: UUID, calls: Sequence[LlmCall]) -> None:
        self._uow.add(
            *(
                LlmCallRow(
                    id=new_id(),
                    run_id=run_id,
                    provider=call.provider,
                    model=call.model,
                    purpose=call.purpose,
                    asset_fqn=str(call.asset),
                    started_at=call.started_at,
                    seconds=call.seconds,
                    attempts=call.attempts,
                    input_tokens=call.input_tokens,
                    output_tokens=call.output_tokens,
                    cost_usd=call.cost_usd,
                    masked_columns=list(call.masked_columns),
                    content_hash=call.content_hash,
                    outcome=call.outcome,
                    **owned_by(self._uow.tenant),
                )
                for call in calls
            )
        )

    async def keep(self, answer: KeptAnswer) -> None:
        statement = insert(LlmAnswerRow).values(
            content_hash=answer.content_hash,
            text=answer.text,
            input_tokens=answer.input_tokens,
            output_tokens=answer.output_tokens,
            kept_at=self._uow.clock(),
            **owned_by(self._uow.tenant),
        )
        await self._uow.session.execute(statement.on_conflict_do_nothing())
