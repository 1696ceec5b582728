"""What computes in the background lets others go first, and only that."""

import os
import sys
import threading
from collections.abc import Sequence

import numpy as np
import pytest

from claims.matching.embedding.embedder import Vectors
from claims.matching.embedding.tasks import NICENESS, run_with_low_priority
from tests.helpers.embedders import TinyEmbedder


class Watched(TinyEmbedder):
    """Remembers how urgent it was."""

    def __init__(self) -> None:
        self.niceness: list[int] = []

    def embed_statements(self, texts: Sequence[str]) -> Vectors:
        self.niceness.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return super().embed_statements(texts)

    embed_queries = embed_statements


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, threads have no priority of their own")
def test_the_thread_alone_is_patient() -> None:
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    embedder = Watched()
    with run_with_low_priority(embedder) as quiet:
        made = np.concatenate([quiet.embed_statements(["One."]), quiet.embed_queries(["Two."])])
        assert (quiet.name, quiet.dimensions) == ("tiny", 48)
    assert embedder.niceness == [NICENESS, NICENESS]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before
    assert made == pytest.approx(TinyEmbedder().embed_statements(["One.", "Two."]))
