"""Ports for servers that tests run in their own process."""

import socket

HOST = "127.0.0.1"
MOST_WAITING = 256


def listening_socket() -> socket.socket:
    """On a port that the system chose.

    It names its protocol, as `socket.create_server` does not: asyncio lets small answers go at once only where it can
    see that it speaks TCP, and elsewhere they wait for 40 ms.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind((HOST, 0))
    listener.listen(MOST_WAITING)
    return listener
