# ruff: noqa: A002 - resolver arguments bear the names of the schema
"""Data connections: where Assay reads."""

from datetime import datetime
from typing import Annotated, Self, TypeAlias

import strawberry
from strawberry import UNSET
from strawberry.utils.str_converters import to_camel_case

from api.graphql.context import Info
from api.graphql.enums import describe
from api.graphql.fields import field, mutation
from api.graphql.ids import Node, read_id, write_id
from api.graphql.mirror import mirror
from api.graphql.pages import After, Before, Connection, First, Last, Listing
from api.graphql.problems import CallProblem, Conflict
from domain.connections import kinds, model
from domain.connections.kinds import KINDS
from domain.connections.model import ConnectionId, ConnectionKind, ConnectionStatus, SslMode
from domain.fqn import Fqn

KIND = "DataConnection"
BY_NAME = Listing("connection", str)
_NULL_WHEN_EMPTY = ("path", "account", "warehouse", "role", "http_path", "project", "location", "catalog")

describe(
    ConnectionKind,
    "The kinds of sources that Assay can read.",
    {kind: traits.description for kind, traits in KINDS.items()},
)
describe(
    ConnectionStatus,
    "What is known about reaching the source.",
    {
        ConnectionStatus.PENDING: "Not tested since it was made or changed.",
        ConnectionStatus.ACTIVE: "The last test succeeded.",
        ConnectionStatus.ERROR: "The last test failed; `statusMessage` says why.",
        ConnectionStatus.DISABLED: "A person switched it off.",
    },
)
describe(
    SslMode,
    "How the connection to the source is encrypted; the meanings are libpq's.",
    {
        SslMode.DISABLE: "Never encrypted.",
        SslMode.PREFER: "Encrypted if the source can.",
        SslMode.REQUIRE: "Always encrypted; the certificate is not checked.",
        SslMode.VERIFY_CA: "Encrypted, and the certificate is signed by a trusted authority.",
        SslMode.VERIFY_FULL: "As VERIFY_CA, and the certificate names the host.",
    },
)


@strawberry.type(description="How a source is reached. The secret itself never comes back.")
class ConnectionSettings:
    host: str = strawberry.field(description="Host name or address; empty for a file or folder.")
    port: int = strawberry.field(description="Port, 1 to 65535; 0 for what is not reached by a port.")
    database: str = strawberry.field(
        description="The database whose schemas are read; empty where its name is a catalog, project or path."
    )
    username: str = strawberry.field(
        description="The user that Assay signs in as; read rights are enough. Empty for a file or folder."
    )
    secret: str | None = strawberry.field(
        description="Reference to the password, `env:NAME` or `file:NAME`; null when none is needed."
    )
    ssl_mode: SslMode = strawberry.field(description="How the connection is encrypted.")
    path: str | None = strawberry.field(
        description="Path of the file or folder, as the workers see it; null for a server."
    )
    account: str | None = strawberry.field(description="The Snowflake account; null for other kinds.")
    warehouse: str | None = strawberry.field(
        description="Snowflake's warehouse that computes; null for the user's own."
    )
    role: str | None = strawberry.field(description="The role that is taken on in Snowflake; null for the user's own.")
    http_path: str | None = strawberry.field(
        description="Path of the SQL warehouse or cluster of Databricks; null for other kinds."
    )
    project: str | None = strawberry.field(description="The Google Cloud project; null for other kinds.")
    location: str | None = strawberry.field(
        description="Where the data sets of a project lie; null for the usual place."
    )
    catalog: str | None = strawberry.field(description="The catalog of Trino or Databricks; null for other kinds.")

    @classmethod
    def of(cls, settings: model.ConnectionSettings) -> Self:
        empty = {name: None for name in _NULL_WHEN_EMPTY if not getattr(settings, name)}
        return mirror(cls, settings, port=settings.port or 0, **empty)


@strawberry.type(description="A named source. Its name is the first part of the FQNs of all its assets.")
class DataConnection(Node):
    name: str = strawberry.field(description="Unique in the project; cannot be changed.")
    kind: ConnectionKind = strawberry.field(description="What kind of source it is.")
    settings: ConnectionSettings = strawberry.field(description="How it is reached.")
    status: ConnectionStatus = strawberry.field(description="What the last test said.")
    status_message: str | None = strawberry.field(
        description="The source's version, or why it cannot be reached; null before the first test."
    )
    version: int = strawberry.field(description="Grows with each change; give it as `expectedVersion`.")
    service: Fqn = strawberry.field(description="FQN of the connection's service.")
    database: Fqn = strawberry.field(description="FQN of the connection's database.")
    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(description="When it last changed.")

    @classmethod
    def of(cls, connection: model.DataConnection) -> Self:
        settings = ConnectionSettings.of(connection.settings)
        return mirror(cls, connection, id=write_id(KIND, connection.id), settings=settings)


