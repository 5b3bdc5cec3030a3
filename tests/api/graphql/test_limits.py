import pytest
from graphql import GraphQLError, build_schema, parse, validate
from graphql.validation import ASTValidationRule

from api.graphql.limits import DocumentLimits, Scale, StorableText, rule_of

LIMITS = DocumentLimits(depth=3, aliases=2, fields=6, operations=2)


@pytest.mark.parametrize(
    ("document", "breaches"),
    [
        ("{ a { b { c } } }", []),
        ("{ a { b { c { d } } } }", ["The operation has depth 4; at most 3 is allowed."]),
        ("{ ...F } fragment F on Q { a { b { c { d } } } }", ["The operation has depth 4; at most 3 is allowed."]),
        ("{ ... on Q { a { ... on Q { b } } } }", []),
        ("{ x: a y: a }", []),
        ("{ x: a y: a z: a }", ["The operation has aliases 3; at most 2 is allowed."]),
        ("{ a b c d e f g }", ["The operation has fields 7; at most 6 is allowed."]),
        ("{ ...F ...F } fragment F on Q { a b c d }", ["The operation has fields 8; at most 6 is allowed."]),
        ("query A { a } query B { a } query C { a }", ["The document has 3 operations; at most 2 are allowed."]),
        ("{ ...A } fragment A on Q { a ...B } fragment B on Q { b ...A }", []),
        ("{ ...Missing }", []),
        ("{ __schema { types { fields { type { ofType { name } } } } } }", []),
    ],
)
def test_size_of_a_document(document: str, breaches: list[str]) -> None:
    assert list(LIMITS.breaches(parse(document))) == breaches


def test_each_fragment_is_measured_once_however_often_it_is_spread() -> None:
    chain = [f"fragment F{i} on Q {{ ...F{i + 1} ...F{i + 1} }}" for i in range(200)]
    document = parse(" ".join(["{ ...F0 }", *chain, "fragment F200 on Q { a }"]))
    measured: list[str] = []

    class Counting(Scale):
        def _fragment(self, name: str) -> object:  # type: ignore[override]
            if name not in self.measured:
                measured.append(name)
            return super()._fragment(name)

    fragments = {node.name.value: node for node in document.definitions if node.kind == "fragment_definition"}  # type: ignore[attr-defined]
    size = Counting(fragments).size(document.definitions[0].selection_set)  # type: ignore[attr-defined, arg-type]

    assert len(measured) == 201
    assert size.fields == 1_000_000


@pytest.mark.parametrize("rule", [rule_of(DocumentLimits(depth=1, aliases=1, fields=6, operations=1)), StorableText])
def test_breach_is_reported_by_validation(rule: type[ASTValidationRule]) -> None:
    schema = build_schema("type Query { a(t: String): Query }")

    errors = validate(schema, parse('{ a(t: "\\u0000") { a } }'), [rule])

    assert [type(error) for error in errors] == [GraphQLError]
