"""What an operation may cost at most, known before anything is executed and in time that grows with its document.

Each field costs 1. What stands below a list counts once for each item that may come: as many as `first`, `last` or
`buckets` asks for, as there are `ids`, or as a page holds that nobody gave a size. Introspection has a rule of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
    value_from_ast_untyped,
)

from domain.metrics.model import MAX_BUCKETS
from domain.pages import DEFAULT_PAGE, LARGEST_PAGE

SIZES = ("first", "last", "buckets", "ids")
"""Arguments that say how many items come."""
MOST_ITEMS = max(LARGEST_PAGE, MAX_BUCKETS)
"""That one of them may ask for; more is refused by its field."""
DEAREST = 2**31 - 1
"""Costs stop here: lists in lists soon exceed what a JSON number holds."""


@dataclass(frozen=True, slots=True)
class Price:
    """Of a selection: `fixed`, and `listed` for each item of the lists in it, whose length the field above may know."""

    fixed: int = 0
    listed: int = 0

    def __add__(self, other: Price) -> Price:
        return Price(min(self.fixed + other.fixed, DEAREST), min(self.listed + other.listed, DEAREST))

    def of(self, items: int | None) -> int:
        return min(self.fixed + self.listed * (DEFAULT_PAGE if items is None else items), DEAREST)


@dataclass(slots=True)
class Till:
    """Prices each fragment once, however often it is spread."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, object]
    priced: dict[str, Price] = field(default_factory=dict)

    def price(self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None) -> Price:
        total = Price()
        for node in selections.selections if selections else ():
            total += self._price_of(node, parent)
        return total

    def _price_of(self, node: object, parent: GraphQLNamedType | None) -> Price:
        match node:
            case FieldNode():
                return self._field(node, parent)
            case FragmentSpreadNode():
                return self._fragment(node.name.value)
            case InlineFragmentNode(type_condition=condition):
                of = self.schema.get_type(condition.name.value) if condition else parent
                return self.price(node.selection_set, of)
        return Price()

    def _fragment(self, name: str) -> Price:
        if name not in self.priced:
            definition = self.fragments[name]
            parent = self.schema.get_type(definition.type_condition.name.value)
            self.priced[name] = self.price(definition.selection_set, parent)
        return self.priced[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Price:
        found = _definition(node, parent)
        if found is None or node.selection_set is None:
            return Price(fixed=1)
        below, items = self.price(node.selection_set, get_named_type(found.type)), self._items(node)
        if not is_list_type(get_nullable_type(found.type)):
            return Price(fixed=1) + Price(below.of(items))
        if items is None:
            return Price(fixed=1, listed=below.of(None))
        return Price(fixed=1) + Price(min(below.of(None) * items, DEAREST))

    def _items(self, node: FieldNode) -> int | None:
        """How many items the field's arguments ask for; None when they do not say."""
        given = [self._value(one.value) for one in node.arguments or () if one.name.value in SIZES]
        return max((_count(value) for value in given if value is not None), default=None)

    def _value(self, node: ValueNode) -> object:
        match node:
            case VariableNode():
                return self.variables.get(node.name.value)
            case IntValueNode():
                return int(node.value)
            case ListValueNode():
                return node.values
            case NullValueNode():
                return None
        return node


def _definition(node: FieldNode, parent: GraphQLNamedType | None) -> GraphQLField | None:
    """None for a field of introspection."""
    fields: Mapping[str, GraphQLField] = getattr(parent, "fields", {})
    return None if node.name.value.startswith("__") else fields.get(node.name.value)


def _count(value: object) -> int:
    """What is neither a number nor a list is refused later, or coerced to one: the worst is taken to come."""
    if isinstance(value, list | tuple):
        return len(value)
    return min(max(value, 0), MOST_ITEMS) if isinstance(value, int) else MOST_ITEMS


def cost_of(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, object],
) -> int:
    """Of an operation of a valid document."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    till = Till(schema, fragments, _with_defaults(operation, variables))
    root = schema.get_root_type(operation.operation)
    return till.price(operation.selection_set, root).of(None)


def _with_defaults(operation: OperationDefinitionNode, variables: Mapping[str, object]) -> Mapping[str, object]:
    defaults = {
        one.variable.name.value: value_from_ast_untyped(one.default_value)
        for one in operation.variable_definitions or ()
        if one.default_value is not None
    }
    return {**defaults, **variables}
