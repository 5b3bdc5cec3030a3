from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import Settings as PrefectSettings
from pydantic import AliasChoices, BaseModel

from deploy.local.home import Home
from deploy.local.prefect_environment import client_environment, server_environment
from domain.settings import load_settings


def variables_of(section: type[BaseModel]) -> Iterator[str]:
    prefix = section.model_config.get("env_prefix", "")
    for name, field in section.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from variables_of(field.annotation)
        elif isinstance(field.validation_alias, AliasChoices):
            yield from (alias.upper() for alias in field.validation_alias.choices if isinstance(alias, str))
        else:
            yield f"{prefix}{name}".upper()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.prepare()
    return home


def test_clients_trust_exactly_one_certificate(home: Home) -> None:
    environment = client_environment(load_settings(environment={}), home)

    bundle = Path(environment["PREFECT_API_SSL_CERT_FILE"]).read_text()
    assert bundle.count("-----BEGIN CERTIFICATE-----") == 1
    assert bundle.endswith("-----END CERTIFICATE-----\n")


def test_server_spoken_to_over_tls_is_checked_against_all_certificates(home: Home) -> None:
    settings = load_settings(environment={"ASSAY_PREFECT_API_URL": "https://prefect.example/api"})

    environment = client_environment(settings, home)

    assert environment["PREFECT_API_URL"] == "https://prefect.example/api"
    assert "PREFECT_API_SSL_CERT_FILE" not in environment


def test_clients_never_learn_the_address_of_prefects_database(home: Home) -> None:
    settings = load_settings(environment={})
    dsn = "postgresql://assay:word@127.0.0.1:15433/prefect?sslmode=require"

    server = server_environment(settings, home, dsn)

    assert server["PREFECT_API_DATABASE_CONNECTION_URL"] == (
        "postgresql+asyncpg://assay:word@127.0.0.1:15433/prefect?ssl=require"
    )
    assert "word" not in "".join(client_environment(settings, home).values())


@pytest.mark.parametrize(
    ("case", "bind", "expected"),
    [("loopback", "127.0.0.1", "http://127.0.0.1:4200/api"), ("six", "::1", "http://[::1]:4200/api")],
)
def test_user_interface_is_told_the_address_that_a_browser_sees(
    case: str, bind: str, expected: str, home: Home
) -> None:
    settings = load_settings(environment={"ASSAY_BIND": bind})

    assert server_environment(settings, home, "postgresql://h/prefect")["PREFECT_UI_API_URL"] == expected


def test_every_setting_is_one_that_prefect_knows(home: Home) -> None:
    environment = server_environment(load_settings(environment={}), home, "postgresql://h/prefect")

    prefects = {name for name in environment if name.startswith("PREFECT_")}
    assert prefects - set(variables_of(PrefectSettings)) == set()
