import re

from hypothesis import given, settings
from hypothesis import strategies as st

from claims.imports.reading.values.language_tags import read_language
from factcheck.database.model_fields import LANGUAGE_TAG
from tests.helpers.sweeps import sweep


@sweep(
    "value, expected",
    [
        ("en", "en"),
        ("EN", "en"),
        ("pt_BR", "pt-BR"),
        ("pt-br", "pt-BR"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("en_US.UTF-8", "en-US"),
        ("eng", "en"),
        ("deu", "de"),
        ("ger", "de"),
        ("fre", "fr"),
        ("msa", "ms"),
        ("iw", "he"),
        ("in", "id"),
        ("tl", "tl"),
        ("cmn", "zh"),
        ("no", "no"),
        ("nds", "nds"),
        ("English", "en"),
        ("english", "en"),
        ("Spanish", "es"),
        ("Deutsch", "de"),
        ("한국어", "ko"),
        ("العربية", "ar"),
        ("Português", "pt"),
        ("English (United States)", "en"),
        ("Punjabi", "pa"),
        ({"name": "Korean"}, "ko"),
        (["fr"], "fr"),
        ("mul", ""),
        ("und", ""),
        ("zxx", ""),
        ("xx", ""),
        ("", ""),
        (None, ""),
        (1, ""),
        ("qq", ""),
        ("Klingonish", ""),
        ("multiple", ""),
    ],
)
def test_languages(value, expected):
    assert read_language(value) == expected


@settings(deadline=None)  # the first of them loads the names of languages
@given(st.one_of(st.text(max_size=12), st.from_regex(r"\A[a-zA-Z]{2,3}([-_][a-zA-Z0-9]{2,8}){0,6}\Z")))
def test_every_result_can_be_stored(text):
    tag = read_language(text)
    assert tag == "" or re.fullmatch(LANGUAGE_TAG, tag)
    assert len(tag) <= 35
    assert read_language(tag) == tag
