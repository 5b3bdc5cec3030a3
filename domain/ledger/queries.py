from uuid import UUID

from sqlmodel import col

from domain.db.engine import Database
from domain.db.keyset import read_page
from domain.db.tenancy import select_in
from domain.identity import Tenant
from domain.ledger.model import KeptAnswer, LlmCall
from domain.ledger.repository import to_model
from domain.ledger.tables import LlmAnswerRow, LlmCallRow
from domain.pages import Page, PageRequest


class LedgerQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, tenant: Tenant, run_id: UUID | None, request: PageRequest) -> Page[LlmCall]:
        """Calls in the order in which they were made, of one run or of all."""
        statement = select_in(tenant, LlmCallRow)
        if run_id is not None:
            statement = statement.where(col(LlmCallRow.run_id) == run_id)
        async with self._database.reading(tenant) as session:
            return await read_page(
                session, statement, request, key=col(LlmCallRow.id), read_key=UUID, to_model=to_model
            )

    async def answer(self, tenant: Tenant, content_hash: str) -> KeptAnswer | None:
        """The answer that was kept for exactly this question."""
        statement = select_in(tenant, LlmAnswerRow).where(col(LlmAnswerRow.content_hash) == content_hash)
        async with self._database.reading(tenant) as session:
            row = (await session.scalars(statement)).one_or_none()
            return KeptAnswer(row.content_hash, row.text, row.input_tokens, row.output_tokens) if row else None
