"""How our runs appear in Prefect."""

from domain.runs.model import RunType, WorkflowRun
from domain.workflows.model import DEFINITIONS

DEPLOYMENT = "default"
"""Every flow has one deployment of this name."""
TAG = "assay"


def deployment_of(run_type: RunType) -> str:
    """`flow/deployment`, as Prefect looks it up."""
    return f"{DEFINITIONS[run_type].flow}/{DEPLOYMENT}"


def name_of(run: WorkflowRun) -> str:
    """What the run is about, for the people who look at Prefect's UI."""
    about = str(run.targets[0]) if run.targets else run.connection_name
    more = f" and {len(run.targets) - 1} more" if len(run.targets) > 1 else ""
    return f"{run.type} {about}{more}"


def tags_of(run: WorkflowRun) -> list[str]:
    return [TAG, run.type, f"connection:{run.connection_name}"]
