from dataclasses import asdict

from domain.access.model import require_for_all
from domain.audit.repository import record
from domain.db.uow import UnitOfWork, UnitsOfWork
from domain.errors import NotFound, VersionConflict
from domain.glossary.model import GlossaryTerm, TermEdit, TermId, TermStatus, check_deletable, check_move
from domain.glossary.repository import GlossaryRepository, changed, to_model
from domain.glossary.tables import GlossaryTermRow
from domain.identity import Actor, Permission


class GlossaryService:
    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def upsert(
        self, actor: Actor, edit: TermEdit, expected_version: int | None = None, term_id: TermId | None = None
    ) -> GlossaryTerm:
        """Make the term of this name, or change it; an id names a term that is to get another name."""
        require_for_all(actor, Permission.WRITE)
        async with self._unit_of_work(actor) as uow:
            terms = GlossaryRepository(uow)
            row = await terms.lock(term_id) if term_id else await terms.lock_named(edit.name)
            if row is not None:
                return await _change(uow, row, edit, expected_version)
            if expected_version is not None:
                raise NotFound("glossary term", edit.name)
            words = edit.over(None)
            row = await terms.add(words)
            record(uow, "create", "glossary_term", row.name, after=asdict(words))
            uow.emit(changed(row))
            return to_model(row)

    async def delete(self, actor: Actor, term_id: TermId, expected_version: int) -> GlossaryTerm:
        """Take away a draft with its links; a term that people know is deprecated instead."""
        require_for_all(actor, Permission.ADMINISTER)
        async with self._unit_of_work(actor) as uow:
            row = await GlossaryRepository(uow).lock(term_id)
            _check_version(row, expected_version)
            check_deletable(row.name, TermStatus(row.status))
            deleted = to_model(row)
            unlinked = await GlossaryRepository(uow).delete(row)
            before = {**asdict(deleted.words), "links": unlinked}
            record(uow, "delete", "glossary_term", row.name, before=before)
            uow.emit(changed(row, unlinked=unlinked, deleted=True))
            return deleted


async def _change(uow: UnitOfWork, row: GlossaryTermRow, edit: TermEdit, expected_version: int | None) -> GlossaryTerm:
    _check_version(row, expected_version or 0)
    before = to_model(row).words
    words = edit.over(before)
    check_move(row.name, before.status, words.status)
    if before == words:
        return to_model(row)
    await GlossaryRepository(uow).change(row, words)
    record(uow, "update", "glossary_term", before.name, before=asdict(before), after=asdict(words))
    uow.emit(changed(row))
    return to_model(row)


def _check_version(row: GlossaryTermRow, expected: int) -> None:
    if row.version != expected:
        raise VersionConflict("Glossary term", row.name, expected, row.version)
