from pathlib import Path

import pytest

import api.__main__ as command
from api.graphql.schema import schema_text


def test_committed_schema_is_that_of_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["export-schema", "--check"]) == 0
    assert capsys.readouterr().out == ""


def test_export_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["export-schema"]) == 0
    assert capsys.readouterr().out == schema_text()


def test_check_shows_the_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "schema.graphql"
    old.write_text(schema_text().replace("type Viewer {", "type Watcher {"), encoding="utf-8")
    monkeypatch.setattr(command, "SCHEMA_FILE", old)

    assert command.main(["export-schema", "--check"]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in printed if line[:1] in {"+", "-"}][2:] == ["-type Watcher {", "+type Viewer {"]


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("ASSAY_API_TRUSTED_DOCUMENTS", "/nowhere/at/all", "api.trusted_documents: /nowhere/at/all cannot be read"),
        ("ASSAY_BIND", "0.0.0.0", "bind: 0.0.0.0 can be reached from other machines"),
        ("ASSAY_API_MAX_COST", "0", "api.max_cost: Input should be greater than or equal to 1."),
    ],
)
def test_setting_that_cannot_be_used_ends_the_server_with_its_name(
    variable: str, value: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASSAY_DATABASE_URL", "postgresql://nobody:hidden@127.0.0.1:9/none")
    monkeypatch.setenv("ASSAY_MODE", "development")
    monkeypatch.setenv(variable, value)

    assert command.main(["serve"]) == 2
    assert capsys.readouterr().err.startswith(told)
