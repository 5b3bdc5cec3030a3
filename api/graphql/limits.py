"""Limits on documents, in time that grows with the document and not with what its fragments unfold to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
)
from graphql.language import StringValueNode
from strawberry.extensions import SchemaExtension

LARGEST_SUM = 1_000_000
"""Sums stop here, so that a document that unfolds to 2^100 fields does not calculate with such numbers."""


@dataclass(frozen=True, slots=True)
class Size:
    """What an operation asks for, with its fragments unfolded."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0

    def beside(self, other: Size) -> Size:
        return Size(
            max(self.depth, other.depth),
            min(self.aliases + other.aliases, LARGEST_SUM),
            min(self.fields + other.fields, LARGEST_SUM),
        )


@dataclass(slots=True)
class Scale:
    """Measures each fragment once, however often it is spread."""

    fragments: Mapping[str, FragmentDefinitionNode]
    measured: dict[str, Size] = field(default_factory=dict)

    def size(self, selections: SelectionSetNode | None) -> Size:
        total = Size()
        for node in selections.selections if selections else ():
            total = total.beside(self._size_of(node))
        return total

    def _size_of(self, node: object) -> Size:
        match node:
            case FieldNode():
                below = self.size(node.selection_set)
                # Introspection is deep by nature and has a rule of its own.
                depth = 1 if node.name.value.startswith("__") else below.depth + 1
                return Size(depth, below.aliases + (node.alias is not None), below.fields + 1)
            case FragmentSpreadNode():
                return self._fragment(node.name.value)
            case InlineFragmentNode():
                return self.size(node.selection_set)
            case _:
                return Size()

    def _fragment(self, name: str) -> Size:
        if name not in self.measured:
            self.measured[name] = Size()  # what a circle adds is nothing; another rule refuses it
            if name in self.fragments:
                self.measured[name] = self.size(self.fragments[name].selection_set)
        return self.measured[name]


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    depth: int
    aliases: int
    fields: int
    operations: int

    def breaches(self, document: DocumentNode) -> Iterator[str]:
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        if len(operations) > self.operations:
            yield f"The document has {len(operations)} operations; at most {self.operations} are allowed."
            return
        fragments = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
        scale = Scale({fragment.name.value: fragment for fragment in fragments})
        for size in (scale.size(operation.selection_set) for operation in operations):
            for name in ("depth", "aliases", "fields"):
                found, allowed = getattr(size, name), getattr(self, name)
                if found > allowed:
                    yield f"The operation has {name} {found}; at most {allowed} is allowed."


def rule_of(limits: DocumentLimits) -> type[ValidationRule]:
    """The limits as a validation rule. Made once: the validation cache knows rules by their identity."""

    class WithinLimits(ValidationRule):
        def __init__(self, context: ValidationContext) -> None:
            super().__init__(context)
            for breach in limits.breaches(context.document):
                context.report_error(GraphQLError(breach))

    return WithinLimits


class StorableText(ValidationRule):
    """No database can hold the character NUL, so a text with it names and finds nothing."""

    def enter_string_value(self, node: StringValueNode, *_: object) -> None:
        if "\0" in node.value:
            self.report_error(GraphQLError("A text cannot hold the character NUL.", node))


class OneOperation(SchemaExtension):
    """Several operations without a name for one of them are refused: the first is not what was asked for."""

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        document = context.graphql_document
        assert document is not None
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        # `operation_name` would fall back to the name of the first.
        chosen = context._provided_operation_name  # noqa: SLF001
        if len(operations) > 1 and chosen is None:
            context.pre_execution_errors = [
                GraphQLError("The document has several operations; name one in operationName.")
            ]
        yield
