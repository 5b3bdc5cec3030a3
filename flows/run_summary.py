"""What Prefect's UI shows of a run that has ended: how far it came, what failed and why, and the way back to us."""

import asyncio
import re
from collections.abc import Sequence

import structlog
from prefect.artifacts import acreate_markdown_artifact

from domain.bootstrap import Domain
from domain.pages import PageRequest
from domain.runs.budget import words_of_missing
from domain.runs.model import ItemStatus, RunItem, WorkflowRun

SHOWN = 50
"""Failed items that are listed one by one."""
LONGEST_SECONDS = 5.0

_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")

log = structlog.get_logger()


async def publish_summary(domain: Domain, run: WorkflowRun, api_url: str) -> None:
    """Put the summary beside the flow run; a run is not worth less because that could not be done."""
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            ended = await domain.read.runs.get(run.tenant, run.id)
            page = await domain.read.runs.items(run.tenant, run.id, [ItemStatus.FAILED], PageRequest(first=SHOWN))
            text = summary_of(ended, [item for _, item in page.items], f"{api_url}/runs/{run.id}")
            await acreate_markdown_artifact(text, key=f"assay-{run.type}", description=f"Assay run {run.id}")
    except Exception as error:  # noqa: BLE001 - whatever it was, the run itself stands in our own tables
        log.warning("run.not_summarised", run=str(run.id), error=type(error).__name__)


def summary_of(run: WorkflowRun, failed: Sequence[RunItem], link: str) -> str:
    """In Markdown. Errors of ours hold no row value, so that they may be shown."""
    done, total = run.progress.completed, run.progress.total
    counts = f"**{done:,} of {total:,} done, {run.progress.failed:,} failed.** " if total else ""
    lines = [f"{counts}[Open the run in Assay]({link})"]
    if missing := words_of_missing(run.output):
        lines.append(missing)
    if run.error_message:
        lines.append(f"**Why it could not go on:** {_plain(run.error_message)}")
    if failed:
        rows = [f"| {_plain(str(item.fqn))} | {_plain(item.error_message or '')} |" for item in failed]
        lines.append("\n".join(["| Failed | Why |", "|---|---|", *rows]))
    if failed and (more := run.progress.failed - len(failed)) > 0:
        lines.append(f"{more:,} more failed; Assay lists them all.")
    return "\n\n".join(lines)


def _plain(text: str) -> str:
    """Text whose signs mean nothing to Markdown: a table may be called anything."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
