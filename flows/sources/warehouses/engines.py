"""The warehouse engines, by the kind of their connections."""

from collections.abc import Mapping

from domain.connections.model import ConnectionKind
from flows.sources.warehouses.snowflake import SNOWFLAKE
from flows.sources.warehouses.warehouse import Warehouse

WAREHOUSES: Mapping[ConnectionKind, Warehouse] = {
    ConnectionKind.SNOWFLAKE: SNOWFLAKE,
}
