import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.imports.reading.values.cleaned_text import (
    clean,
    join_texts,
    make_storable,
    read_line,
    read_paragraphs,
)
from tests.helpers.sweeps import sweep

DIRTY = st.text(
    st.one_of(
        st.characters(codec=None),
        st.sampled_from('&;<>#/"=\\ \n\t\x00\x92\x85\u200b\u200d\ufeff\u202eÃâ€™“”ampltgquot3x'),
    ),
    max_size=80,
)


@sweep(
    "value, expected",
    [
        ("The bridge   was closed\n in May. ", "The bridge was closed in May."),
        ("He said &quot;never&quot; &amp; left", 'He said "never" & left'),
        ("doubly &amp;quot;escaped&amp;quot;", 'doubly "escaped"'),
        ("AT&T, R&D and &notit stay", "AT&T, R&D and &notit stay"),
        ('<p>One.</p><p>Two <span class="x">three</span></p>', "One. Two three"),
        ("line<br/>break", "line break"),
        ("I <3 bridges, a < b and c > d, <unknown> too", "I <3 bridges, a < b and c > d, <unknown> too"),
        ("<script>alert(1)</script>shown<!-- hidden -->", "shown"),
        ("&lt;b&gt;bold&lt;/b&gt;", "bold"),
        ("it\x92s", "it’s"),
        ("dâ€™accord, cafÃ©", "d’accord, café"),
        ("posted \\u2014 and \\ud83d\\ude00", "posted — and 😀"),
        ("they said \\xe2\\x80\\x9cno\\xe2\\x80\\x9d", "they said “no”"),
        ("a\x00b\u200bc\ufeffd\u00ade", "abcde"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("e\u0301te\u0301", "été"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("“He said ‘no’”", "“He said ‘no’”"),
        ("JOÃO NÃO VEIO", "JOÃO NÃO VEIO"),
        (12, "12"),
        (2.0, "2"),
        (0.5, "0.5"),
        (True, "true"),
        (None, ""),
        (float("nan"), ""),
        pytest.param(10**5000, "", id="a number of 5,001 digits"),
        (["", None, " first ", "second"], "first"),
        ({"@type": "Claim", "name": {"@value": "inner", "@language": "en"}}, "inner"),
        ({"unknown": "key"}, ""),
        ({"name": [{"text": "deep"}]}, "deep"),
    ],
)
def test_a_line_is_cleaned(value, expected):
    assert read_line(value) == expected


def test_a_list_is_joined_if_all_items_count():
    assert (
        join_texts(["Ada Moss", " Ben Orr ", "Ada Moss", {"name": "Cy Dale"}]) == "Ada Moss, Ben Orr, Cy Dale"
    )


def test_paragraphs_stay_paragraphs():
    assert (
        read_paragraphs("<p>One  line.</p><p>Two.</p>\r\n\r\n\r\nThree\nfour")
        == "One line.\n\nTwo.\n\nThree\nfour"
    )
    assert read_paragraphs(["One.", "Two."]) == "One.\n\nTwo."


@given(DIRTY)
def test_clean_text_is_unchanged(text):
    assert clean(clean(text)) == clean(text)
    assert read_paragraphs(read_paragraphs(text)) == read_paragraphs(text)


@given(DIRTY)
def test_clean_text_can_be_stored(text):
    cleaned = clean(text)
    assert cleaned == unicodedata.normalize("NFC", cleaned)
    assert not [one for one in cleaned if unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp")]
    assert cleaned == cleaned.strip()
    assert "  " not in cleaned


@given(st.text(st.characters(codec=None)))
def test_a_raw_text_loses_only_characters_that_cannot_be_stored(text):
    stored = make_storable(text)
    assert "\x00" not in stored
    stored.encode()
    assert stored == "".join(one for one in text if one != "\x00" and not "\ud800" <= one <= "\udfff")
