import sys
from argparse import ArgumentParser, Namespace

from deploy.local.home import Home
from deploy.local.progress import LineProgress
from deploy.local.services import started_services
from domain.settings import Settings

SUMMARY = "start everything and stay until Ctrl-C"


def add_arguments(parser: ArgumentParser) -> None:
    del parser


def run(arguments: Namespace, settings: Settings) -> int:
    del arguments
    progress = LineProgress(sys.stdout)
    progress.say(f"Starting Assay in {Home.of(settings).root}")
    with started_services(settings, progress) as services:
        progress.say(f"GraphQL and GraphiQL  {services.api_url}/graphql")
        progress.say(f"Prefect               {services.prefect_url}")
        progress.say("Ctrl-C stops everything.")
        services.wait()
        progress.say("Stopping.")
    return 0
