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