@strawberry.type(
    description="What the engine of a source does itself. What it cannot, Assay does beside it, or leaves out of a "
    "profile and says so in `leftOut`."
)
class SourceCapabilities:
    block_sampling: bool = strawberry.field(
        description="A sample reads some blocks of a table; otherwise the whole table is read and rows are drawn."
    )
    estimates: bool = strawberry.field(description="The number of rows is known beforehand, without counting.")
    percentiles: bool = strawberry.field(description="It computes percentiles.")
    approximate_distinct: bool = strawberry.field(description="It counts distinct values by a sketch.")
    statement_timeout: bool = strawberry.field(
        description="It ends a statement that takes too long; otherwise Assay interrupts the reading."
    )
    lock_timeout: bool = strawberry.field(description="It ends a statement that waits too long for a lock.")
    cancel: bool = strawberry.field(
        description="A statement is stopped wherever it is; otherwise it ends when the next row comes."
    )
    last_change: bool = strawberry.field(description="It records when a table last changed.")
    repeatable_samples: bool = strawberry.field(
        description="The same seed draws the same sample again; otherwise other rows are drawn each time."
    )


@strawberry.type(name="DataConnectionKind", description="A kind of source that a connection can have.")
class SourceKind:
    kind: ConnectionKind = strawberry.field(description="The kind.")
    name: str = strawberry.field(description="What people call it.")
    default_port: int = strawberry.field(description="The port that such a source usually has; 0 where there is none.")
    settings: list[str] = strawberry.field(
        description="The fields of ConnectionSettingsInput that the kind takes; the others are refused."
    )
    required_settings: list[str] = strawberry.field(description="Those of `settings` that cannot be left out.")
    capabilities: SourceCapabilities = strawberry.field(description="What the engine can.")

    @classmethod
    def of(cls, kind: ConnectionKind, traits: kinds.KindTraits) -> Self:
        return cls(
            kind=kind,
            name=traits.label,
            default_port=traits.default_port or 0,
            settings=[to_camel_case(name) for name in traits.settings],
            required_settings=[to_camel_case(name) for name in traits.required_settings],
            capabilities=mirror(SourceCapabilities, traits.capabilities),
        )


