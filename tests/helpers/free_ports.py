"""Ports for programs that must know theirs before they listen."""

import random
import socket

#: Below the ports that systems give to outgoing connections, so a free one stays free until it is used.
_KNOWN = range(24_000, 32_000)


def free_port() -> int:
    """A free port of this machine, which other programs are unlikely to use before the caller does."""
    for port in random.sample(_KNOWN, len(_KNOWN)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("No port is free.")
