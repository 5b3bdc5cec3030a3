# ruff: noqa: A002 - resolver arguments bear the names of the schema
"""Data connections: where Assay reads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self, TypeAlias

import strawberry
from strawberry import UNSET

from api.graphql.context import Info
from api.graphql.enums import describe
from api.graphql.fields import field, mutation
from api.graphql.ids import Node, read_id, write_id
from api.graphql.mirror import mirror
from api.graphql.pages import After, Before, Connection, First, Last, Listing
from api.graphql.problems import CallProblem, Conflict
from domain.connections import model
from domain.connections.model import ConnectionId, ConnectionKind, ConnectionStatus, SslMode
from domain.fqn import Fqn

KIND = "DataConnection"
BY_NAME = Listing("connection", str)

describe(
    ConnectionKind,
    "The kinds of sources that Assay can read.",
    {ConnectionKind.POSTGRESQL: "PostgreSQL 12 or later, and what speaks its protocol."},
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
    host: str = strawberry.field(description="Host name or address.")
    port: int = strawberry.field(description="Port, 1 to 65535.")
    database: str = strawberry.field(description="The database whose schemas are read.")
    username: str = strawberry.field(description="The user that Assay signs in as; read rights are enough.")
    secret: str | None = strawberry.field(
        description="Reference to the password, `env:NAME` or `file:NAME`; null when none is needed."
    )
    ssl_mode: SslMode = strawberry.field(description="How the connection is encrypted.")


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
        settings = mirror(ConnectionSettings, connection.settings)
        return mirror(cls, connection, id=write_id(KIND, connection.id), settings=settings)


@strawberry.type(name="DataConnectionKind", description="A kind of source that a connection can have.")
class SourceKind:
    kind: ConnectionKind = strawberry.field(description="The kind.")
    name: str = strawberry.field(description="What people call it.")
    default_port: int = strawberry.field(description="The port that such a source usually has.")


_KINDS: Mapping[ConnectionKind, tuple[str, int]] = {ConnectionKind.POSTGRESQL: ("PostgreSQL", 5432)}


@strawberry.type
class ConnectionQueries:
    @field("The kinds of sources that can be connected; a short list.")
    def data_connection_kinds(self) -> list[SourceKind] | None:
        return [SourceKind(kind=kind, name=name, default_port=port) for kind, (name, port) in _KINDS.items()]

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


@strawberry.input(description="How to reach a source.")
class ConnectionSettingsInput:
    host: str = strawberry.field(description="Host name or address.")
    database: str = strawberry.field(description="The database whose schemas are read.")
    username: str = strawberry.field(description="The user to sign in as; read rights are enough.")
    port: int = strawberry.field(default=5432, description="Port, 1 to 65535.")
    secret: str | None = strawberry.field(
        default=UNSET,
        description=(
            "Reference to the password, never the password: `env:NAME` is read from the variable ASSAY_SECRET_NAME, "
            "`file:NAME` from the secrets folder. Leave it out when none is needed."
        ),
    )
    ssl_mode: SslMode = strawberry.field(default=SslMode.PREFER, description="How to encrypt the connection.")

    def read(self) -> model.ConnectionSettings:
        return model.ConnectionSettings(
            self.host, self.port, self.database, self.username, self.secret or None, self.ssl_mode
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
