import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from structlog.testing import capture_logs

from api.oidc import Identity, Provider, open_provider
from api.services import Services
from domain.access.model import Role
from domain.bootstrap import Domain
from domain.errors import Unavailable
from domain.identity import Actor
from domain.members.model import Grant
from domain.settings import AuthSettings, SettingsError
from tests.api.conftest import serving
from tests.fakes.identity_provider import AUDIENCE, SIGNED_BY, IdentityProvider, identity_provider

Forge = Callable[[IdentityProvider], str]


@pytest.fixture(scope="module")
def standing() -> Iterator[IdentityProvider]:
    with identity_provider() as provider:
        yield provider


@pytest.fixture
def issuer(standing: IdentityProvider) -> IdentityProvider:
    standing.is_down, standing.claimed_issuer = False, None
    standing.asked.clear()
    return standing


def settings_of(issuer: IdentityProvider, *, groups: str | None = None, keys: str | None = None) -> AuthSettings:
    return AuthSettings(oidc_issuer=issuer.issuer, oidc_audience=AUDIENCE, oidc_groups_claim=groups, oidc_jwks_url=keys)


def opened(settings: AuthSettings) -> Provider:
    provider = open_provider(settings)
    assert provider
    return provider


async def test_a_good_token_says_who_it_is(issuer: IdentityProvider) -> None:
    provider = opened(settings_of(issuer))

    assert await provider.identify(issuer.token(email="ada@bank.test")) == Identity("ada@bank.test", ["u-1"])
    assert await provider.identify(issuer.token()) == Identity("u-1", ["u-1"])
    assert issuer.asked == ["/.well-known/openid-configuration", "/keys"]


async def test_a_key_on_a_curve_serves_as_well(issuer: IdentityProvider) -> None:
    token = jwt.encode(issuer.claims(aud=["other", AUDIENCE]), issuer.ec, "ES256", {"kid": "curve"})

    assert await opened(settings_of(issuer)).identify(token) == Identity("u-1", ["u-1"])


async def test_groups_come_from_the_claim_that_is_named(issuer: IdentityProvider) -> None:
    provider = opened(settings_of(issuer, groups="groups"))

    many = await provider.identify(issuer.token(groups=["stewards", 7, "", "all"]))
    one = await provider.identify(issuer.token(groups="all"))

    assert many == Identity("u-1", ["u-1", "group:stewards", "group:all"])
    assert one == Identity("u-1", ["u-1", "group:all"])


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def unsigned(issuer: IdentityProvider, algorithm: object) -> str:
    header = {"alg": algorithm, "kid": SIGNED_BY}
    return ".".join(encoded(json.dumps(part).encode()) for part in (header, issuer.claims()))


def signed_with_the_public_key(issuer: IdentityProvider) -> str:
    """As a library would take it that believes the header: the public key is no secret."""
    secret = issuer.rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    token = unsigned(issuer, "HS256")
    return f"{token}.{encoded(hmac.digest(secret, token.encode(), 'sha256'))}"


def signed_by_somebody_else(issuer: IdentityProvider) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(issuer.claims(), key, "RS256", {"kid": SIGNED_BY})


FORGED: dict[str, Forge] = {
    "no token": lambda _: "made-up",
    "no signature": lambda issuer: f"{unsigned(issuer, 'none')}.",
    "a list of algorithms": lambda issuer: f"{unsigned(issuer, ['RS256'])}.",
    "the public key as a secret": signed_with_the_public_key,
    "another key of that id": signed_by_somebody_else,
    "a signature of something else": lambda issuer: issuer.token(sub="u-2").rpartition(".")[0]
    + "." + issuer.token().rpartition(".")[2],
    "a key that is not there": lambda issuer: jwt.encode(issuer.claims(), issuer.rsa, "RS256", {"kid": "gone"}),
    "no key named": lambda issuer: jwt.encode(issuer.claims(), issuer.rsa, "RS256"),
    "a key of another kind": lambda issuer: jwt.encode(issuer.claims(), issuer.rsa, "RS256", {"kid": "curve"}),
    "expired": lambda issuer: issuer.token(exp=int(time.time()) - 31),
    "never expiring": lambda issuer: issuer.token(exp=None),
    "not yet valid": lambda issuer: issuer.token(nbf=int(time.time()) + 60),
    "another audience": lambda issuer: issuer.token(aud="other"),
    "no audience": lambda issuer: issuer.token(aud=None),
    "another issuer": lambda issuer: issuer.token(iss=issuer.address),
    "no issuer": lambda issuer: issuer.token(iss=None),
    "nobody": lambda issuer: issuer.token(sub=None),
    "an empty subject": lambda issuer: issuer.token(sub=""),
    "a subject that cannot be stored": lambda issuer: issuer.token(sub="\0"),
    "a group as the subject": lambda issuer: issuer.token(sub="group:stewards"),
}  # fmt: skip


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_what_is_no_good_token_identifies_nobody(forge: Forge, issuer: IdentityProvider) -> None:
    assert await opened(settings_of(issuer)).identify(forge(issuer)) is None


