import asyncio
import socket
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import asyncpg
import pytest

from deploy.local import checks, doctor
from deploy.local.checks import Check, Outcome, check_disk, check_home, check_packages, check_ports, check_provider
from deploy.local.database_checks import check_database
from deploy.local.throwaway import throwaway_postgres
from domain.settings import Settings, load_settings
from domain.tenant_role import statements_for
from tests.fixtures.postgres import PostgresServer


@pytest.fixture(scope="module")
def roleless() -> Iterator[PostgresServer]:
    """A server on which Assay was never set up."""
    with throwaway_postgres() as server:
        yield PostgresServer(server.address)


def settings(environment: Mapping[str, str]) -> Settings:
    return load_settings(environment=environment)


def test_packages_of_the_lock_are_all_here() -> None:
    assert check_packages().outcome is Outcome.OK


def test_package_of_another_version_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "dev.txt"
    lock.write_text(
        'prefect==0.1 \\\n    --hash=sha256:00\npsutil==1 ; sys_platform == "nowhere" \\\n    --hash=sha256:00\n'
    )

    check = check_packages(lock)

    assert check == Check("packages", Outcome.MISSING, "1 differ from the lock: prefect==0.1", "Run `make setup`.")


def test_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    check = check_home(settings({"ASSAY_HOME": str(tmp_path / "file" / "home")}))

    assert check.outcome is Outcome.MISCONFIGURED
    assert str(tmp_path / "file") in check.finding
    assert "ASSAY_HOME" in check.finding


def test_too_little_room_says_how_much_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "DISK_WANTED_BYTES", 2**60)

    check = check_disk(settings({"ASSAY_HOME": str(tmp_path / "not" / "yet")}))

    assert (check.outcome, check.mend) == (Outcome.MISSING, "Make room for 1073741824 GiB.")


def test_taken_port_names_its_setting(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        environment = {
            "ASSAY_HOME": str(tmp_path),
            "ASSAY_API_PORT": str(port),
            "ASSAY_PREFECT_API_URL": "http://p/api",
        }

        found = list(check_ports(settings(environment)))

    assert [check.outcome for check in found] == [Outcome.MISCONFIGURED]
    assert "set ASSAY_API_PORT" in found[0].finding


@pytest.mark.parametrize(
    ("case", "environment", "outcome", "mend"),
    [
        ("offline", {}, Outcome.OK, ""),
        (
            "no key",
            {"ASSAY_ENRICHMENT_PROVIDER": "openai"},
            Outcome.MISSING,
            "Set ASSAY_ENRICHMENT_OPENAI_API_KEY, or ASSAY_ENRICHMENT_PROVIDER to offline.",
        ),
        (
            "the other's key",
            {"ASSAY_ENRICHMENT_PROVIDER": "anthropic", "ASSAY_ENRICHMENT_OPENAI_API_KEY": "k"},
            Outcome.MISSING,
            "Set ASSAY_ENRICHMENT_ANTHROPIC_API_KEY, or ASSAY_ENRICHMENT_PROVIDER to offline.",
        ),
        (
            "its key",
            {"ASSAY_ENRICHMENT_PROVIDER": "openai", "ASSAY_ENRICHMENT_OPENAI_API_KEY": "k"},
            Outcome.OK,
            "",
        ),
    ],
)
def test_model_provider(case: str, environment: dict[str, str], outcome: Outcome, mend: str) -> None:
    check = check_provider(settings(environment))

    assert (check.outcome, check.mend) == (outcome, mend)


def test_embedded_server_is_found_without_starting_it() -> None:
    assert [check.outcome for check in check_database(settings({}))] == [Outcome.OK]


def test_own_server_is_asked_for_what_prefect_needs(postgres: PostgresServer) -> None:
    found = list(check_database(settings({"ASSAY_DATABASE_URL": postgres.dsn("assay")})))

    assert [(check.subject, check.outcome) for check in found] == [
        ("postgresql", Outcome.OK),
        ("tenant role", Outcome.OK),
        ("pg_trgm", Outcome.OK),
        ("prefect database", Outcome.OK),
    ]
    assert found[3].finding == "assay_prefect, will be created"


@pytest.mark.parametrize(
    ("case", "preparation", "outcome", "finding"),
    [
        ("nothing", (), Outcome.MISSING, "modest may neither act as assay_tenant nor make it"),
        (
            "only the role",
            ("CREATE ROLE assay_tenant",),
            Outcome.MISSING,
            "modest may neither act as assay_tenant nor make it",
        ),
        ("the right to make it", ("ALTER ROLE modest CREATEROLE",), Outcome.OK, "assay_tenant, will be created"),
        ("what the mend says", statements_for("modest"), Outcome.OK, "assay_tenant, exists"),
    ],
)
async def test_own_server_is_asked_for_the_role_of_tenants(
    case: str, preparation: Sequence[str], outcome: Outcome, finding: str, roleless: PostgresServer
) -> None:
    administrator = await asyncpg.connect(roleless.dsn("postgres"))
    for statement in ("CREATE ROLE modest LOGIN PASSWORD 'word'", *preparation):
        await administrator.execute(statement)
    url = f"postgresql://modest:word@127.0.0.1:{roleless.address.port}/assay"

    found = await asyncio.to_thread(lambda: list(check_database(settings({"ASSAY_DATABASE_URL": url}))))
    await administrator.execute("DROP ROLE IF EXISTS assay_tenant; DROP ROLE modest")
    await administrator.close()

    assert (found[1].subject, found[1].outcome, found[1].finding) == ("tenant role", outcome, finding)
    if outcome is Outcome.MISSING:
        assert found[1].mend == (
            'As an administrator of the server: CREATE ROLE assay_tenant NOLOGIN; GRANT assay_tenant TO "modest";'
        )


def test_unreachable_server_is_named_without_its_password() -> None:
    url = "postgresql://steward:hidden-word@127.0.0.1:9/assay"

    (check,) = check_database(settings({"ASSAY_DATABASE_URL": url}))

    assert check.outcome is Outcome.MISCONFIGURED
    assert check.finding.startswith("127.0.0.1:9, database 'assay', user 'steward': ")
    assert "hidden-word" not in check.finding + check.mend


def test_exit_code_says_whether_all_is_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "check_home", lambda _: Check("home", Outcome.OK, "here"))
    environment = {"ASSAY_HOME": str(tmp_path), "ASSAY_API_PORT": "28417", "ASSAY_PREFECT_PORT": "28418"}
    well = doctor.run(Namespace(), settings(environment))
    ill = doctor.run(Namespace(), settings({**environment, "ASSAY_ENRICHMENT_PROVIDER": "openai"}))

    assert (well, ill) == (0, 1)
    assert "model provider    missing        openai without a key" in capsys.readouterr().out
