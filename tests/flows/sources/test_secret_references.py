from pathlib import Path

import pytest

from flows.failures import SourceUnreachable
from flows.sources.secret_references import resolve_secret


def test_env_reference_reads_the_prefixed_variable(tmp_path: Path) -> None:
    assert resolve_secret("env:SHOP", tmp_path, {"ASSAY_SECRET_SHOP": "hunter2"}) == "hunter2"


def test_variable_without_the_prefix_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable, match="set the environment variable ASSAY_SECRET_SHOP"):
        resolve_secret("env:SHOP", tmp_path, {"SHOP": "hunter2"})


@pytest.mark.parametrize(
    ("content", "secret"),
    [("hunter2", "hunter2"), ("hunter2\n", "hunter2"), ("hunter2\r\n", "hunter2"), (" a \n\n", " a \n"), ("", "")],
)
def test_file_reference_drops_one_trailing_newline_only(tmp_path: Path, content: str, secret: str) -> None:
    (tmp_path / "shop").write_bytes(content.encode())
    assert resolve_secret("file:shop", tmp_path) == secret


def test_missing_file_is_named_with_its_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable) as caught:
        resolve_secret("file:shop", tmp_path)
    assert caught.value.message == f"The secret file:shop is not there: put it into {tmp_path}."


@pytest.mark.parametrize("name", ["../outside", "a/../../outside", "/etc/hostname"])
def test_file_outside_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (tmp_path / "outside").write_text("hunter2")
    with pytest.raises(SourceUnreachable, match="points outside the secrets folder"):
        resolve_secret(f"file:{name}", folder)


def test_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (tmp_path / "outside").write_text("hunter2")
    (folder / "shop").symlink_to(tmp_path / "outside")
    with pytest.raises(SourceUnreachable, match="points outside the secrets folder"):
        resolve_secret("file:shop", folder)


def test_secret_that_is_no_reference_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable) as caught:
        resolve_secret("hunter2", tmp_path)
    assert "hunter2" not in caught.value.message
