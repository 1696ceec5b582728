"""Messages on a socket, each preceded by its length in eight bytes."""

import socket

#: How an answer begins, and how what went wrong does.
ANSWER, FAULT = b"+", b"!"

_LENGTH = 8
_PIECE = 1 << 20


class MessageInterrupted(Exception):
    """The other end closed before the message was complete."""


class MessageTooLarge(Exception):
    """The message is longer than the reader takes."""


def write_message(connection: socket.socket, message: bytes) -> None:
    connection.sendall(len(message).to_bytes(_LENGTH))
    connection.sendall(message)


def read_message(connection: socket.socket, longest: int) -> bytes:
    """Read the next message.

    Raises:
        Interrupted: the other end closed first.
        Oversized: it says that it is longer than `longest`.
    """
    length = int.from_bytes(_receive_exactly(connection, _LENGTH))
    if length > longest:
        raise MessageTooLarge
    return _receive_exactly(connection, length)


def _receive_exactly(connection: socket.socket, length: int) -> bytes:
    received = bytearray()
    while len(received) < length:
        piece = connection.recv(min(_PIECE, length - len(received)))
        if not piece:
            raise MessageInterrupted
        received += piece
    return bytes(received)