@strawberry.type
class ConnectionQueries:
    @field("The kinds of sources that can be connected; a short list.")
    def data_connection_kinds(self) -> list[SourceKind] | None:
        return [SourceKind.of(kind, traits) for kind, traits in KINDS.items()]

    @field("The connection of this name; null when there is none.")
    async def data_connection(
        self, info: Info, name: Annotated[str, strawberry.argument(description="The connection's exact name.")]
    ) -> DataConnection | None:
        found = await info.context.read.connections.named(info.context.tenant, name)
        return DataConnection.of(found) if found else None

    @field("All connections, by name.")
    async def data_connections(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[DataConnection] | None:
        request = BY_NAME.request(first, after, last, before)
        page = await info.context.read.connections.page(info.context.tenant, request)
        return BY_NAME.connect(page, DataConnection.of)


@strawberry.input(description="How to reach a source; `dataConnectionKinds` says which fields its kind takes.")
class ConnectionSettingsInput:
    host: str | None = strawberry.field(default=UNSET, description="Host name or address of a server.")
    database: str | None = strawberry.field(
        default=UNSET, description="The database whose schemas are read. A file or folder gives its own name."
    )
    username: str | None = strawberry.field(
        default=UNSET, description="The user to sign in to a server as; read rights are enough."
    )
    port: int | None = strawberry.field(
        default=UNSET, description="Port, 1 to 65535; the usual one of the kind unless given."
    )
    secret: str | None = strawberry.field(
        default=UNSET,
        description=(
            "Reference to the password, never the password: `env:NAME` is read from the variable ASSAY_SECRET_NAME, "
            "`file:NAME` from the secrets folder. Leave it out when none is needed."
        ),
    )
    ssl_mode: SslMode = strawberry.field(default=SslMode.PREFER, description="How to encrypt the connection.")
    path: str | None = strawberry.field(
        default=UNSET, description="Absolute path of a file or folder, as the workers see it; servers have none."
    )
    account: str | None = strawberry.field(
        default=UNSET, description="Of Snowflake: the account's identifier, `ORGANIZATION-ACCOUNT`."
    )
    warehouse: str | None = strawberry.field(
        default=UNSET, description="Of Snowflake: the warehouse that computes; the user's own unless given."
    )
    role: str | None = strawberry.field(
        default=UNSET, description="Of Snowflake: the role to take on; the user's own unless given."
    )
    http_path: str | None = strawberry.field(
        default=UNSET, description="Of Databricks: the HTTP path of a SQL warehouse or cluster."
    )
    project: str | None = strawberry.field(
        default=UNSET, description="Of BigQuery: the project whose data sets are read, and which pays."
    )
    location: str | None = strawberry.field(
        default=UNSET, description="Of BigQuery: where its data sets lie, as `EU`; BigQuery's own choice unless given."
    )
    catalog: str | None = strawberry.field(
        default=UNSET, description="Of Trino and Databricks: the catalog whose schemas are read."
    )

    def read(self) -> model.ConnectionSettings:
        return model.ConnectionSettings(
            host=self.host or "",
            port=None if self.port is UNSET else self.port,
            database=self.database or "",
            username=self.username or "",
            secret=self.secret or None,
            ssl_mode=self.ssl_mode,
            path=self.path or "",
            account=self.account or "",
            warehouse=self.warehouse or "",
            role=self.role or "",
            http_path=self.http_path or "",
            project=self.project or "",
            location=self.location or "",
            catalog=self.catalog or "",
        )


@strawberry.input(description="What createDataConnection needs.")
class CreateDataConnectionInput:
    name: str = strawberry.field(description="At most 100 characters; the first part of all its FQNs.")
    settings: ConnectionSettingsInput = strawberry.field(description="How to reach the source.")
    kind: ConnectionKind = strawberry.field(default=ConnectionKind.POSTGRESQL, description="What kind of source it is.")


@strawberry.input(description="What updateDataConnection needs.")
class UpdateDataConnectionInput:
    connection_id: strawberry.ID = strawberry.field(description="Id of the connection.")
    settings: ConnectionSettingsInput = strawberry.field(description="All settings, not only those that change.")
    expected_version: int = strawberry.field(description="The version that the change is based on.")


@strawberry.input(description="What deleteDataConnection needs.")
class DeleteDataConnectionInput:
    connection_id: strawberry.ID = strawberry.field(description="Id of the connection.")
    expected_version: int = strawberry.field(description="The version that the caller has seen.")


@strawberry.type(description="The connection was made.")
class CreateDataConnectionSuccess:
    connection: DataConnection = strawberry.field(description="The new connection, not tested yet.")


@strawberry.type(description="The connection was changed.")
class UpdateDataConnectionSuccess:
    connection: DataConnection = strawberry.field(description="The changed connection, to be tested again.")


@strawberry.type(description="The connection was deleted.")
class DeleteDataConnectionSuccess:
    connection: DataConnection = strawberry.field(description="The connection as it was.")


CreateDataConnectionResult: TypeAlias = Annotated[
    CreateDataConnectionSuccess | Conflict | CallProblem,
    strawberry.union("CreateDataConnectionResult", description="What createDataConnection answers."),
]
UpdateDataConnectionResult: TypeAlias = Annotated[
    UpdateDataConnectionSuccess | Conflict | CallProblem,
    strawberry.union("UpdateDataConnectionResult", description="What updateDataConnection answers."),
]
DeleteDataConnectionResult: TypeAlias = Annotated[
    DeleteDataConnectionSuccess | Conflict | CallProblem,
    strawberry.union("DeleteDataConnectionResult", description="What deleteDataConnection answers."),
]


@strawberry.type
class ConnectionMutations:
    @mutation("Name a source and say how to reach it. Nothing is read yet. Needs the right WRITE.")
    async def create_data_connection(
        self, info: Info, input: CreateDataConnectionInput
    ) -> CreateDataConnectionResult | None:
        connections, actor = info.context.domain.connections, info.context.actor
        made = await connections.create(actor, input.name, input.kind, input.settings.read())
        return CreateDataConnectionSuccess(connection=DataConnection.of(made))

    @mutation("Change how a source is reached. Needs the right WRITE.")
    async def update_data_connection(
        self, info: Info, input: UpdateDataConnectionInput
    ) -> UpdateDataConnectionResult | None:
        key = ConnectionId(read_id(KIND, input.connection_id))
        connections, actor = info.context.domain.connections, info.context.actor
        changed = await connections.update(actor, key, input.settings.read(), input.expected_version)
        return UpdateDataConnectionSuccess(connection=DataConnection.of(changed))

    @mutation("Forget how to reach a source; what was learned about its assets stays. Needs the right ADMINISTER.")
    async def delete_data_connection(
        self, info: Info, input: DeleteDataConnectionInput
    ) -> DeleteDataConnectionResult | None:
        key = ConnectionId(read_id(KIND, input.connection_id))
        connections, actor = info.context.domain.connections, info.context.actor
        deleted = await connections.delete(actor, key, input.expected_version)
        return DeleteDataConnectionSuccess(connection=DataConnection.of(deleted))
