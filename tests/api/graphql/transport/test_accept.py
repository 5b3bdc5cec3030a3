import pytest

from api.graphql.transport.accept import Answer, negotiate


@pytest.mark.parametrize(
    ("accept", "answer"),
    [
        (None, Answer.JSON),
        ("", Answer.JSON),
        ("*/*", Answer.JSON),
        ("application/*", Answer.JSON),
        ("application/json", Answer.JSON),
        ("application/graphql-response+json", Answer.GRAPHQL),
        ("application/graphql-response+json, application/json;q=0.9", Answer.GRAPHQL),
        ("application/json;q=0.5, application/graphql-response+json;q=0.9", Answer.GRAPHQL),
        ("application/graphql-response+json; charset=utf-8", Answer.GRAPHQL),
        ("text/event-stream", Answer.EVENTS),
        ("TEXT/Event-Stream", Answer.EVENTS),
        ("image/png, */*;q=0.1", Answer.JSON),
        ("image/png", None),
        ("application/json;q=0", None),
        ("application/json;q=high", None),
    ],
)
def test_acceptable_answer_of_the_highest_quality(accept: str | None, answer: Answer | None) -> None:
    assert negotiate(accept) is answer
