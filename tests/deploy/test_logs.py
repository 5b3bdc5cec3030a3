from pathlib import Path

import pytest

from deploy.local import logs


def test_rotation_keeps_three_earlier_logs(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    for start in range(6):
        logs.rotate(log)
        log.write_text(f"start {start}\n")

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "api.log": "start 5\n",
        "api.log.1": "start 4\n",
        "api.log.2": "start 3\n",
        "api.log.3": "start 2\n",
    }


def test_log_that_grows_too_large_is_emptied_under_its_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LARGEST_BYTES", 10)
    log = tmp_path / "api.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"more than ten bytes\n")
        logs.bound(log)
        writer.write(b"next\n")

    assert log.read_text() == "next\n"
    assert (tmp_path / "api.log.1").read_text() == "more than ten bytes\n"


def test_tail_is_the_last_lines_and_survives_broken_text(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_bytes(b"".join(b"line %d\n" % number for number in range(40)) + b"caf\xe9\n")

    lines = logs.tail(log).splitlines()

    assert len(lines) == 15
    assert lines[0] == "line 26"
    assert lines[-1] == "caf\N{REPLACEMENT CHARACTER}"


def test_tail_of_no_log_says_so(tmp_path: Path) -> None:
    assert logs.tail(tmp_path / "none.log") == "(there is no log)"
