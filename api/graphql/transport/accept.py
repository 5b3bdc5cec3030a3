"""Which media type an answer gets, by the Accept header of its request."""

from enum import Enum


class Answer(Enum):
    """The media types that there are; the first is for those who take anything."""

    JSON = "application/json"
    GRAPHQL = "application/graphql-response+json"
    EVENTS = "text/event-stream"


_BY_RANGE = {"*/*": Answer.JSON, "application/*": Answer.JSON, **{answer.value: answer for answer in Answer}}


def negotiate(accept: str | None) -> Answer | None:
    """The acceptable answer of the highest quality, the first of equals; None when nothing fits."""
    if not accept:
        return Answer.JSON
    best, quality = None, 0.0
    for part in accept.split(","):
        name, *parameters = [piece.strip().lower() for piece in part.split(";")]
        answer, wanted = _BY_RANGE.get(name), _quality(parameters)
        if answer and wanted > quality:
            best, quality = answer, wanted
    return best


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0
