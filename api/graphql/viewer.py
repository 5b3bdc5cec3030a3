from typing import Self

import strawberry

from api.graphql.context import Context, Info
from api.graphql.enums import describe
from api.graphql.fields import field
from api.graphql.mirror import mirror
from domain.fqn import Fqn
from domain.identity import ActorKind, Permission

BANNER = "Development mode: whoever reaches this address is an administrator. Never expose it to a network."

describe(
    ActorKind,
    "What kind of caller it is.",
    {
        ActorKind.USER: "A person.",
        ActorKind.SERVICE: "A program.",
        ActorKind.SYSTEM: "A part of Assay itself.",
    },
)
describe(
    Permission,
    "What a caller may do in a project.",
    {
        Permission.READ: "See what is there.",
        Permission.READ_ROWS: "See which rows of a source fail a rule, and the statement that finds them.",
        Permission.RUN: "Start, cancel and retry runs.",
        Permission.WRITE: "Change connections, assets, rules and violations.",
        Permission.APPROVE: "Save runs and decide about what they suggest.",
        Permission.ADMINISTER: "Delete, and manage secrets.",
    },
)


@strawberry.type(description="Who asks, and what they may do here.")
class Viewer:
    name: str = strawberry.field(description="The name under which changes are recorded.")
    kind: ActorKind = strawberry.field(description="What kind of caller it is.")
    project_id: strawberry.ID = strawberry.field(description="The chosen project, as X-Project-ID takes it.")
    permissions: list[Permission] = strawberry.field(description="What they may do in the project, in order.")
    scopes: list[Fqn] | None = strawberry.field(
        description="The parts of the catalogue outside of which nothing exists for them; null for the whole project."
    )
    banner: str | None = strawberry.field(description="A warning to show at all times; null when there is none.")

    @classmethod
    def of(cls, context: Context) -> Self:
        actor = context.actor
        return mirror(
            cls,
            actor,
            project_id=strawberry.ID(str(actor.tenant.project_id)),
            permissions=[permission for permission in Permission if actor.may(permission)],
            scopes=None if actor.tenant.within is None else list(actor.tenant.within),
            banner=BANNER if context.settings.mode == "development" else None,
        )


@strawberry.type
class ViewerQueries:
    @field("Who asks, and what they may do.")
    def viewer(self, info: Info) -> Viewer | None:
        return Viewer.of(info.context)
