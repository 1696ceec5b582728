"""What a person states about a source, as they type it."""

import pytest

from sources.overrides import OverrideError, read_language, read_overrides
from tests.helpers.sweeps import sweep


@sweep(
    "given_tag, tag",
    [
        ("", ""),
        ("EN", "en"),
        ("pt_br", "pt-BR"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("ko", "ko"),
    ],
)
def test_language_tags_are_read_in_any_spelling(given_tag: str, tag: str) -> None:
    assert read_language(given_tag) == tag


@sweep(
    "statement, sentence",
    [
        (
            {"language": "english"},
            "Language: “english” is not known. Give a language tag such as en, pt-BR or ko.",
        ),
        ({"language": "qqz"}, "Language: “qqz” is not known. Give a language tag such as en, pt-BR or ko."),
        (
            {"date": "03/04/2019"},
            "Date: “03/04/2019” is not a date. Write it as year-month-day, such as 2019-01-08.",
        ),
        (
            {"date": "2019-02-30"},
            "Date: “2019-02-30” is not a date. Write it as year-month-day, such as 2019-01-08.",
        ),
        ({"url": "post"}, "Address: “post” is not the address of a web page. It must begin with https://."),
        (
            {"url": "javascript:alert(1)"},
            "Address: “javascript:alert(1)” is not the address of a web page. It must begin with https://.",
        ),
        ({"title": "x" * 501}, "The title has 501 characters; the limit is 500. Shorten it."),
    ],
)
def test_unusable_statements_are_refused_with_the_way_out(statement: dict[str, str], sentence: str) -> None:
    with pytest.raises(OverrideError) as refused:
        read_overrides(**statement)
    assert str(refused.value) == sentence
