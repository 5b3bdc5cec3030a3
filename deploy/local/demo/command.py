"""`assay demo`: the main job on the sample bank, or on your own database, through the public API."""

import asyncio
import sys
from argparse import ArgumentParser, Namespace

import httpx

from deploy.local.demo.client import Api
from deploy.local.demo.job import MainJob
from deploy.local.demo.report import report
from deploy.local.demo.source import DemoSource, sample_source, source_of_dsn
from deploy.local.errors import LauncherError
from deploy.local.progress import LineProgress
from deploy.local.services import Services, running_services
from domain.settings import Settings

SUMMARY = "run the main job on the sample bank or on your own database"
TIMEOUT_SECONDS = 60.0


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--dsn", help="your own PostgreSQL: postgresql://user:password@host:5432/database")
    parser.add_argument("--schema", action="append", default=[], help="a schema to work on; may be repeated")
    parser.add_argument("--name", help="what the connection is called (default: the database's name)")
    parser.add_argument("--again", action="store_true", help="begin anew instead of going on with an earlier demo")
    parser.add_argument("--exit", action="store_true", help="end after printing; exit code 0 only if all succeeded")


def run(arguments: Namespace, settings: Settings) -> int:
    progress = LineProgress(sys.stdout)
    with running_services(settings, progress) as services:
        source = _source(arguments, settings, services, progress)
        asyncio.run(_demonstrate(services, source, progress, again=arguments.again))
        if not arguments.exit:
            progress.say("Ctrl-C stops everything.")
            services.wait()
            progress.say("Stopping.")
    return 0


def _source(arguments: Namespace, settings: Settings, services: Services, progress: LineProgress) -> DemoSource:
    if arguments.dsn:
        return source_of_dsn(settings, arguments.dsn, arguments.name, tuple(arguments.schema))
    if arguments.schema or arguments.name:
        raise LauncherError("--schema and --name go with --dsn; the sample bank has its own.")
    server = services.postgres.dsn("postgres") if services.postgres else settings.database_url()
    return sample_source(settings, server, progress)


async def _demonstrate(services: Services, source: DemoSource, progress: LineProgress, *, again: bool) -> None:
    """A step that does not succeed ends it with an error; items that failed within a step are told at the end."""
    progress.say(f"The main job on {source.name} ({source.host}:{source.port}/{source.database})")
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as http:
        api = Api(services.api_url, http)
        job = MainJob(api, source, progress, again=again)
        await job.run()
        await report(api, job.scope, progress)
    progress.say("")
    for note in job.notes:
        progress.say(f"! {note}")
    progress.say(f"GraphQL and GraphiQL  {services.api_url}/graphql")
    progress.say(f"Prefect               {services.prefect_url}")
