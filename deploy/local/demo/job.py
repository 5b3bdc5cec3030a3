"""The main job, step by step through the GraphQL API. Each step has a fixed key: a job that was broken off goes on."""

import asyncio
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from deploy.local.demo.client import Answer, Api
from deploy.local.demo.source import DemoSource
from deploy.local.errors import LauncherError
from deploy.local.progress import Progress
from domain.fqn import Fqn

LOOK_SECONDS = 0.3
START_SECONDS = 60.0
RETRIES = 2
ENDED = frozenset({"COMPLETED", "FAILED", "CANCELLED", "CRASHED"})
PAGE = 100


@dataclass(frozen=True, slots=True)
class Step:
    """A kind of run: its mutation and whether it is saved when it is done."""

    words: str
    mutation: str
    saved: bool = False


STEPS = (
    Step("Profile", "startProfiling", saved=True),
    Step("Enrich", "startEnrichment", saved=True),
    Step("Generate rules", "startRuleGeneration", saved=True),
    Step("Assess metadata", "startMetadataAssessment"),
    Step("Assess data", "startDqAssessment"),
)

CONNECTION = (
    """query ($name: String!) { dataConnection(name: $name) { id version settings { host port database username } } }"""
)
CREATE = """mutation ($input: CreateDataConnectionInput!) { createDataConnection(input: $input) {
  ... on CreateDataConnectionSuccess { connection { id } } ... on Error { message } } }"""
UPDATE = """mutation ($input: UpdateDataConnectionInput!) { updateDataConnection(input: $input) {
  ... on UpdateDataConnectionSuccess { connection { id } } ... on Error { message } } }"""
TEST = """mutation ($input: TestDataConnectionInput!) { testDataConnection(input: $input) {
  ... on TestDataConnectionSuccess { run { id } } ... on Error { message } } }"""
CREATED = """mutation ($input: RecordAssetCreatedInput!) { recordAssetCreated(input: $input) {
  ... on RecordAssetCreatedSuccess { isNew } ... on Error { message } } }"""
INGESTION = (
    """query ($filter: WorkflowRunFilter!) { workflowRuns(filter: $filter, first: 1) { edges { node { id } } } }"""
)
TABLES = """query ($scope: Fqn!, $after: String) {
  assets(scope: $scope, filter: {types: [TABLE, VIEW]}, first: 100, after: $after) {
    edges { node { fqn parent { fqn name } } } pageInfo { hasNextPage endCursor } } }"""
RUN = """query ($id: ID!) { workflowRun(id: $id) {
  status failedItemCount progress { completed failed total } error { message } approval { status } } }"""
FAILED = """query ($id: ID!) { workflowRun(id: $id) {
  items(status: [FAILED], first: 10) { edges { node { fqn error { message } } } } } }"""
RETRY = """mutation ($input: RetryRunInput!) { retryRun(input: $input) {
  ... on RetryRunSuccess { run { id } } ... on Error { message } } }"""
APPROVE = """mutation ($input: ApproveRunInput!) { approveRun(input: $input) {
  ... on ApproveRunSuccess { run { approval { applied } } resolvedViolationCount conflicts { change { id } } }
  ... on Error { message } } }"""


def start(mutation: str) -> str:
    name = mutation[0].upper() + mutation[1:]
    return f"""mutation ($input: {name}Input!) {{ {mutation}(input: $input) {{
      ... on {name}Success {{ run {{ id }} }} ... on Error {{ message }} }} }}"""


