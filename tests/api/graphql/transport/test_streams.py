import asyncio

import pytest
from starlette.types import Message

from api.graphql.transport.refusals import Refused
from api.graphql.transport.streams import Streams, impatient


def test_place_is_free_again_whatever_ended_the_stream() -> None:
    streams = Streams(most=1)

    def break_off() -> None:
        with streams.place():
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        break_off()

    assert streams.open == 0


def test_stream_beyond_the_last_place_is_refused_and_counts_for_nothing() -> None:
    streams = Streams(most=1)

    with streams.place():
        with pytest.raises(Refused) as refused, streams.place():
            pass
        assert streams.open == 1

    assert (refused.value.status, refused.value.headers) == (503, {"retry-after": "5"})


async def test_message_that_nobody_takes_is_given_up() -> None:
    async def blocked(_message: Message) -> None:
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await impatient(blocked, 0.01)({"type": "http.response.body"})
