import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace

from deploy.local.home import Home
from deploy.local.services import database_url_of
from domain.settings import Settings

SUMMARY = "verify the chains of audit events; exit code 1 if one broke"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--expect-head",
        metavar="PROJECT=HASH",
        action="append",
        default=[],
        help="require this event too: a head that an earlier verification printed and that was kept elsewhere",
    )


def run(arguments: Namespace, settings: Settings) -> int:
    """The domain's own command, on the database of this home: the password of an embedded one is nobody's to know."""
    environment = os.environ | {"ASSAY_DATABASE_URL": database_url_of(settings, Home.of(settings))}
    heads = [word for head in arguments.expect_head for word in ("--expect-head", head)]
    command = [sys.executable, "-m", "domain", "verify-audit", *heads]
    return subprocess.run(command, env=environment, check=False).returncode
