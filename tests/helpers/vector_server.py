"""A server on this machine that makes vectors as OpenAI's API does, or fails in whatever way a test says."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import numpy as np
import pytest

from claims.matching.embedding import endpoint
from tests.helpers.embedders import TinyEmbedder

#: Builds an answer from a request's body: a status and a body.
Answer = Callable[[dict[str, Any]], tuple[int, bytes]]


def vectors(asked: dict[str, Any], *, reverse: bool = False, as_base64: bool = False) -> tuple[int, bytes]:
    """As it should be."""
    made = TinyEmbedder().embed_statements(asked["input"])
    data = [
        {
            "object": "embedding",
            "index": place,
            "embedding": base64.b64encode(vector.astype("<f4").tobytes()).decode()
            if as_base64
            else vector.tolist(),
        }
        for place, vector in enumerate(made)
    ]
    return 200, json.dumps({"object": "list", "data": data[::-1] if reverse else data}).encode()


def saying(*embeddings: Any) -> Answer:
    """These vectors, whatever was asked."""
    data = [{"index": place, "embedding": embedding} for place, embedding in enumerate(embeddings)]
    return lambda asked: (200, json.dumps({"data": data}).encode())


class VectorServer:
    """Answers as `answer` says, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.answer: Answer = vectors
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.asked.append(body)
                server.headers.append({name.lower(): value for name, value in self.headers.items()})
                server.paths.append(self.path)
                status, content = server.answer(body)
                if status == 0:
                    self.connection.close()
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                try:
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:
                    self.close_connection = True  # the client did not wait

            def log_message(self, *_arguments: object) -> None:
                """Keep quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    @property
    def texts(self) -> list[list[str]]:
        return [asked["input"] for asked in self.asked]


@contextmanager
def vector_server() -> Iterator[VectorServer]:
    made = VectorServer()
    thread = Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                endpoint, "QUESTION_SECONDS", 120
            )  # a busy machine may need longer than people wait
            yield made
    finally:
        made.server.shutdown()
        made.server.server_close()
        thread.join()


def no_direction() -> list[float]:
    return np.zeros(48).tolist()
