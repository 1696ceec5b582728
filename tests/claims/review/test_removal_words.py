"""Which words a removal finds and cuts: whole ones, as they are written, across formatting and lines."""

import pytest
from django.db import connection

from claims.review.removal_words import build_word_finder, find_spellings, is_long_enough

#: A word, a text, and the remaining text.
CASES = [
    ("Mara Lindqvist", "mara LINDQVIST’s bridge", "██████████████’s bridge"),
    ("Mara Lindqvist", "_Mara Lindqvist_, Mara\nLindqvist", "_██████████████_, ██████████████"),
    ("Mara Lindqvist", "Tamara Lindqvist, Mara Lindqvister", None),
    ("Mara Lindqvist", "Mara **Lindqvist** said", "████████████████** said"),
    ("Mara Lindqvist", "**Mara** [Lindqvist](/x)", "**█████████████████](/x)"),
    ("Mara Lindqvist", "M*ar*a Lindqvist", "████████████████"),
    ("Mara Lindqvist", "<p>Mara <strong>Lindqvist</strong></p>", "<p>██████████████<strong></strong></p>"),
    (
        "Mara Lindqvist",
        r'{"a":"\nMara Lindqvist","b":"\u0022Mara\u00a0Lindqvist\u0022"}',
        r'{"a":"\n██████████████","b":"\u0022███████████████████\u0022"}',
    ),
    ("Mara Lindqvist", '{"a":"Mara","b":"Lindqvist"}', None),
    ("Mara Lindqvist", "Mara\x01Lindqvist", None),
    ("Lind", "Linden, blind, Lind.", "Linden, blind, ████."),
    ("Émile", "émile Émiles", "█████ Émiles"),
    ("राम कुमार", "रामा राम कुमार", "रामा █████████"),
    ("nora", r'{"a":"\nora nora"}', r'{"a":"\nora ████"}'),
    ("王小明", "因為王小明先生", "因為████先生"),
    ("김철수", "김철수는 말했다", "████는 말했다"),
    ("สมชาย", "คุณสมชายกล่าว", "คุณ█████กล่าว"),
    ("Лена Иванова", "Лена Ивановая и ЛЕНА ИВАНОВА", "Лена Ивановая и ████████████"),
    ("C++ (draft)", "c++ (DRAFT)", "███████████"),
    ("Mara%20Lindqvist", "/q=Mara%20Lindqvist%20x", "/q=xxxxxxxxxxxxxxxx%20x"),
]


def test_whole_words_are_found_across_formatting(db: None) -> None:
    found, expected = {}, {}
    for word, text, left in CASES:
        bar = "x" if "%" in word else "█"
        values = [word], [bar * max(len(word), 4)]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT claims_cut_words(%s, %s, %s), claims_has_words(%s, %s)",
                [text, *values, text, values[0]],
            )
            found[word, text] = cursor.fetchone()
        is_found = left is not None
        expected[word, text] = (left or text, is_found)
        # In files, a text more may be found.
        if is_found:
            assert build_word_finder([word])(text), text
    assert found == expected


def test_longer_words_are_named(db: None) -> None:
    assert not build_word_finder(["Lind"])("Linden, blind")
    text = r'"\nMara Lindqvist’s and Mara Lindqvists; Tamara Lindqvist"'
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM claims_longer_words(%s, %s) ORDER BY 1", [text, ["Mara Lindqvist"]])
        assert cursor.fetchall() == [("mara lindqvists",), ("tamara lindqvist",)]


def test_short_names_in_scripts_without_spaces_have_enough_bars() -> None:
    assert find_spellings(["王明"]) == {
        "王明": "████",
        r"\u738b\u660e": "████",
        "%E7%8E%8B%E6%98%8E": "x" * 18,
        "王明 明": "████",
    }
    assert {"王小明", "王小 小明", "王小 小明 明"} < set(find_spellings(["王小明"]))


def test_words_that_look_the_same_are_meant_too(db: None) -> None:
    """Each is how another program writes the name, and none of them is left."""
    spelt = find_spellings(["Zoë O'Brien"])
    texts = [
        "Zoë O’Brien",
        "Zoe\u0308 O'Brien",
        "Zoe\u0308 O’Brien",
        "?q=Zo%C3%AB+O%27Brien",
        r'"Zoe\u0308 O\u2019Brien"',
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(claims_cut_words(one, %s, %s) ORDER BY place)"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS texts (one, place)",
            [list(spelt), list(spelt.values()), texts],
        )
        [cut] = cursor.fetchone()
    assert [text for text in cut if "Brien" in text] == []
    assert [text for text in texts if not build_word_finder(list(spelt))(text)] == []


@pytest.mark.parametrize(
    ("word", "is_enough"), [("abc", False), ("abcd", True), ("明", False), ("王明", True)]
)
def test_the_shortest_words(word: str, is_enough: bool) -> None:
    assert is_long_enough(word) is is_enough
