"""A run's memory of what models answered before: kept by the domain, under the hash of what was asked."""

from domain.ledger.model import KeptAnswer
from flows.llm.client import ModelReply
from flows.runtime import Run, patiently


class KeptAnswers:
    def __init__(self, run: Run) -> None:
        self._run = run

    async def find(self, content_hash: str) -> ModelReply | None:
        run = self._run
        kept = await patiently(lambda: run.domain.read.ledger.answer(run.actor.tenant, content_hash))
        return ModelReply(kept.text, kept.input_tokens, kept.output_tokens) if kept else None

    async def keep(self, content_hash: str, reply: ModelReply) -> None:
        run = self._run
        answer = KeptAnswer(content_hash, reply.text, reply.input_tokens, reply.output_tokens)
        await patiently(lambda: run.domain.ledger.keep(run.actor, answer))
