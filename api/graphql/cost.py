from collections.abc import Iterator

from graphql import get_operation_ast
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from api.graphql.codes import ErrorCode
from api.graphql.faults import coded
from api.graphql.prices import cost_of


class CostLimit(SchemaExtension):
    """Refuses what would cost too much, and tells the cost with the answer.

    It stands behind the rules of validation, because only a valid document has a cost, and is none of them, because
    they are cached without the variables on which the cost depends.
    """

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum
        self._requested: int | None = None

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        if not context.pre_execution_errors:
            self._requested = self._cost()
            if self._requested > self._maximum:
                message = (
                    f"The operation costs {self._requested:,}; at most {self._maximum:,} is allowed. Ask for less."
                )
                context.pre_execution_errors = [coded(message, ErrorCode.COST_LIMIT_EXCEEDED)]
        yield

    def _cost(self) -> int:
        context = self.execution_context
        document = context.graphql_document
        assert document is not None
        operation = get_operation_ast(document, context.operation_name)
        assert operation is not None
        return cost_of(context.schema._schema, document, operation, context.variables or {})  # noqa: SLF001 - no other way to graphql-core's schema

    def get_results(self) -> dict[str, object]:
        """Once for each answer; not again with every event of a subscription."""
        if self._requested is None or self.execution_context.operation_type is OperationType.SUBSCRIPTION:
            return {}
        return {"cost": {"requested": self._requested, "maximum": self._maximum}}
