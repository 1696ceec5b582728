"""Messages on a socket, each preceded by its length in eight bytes."""

import socket

#: The first byte of an answer, and of an error.
ANSWER, FAULT = b"+", b"!"

_LENGTH_BYTES = 8
_CHUNK_SIZE = 1 << 20


class MessageInterrupted(Exception):
    """The other end closed before the message was complete."""


class MessageTooLarge(Exception):
    """The message is longer than the reader accepts."""


def write_message(connection: socket.socket, message: bytes) -> None:
    connection.sendall(len(message).to_bytes(_LENGTH_BYTES))
    connection.sendall(message)


def read_message(connection: socket.socket, longest: int) -> bytes:
    """Read the next message.

    Raises:
        MessageInterrupted: the other end closed first.
        MessageTooLarge: its stated length exceeds `longest`.
    """
    length = int.from_bytes(_receive_exactly(connection, _LENGTH_BYTES))
    if length > longest:
        raise MessageTooLarge
    return _receive_exactly(connection, length)


def _receive_exactly(connection: socket.socket, length: int) -> bytes:
    content = bytearray()
    while len(content) < length:
        piece = connection.recv(min(_CHUNK_SIZE, length - len(content)))
        if not piece:
            raise MessageInterrupted
        content += piece
    return bytes(content)
