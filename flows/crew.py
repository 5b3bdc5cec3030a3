"""How many work on the items of a run at once, and what each may use of that which is limited."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from domain.settings import Settings

Shares = Callable[[Settings], int]
"""Into how many shares something that is limited can be divided at the most."""

CONNECTIONS_OF_A_PROCESS = 2
"""To a source: one for questions, one for a copy."""
POOL_OF_A_PROCESS = 2
"""To our own database: it listens for the end of the run while it stores."""


def source_connections(settings: Settings) -> int:
    return settings.source.max_connections // CONNECTIONS_OF_A_PROCESS


def model_calls(settings: Settings) -> int:
    return settings.enrichment.max_concurrent_llm_calls


def rule_calls(settings: Settings) -> int:
    return settings.dq_rules.max_concurrent_rules


@dataclass(frozen=True, slots=True)
class Crew:
    """As wide as a section of the settings says. `shares` names what processes of their own would have to divide."""

    section: Literal["profiling", "enrichment", "dq_rules"]
    shares: tuple[Shares, ...] = ()

    def width(self, settings: Settings) -> int:
        width: int = getattr(settings, self.section).max_concurrent_tables
        return width

    def processes(self, settings: Settings) -> int:
        """No more than there are shares: a process without one could do nothing, and one more would break a limit."""
        return max(1, min([self.width(settings), *(shares(settings) for shares in self.shares)]))


def share_of(settings: Settings, processes: int) -> Settings:
    """The settings of one of so many processes, so that all of them together keep to what is configured."""
    source, model = settings.source, settings.enrichment
    rules, database = settings.dq_rules, settings.database

    def part(limit: int, least: int = 1) -> int:
        return max(least, limit // processes)

    return settings.model_copy(
        update={
            "source": source.model_copy(update={"max_connections": part(source.max_connections)}),
            "enrichment": model.model_copy(update={"max_concurrent_llm_calls": part(model.max_concurrent_llm_calls)}),
            "dq_rules": rules.model_copy(update={"max_concurrent_rules": part(rules.max_concurrent_rules)}),
            "database": database.model_copy(update={"pool_size": part(database.pool_size, POOL_OF_A_PROCESS)}),
        }
    )
