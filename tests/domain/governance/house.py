"""The project in the database, in the numbers by which the plain world knows its runs, rules and violations."""

from __future__ import annotations

from dataclasses import dataclass, field

import asyncpg

from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identity import Actor
from domain.pages import PageRequest
from domain.rules.model import DqRule
from domain.runs.model import ProposedChange, RunId
from domain.violations.model import ViolationId

ALL = PageRequest(first=100)


@dataclass
class House:
    domain: Domain
    actor: Actor
    sql: asyncpg.Connection
    runs: dict[int, RunId] = field(default_factory=dict)
    rules: dict[int, DqRule] = field(default_factory=dict)
    violations: list[ViolationId] = field(default_factory=list)

    async def changes(self, run: int) -> list[ProposedChange]:
        page = await self.domain.read.runs.changes(self.actor.tenant, self.runs[run], (), ALL)
        return [change for _, change in page.items]

    async def change(self, run: int, asset: Fqn, name: str) -> ProposedChange:
        return next(one for one in await self.changes(run) if (one.asset, one.field) == (asset, name))

    def in_numbers(self, text: str) -> str:
        """A message with our numbers in the place of ids."""
        for number, run_id in self.runs.items():
            text = text.replace(str(run_id), str(number))
        for number, rule in self.rules.items():
            text = text.replace(str(rule.id), str(number))
        return text

    def number_of_check(self, check: str) -> str:
        """The number of the rule whose id this is; else the check itself."""
        return next((str(number) for number, rule in self.rules.items() if str(rule.id) == check), check)
