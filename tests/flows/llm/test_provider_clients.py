"""The real SDKs against a real HTTP server."""

import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pydantic import SecretStr

from domain.settings import EnrichmentSettings
from flows.failures import ModelFailed, ModelKeyRejected, ModelRateLimited, ModelTimedOut, RunFailure
from flows.llm.anthropic import AnthropicClient
from flows.llm.client import ModelClient, ModelReply, ModelRequest
from flows.llm.openai import OpenAiClient
from flows.llm.registry import open_model
from tests.fakes.model_provider import ModelProvider, Silence, Status, Text

KEY = "sk-canary-key"
REQUEST = ModelRequest("Be brief.", "<data>{}</data>", {"type": "object", "properties": {}}, max_output_tokens=50)
SECRET_BODY = '{"error": {"message": "canary body", "type": "error"}}'


@pytest.fixture(params=["openai", "anthropic"])
async def client(request: pytest.FixtureRequest, provider: ModelProvider) -> AsyncIterator[ModelClient]:
    opened = open_model(settings(request.param, provider))
    assert opened is not None
    yield opened
    await opened.close()


def settings(name: str, provider: ModelProvider, timeout_seconds: float = 10) -> EnrichmentSettings:
    return EnrichmentSettings.model_validate(
        {
            "provider": name,
            "model": "some-model",
            "timeout_seconds": timeout_seconds,
            "openai_base_url": provider.openai_url,
            "anthropic_base_url": provider.anthropic_url,
            "openai_api_key": SecretStr(KEY),
            "anthropic_api_key": SecretStr(KEY),
        }
    )


async def test_a_reply_comes_with_its_tokens(client: ModelClient, provider: ModelProvider) -> None:
    provider.then(Text('{"a": 1}'))
    assert await client.complete(REQUEST) == ModelReply('{"a": 1}', 1000, 200)


async def test_the_schema_and_both_parts_of_the_question_are_sent(client: ModelClient, provider: ModelProvider) -> None:
    # when
    await client.complete(ModelRequest("Be brief.", '<data>{"columns": []}</data>', REQUEST.answer_schema, 50))
    # then
    body = provider.bodies[0]
    if client.provider == "openai":
        assert body["messages"][0] == {"role": "system", "content": "Be brief."}
        assert body["response_format"]["json_schema"]["schema"] == REQUEST.answer_schema
        assert (body["max_completion_tokens"], body["temperature"]) == (50, 0.1)
    else:
        assert body["system"] == "Be brief."
        assert body["output_config"]["format"] == {"type": "json_schema", "schema": REQUEST.answer_schema}
        assert body["max_tokens"] == 50
    assert body["messages"][-1] == {"role": "user", "content": '<data>{"columns": []}</data>'}


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (Status(401, body=SECRET_BODY), ModelKeyRejected),
        (Status(403, body=SECRET_BODY), ModelKeyRejected),
        (Status(429, body=SECRET_BODY), ModelRateLimited),
        (Status(529, body=SECRET_BODY), ModelRateLimited),
        (Status(408, body=SECRET_BODY), ModelTimedOut),
        (Status(504, body=SECRET_BODY), ModelTimedOut),
        (Status(400, body=SECRET_BODY), ModelFailed),
        (Status(404, body=SECRET_BODY), ModelFailed),
        (Status(500, body="<html>canary body</html>"), ModelFailed),
        (Status(200, {"content-type": "text/html"}, "<html>canary body</html>"), ModelFailed),
        (Status(200, body="canary body {"), ModelFailed),
        (Status(200, body="{}"), ModelFailed),
        (Text(""), ModelFailed),
    ],
    ids=lambda value: f"{value.code}" if isinstance(value, Status) else None,
)
async def test_a_bad_answer_is_one_typed_failure_that_tells_no_secret(
    client: ModelClient, provider: ModelProvider, answer: Status | Text, failure: type[RunFailure]
) -> None:
    # given
    provider.then(answer)
    # when
    with pytest.raises(failure) as failed:
        await client.complete(REQUEST)
    # then: no second try by the SDK, and nothing to read in the message
    assert type(failed.value) is failure
    assert len(provider.bodies) == 1
    assert "canary" not in f"{failed.value} {failed.value.__cause__}"
    assert failed.value.message.endswith(".")


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        (lambda: "7", 7.0, 7.0),
        (lambda: "0.5", 0.5, 0.5),
        (lambda: "-3", 0.0, 0.0),
        (lambda: format_datetime(datetime.now(UTC) + timedelta(seconds=3600)), 3500.0, 3600.0),
    ],
    ids=["whole", "fraction", "negative", "date"],
)
async def test_retry_after_is_read_in_both_forms(
    client: ModelClient, provider: ModelProvider, header: Callable[[], str], least: float, most: float
) -> None:
    # given
    provider.then(Status(429, {"retry-after": header()}))
    # when
    with pytest.raises(ModelRateLimited) as limited:
        await client.complete(REQUEST)
    # then
    assert limited.value.retry_after_seconds is not None
    assert least <= limited.value.retry_after_seconds <= most


