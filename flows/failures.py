"""What can go wrong while a run measures. Messages may be shown: they hold no secret and no row value.

RunFailure
├── SourceUnreachable   the whole run fails, fast
├── TableFailed         this table is recorded as failed, the others go on
├── LeftOut             this table is recorded as skipped, the others go on
├── ModelKeyRejected    the whole run fails, fast
├── ModelRateLimited    tried again after a pause
├── ModelTimedOut       tried again; after the last try the item is skipped and recorded
└── ModelFailed         the provider answered, but with nothing usable
"""

from domain.runs.budget import BUDGET_ENDED


class RunFailure(Exception):
    """`code` is what RunItem.error_code and WorkflowRun.error_code hold."""

    code = "FAILED"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SourceUnreachable(RunFailure):
    code = "SOURCE_UNREACHABLE"


class TableFailed(RunFailure):
    code = "TABLE_FAILED"


class LeftOut(RunFailure):
    """The run's budget does not reach for the item, with which nothing is wrong."""

    code = BUDGET_ENDED


class ModelKeyRejected(RunFailure):
    code = "MODEL_KEY_REJECTED"


class ModelRateLimited(RunFailure):
    code = "MODEL_RATE_LIMITED"

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ModelTimedOut(RunFailure):
    code = "MODEL_TIMED_OUT"


class ModelFailed(RunFailure):
    code = "MODEL_FAILED"
