"""A database server that goes away and comes back: a socket before the real one, which can be taken away."""

import shutil
import socket
import threading
from contextlib import suppress
from pathlib import Path


class SeveredServer:
    """Passes on what arrives at its own socket, in a folder of its own, for as long as it is there."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.path, self.server = folder / ".s.PGSQL.5432", server
        self._open: list[socket.socket] = []
        self.come_back()

    def come_back(self) -> None:
        """Listen, and pass on."""
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.path))
        self._listener.listen()
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def go_away(self) -> None:
        """Refuse new connections, and end existing ones."""
        self.path.unlink()
        for connection in (self._listener, *self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                visitor, _address = listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self.server))
                self._open += [visitor, server]
                for source, target in ((visitor, server), (server, visitor)):
                    threading.Thread(target=_pass_on, args=(source, target), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError), source.makefile("rb", buffering=0) as pieces:
        shutil.copyfileobj(pieces, target.makefile("wb", buffering=0))
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
