from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from domain.errors import DomainError
from domain.identifiers import new_id
from domain.runs.model import RunId, WorkflowRun
from domain.workflows.model import ConfigurationId, Schedule


class FakeOrchestrator:
    """A workflow engine in memory: one flow run for each run, however often it is asked for."""

    def __init__(self) -> None:
        self.trouble: DomainError | Exception | None = None
        """What every call meets for as long as it is set."""
        self._flow_runs: dict[RunId, UUID] = {}
        self.asked: Counter[RunId] = Counter()
        self.cancelled: list[UUID] = []
        self.retried: list[UUID] = []
        self.schedules: dict[ConfigurationId, Schedule | None] = {}

    @property
    def flow_runs(self) -> Mapping[RunId, UUID]:
        return self._flow_runs

    async def start(self, run: WorkflowRun, tables: int) -> UUID:
        self.asked[run.id] += 1
        self._meet_trouble()
        return self._flow_runs.setdefault(run.id, new_id())

    async def cancel(self, flow_run_id: UUID) -> None:
        self._meet_trouble()
        self.cancelled.append(flow_run_id)

    async def retry(self, flow_run_id: UUID, after_seconds: int) -> None:
        self._meet_trouble()
        self.retried.append(flow_run_id)

    async def keep_schedule(self, configuration_id: ConfigurationId, wanted: Schedule | None) -> None:
        self._meet_trouble()
        self.schedules[configuration_id] = wanted

    def _meet_trouble(self) -> None:
        if self.trouble is not None:
            raise self.trouble
