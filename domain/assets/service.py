from collections.abc import Mapping
from dataclasses import dataclass

from domain.access.model import require
from domain.assets.captured import outer_levels
from domain.assets.model import Asset, AssetField, FieldOrigin, FieldValue, check_field_value
from domain.assets.repository import AssetRepository, check_version, to_model, write_field
from domain.audit.repository import record
from domain.connections.repository import ConnectionRepository
from domain.db.uow import UnitsOfWork
from domain.errors import Invalid
from domain.events import AssetCreated, AssetsChanged, Origin
from domain.fqn import Fqn
from domain.identity import Actor, Permission

MAX_EVENT_ID_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Registered:
    """`is_new` is False when the event had been handled before: then nothing was changed."""

    fqn: Fqn
    is_new: bool


class AssetService:
    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def register(self, actor: Actor, connection: str, fqn: Fqn, event_id: str) -> Registered:
        """The `asset.created` event: a service or database exists, so all its schemas are to be ingested."""
        require(actor, Permission.RUN)
        if not 1 <= len(event_id) <= MAX_EVENT_ID_LENGTH:
            raise Invalid("eventId", f"An event id has 1 to {MAX_EVENT_ID_LENGTH} characters.")
        async with self._unit_of_work(actor) as uow:
            source = await ConnectionRepository(uow).get_named(connection)
            if fqn not in {source.service, source.database}:
                raise Invalid(
                    "fqn", f"{fqn} is neither the service {source.service} nor its database {source.database}."
                )
            assets = AssetRepository(uow)
            if not await assets.is_new_event(event_id):
                return Registered(fqn, is_new=False)
            levels = outer_levels(fqn)
            for level in levels:
                await assets.ensure(level)
            record(uow, "register", "asset", str(fqn), after={"event_id": event_id})
            uow.emit(
                AssetCreated(
                    scopes=(str(fqn),),
                    origin=Origin.USER,
                    asset_type=levels[-1].type,
                    fqn=str(fqn),
                    connection_id=source.id,
                    event_id=event_id,
                )
            )
            return Registered(fqn, is_new=True)

    async def update(self, actor: Actor, fqn: Fqn, values: Mapping[AssetField, str], expected_version: int) -> Asset:
        """A person's own words: from now on no generated value replaces them, until the fields are released."""
        require(actor, Permission.WRITE)
        for name, value in values.items():
            check_field_value(name, value)
        async with self._unit_of_work(actor) as uow:
            assets = AssetRepository(uow)
            row = await assets.lock(fqn)
            check_version(row, expected_version)
            before = dict(row.fields)
            written = {name.value: write_field(FieldValue(value, FieldOrigin.HUMAN)) for name, value in values.items()}
            assets.change(row, f"edited {', '.join(sorted(values))}", fields={**before, **written})
            record(uow, "update", "asset", row.fqn, before={"fields": before}, after={"fields": row.fields})
            uow.emit(AssetsChanged(scopes=(row.fqn,), changed=1))
            return to_model(row)

    async def release(self, actor: Actor, fqn: Fqn, field: AssetField, expected_version: int) -> Asset:
        """Let go of a field: its value becomes one that generation may replace."""
        require(actor, Permission.WRITE)
        async with self._unit_of_work(actor) as uow:
            assets = AssetRepository(uow)
            row = await assets.lock(fqn)
            check_version(row, expected_version)
            if field not in row.fields:
                raise Invalid("field", f"{fqn} has no {field} to release.")
            before = dict(row.fields)
            released = {**before[field], "origin": FieldOrigin.GENERATED}
            assets.change(row, f"released {field}", fields={**before, field: released})
            record(uow, "release", "asset", row.fqn, before={"fields": before}, after={"fields": row.fields})
            uow.emit(AssetsChanged(scopes=(row.fqn,), changed=1))
            return to_model(row)
