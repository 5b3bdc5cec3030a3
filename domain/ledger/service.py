from domain.db.uow import UnitsOfWork
from domain.identity import Actor
from domain.ledger.model import KeptAnswer
from domain.ledger.repository import LedgerRepository


class LedgerService:
    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def keep(self, actor: Actor, answer: KeptAnswer) -> None:
        """Keep an answer for the next time that the same is asked; the first one stays."""
        async with self._unit_of_work(actor) as uow:
            await LedgerRepository(uow).keep(answer)
