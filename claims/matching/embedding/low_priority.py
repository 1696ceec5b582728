"""An embedder that runs at low priority."""

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from claims.matching.embedding.embedder import Embedder, Vectors

#: At this priority, it uses 3 % of a busy core and all of an idle one.
NICENESS = 15


class LowPriorityEmbedder:
    """An embedder that runs in a thread with the lowest priority.

    It needs its own thread because a lowered priority cannot be raised again. The rest of the process keeps its
    priority.
    """

    def __init__(self, embedder: Embedder, thread: ThreadPoolExecutor) -> None:
        self._embedder, self._thread = embedder, thread
        self.name = embedder.name

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    def embed_statements(self, texts: Sequence[str]) -> Vectors:
        return self._thread.submit(self._embedder.embed_statements, texts).result()

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._thread.submit(self._embedder.embed_queries, texts).result()


@contextmanager
def run_with_low_priority(embedder: Embedder) -> Iterator[Embedder]:
    with ThreadPoolExecutor(max_workers=1, initializer=_lower_thread_priority) as thread:
        yield LowPriorityEmbedder(embedder, thread)


def _lower_thread_priority() -> None:
    # On other systems the priority applies to the whole process.
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
