"""What tests of importing articles share."""

from pathlib import Path
from typing import Any

import pytest

from tests.helpers.article_import import TEXT
from tests.helpers.shared_newsroom import clear_matching_caches


@pytest.fixture(autouse=True)
def frequencies_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cached facts about words and vectors are read again only if a test says so, never because a minute has passed."""
    for module in ("search.word_frequencies", "matching.shared_words", "matching.embedding.choice"):
        monkeypatch.setattr(f"claims.{module}.CACHE_SECONDS", 10**9)


@pytest.fixture
def archive(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the archive, which does not exist before something is stored in it."""
    folder = tmp_path_factory.mktemp("archive") / "files"
    settings.MEDIA_ROOT = folder
    return folder


@pytest.fixture
def article(tmp_path: Path) -> Path:
    """The article as a file."""
    path = tmp_path / "ferries.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def knowledge_of_this_test() -> None:
    """Clear what matching has cached about another test's rows."""
    clear_matching_caches()
