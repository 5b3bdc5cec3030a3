"""Opens the client of the configured provider: a new one is a file beside this and a line here."""

from __future__ import annotations

from typing import assert_never

from pydantic import SecretStr

from domain.settings import EnrichmentSettings
from flows.failures import ModelKeyRejected
from flows.llm.anthropic import AnthropicClient
from flows.llm.client import ModelClient
from flows.llm.openai import OpenAiClient

_NO_KEY_NEEDED = "none"


def open_model(settings: EnrichmentSettings) -> ModelClient | None:
    """None for the offline provider. The caller closes what it gets."""
    match settings.provider:
        case "offline":
            return None
        case "openai":
            return OpenAiClient(
                api_key=_key("openai", settings.openai_api_key, settings.openai_base_url),
                base_url=settings.openai_base_url,
                model=settings.model,
                temperature=settings.temperature,
                timeout_seconds=settings.timeout_seconds,
            )
        case "anthropic":
            return AnthropicClient(
                api_key=_key("anthropic", settings.anthropic_api_key, settings.anthropic_base_url),
                base_url=settings.anthropic_base_url,
                model=settings.model,
                timeout_seconds=settings.timeout_seconds,
            )
        case _:
            assert_never(settings.provider)


def _key(provider: str, key: SecretStr | None, base_url: str | None) -> str:
    """A server of one's own may ask for no key; the providers themselves always do."""
    if key is not None:
        return key.get_secret_value()
    if base_url is not None:
        return _NO_KEY_NEEDED
    variable = f"ASSAY_ENRICHMENT_{provider.upper()}_API_KEY"
    raise ModelKeyRejected(f"enrichment.{provider}_api_key is not set: set {variable}, or choose the offline provider.")
