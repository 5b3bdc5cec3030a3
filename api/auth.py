"""Who asks, and for which project."""

import asyncio
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, Self

import structlog

from api.oidc import Provider, open_provider
from domain.access.model import DEFAULT_PROJECT, PERMISSIONS, Role
from domain.access.service import AccessService
from domain.bootstrap import Domain
from domain.errors import NotFound, Unavailable
from domain.identity import Actor, Tenant
from domain.members.admission import AdmissionService
from domain.members.secrets import is_service_token
from domain.settings import Settings, SettingsError

DEVELOPER = "developer"
LONGEST_TOKEN = 16_384

log = structlog.get_logger()


class Unauthenticated(Exception):
    """It is not known who asks."""

    message = "A valid token is needed: send it as Authorization: Bearer …"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a caller shows. `project` is a name or an id; None chooses the project `default`."""

    token: str | None = field(repr=False)
    project: str | None

    @classmethod
    def of(cls, *sources: Mapping[str, object]) -> Self:
        """From the headers of a request, or from the payload of `connection_init` over those of its handshake."""
        shown = {name.lower(): value for source in sources for name, value in source.items()}
        authorization, project = shown.get("authorization"), shown.get("x-project-id")
        scheme, _, token = str(authorization or "").partition(" ")
        return cls(token if scheme.lower() == "bearer" and token else None, str(project) if project else None)


class Gate(Protocol):
    async def admit(self, credentials: Credentials, request_id: str, /) -> Actor:
        """The actor; `Unauthenticated`, or `NotFound` for a project that is not there."""


async def until_refused(gate: Gate, credentials: Credentials, admitted: Actor, pause_seconds: float) -> None:
    """Returns when somebody who was let in and stays would not be let in any more, or not with the same rights.

    They stay while nobody can tell: without the database there is nothing to be told either.
    """
    is_same = True
    while is_same:
        await asyncio.sleep(pause_seconds)
        try:
            is_same = await gate.admit(credentials, admitted.request_id or "") == admitted
        except (Unauthenticated, NotFound):
            is_same = False
        except Unavailable:
            continue


class TokenGate:
    """Lets in whoever shows a token that is good for the project."""

    def __init__(self, admissions: AdmissionService, provider: Provider | None) -> None:
        self._admissions = admissions
        self._provider = provider

    async def admit(self, credentials: Credentials, request_id: str, /) -> Actor:
        token, project = credentials.token, credentials.project
        if token is None or len(token) > LONGEST_TOKEN or not token.isascii():
            raise Unauthenticated
        if is_service_token(token):
            actor = await self._admissions.by_token(token, project)
        else:
            actor = await self._by_provider(token, project)
        if actor is None:
            raise Unauthenticated
        return replace(actor, request_id=request_id)

    async def _by_provider(self, token: str, project: str | None) -> Actor | None:
        identity = await self._provider.identify(token) if self._provider else None
        if identity is None:
            return None
        return await self._admissions.by_subjects(identity.name, identity.subjects, project)


class DevelopmentGate:
    """Signs everybody in as an administrator."""

    def __init__(self, access: AccessService) -> None:
        self._access = access
        self._tenants: dict[str, Tenant] = {}

    async def admit(self, credentials: Credentials, request_id: str, /) -> Actor:
        tenant = await self._tenant(credentials.project or DEFAULT_PROJECT)
        return Actor(tenant, DEVELOPER, permissions=PERMISSIONS[Role.ADMIN], request_id=request_id)

    async def _tenant(self, project: str) -> Tenant:
        """Remembered, because a project never changes its tenant; what is not there is not remembered."""
        if project not in self._tenants:
            if project == DEFAULT_PROJECT:
                self._tenants[project] = await self._access.ensure_default_project()
            else:
                self._tenants[project] = await self._access.tenant_of(project)
        return self._tenants[project]


def open_gate(settings: Settings, domain: Domain) -> Gate:
    """The gate for the mode. Development mode never leaves the machine."""
    if settings.mode == "production":
        return TokenGate(domain.admissions, open_provider(settings.auth))
    check_loopback(settings)
    log.warning("auth.development_mode", meaning="whoever reaches this address is an administrator", bind=settings.bind)
    return DevelopmentGate(domain.access)


def check_loopback(settings: Settings) -> None:
    if not is_loopback(settings.bind):
        raise SettingsError(
            f"bind: {settings.bind} can be reached from other machines, and in development mode everybody is an "
            "administrator. Set ASSAY_BIND=127.0.0.1, or ASSAY_MODE=production."
        )


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
