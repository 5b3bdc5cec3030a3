"""`python -m api serve | export-schema [--check]`."""

import argparse
import asyncio
import difflib
import sys
from pathlib import Path

import uvloop

from api.graphql.schema import schema_text
from api.server import serve
from domain.logs import configure_logs
from domain.settings import SettingsError, load_settings
from domain.tracing import begin_tracing

SCHEMA_FILE = Path(__file__).parent.parent / "schema.graphql"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m api")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="answer requests until a signal comes")
    export = commands.add_parser("export-schema", help="print the text of the GraphQL schema")
    export.add_argument("--check", action="store_true", help="compare it with schema.graphql instead")
    chosen = parser.parse_args(arguments)
    if chosen.command == "export-schema":
        return check_schema() if chosen.check else print_schema()
    return run_server()


def run_server() -> int:
    """2 and the reason, when a setting cannot be used: a background group wraps what is found after it was opened."""
    status = 0
    try:
        settings = load_settings()
        configure_logs(settings)
        begin_tracing("assay-api")
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(settings))
    except* SettingsError as wrong:
        print(*wrong.exceptions, sep="\n", file=sys.stderr)
        status = 2
    return status


def print_schema() -> int:
    print(schema_text(), end="")
    return 0


def check_schema() -> int:
    """1 and the difference, when the committed text is not that of the code."""
    committed = SCHEMA_FILE.read_text(encoding="utf-8") if SCHEMA_FILE.exists() else ""
    difference = list(
        difflib.unified_diff(
            committed.splitlines(keepends=True), schema_text().splitlines(keepends=True), "schema.graphql", "the code"
        )
    )
    print("".join(difference), end="")
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
