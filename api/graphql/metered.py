import time
from collections.abc import Iterator

from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from api.graphql.context import Context


class Metered(SchemaExtension):
    """Counts each operation with its outcome, and times those that end by themselves."""

    _is_followed = False

    def on_operation(self) -> Iterator[None]:
        began, outcome = time.perf_counter(), "abandoned"
        try:
            yield
            outcome = self._outcome()
        except Exception:
            outcome = "failed"
            raise
        finally:
            self._note(outcome, time.perf_counter() - began)

    def on_execute(self) -> Iterator[None]:
        if self.execution_context.operation_type is OperationType.SUBSCRIPTION:
            self._is_followed = True
            self._context.meters.subscriptions.inc()
        yield

    @property
    def _context(self) -> Context:
        context = self.execution_context.context
        assert isinstance(context, Context)
        return context

    def _outcome(self) -> str:
        result = self.execution_context.result
        if result is None or not result.errors:
            return "ok"
        return "failed" if result.data is None else "partial"

    def _note(self, outcome: str, seconds: float) -> None:
        meters, kind = self._context.meters, self._kind()
        meters.operations.labels(kind, outcome).inc()
        if self._is_followed:
            meters.subscriptions.dec()
        elif kind != OperationType.SUBSCRIPTION.value:
            meters.seconds.labels(kind).observe(seconds)

    def _kind(self) -> str:
        try:
            return self.execution_context.operation_type.value
        except RuntimeError:  # the document is none, or has no such operation
            return "unknown"
