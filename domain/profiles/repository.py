from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import insert
from sqlmodel import col

from domain.db.tenancy import delete_in, owned_by
from domain.db.uow import UnitOfWork
from domain.identifiers import new_id
from domain.profiles.model import ColumnProfile, TableProfile
from domain.profiles.tables import ColumnProfileRow, TableProfileRow

_TABLE = TypeAdapter(TableProfile)
_COLUMN = TypeAdapter(ColumnProfile)


def to_model(table: TableProfileRow, columns: list[ColumnProfileRow]) -> TableProfile:
    read = tuple(map(column_to_model, columns))
    return replace(_TABLE.validate_python({**table.body, "columns": ()}), columns=read)


def column_to_model(column: ColumnProfileRow) -> ColumnProfile:
    return _COLUMN.validate_python(column.body)


def _body(adapter: TypeAdapter[Any], value: object) -> dict[str, Any]:
    dumped = adapter.dump_python(value, mode="json")
    assert isinstance(dumped, dict)
    return dumped


class ProfileRepository:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def replace(self, run_id: UUID, profile: TableProfile) -> None:
        """Store the profile of a table in a run; a second try replaces the first."""
        tenant = self._uow.tenant
        earlier = delete_in(tenant, TableProfileRow).where(
            col(TableProfileRow.run_id) == run_id, col(TableProfileRow.fqn) == str(profile.fqn)
        )
        session, identifier = self._uow.session, new_id()
        await session.execute(earlier.execution_options(synchronize_session=False))
        of_table = {
            "id": identifier,
            "run_id": run_id,
            "fqn": str(profile.fqn),
            "observed_at": profile.observed_at,
            "row_count": profile.row_count.value,
            "body": _body(_TABLE, replace(profile, columns=())),
            **owned_by(tenant),
        }
        await session.execute(insert(TableProfileRow), of_table)
        of_columns = [
            {
                "table_profile_id": identifier,
                "position": position,
                "name": column.name,
                "body": _body(_COLUMN, column),
                **owned_by(tenant),
            }
            for position, column in enumerate(profile.columns)
        ]
        if of_columns:
            await session.execute(insert(ColumnProfileRow), of_columns)
