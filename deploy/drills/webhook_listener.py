"""A receiver of webhooks that checks every message, reachable by each worker."""

import ctypes
import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import orjson
from standardwebhooks import Webhook, WebhookVerificationError

_CLONE_NEWNET = 0x40000000


class WebhookListener:
    """A listener on the loopback address of network namespaces, or of this machine."""

    def __init__(self, namespaces: list[Path], port: int) -> None:
        self.secret = ""
        #: The numbers of ledger entries in the order of their arrival.
        self.sequences: list[int] = []
        self.unsigned_count = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                try:
                    Webhook(receiver.secret).verify(body, dict(self.headers.items()))
                except WebhookVerificationError:
                    receiver.unsigned_count += 1
                    self.send_error(400)
                    return
                receiver.sequences.append(orjson.loads(body)["data"]["sequence"])
                self.send_response(204)
                self.end_headers()

            def log_message(self, *words: object) -> None:
                """Do not log requests."""

        self._servers = []
        network_namespaces: list[Path | None] = [*namespaces] or [None]
        for namespace in network_namespaces:
            server = ThreadingHTTPServer(("127.0.0.1", port), Handler, bind_and_activate=False)
            server.socket.close()
            server.socket = _open_socket(namespace, port)
            self._servers.append(server)
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


def _open_socket(namespace: Path | None, port: int) -> socket.socket:
    """Return a socket that listens inside a network namespace, whatever process uses it."""
    sockets: list[socket.socket] = []

    def make() -> None:
        if namespace is not None:
            descriptor = os.open(namespace, os.O_RDONLY)
            # This affects only the current thread.
            if ctypes.CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), f"{namespace} cannot be entered")
            os.close(descriptor)
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(50)
        sockets.append(listener)

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    (listener,) = sockets
    return listener
