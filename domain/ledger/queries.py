from uuid import UUID

from sqlmodel import col

from domain.db.engine import Database
from domain.db.keyset import read_page
from domain.db.tenancy import select_in
from domain.identity import Tenant
from domain.ledger.model import LlmCall
from domain.ledger.repository import to_model
from domain.ledger.tables import LlmCallRow
from domain.pages import Page, PageRequest


class LedgerQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, tenant: Tenant, run_id: UUID | None, request: PageRequest) -> Page[LlmCall]:
        """Calls in the order in which they were made, of one run or of all."""
        statement = select_in(tenant, LlmCallRow)
        if run_id is not None:
            statement = statement.where(col(LlmCallRow.run_id) == run_id)
        async with self._database.reading() as session:
            return await read_page(
                session, statement, request, key=col(LlmCallRow.id), read_key=UUID, to_model=to_model
            )
