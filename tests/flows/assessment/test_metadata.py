from collections.abc import Mapping
from uuid import UUID

from domain.assets.model import Asset, AssetField, AssetId, AssetType, FieldOrigin, FieldValue
from domain.fqn import Fqn
from domain.identity import OrganizationId, ProjectId
from domain.metrics.model import MetadataCheck
from flows.assessment.metadata import assess_metadata

TABLE = Fqn.of("s", "d", "public", "card")
COLUMN = TABLE.child("number")
ZERO = UUID(int=0)


def asset(fqn: Fqn, kind: AssetType, captured: Mapping[str, object] | None = None, **fields: str) -> Asset:
    described = {AssetField(name): FieldValue(value, FieldOrigin.GENERATED) for name, value in fields.items()}
    return Asset(AssetId(ZERO), fqn, kind, 1, OrganizationId(ZERO), ProjectId(ZERO), captured or {}, described)


def found(checks: tuple[MetadataCheck, ...]) -> list[tuple[Fqn, str, int, int]]:
    return [(check.asset, check.metric, check.numerator, check.denominator) for check in checks]


def test_bare_table_fails_every_metric_and_each_problem_says_how_to_mend_it() -> None:
    checks = assess_metadata(asset(TABLE, AssetType.TABLE), [asset(COLUMN, AssetType.COLUMN)])

    assert found(checks) == [
        (TABLE, "described", 0, 1),
        (TABLE, "owned", 0, 1),
        (TABLE, "classified", 0, 1),
        (TABLE, "keyed", 0, 1),
        (COLUMN, "described", 0, 1),
        (COLUMN, "classified", 0, 2),
    ]
    assert [check.problem for check in checks] == [
        "The table has no description; run an enrichment and save it, write one, or comment it in the source.",
        "The table has neither an owner nor a steward; name one of them.",
        "The table has no sensitivity; run an enrichment and save it, or set it by hand.",
        "The table has neither a primary nor a unique key; declare one in the source and ingest again.",
        "The column has no description; run an enrichment and save it, write one, or comment it in the source.",
        "The column has no pii class and no sensitivity; run an enrichment and save it, or set it by hand.",
    ]


def test_complete_table_has_no_problem() -> None:
    table = asset(
        TABLE, AssetType.TABLE, {"primary_key": ["id"]}, description="Cards.", steward="Ann", sensitivity="INTERNAL"
    )
    column = asset(COLUMN, AssetType.COLUMN, {"comment": "The number."}, pii_class="NONE", sensitivity="PUBLIC")

    checks = assess_metadata(table, [column])

    assert [check.problem for check in checks] == [None] * 6
    assert all(check.numerator == check.denominator for check in checks)


def test_half_classified_column_counts_half() -> None:
    column = asset(COLUMN, AssetType.COLUMN, description="d", pii_class="NONE")

    check = assess_metadata(asset(TABLE, AssetType.VIEW), [column])[-1]

    assert (check.metric, check.numerator, check.denominator) == ("classified", 1, 2)
    assert check.problem == "The column has no sensitivity; run an enrichment and save it, or set it by hand."


def test_view_needs_no_key() -> None:
    assert "keyed" not in {check.metric for check in assess_metadata(asset(TABLE, AssetType.VIEW), [])}


def test_unique_key_is_a_key_and_blank_comment_is_no_description() -> None:
    checks = assess_metadata(asset(TABLE, AssetType.TABLE, {"unique_keys": [["a"]], "comment": "  "}), [])

    assert {check.metric: check.numerator for check in checks} == {
        "described": 0, "owned": 0, "classified": 0, "keyed": 1,
    }  # fmt: skip
