import json
import socket
from pathlib import Path

import pytest

from deploy.local.__main__ import main


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("case", "arguments", "message"),
    [
        ("port out of range", ["up", "--api-port", "70000"], "api.port: Input should be less than or equal to 65535."),
        ("port that is no number", ["up", "--prefect-port", "many"], "prefect.port: Input should be a valid integer"),
        ("open address in development", ["up", "--bind", "0.0.0.0"], "does not listen on 0.0.0.0: set ASSAY_BIND"),
        ("both on one port", ["up", "--api-port", "28431", "--prefect-port", "28431"], "are both 28431"),
        ("home inside a file", ["up", "--home", f"{__file__}/home"], "cannot be written"),
    ],
)
def test_mistake_ends_with_one_message_and_no_traceback(
    case: str, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(arguments)

    written = capsys.readouterr().err
    assert code == 2
    assert message in written
    assert written.startswith("assay: ")
    assert "Traceback" not in written


def test_taken_port_stops_before_anything_starts(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        code = main(["up", "--api-port", str(port)])

    assert code == 2
    assert f"Port {port} on 127.0.0.1, wanted for the API, is held by" in capsys.readouterr().err
    assert not (home / "postgres").exists()


def test_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ASSAY_API_PORT", "nonsense")

    assert main(["status", "--api-port", "28432"]) == 1
    assert "Nothing runs" in capsys.readouterr().out


def test_status_of_nothing_is_not_healthy(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--json"]) == 1

    assert json.loads(capsys.readouterr().out) == {"home": str(home), "healthy": False, "components": []}


def test_down_where_nothing_runs_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["down"]) == 0

    assert capsys.readouterr().out == f"Nothing runs on {home}.\n"
    assert not home.exists()


@pytest.mark.parametrize("command", [["token", "list"], ["member", "list"]])
def test_access_is_asked_of_the_database_of_the_home(
    command: list[str], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 2

    assert capsys.readouterr().err == f"assay: No PostgreSQL runs on {home}. Start it with `assay up`.\n"
