"""The warehouse engines, by the kind of their connections."""

from collections.abc import Mapping

from domain.connections.model import ConnectionKind
from flows.sources.warehouses.bigquery import BIGQUERY
from flows.sources.warehouses.databricks import DATABRICKS
from flows.sources.warehouses.redshift import REDSHIFT
from flows.sources.warehouses.snowflake import SNOWFLAKE
from flows.sources.warehouses.sqlserver import SQLSERVER
from flows.sources.warehouses.trino import TRINO
from flows.sources.warehouses.warehouse import Warehouse

WAREHOUSES: Mapping[ConnectionKind, Warehouse] = {
    ConnectionKind.SNOWFLAKE: SNOWFLAKE,
    ConnectionKind.BIGQUERY: BIGQUERY,
    ConnectionKind.SQLSERVER: SQLSERVER,
    ConnectionKind.TRINO: TRINO,
    ConnectionKind.DATABRICKS: DATABRICKS,
    ConnectionKind.REDSHIFT: REDSHIFT,
}
