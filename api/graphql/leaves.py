"""The executor of the schema: as the stock one, but attributes of leaf types are read without its machinery.

Nine tenths of the time of a long list went into its leaves: for each a path, an info object, a resolver call and
checks. Here each set of fields is planned once, its leaves are plain attributes, and whatever is unusual about one of
them, be it an error, a value to wait for or a null that must not be, is left to the stock way for the whole object.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, cast

from graphql import (
    GraphQLBoolean,
    GraphQLField,
    GraphQLID,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
    TypeNameMetaFieldDef,
    is_leaf_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import GroupedFieldSet
from graphql.pyutils import AwaitableOrValue, Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

Result = dict[str, Any]  # what a field gives, or what has to be awaited for it

_EXACT: dict[object, type] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}
"""Values of exactly these types are their own output."""
_OUTPUT = frozenset({str, int, float, bool})


class Leaf(NamedTuple):
    """A field that is an attribute of the object: a tuple, because it is unpacked for every value."""

    response_name: str
    attribute: str
    exact: type | None
    coerce: Callable[[Any], object]  # the scalar's or enum's own
    is_nullable: bool


class Plan(NamedTuple):
    """How the fields of one selection are found. `blank` has all of them, in the order of the answer."""

    fields: GroupedFieldSet
    blank: Result
    leaves: Sequence[Leaf]
    others: GroupedFieldSet


class LeafExecutor(StrawberryGraphQLCoreExecutionContext):
    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self._plans: dict[tuple[GraphQLObjectType, int], Plan] = {}

    def build_per_event_executor(self, payload: object) -> Executor[Any]:
        """With memories of its own: the fields of each event are collected anew, so what is kept is never found."""
        executor = cast("LeafExecutor", super().build_per_event_executor(payload))
        executor._relevant_sub_fields, executor._plans = {}, {}  # noqa: SLF001 - it is of this class
        return executor

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: object,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,  # noqa: ANN401 - graphql-core's own
    ) -> AwaitableOrValue[Result]:
        stock = super().execute_fields
        # At the root there are no attributes.
        plan = None if path is None else self._plan(parent_type, grouped_field_set)
        if plan is None or not plan.leaves:
            return stock(parent_type, source_value, path, grouped_field_set, position_context)
        result = plan.blank.copy()
        if not self._read(source_value, plan.leaves, result):
            return stock(parent_type, source_value, path, grouped_field_set, position_context)
        if not plan.others:
            return result
        others = stock(parent_type, source_value, path, plan.others, position_context)
        return _joined(result, others) if self.is_awaitable(others) else result | cast("Result", others)

    def _plan(self, parent_type: GraphQLObjectType, fields: GroupedFieldSet) -> Plan | None:
        if self.middleware_manager and self.middleware_manager.middlewares:
            return None
        key = parent_type, id(fields)  # which is not given to another as long as the plan holds the fields
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._make_plan(parent_type, fields)
        return plan

    def _make_plan(self, parent_type: GraphQLObjectType, fields: GroupedFieldSet) -> Plan:
        plan = Plan(fields, {}, leaves := [], others := {})
        for name, nodes in fields.items():
            definition = self.schema.get_field(parent_type, nodes[0].node.name.value)
            assert definition is not None  # validation has seen to it
            plan.blank[name] = parent_type.name if definition is TypeNameMetaFieldDef else None
            if leaf := _leaf(name, definition):
                leaves.append(leaf)
            elif definition is not TypeNameMetaFieldDef:
                others[name] = nodes
        return plan

    def _read(self, source: object, leaves: Sequence[Leaf], result: Result) -> bool:
        """Put the leaves into the result; False when one of them is a case for the stock executor."""
        for name, attribute, exact, coerce, is_nullable in leaves:
            try:
                value = getattr(source, attribute)
                if value is None and is_nullable:
                    continue
                if type(value) is not exact:
                    if value is None or isinstance(value, Exception) or self.is_awaitable(value):
                        return False
                    value = coerce(value)
                    if type(value) not in _OUTPUT:
                        return False
            except Exception:  # noqa: BLE001 - it happens again in the stock executor, which tells where
                return False
            result[name] = value
        return True


def _leaf(response_name: str, definition: GraphQLField) -> Leaf | None:
    """None for what is more than an attribute."""
    is_nullable = not isinstance(definition.type, GraphQLNonNull)
    kind = definition.type if is_nullable else cast("GraphQLNonNull[Any]", definition.type).of_type
    field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not is_leaf_type(kind) or not isinstance(field, StrawberryField) or not _is_attribute(field):
        return None
    return Leaf(response_name, field.python_name, _EXACT.get(kind), kind.coerce_output_value, is_nullable)


def _is_attribute(field: StrawberryField) -> bool:
    has_own_way = type(field).get_result is not StrawberryField.get_result or field.default_resolver is not getattr
    return field.is_basic_field and not field.arguments and not has_own_way


async def _joined(result: Result, others: Awaitable[Result]) -> Result:
    return result | await others
