"""Lines put together again."""

from sources.extraction.broken_lines import choose_separator, find_compounds, join_lines
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
    assert join_lines(lines, find_compounds(lines)) == text


def test_joint() -> None:
    assert (
        choose_separator("港", "は"),
        choose_separator("港", "a"),
        choose_separator("a", "b"),
        choose_separator("", "b"),
    ) == ("", " ", " ", " ")
