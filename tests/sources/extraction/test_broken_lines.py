"""Lines put together again."""

from sources.extraction.broken_lines import compounds_in, joined_lines, joint
from tests.helpers.sweeps import sweep


@sweep(
    ("lines", "text"),
    [
        (["The har-", "bour closed."], "The harbour closed."),
        (["The har\u2010", "bour closed."], "The harbour closed."),
        (["The har\u00ad", "bour closed."], "The harbour closed."),
        (["The har\ufffe", "bour closed."], "The harbour closed."),
        (["Nord-", "Süd"], "Nord-Süd"),
        (["2010-", "2015"], "2010-2015"),
        (["e-", "mail"], "e-mail"),
        (["It closed -", "again"], "It closed - again"),
        (["a well-known mayor is well-", "known"], "a well-known mayor is well-known"),
        (["港は", "閉鎖"], "港は閉鎖"),
        (["one", "two"], "one two"),
        ([], ""),
    ],
)
def test_joined_lines(lines: list[str], text: str) -> None:
    assert joined_lines(lines, compounds_in(lines)) == text


def test_joint() -> None:
    assert (joint("港", "は"), joint("港", "a"), joint("a", "b"), joint("", "b")) == ("", " ", " ", " ")
