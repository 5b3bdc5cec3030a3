from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TypeAlias

import strawberry

from api.events.hub import Hub
from api.graphql.audiences import Audience, Audiences
from api.graphql.loaders import Loaders
from api.meters import Meters
from api.services import Services
from domain.addresses import prefect_for_people
from domain.bootstrap import Domain, Queries
from domain.identity import Actor, Tenant
from domain.settings import Settings


@dataclass(slots=True)
class Caller:
    """Who sits at the other end of a request or a socket. A socket signs in after it was opened."""

    services: Services
    request_id: str
    actor: Actor | None = None
    audiences: Audiences = field(default_factory=Audiences)
    """All that follow the same server."""
    handshake: Mapping[str, str] = field(default_factory=dict)
    """The headers with which a socket was opened."""
    connection_params: dict[str, object] = field(default_factory=dict)
    """The payload of `connection_init`; Strawberry puts it here."""
    until_refused: Callable[[], Coroutine[None, None, None]] | None = None
    """Returns when the one who was let in is not to stay; None for nobody yet."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the resolvers of one operation use. It holds no session: each query opens its own."""

    domain: Domain
    hub: Hub
    settings: Settings
    meters: Meters
    actor: Actor
    load: Callable[[], Loaders]
    """Gives the same ones each time; they are made when the first is needed, because many operations need none."""
    audience: Audience
    """Those who are told the same as this subscriber; nobody else for what is no subscription."""

    @property
    def loaders(self) -> Loaders:
        return self.load()

    @property
    def prefect_ui(self) -> str:
        return prefect_for_people(self.settings)

    @property
    def read(self) -> Queries:
        return self.domain.read

    @property
    def tenant(self) -> Tenant:
        return self.actor.tenant


Info: TypeAlias = strawberry.Info[Context, None]


def operation_context(caller: Caller, audience: Audience | None = None) -> Context:
    """Made for each operation, because loaders that live as long as a socket give stale answers."""
    assert caller.actor is not None
    services = caller.services
    load = cache(partial(Loaders, services.domain.read, caller.actor.tenant, remembers=audience is None))
    audience = audience or Audience()
    return Context(services.domain, services.hub, services.settings, services.meters, caller.actor, load, audience)
