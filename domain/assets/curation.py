"""What people put in order in the catalogue: tags, owners and stewards, of many assets at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from domain.access.model import require
from domain.assets.model import AssetField, AssetResult, FieldOrigin, FieldValue
from domain.assets.people import check_people, write_people
from domain.assets.repository import AssetRepository, check_version, to_model, write_field
from domain.assets.tables import AssetRow
from domain.assets.tags import TagDraft, read_tags, retag
from domain.audit.repository import record
from domain.db.uow import UnitOfWork, UnitsOfWork
from domain.errors import DomainError, Invalid, NotFound
from domain.events import AssetsChanged
from domain.fqn import Fqn
from domain.identity import Actor, ActorKind, Permission

MAX_BULK = 1000


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one asset, and the version that it is based on."""

    asset: Fqn
    expected_version: int


@dataclass(frozen=True, slots=True)
class Tagging(Edit):
    """Tags to put on and to take away; taking away one that is not there changes nothing."""

    add: tuple[TagDraft, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assignment(Edit):
    """All owners and all stewards; None leaves them as they are, nobody lets go: then a suggestion may fill it."""

    owners: tuple[str, ...] | None = None
    stewards: tuple[str, ...] | None = None


E = TypeVar("E", bound=Edit)


class CurationService:
    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def tag(self, actor: Actor, edits: Sequence[Tagging]) -> Sequence[AssetResult]:
        """Put tags on assets and take tags away: each asset by itself, a result for each, in their order."""
        return await self._apply(actor, edits, _retag)

    async def assign(self, actor: Actor, edits: Sequence[Assignment]) -> Sequence[AssetResult]:
        """Name owners and stewards, which no suggestion replaces: each asset by itself, a result for each."""
        return await self._apply(actor, edits, _assign)

    async def _apply(
        self, actor: Actor, edits: Sequence[E], change: Callable[[UnitOfWork, AssetRow, E], None]
    ) -> Sequence[AssetResult]:
        require(actor, Permission.WRITE)
        if not 1 <= len(edits) <= MAX_BULK:
            raise Invalid("assets", f"Name 1 to {MAX_BULK:,} assets, not {len(edits):,}.")
        async with self._unit_of_work(actor) as uow:
            rows = await AssetRepository(uow).lock_rows(edit.asset for edit in edits)
            before = {fqn: row.version for fqn, row in rows.items()}
            results = [_apply_one(uow, rows.get(edit.asset), edit, change) for edit in edits]
            if changed := sorted(str(fqn) for fqn, row in rows.items() if row.version != before[fqn]):
                uow.emit(AssetsChanged(scopes=tuple(changed), changed=len(changed)))
            return results


def _apply_one(
    uow: UnitOfWork, row: AssetRow | None, edit: E, change: Callable[[UnitOfWork, AssetRow, E], None]
) -> AssetResult:
    if row is None:
        return AssetResult(edit.asset, None, NotFound("asset", str(edit.asset)))
    try:
        check_version(row, edit.expected_version)
        change(uow, row, edit)
    except DomainError as refused:
        return AssetResult(edit.asset, None, refused)
    return AssetResult(edit.asset, to_model(row), None)


def _retag(uow: UnitOfWork, row: AssetRow, edit: Tagging) -> None:
    origin = FieldOrigin.GENERATED if uow.actor.kind is ActorKind.SYSTEM else FieldOrigin.HUMAN
    before, stored = read_tags(row.tags), row.tags
    after = retag(before, [draft.put(origin, uow.actor.name, uow.clock()) for draft in edit.add], edit.remove)
    if after == before:
        return
    put = [f"tagged {tag.name}" for tag in after if tag not in before]
    taken = [f"untagged {tag.name}" for tag in before if tag.key not in {kept.key for kept in after}]
    AssetRepository(uow).change(row, ", ".join([*put, *taken]), tags=after)
    record(uow, "tag", "asset", row.fqn, before={"tags": stored}, after={"tags": row.tags})


def _assign(uow: UnitOfWork, row: AssetRow, edit: Assignment) -> None:
    named = {AssetField.OWNER.value: edit.owners, AssetField.STEWARD.value: edit.stewards}
    people = {field: names for field, names in named.items() if names is not None}
    if not people:
        raise Invalid("owners", "Give owners, stewards or both; an empty list names nobody.")
    before, after = dict(row.fields), dict(row.fields)
    for field, names in people.items():
        check_people(f"{field}s", names)
        after.pop(field, None)
        if names:
            after[field] = write_field(FieldValue(write_people(names), FieldOrigin.HUMAN))
    if after == before:
        return
    told = "; ".join(f"{field}s {', '.join(names) or 'nobody'}" for field, names in people.items())
    AssetRepository(uow).change(row, f"assigned {told}", fields=after)
    record(uow, "assign", "asset", row.fqn, before={"fields": before}, after={"fields": row.fields})