@pytest.mark.parametrize("header", [{}, {"retry-after": "soon"}, {"retry-after": "nan"}], ids=["absent", "word", "nan"])
async def test_without_a_readable_retry_after_none_is_reported(
    client: ModelClient, provider: ModelProvider, header: dict[str, str]
) -> None:
    provider.then(Status(429, header))
    with pytest.raises(ModelRateLimited) as limited:
        await client.complete(REQUEST)
    assert limited.value.retry_after_seconds is None


@pytest.mark.parametrize("name", ["openai", "anthropic"])
async def test_a_provider_that_does_not_answer_times_out(name: str, provider: ModelProvider) -> None:
    # given
    provider.then(Silence())
    client = open_model(settings(name, provider, timeout_seconds=0.2))
    assert client is not None
    # when
    with pytest.raises(ModelTimedOut, match=f"{name} did not answer within 0.2 seconds"):
        await client.complete(REQUEST)
    await client.close()


@pytest.mark.parametrize("name", ["openai", "anthropic"])
async def test_a_provider_that_is_not_there_counts_as_timed_out(name: str, free_port: int) -> None:
    url = f"http://127.0.0.1:{free_port}"
    nowhere = EnrichmentSettings.model_validate(
        {"provider": name, "openai_base_url": url, "anthropic_base_url": url, "timeout_seconds": 5}
    )
    client = open_model(nowhere)
    assert client is not None
    with pytest.raises(ModelTimedOut):
        await client.complete(REQUEST)
    await client.close()


async def test_a_used_up_quota_fails_fast(provider: ModelProvider) -> None:
    # given
    body = '{"error": {"message": "canary", "code": "insufficient_quota"}}'
    client = open_model(settings("openai", provider))
    assert client is not None
    provider.then(Status(429, body=body))
    # then
    with pytest.raises(ModelKeyRejected, match="quota of the key is used up"):
        await client.complete(REQUEST)
    await client.close()


@pytest.mark.parametrize(("name", "stop"), [("openai", "length"), ("anthropic", "max_tokens")])
async def test_an_answer_that_was_cut_off_is_no_answer(name: str, stop: str, provider: ModelProvider) -> None:
    provider.then(Text('{"a": ', stop))
    client = open_model(settings(name, provider))
    assert client is not None
    with pytest.raises(ModelFailed, match="was cut off"):
        await client.complete(REQUEST)
    await client.close()


async def test_no_log_line_holds_the_key(
    client: ModelClient, provider: ModelProvider, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await client.complete(ModelRequest("Be brief.", '<data>{"columns": []}</data>', REQUEST.answer_schema, 50))
    assert KEY not in caplog.text


def test_offline_needs_no_client() -> None:
    assert open_model(EnrichmentSettings()) is None


@pytest.mark.parametrize("name", ["openai", "anthropic"])
def test_a_missing_key_names_the_setting(name: str) -> None:
    expected = f"enrichment.{name}_api_key is not set: set ASSAY_ENRICHMENT_{name.upper()}_API_KEY"
    with pytest.raises(ModelKeyRejected, match=expected):
        open_model(EnrichmentSettings.model_validate({"provider": name}))


@pytest.mark.parametrize(("name", "kind"), [("openai", OpenAiClient), ("anthropic", AnthropicClient)])
async def test_a_server_of_ones_own_needs_no_key(name: str, kind: type, provider: ModelProvider) -> None:
    own = {"provider": name, "openai_base_url": provider.openai_url, "anthropic_base_url": provider.anthropic_url}
    client = open_model(EnrichmentSettings.model_validate(own))
    assert client is not None
    assert isinstance(client, kind)
    await client.close()
