"""Ports for programs that must know theirs before they listen."""

import random
import socket

#: Below those that systems give to connections that go out: one of these is nobody's in the moment until it is taken.
_KNOWN = range(24_000, 32_000)


def free_port() -> int:
    """A port of this machine on which nobody listens, and hardly anybody will before the caller does."""
    for port in random.sample(_KNOWN, len(_KNOWN)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("No port is free.")
