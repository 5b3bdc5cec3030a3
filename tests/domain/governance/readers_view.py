"""Everything that somebody who reads can see, so that two moments can be compared."""

from __future__ import annotations

from dataclasses import replace

from domain.assets.queries import AssetFilter
from domain.runs.model import REVIEWED
from tests.domain.governance.house import ALL, House
from tests.domain.governance.telling import BANK, SCOPES
from tests.factories.violations import violations_in


async def readers_view(house: House) -> dict[str, object]:
    """Without versions, which only count, and without who undid a Save and when."""
    read, tenant = house.domain.read, house.actor.tenant
    assets = await read.assets.page(tenant, BANK, AssetFilter(include_deleted=True), ALL)
    runs = await read.runs.by_ids(tenant, list(house.runs.values()))
    reviewed = [run.id for run in runs.values() if run.type in REVIEWED]
    approvals = await read.runs.approvals(tenant, reviewed)
    rules = await read.rules.by_ids(tenant, [rule.id for rule in house.rules.values()])
    return {
        "scores": [(await read.scorecards.scorecard(tenant, scope)).dimensions for scope in SCOPES],
        "cells": (await read.scorecards.cells(tenant, BANK, None, ALL)).items,
        "violations": await violations_in(house.domain, house.actor, BANK),
        "assets": [replace(one, version=0, updated_at=None) for _, one in assets.items],
        "rules": {one.id: one.state for one in rules.values()},
        "changes": {run: (await read.runs.changes(tenant, run, (), ALL)).items for run in reviewed},
        "approvals": {key: replace(one, version=0, undone_by=None, undone_at=None) for key, one in approvals.items()},
    }
