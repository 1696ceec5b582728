"""Embeddings from an endpoint compatible with OpenAI's API: a service, or a local server (TEI, vLLM, Ollama)."""

import base64
import binascii
import logging
import threading
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import orjson
from django.utils.functional import cached_property
from django.utils.translation import gettext

from claims.matching.embedding.embedder import (
    EmbedderError,
    TextRefused,
    Vectors,
    clip_text,
    scale_to_unit_length,
)
from claims.models.statement_vector import MAX_DIMENSIONS
from sources.http import services

logger = logging.getLogger(__name__)

#: The time limits for queries, which readers wait for, and for statements.
QUESTION_SECONDS, STATEMENTS_SECONDS = 3.0, 60.0
#: After a failed query, no other is sent for this long; readers immediately get matches by words.
RETRY_AFTER_SECONDS = 30.0
#: The number of texts sent in one request.
BATCH_SIZE = 64
#: A number written as text has up to 25 bytes.
_MAX_BYTES = BATCH_SIZE * MAX_DIMENSIONS * 25
#: HTTP statuses that reject the texts; with any other error, the service itself has failed.
_REFUSAL_STATUSES = (400, 413, 422)


class Endpoint:
    """A model that is used through an HTTP endpoint."""

    def __init__(
        self, url: str, model: str, key: str = "", *, query_prefix: str = "", passage_prefix: str = ""
    ) -> None:
        self.url, self.model, self._key = url, model, key
        self._query_prefix, self._passage_prefix = query_prefix, passage_prefix
        self.name = f"{model}{build_name_suffix(url)}"
        self._silent_until = 0.0
        self._lock = threading.Lock()

    @cached_property
    def dimensions(self) -> int:
        """Return the number of dimensions, found by embedding a text."""
        return int(self._request_batch(["?"], STATEMENTS_SECONDS).shape[1])

    def embed_statements(self, texts: Sequence[str]) -> Vectors:
        return self._embed_all(texts, self._passage_prefix, STATEMENTS_SECONDS)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            if time.monotonic() < self._silent_until:
                raise EmbedderError(
                    gettext("%(name)s did not answer a moment ago, and is not used for now.")
                    % {"name": self.name}
                )
        try:
            return self._embed_all(texts, self._query_prefix, QUESTION_SECONDS)
        except TextRefused:
            raise
        except EmbedderError:
            with self._lock:
                self._silent_until = time.monotonic() + RETRY_AFTER_SECONDS
            raise

    def _embed_all(self, texts: Sequence[str], prefix: str, seconds: float) -> Vectors:
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        # Many servers reject an empty input.
        inputs = [f"{prefix} {clip_text(text)}".strip() or "?" for text in texts]
        batches = [
            self._request_batch(inputs[start : start + BATCH_SIZE], seconds)
            for start in range(0, len(inputs), BATCH_SIZE)
        ]
        if len({batch.shape[1] for batch in batches}) > 1:
            raise EmbedderError(
                gettext("%(name)s returned vectors of different lengths.") % {"name": self.name}
            )
        return np.concatenate(batches)

    def _request_batch(self, texts: list[str], seconds: float) -> Vectors:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        body = orjson.dumps({"model": self.model, "input": texts, "encoding_format": "float"})
        try:
            response = services.send_post(
                f"{self.url}/embeddings", body, headers, seconds=seconds, max_bytes=_MAX_BYTES
            )
        except services.ServiceUnavailable as unavailable:
            raise EmbedderError(str(unavailable)) from None
        if response.status != 200:
            message = response.content[:300].decode("utf-8", "replace")
            fault = TextRefused if response.status in _REFUSAL_STATUSES else EmbedderError
            raise fault(
                gettext("%(name)s answered with status %(status)s: %(said)s")
                % {"name": self.name, "status": response.status, "said": message}
            )
        return scale_to_unit_length(self._read(response.content, len(texts)))

    def _read(self, content: bytes, expected_count: int) -> Vectors:
        """Read the vectors of a response, in the order of the texts."""
        try:
            items = orjson.loads(content)["data"]
            indexes = [item.get("index", index) for index, item in enumerate(items)]
            vectors = np.array([_decode_embedding(item["embedding"]) for item in items], np.float32)
        except (AttributeError, KeyError, TypeError, ValueError, binascii.Error):
            raise EmbedderError(
                gettext("%(name)s sent something other than vectors.") % {"name": self.name}
            ) from None
        if sorted(indexes) != list(range(expected_count)):
            raise EmbedderError(
                gettext("%(name)s sent %(places)s vectors for %(wanted)s texts.")
                % {"name": self.name, "places": len(indexes), "wanted": expected_count}
            )
        if vectors.ndim != 2 or not 1 <= vectors.shape[1] <= MAX_DIMENSIONS:
            raise EmbedderError(
                gettext(
                    "%(name)s returns vectors with %(shape)s dimensions; the limit is %(most_dimensions)s."
                )
                % {
                    "name": self.name,
                    "shape": f"{vectors.shape[-1]:,}",
                    "most_dimensions": f"{MAX_DIMENSIONS:,}",
                }
            )
        if not np.isfinite(vectors).all() or not vectors.any(axis=1).all():
            raise EmbedderError(
                gettext("%(name)s sent zero vectors, which have no direction.") % {"name": self.name}
            )
        return vectors[np.argsort(indexes)]


def build_name_suffix(url: str) -> str:
    """Return the suffix of the names of all models at an endpoint."""
    return f" at {urlsplit(url).netloc}"


def _decode_embedding(embedding: Any) -> Any:
    """Decode an embedding; some servers send base64 regardless of the request."""
    return np.frombuffer(base64.b64decode(embedding), "<f4") if isinstance(embedding, str) else embedding
