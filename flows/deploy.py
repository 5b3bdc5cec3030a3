"""Makes the work pool and one deployment a flow in Prefect; a second call changes nothing."""

import shlex
import sys
from collections.abc import Coroutine, Mapping
from typing import Any
from uuid import UUID

from prefect import Flow, State
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectAlreadyExists
from prefect.types.entrypoint import EntrypointType
from prefect.workers.process import ProcessWorker

from flows.apply_retention import apply_retention
from flows.assess_dq import assess_dq
from flows.assess_metadata import assess_metadata
from flows.check_connection import check_connection
from flows.enrich_metadata import enrich_metadata
from flows.execute_dq_rules import execute_dq_rules
from flows.generate_dq_rules import generate_dq_rules
from flows.ingest_service import ingest_service
from flows.profile_database import profile_database
from flows.run_all import run_all
from flows.start_configuration import start_configuration
from flows.warm_start import launch

DEPLOYMENT = "default"
"""Every flow has one deployment of this name; the server looks it up by it."""

FLOWS: Mapping[str, Flow[[UUID], Coroutine[Any, Any, State[None]]]] = {
    found.name: found
    for found in (
        assess_dq,
        assess_metadata,
        check_connection,
        enrich_metadata,
        execute_dq_rules,
        generate_dq_rules,
        ingest_service,
        profile_database,
        run_all,
    )
}


async def deploy(work_pool: str, retention_schedule: str) -> None:
    await _ensure_pool(work_pool)
    for found in FLOWS.values():
        await _deploy(found, work_pool)
    await _deploy(start_configuration, work_pool)  # its schedules come and go with the configurations
    nightly = CronSchedule(cron=retention_schedule, timezone="UTC")
    # Whether it is active is not said: who pauses it in Prefect's UI wants it to stay so.
    await _deploy(apply_retention, work_pool, DeploymentScheduleCreate(schedule=nightly, slug="retention"))


async def _deploy(found: Flow[..., Any], work_pool: str, *schedules: DeploymentScheduleCreate) -> None:
    deployment = await found.ato_deployment(
        DEPLOYMENT,
        work_pool_name=work_pool,
        entrypoint_type=EntrypointType.MODULE_PATH,
        tags=["assay"],
        # Named by its path, the worker starts it at once instead of looking for a project first.
        job_variables={"command": shlex.join([sys.executable, "-I", "-S", launch.__file__])},
        schedules=list(schedules) or None,
    )
    await deployment.aapply()


async def _ensure_pool(name: str) -> None:
    template = ProcessWorker.get_default_base_job_template()
    async with get_client() as client:
        try:
            await client.create_work_pool(WorkPoolCreate(name=name, type="process", base_job_template=template))
        except ObjectAlreadyExists:
            return