@dataclass(slots=True)
class MainJob:
    """`again` begins anew instead of going on with what an earlier demo did."""

    api: Api
    source: DemoSource
    progress: Progress
    again: bool = False
    notes: list[str] = field(default_factory=list)
    """Items that failed in steps that succeeded, in words."""
    _mark: str = field(init=False)

    def __post_init__(self) -> None:
        about = repr((self.source.settings_input(), self.source.schemas, time.time_ns() if self.again else 0))
        self._mark = hashlib.sha256(about.encode()).hexdigest()[:16]

    async def run(self) -> None:
        await self._connect()
        await self._ingest()
        schemas = await self._schemas()
        for step in STEPS:
            await self._work(step, schemas)

    @property
    def scope(self) -> str:
        """The FQN of the service: the connection's name, quoted where the parts of an FQN have to be."""
        return str(Fqn.of(self.source.name))

    def _key(self, step: str) -> str:
        """The same for the same source and schemas, so that asking twice gives the same run."""
        return f"demo:{self.source.name}:{self._mark}:{step}"

    async def _connect(self) -> None:
        name, wanted = self.source.name, self.source.settings_input()
        known = (await self.api.ask(CONNECTION, name=name))["dataConnection"]
        if known is None:
            await self.api.do(CREATE, input={"name": name, "kind": "POSTGRESQL", "settings": wanted})
        elif any(wanted[key] != value for key, value in known["settings"].items()):
            change = {"connectionId": known["id"], "expectedVersion": known["version"], "settings": wanted}
            await self.api.do(UPDATE, input=change)
        tested = await self.api.do(TEST, input={"connection": name, "idempotencyKey": self._key("test")})
        await self._follow("Test the connection", tested["run"]["id"])

    async def _ingest(self) -> None:
        name, key = self.source.name, self._key("created")
        earlier = await self._newest_ingestion()
        created = await self.api.do(CREATED, input={"connection": name, "eventId": key})
        await self._follow("Ingest", await self._ingestion_run(earlier if created["isNew"] else None))

    async def _newest_ingestion(self) -> str | None:
        wanted = {"types": ["SERVICE_INGESTION"], "connection": self.source.name}
        edges = (await self.api.ask(INGESTION, filter=wanted))["workflowRuns"]["edges"]
        return str(edges[0]["node"]["id"]) if edges else None

    async def _ingestion_run(self, earlier: str | None) -> str:
        """The run that the event starts appears a moment later; an earlier event's run is not waited for again."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            newest = await self._newest_ingestion()
            if newest is not None and newest != earlier:
                return newest
            await asyncio.sleep(LOOK_SECONDS)
        raise LauncherError("The asset.created event has not started an ingestion run; the API's log says why.")

    async def _schemas(self) -> Sequence[str]:
        """FQNs of the schemas to work on: those that were asked for, or all that have tables."""
        found: dict[str, str] = {}
        after = None
        while True:
            page = (await self.api.ask(TABLES, scope=self.scope, after=after))["assets"]
            found |= {edge["node"]["parent"]["name"]: edge["node"]["parent"]["fqn"] for edge in page["edges"]}
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        if missing := sorted(set(self.source.schemas) - found.keys()):
            raise LauncherError(f"{self.source.database} has no table in the schema {', '.join(missing)}.")
        if not found:
            raise LauncherError(f"{self.source.username} sees no table in {self.source.database}; check its rights.")
        return [found[name] for name in self.source.schemas or sorted(found)]

    async def _work(self, step: Step, schemas: Sequence[str]) -> None:
        targets = [{"schema": fqn} for fqn in schemas]
        asked = {"connection": self.source.name, "targets": targets, "idempotencyKey": self._key(step.mutation)}
        run = (await self.api.do(start(step.mutation), input=asked))["run"]["id"]
        await self._follow(step.words, run)
        if step.saved:
            await self._save(step, run)

    async def _follow(self, words: str, run: str) -> None:
        """Show how far the run is until it ends; one that was broken off is tried again."""
        started = time.monotonic()
        for attempt in range(RETRIES + 1):
            now = await self._ended(words, run)
            if now["status"] == "COMPLETED":
                break
            if attempt == RETRIES or now["status"] not in {"FAILED", "CRASHED"}:
                reason = (now["error"] or {}).get("message") or "see the run in Prefect"
                raise LauncherError(f"{words}: the run ended {now['status']}: {reason}")
            await self.api.do(RETRY, input={"runId": run})
            await self._reopened(run)
        done, failed = now["progress"]["completed"], now["failedItemCount"]
        self.progress.ready(words, time.monotonic() - started, f"{done} done, {failed} failed" if done else "")
        if failed:
            await self._report_failed(words, run)

    async def _ended(self, words: str, run: str) -> Answer:
        while True:
            now: Answer = (await self.api.ask(RUN, id=run))["workflowRun"]
            if now["status"] in ENDED:
                return now
            progress = now["progress"]
            counted = (
                f" {progress['completed'] + progress['failed']} of {progress['total']}" if progress["total"] else ""
            )
            self.progress.starting([f"{words}{counted}"])
            await asyncio.sleep(LOOK_SECONDS)

    async def _reopened(self, run: str) -> None:
        """Until the retry has reached Prefect, the run still shows how it ended."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if (await self.api.ask(RUN, id=run))["workflowRun"]["status"] not in ENDED:
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def _report_failed(self, words: str, run: str) -> None:
        edges = (await self.api.ask(FAILED, id=run))["workflowRun"]["items"]["edges"]
        for item in (edge["node"] for edge in edges):
            self.notes.append(f"{words}: {item['fqn']}: {item['error']['message']}")

    async def _save(self, step: Step, run: str) -> None:
        saved = await self.api.do(APPROVE, input={"runId": run})
        conflicts = len(saved["conflicts"])
        closed = saved["resolvedViolationCount"]
        applied = saved["run"]["approval"]["applied"]
        parts = [f"{applied} changes applied"] if applied else []
        parts += [f"{closed} violations superseded"] if closed else []
        parts += [f"{conflicts} changes in conflict"] if conflicts else []
        self.progress.say(f"  {'Save':<16}          {', '.join(parts)}".rstrip())
        if conflicts:
            self.notes.append(f"{step.words}: {conflicts} changes could not be saved: their assets have changed.")
