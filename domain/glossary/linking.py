"""Which assets a term is about. A link belongs to neither version: it is there or not, however often it is said."""

from collections.abc import Collection, Mapping, Sequence

from domain.access.model import require
from domain.assets.model import AssetId, AssetResult
from domain.assets.repository import AssetRepository
from domain.assets.repository import to_model as to_asset
from domain.assets.tables import AssetRow
from domain.audit.repository import record
from domain.db.uow import UnitOfWork, UnitsOfWork
from domain.errors import Invalid, NotFound
from domain.fqn import Fqn
from domain.glossary.model import MAX_TERMS, TermId, TermStatus, check_linkable
from domain.glossary.repository import GlossaryRepository, changed
from domain.glossary.tables import GlossaryTermRow
from domain.identity import Actor, Permission

MAX_LINKS = 1000
"""Most assets of one call."""


class LinkService:
    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def link(self, actor: Actor, term_id: TermId, assets: Sequence[Fqn]) -> Sequence[AssetResult]:
        """Say that a term is about these assets; those that are linked already stay so."""
        _check(actor, assets)
        async with self._unit_of_work(actor) as uow:
            terms = GlossaryRepository(uow)
            row = await terms.lock(term_id)
            check_linkable(row.name, TermStatus(row.status))
            # The lock on the assets keeps two terms from taking the last room at once.
            found = await AssetRepository(uow).lock_rows(assets)
            full = await terms.full(term_id, _ids(found.values()))
            linked = _record(uow, "link", row, found, await terms.link(term_id, _ids(found.values()) - full))
            if linked:
                uow.emit(changed(row, linked, linked=len(linked)))
            return [_result(fqn, found.get(fqn), full) for fqn in assets]

    async def unlink(self, actor: Actor, term_id: TermId, assets: Sequence[Fqn]) -> Sequence[AssetResult]:
        """Let assets go from a term; those that are not linked stay so."""
        _check(actor, assets)
        async with self._unit_of_work(actor) as uow:
            terms = GlossaryRepository(uow)
            row = await terms.lock(term_id)
            found = await AssetRepository(uow).lock_rows(assets)
            unlinked = _record(uow, "unlink", row, found, await terms.unlink(term_id, _ids(found.values())))
            if unlinked:
                uow.emit(changed(row, unlinked, unlinked=len(unlinked)))
            return [_result(fqn, found.get(fqn)) for fqn in assets]


def _check(actor: Actor, assets: Sequence[Fqn]) -> None:
    require(actor, Permission.WRITE)
    if not 1 <= len(assets) <= MAX_LINKS:
        raise Invalid("assets", f"Name 1 to {MAX_LINKS:,} assets, not {len(assets):,}.")


def _ids(rows: Collection[AssetRow]) -> set[AssetId]:
    return {AssetId(row.id) for row in rows}


def _record(
    uow: UnitOfWork, action: str, term: GlossaryTermRow, found: Mapping[Fqn, AssetRow], touched: set[AssetId]
) -> Sequence[str]:
    """The FQNs of the assets whose link came or went."""
    fqns = [row.fqn for row in found.values() if row.id in touched]
    if fqns:
        ended = action == "unlink"
        links = {"assets": fqns}
        record(uow, action, "glossary_term", term.name, links if ended else None, None if ended else links)
    return fqns


def _result(fqn: Fqn, row: AssetRow | None, full: Collection[AssetId] = ()) -> AssetResult:
    if row is None:
        return AssetResult(fqn, None, NotFound("asset", str(fqn)))
    if row.id in full:
        refused = Invalid("assets", f"{fqn} has {MAX_TERMS} glossary terms already; let one go first.")
        return AssetResult(fqn, None, refused)
    return AssetResult(fqn, to_asset(row), None)