async def test_clocks_may_be_some_seconds_apart(issuer: IdentityProvider) -> None:
    assert await opened(settings_of(issuer)).identify(issuer.token(exp=int(time.time()) - 20))


async def test_keys_at_a_given_address_need_no_discovery(issuer: IdentityProvider) -> None:
    provider = opened(settings_of(issuer, keys=f"{issuer.address}/keys"))

    assert await provider.identify(issuer.token())
    assert issuer.asked == ["/keys"]


async def test_the_document_of_another_issuer_is_not_believed(issuer: IdentityProvider) -> None:
    issuer.claimed_issuer = "https://elsewhere.test/"

    with pytest.raises(Unavailable), capture_logs() as lines:
        await opened(settings_of(issuer)).identify(issuer.token())

    assert [line["event"] for line in lines] == ["auth.provider_unreachable"]
    assert lines[0]["error"].endswith("is the document of another issuer")


def test_an_issuer_without_an_audience_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"auth\.oidc_audience is not set"):
        open_provider(AuthSettings(oidc_issuer="https://login.test"))


@pytest.fixture
async def production(services: Services, issuer: IdentityProvider) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server whose people sign in with the provider."""
    settings = services.settings.model_copy(update={"mode": "production", "auth": settings_of(issuer)})
    async with (
        serving(Services(settings, services.domain, services.hub)) as address,
        httpx.AsyncClient(base_url=address) as http,
    ):
        yield http


async def asked(http: httpx.AsyncClient, token: str, **headers: str) -> httpx.Response:
    query = {"query": "{ viewer { name kind permissions } }"}
    return await http.post("/graphql", json=query, headers={"Authorization": f"Bearer {token}", **headers})


@pytest.mark.db
async def test_a_member_signs_in_and_a_stranger_finds_no_project(
    production: httpx.AsyncClient, issuer: IdentityProvider, domain: Domain, actor: Actor
) -> None:
    await domain.members.grant(actor, "u-1", Grant(Role.VIEWER))

    member = await asked(production, issuer.token(email="ada@bank.test"))
    stranger = await asked(production, issuer.token(sub="u-2"))

    assert member.json()["data"]["viewer"] == {"name": "ada@bank.test", "kind": "USER", "permissions": ["READ"]}
    assert stranger.status_code == 404
    assert stranger.json()["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


@pytest.mark.db
async def test_a_project_without_membership_looks_as_if_it_were_not_there(
    production: httpx.AsyncClient, issuer: IdentityProvider, domain: Domain, actor: Actor, stranger: Actor
) -> None:
    await domain.members.grant(actor, "u-1", Grant(Role.OWNER))

    replies = [await asked(production, issuer.token(), **{"X-Project-ID": name}) for name in ("elsewhere", "nowhere")]

    assert [reply.status_code for reply in replies] == [404, 404]
    first, second = (reply.text for reply in replies)
    assert first.replace("elsewhere", "nowhere") == second


@pytest.mark.db
async def test_a_provider_that_is_away_is_told_with_advice(
    production: httpx.AsyncClient, issuer: IdentityProvider, actor: Actor
) -> None:
    issuer.is_down = True

    with capture_logs() as lines:
        reply = await asked(production, issuer.token())

    assert (reply.status_code, reply.headers["retry-after"]) == (503, "10")
    assert reply.json()["errors"][0]["extensions"] == {"code": "SERVICE_UNAVAILABLE"}
    assert [line["event"] for line in lines] == ["auth.provider_unreachable"]


@pytest.mark.db
async def test_no_token_is_ever_logged_or_echoed(
    production: httpx.AsyncClient, issuer: IdentityProvider, actor: Actor
) -> None:
    tokens = [forge(issuer) for name, forge in FORGED.items() if name != "no token"] + [issuer.token()]

    with capture_logs() as lines:
        replies = [await asked(production, token) for token in tokens]

    written = f"{lines}{[reply.text for reply in replies]}"
    assert [token for token in tokens if token.split(".")[1] in written] == []
