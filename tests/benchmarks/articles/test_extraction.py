"""What the measurement promises is kept, on pages that the reader was made with and on others."""

import sys

import pytest

from benchmarks.articles import extraction
from benchmarks.articles.pages import pages


@pytest.mark.parametrize("options", [[], ["--held-out"]])
def test_figures_are_met(
    options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["extraction", *options])
    assert extraction.main() == 0, capsys.readouterr().out


def test_words_that_are_lost_or_too_many_count() -> None:
    assert extraction.agreement("Title one two", "one two", "Title") == (1.0, 1.0, 1.0)
    assert extraction.agreement("one two three four", "one two", "") == (0.5, 1.0, 2 / 3)
    assert extraction.agreement("one", "one two", "")[:2] == (1.0, 0.5)
    assert extraction.agreement("", "one two", "") == (0.0, 0.0, 0.0)
    assert extraction.words_of("港は9日") == extraction.words_of("港 は 9 日")


def test_pages_are_many_and_labelled() -> None:
    labelled = list(pages())
    assert len({page.name for page in labelled}) == len(labelled) >= 100
    assert [page.name for page in labelled if bool(page.words) == bool(page.refusal)] == []
