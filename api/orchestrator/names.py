"""How our runs appear in Prefect."""

from domain.fqn import Fqn
from domain.runs.model import RunType, WorkflowRun
from domain.workflows.model import DEFINITIONS

DEPLOYMENT = "default"
"""Every flow has one deployment of this name."""
START_CONFIGURATION = f"start-configuration/{DEPLOYMENT}"
"""The deployment that holds the schedules of configurations."""
TAG = "assay"


def deployment_of(run_type: RunType) -> str:
    """`flow/deployment`, as Prefect looks it up."""
    return f"{DEFINITIONS[run_type].flow}/{DEPLOYMENT}"


def name_of(run: WorkflowRun, tables: int) -> str:
    """What the run is about, for the people who look at Prefect's UI; `tables` of it the catalogue knows."""
    about = _short(run.targets[0]) if run.targets else run.connection_name
    more = f" and {len(run.targets) - 1} more" if len(run.targets) > 1 else ""
    size = f" · {tables:,} {'table' if tables == 1 else 'tables'}" if run.targets else ""
    return f"{run.type} {about}{more}{size}"


def _short(target: Fqn) -> str:
    """Without the database, of which a connection has one."""
    service, _database, *below = target.parts
    return str(Fqn.of(service, *below))


def tags_of(run: WorkflowRun) -> list[str]:
    return [TAG, run.type, f"connection:{run.connection_name}"]
