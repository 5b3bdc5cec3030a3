"""The WebSocket protocol of the server, which tells a client why its frame is refused while it still sends it."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class ListeningProtocol(WebSocketsSansIOProtocol):
    """Reads on, without looking, after a frame that is too large or no frame at all.

    uvicorn closes the connection at once. What is still on its way then makes the system reset it, and the reset
    overtakes the close frame: the client sees an abnormal closure (1006) instead of the reason.
    """

    def data_received(self, data: bytes) -> None:
        if self.conn.parser_exc is None:
            super().data_received(data)

    def handle_parser_exception(self) -> None:
        close = self.conn.close_sent
        assert close is not None, "a connection that cannot be read on is closed by a frame"
        self.queue.put_nowait({"type": "websocket.disconnect", "code": close.code, "reason": close.reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.close)
