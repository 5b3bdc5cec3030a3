"""What the catalogue should say about a table and its columns, and what it does not say yet."""

from collections.abc import Iterator, Sequence

from domain.assets.model import Asset, AssetField, AssetType
from domain.metrics.model import MetadataCheck


def assess_metadata(table: Asset, columns: Sequence[Asset]) -> tuple[MetadataCheck, ...]:
    return tuple(_checks(table, columns))


def _checks(table: Asset, columns: Sequence[Asset]) -> Iterator[MetadataCheck]:
    yield _described(table)
    yield _owned(table)
    yield _classified(table, AssetField.SENSITIVITY)
    if table.type is AssetType.TABLE:
        yield _keyed(table)
    for column in columns:
        yield _described(column)
        yield _classified(column, AssetField.PII_CLASS, AssetField.SENSITIVITY)


def _described(asset: Asset) -> MetadataCheck:
    described = asset.value(AssetField.DESCRIPTION) or str(asset.captured.get("comment") or "").strip()
    problem = (
        None
        if described
        else (
            f"{_kind(asset)} has no description; run an enrichment and save it, write one, or comment it in the source."
        )
    )
    return _one(asset, "described", problem)


def _owned(table: Asset) -> MetadataCheck:
    owned = table.owners or table.stewards
    problem = None if owned else f"{_kind(table)} has neither an owner nor a steward; name one of them."
    return _one(table, "owned", problem)


def _classified(asset: Asset, *needed: AssetField) -> MetadataCheck:
    """Each label counts on its own: a column with a PII class and no sensitivity is half classified."""
    missing = [name.value.replace("_", " ") for name in needed if not asset.value(name)]
    problem = (
        f"{_kind(asset)} has no {' and no '.join(missing)}; run an enrichment and save it, or set it by hand."
        if missing
        else None
    )
    return MetadataCheck(asset.fqn, "classified", len(needed) - len(missing), len(needed), problem)


def _keyed(table: Asset) -> MetadataCheck:
    keyed = table.captured.get("primary_key") or table.captured.get("unique_keys")
    problem = (
        None
        if keyed
        else ("The table has neither a primary nor a unique key; declare one in the source and ingest again.")
    )
    return _one(table, "keyed", problem)


def _one(asset: Asset, metric: str, problem: str | None) -> MetadataCheck:
    return MetadataCheck(asset.fqn, metric, 0 if problem else 1, 1, problem)


def _kind(asset: Asset) -> str:
    return f"The {asset.type.lower()}"
