"""Search: words as people type them, in their language or none."""

from collections.abc import Callable

import pytest

from claims.models import Claim, Publication
from tests.newsroom import make_claim

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


@pytest.mark.parametrize(
    ("statement", "language", "query"),
    [
        ("The bridges were opened in May.", "en", "bridge opening"),
        ("Die Brücken wurden im Mai eröffnet.", "de", "brucke"),
        ("Los puentes se abrieron en mayo.", "es", "puente"),
        ("다리는 9백만 유로였다.", "ko", "다리는"),
        ("新しい橋は九百万ユーロかかった。", "ja", "九百万"),
        ("这座桥花费了九百万欧元。", "zh", "桥花费"),
        ("สะพานมีราคาเก้าล้านยูโร", "th", "ราคา"),
        ("تكلف الجسر تسعة ملايين يورو.", "ar", "الجسر"),
    ],
)
def test_search_finds_words_as_people_type_them(
    publish: Publish, statement: str, language: str, query: str
) -> None:
    claim = publish(make_claim(statement, language=language))
    publish(make_claim("Something else altogether.", language=language))
    found = Publication.objects.current().search(query, language=language)
    assert [p.claim_id for p in found] == [claim.pk]


def test_search_excludes_and_quotes(publish: Publish) -> None:
    wanted = publish(make_claim("The new bridge is long."))
    publish(make_claim("The old bridge is new to nobody."))
    found = Publication.objects.current().search('"new bridge" -old', language="en")
    assert [p.claim_id for p in found] == [wanted.pk]
