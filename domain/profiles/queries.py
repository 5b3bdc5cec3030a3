from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import any_, literal
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from domain.db.columns import FqnList
from domain.db.engine import Database
from domain.db.tenancy import select_columns_in, select_in
from domain.fqn import Fqn
from domain.identity import Tenant
from domain.profiles.model import TableProfile
from domain.profiles.repository import to_model
from domain.profiles.tables import ColumnProfileRow, TableProfileRow


class ProfileQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, tenant: Tenant, tables: Sequence[Fqn]) -> dict[Fqn, TableProfile]:
        """The newest profile of each table that has one."""
        statement = (
            select_in(tenant, TableProfileRow)
            .where(col(TableProfileRow.fqn).in_([str(fqn) for fqn in tables]))
            .ext(distinct_on(col(TableProfileRow.fqn)))
            .order_by(col(TableProfileRow.fqn), col(TableProfileRow.observed_at).desc())
        )
        columns: defaultdict[object, list[ColumnProfileRow]] = defaultdict(list)
        async with self._database.reading(tenant) as session:
            found = (await session.scalars(statement)).all()
            of_tables = (
                select_in(tenant, ColumnProfileRow)
                .where(col(ColumnProfileRow.table_profile_id).in_([row.id for row in found]))
                .order_by(col(ColumnProfileRow.table_profile_id), col(ColumnProfileRow.position))
            )
            for column in await session.scalars(of_tables):
                columns[column.table_profile_id].append(column)
        return {Fqn.parse(row.fqn): to_model(row, columns[row.id]) for row in found}

    async def row_counts(self, tenant: Tenant, tables: Sequence[Fqn]) -> dict[Fqn, int]:
        """The rows of each table by its newest profile; a table that has none is left out."""
        wanted = literal([str(fqn) for fqn in tables], FqnList)
        statement = (
            select_columns_in(tenant, TableProfileRow, col(TableProfileRow.fqn), col(TableProfileRow.row_count))
            .where(col(TableProfileRow.fqn) == any_(wanted))
            .ext(distinct_on(col(TableProfileRow.fqn)))
            .order_by(col(TableProfileRow.fqn), col(TableProfileRow.observed_at).desc())
        )
        async with self._database.reading(tenant) as session:
            return {Fqn.parse(fqn): rows for fqn, rows in await session.execute(statement)}
