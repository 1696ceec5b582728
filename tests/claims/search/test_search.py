"""Search: words as people type them, in any mix of languages, and what comes first."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.models import Claim, Publication, Topic
from claims.search.queries import parse_search
from claims.search.syntax import build_websearch, find_wanted_words, split_pieces, straighten_quotes
from claims.search.texts import choose_stemmers, make_searchable
from claims.search.word_frequencies import load_frequencies
from factcheck.database.bulk_copy import update_statistics
from tests.helpers.newsroom import make_claim
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


def found(query: str) -> list[int]:
    """The claims that a search finds, the most relevant first."""
    rows = Publication.objects.current().search(query)
    rows = rows.order_by("-rank", "-claim_id")  # type: ignore[misc]  # which the search annotates
    return list(rows.values_list("claim_id", flat=True))


#: Statements, their languages, and words by which they are found.
FORMS = [
    ("The bridges were opened in May.", "en", "bridge opening"),
    ("Die Brücken wurden im Mai eröffnet.", "de", "brucke"),
    ("Die Brücken wurden im Mai eröffnet.", "de-AT", "Brücke"),
    ("Los puentes se abrieron en mayo.", "es", "PUENTE"),
    ("Les ponts ont coûté neuf millions.", "fr", "pont couter"),
    ("Мосты открыли в мае.", "ru", "мост"),
    ("Οι γέφυρες άνοιξαν τον Μάιο.", "el", "γεφυρα"),
    ("Bilene ble kjøpt i mai.", "nb", "biler"),
    ("Mostovi su otvoreni u maju.", "hr", "mostova"),
    ("다리는 9백만 유로였다.", "ko", "다리는"),
    ("新しい橋は九百万ユーロかかった。", "ja", "九百万"),
    ("COVID-19 was seen in 2019-10.", "en", "covid 19"),
    ("COVID-19 was seen in 2019-10.", "en", "covid-19 2019-10"),
    ("这座桥花费了九百万欧元。", "zh", "桥花费"),
    ("这座桥花费了九百万欧元。", "zh", "桥"),
    ("这座桥花费了九百万欧元。", "zh", "元"),
    ("สะพานมีราคาเก้าล้านยูโร", "th", "ราคา"),
    ("تكلف الجسر تسعة ملايين يورو.", "ar", "جسر"),
    ("أغلقت المدرسة.", "ar", "المدرسه"),
    ("أغلقت المدرسه.", "ar", "مدرسة"),
    ("إلى القرى", "und", "الي القري"),
    ("یہ پل بند ہے", "ur", "يه پل بند هے"),
    ("As eleições de 2022 foram anuladas.", "pt", "eleição 2022"),
    ("A eleicao de 2022 foi anulada.", "pt-BR", "eleições 2022"),
    ("Las elecciones de 2022 se anularon.", "es", "elección 2022"),
    ("Las vacunaciones cuestan.", "es", "vacunación"),
    ("Les eleccions de 2022 s'han anul·lat.", "ca", "elecció 2022"),
    ("Les élections de 2022 sont annulées.", "fr", "ELECTION 2022"),
    ("Müller schließt die Straße.", "de", "Mueller strasse"),
    ("Mueller schliesst die Strasse.", "de", "Müllers Straße"),
    ("Neue Frauen, alte Quellen.", "de", "neu Frau Quelle"),
    ("IŞIK KAPALI", "tr", "ışık"),
    ("ışık kapalı", "tr", "ISIK"),
    ("İstanbul kapalı", "tr", "istanbul kapali"),
    ("Cầu Long Biên đã đóng cửa.", "vi", "cau long bien dong cua"),
    ("Cầu", "vi", "Cầu"),
    ("다리는", "ko", "다리는"),
    ("ﬁnal ｆｅｒｒｙ", "en", "final ferry"),
    ("The sœur’s cœur", "en", "soeur coeur"),
    ("Ærø and Łódź", "en", "aero lodz"),
    ("The so‑called “well‐known” ferry", "en", "so-called 'well-known'"),
    ("पुलों की कीमत नौ करोड़ थी।", "hi", "पुल"),
]


@pytest.fixture
def something_else(publish: Publish) -> None:
    """Words that no one searches for, in each of the languages."""
    for language in {"en": 0} | {language: 0 for _statement, language, _query in FORMS}:
        publish(make_claim("Something else altogether.", language=language))


@sweep("statement, language, query", FORMS, undone=True)
def test_words_are_found_in_the_forms_of_their_language_without_naming_it(
    publish: Publish, something_else: None, statement: str, language: str, query: str
) -> None:
    claim = publish(make_claim(statement, language=language))
    assert found(query) == [claim.pk]


def test_a_query_may_mix_languages(publish: Publish) -> None:
    """The claim is German; the verdict on it is written in English and quotes Chinese."""
    claim = publish(
        make_claim("Die Fähren fahren nicht mehr.", language="de"),
        language="en",
        explanation="The operators said so: 渡轮停运.",
    )
    publish(make_claim("Die Fähre war teuer.", language="de"))
    assert found("Fähre operator 停运") == [claim.pk]


def test_a_stem_is_not_taken_for_another_languages_word(publish: Publish) -> None:
    """English stems "universe" to a complete word in French."""
    english = publish(make_claim("The universe is large.", language="en"))
    publish(make_claim("Un univers est grand.", language="fr"), language="fr")
    assert found("universe") == [english.pk]


@pytest.fixture
def bridges_and_ferry(publish: Publish) -> dict[str, int]:
    return {
        "new bridge": publish(make_claim("The new bridge is long: 大桥.")).pk,
        "old bridge": publish(make_claim("The old bridge is not new.")).pk,
        "ferry": publish(make_claim("The ferry is slow."), summary="It has no engine.").pk,
    }


@sweep(
    ("query", "expected"),
    [
        ('"new bridge"', {"new bridge"}),
        ("“new bridge”", {"new bridge"}),
        ('"the new bridges"', {"new bridge"}),
        ("bridge -old", {"new bridge"}),
        ("bridge -olds", {"new bridge"}),
        ('bridge -"new bridge"', {"old bridge"}),
        ("ferry or old", {"old bridge", "ferry"}),
        ("bridge", {"new bridge", "old bridge"}),
        ("-bridge", {"ferry"}),
        ("大桥", {"new bridge"}),
        ("bridge -大桥", {"old bridge"}),
        ('"long 大桥"', {"new bridge"}),
        ("!!!", set()),
    ],
)
def test_phrases_exclusions_and_alternatives(
    bridges_and_ferry: dict[str, int], query: str, expected: set[str]
) -> None:
    assert set(found(query)) == {bridges_and_ferry[name] for name in expected}


def test_matches_in_the_statement_come_before_those_in_the_explanation(publish: Publish) -> None:
    aside = publish(make_claim("The harbour is closed."), summary="The volcano has nothing to do with it.")
    named = make_claim("The island is closed.", topics=[Topic.objects.create(name="Volcano", slug="volcano")])
    named = publish(named)
    long = publish(make_claim("The volcano, the harbour, the school and the road are closed this week."))
    short = publish(make_claim("The volcano is closed."))
    twice = publish(make_claim("This volcano is the only volcano."))
    assert found("volcano") == [twice.pk, short.pk, long.pk, named.pk, aside.pk]


def test_more_of_the_words_in_the_statement_is_more_relevant(publish: Publish) -> None:
    one = publish(make_claim("The ferry is late."), summary="The harbour says so.")
    both = publish(make_claim("The ferry to the harbour is late."))
    assert found("ferry harbour") == [both.pk, one.pk]


def test_the_parsed_query_has_wanted_and_excluded_words(publish: Publish) -> None:
    publish(make_claim("The bridges are new."))
    reading = parse_search("bridges -old")
    assert reading.query == "( 'bridges' | 'en:bridg' ) & !( 'en:old' | 'old' )"
    assert sorted(reading.ranking.split(" | ")) == ["'bridges'", "'en:bridg'"]
    assert not reading.is_doubtful
    assert parse_search("ponte").is_doubtful
    assert not parse_search("bridges -ponte").is_doubtful


@sweep(
    ("query", "has_forms"),
    [
        (" ".join(["bridges"] * 300), True),
        ('"' + " ".join(["bridges"] * 150) + '"', True),
        ('"' + " ".join(["bridges"] * 300) + '"', False),
        ("bridges-" * 250, False),
        (" ".join(["-bridges"] * 200), False),
    ],
    undone=True,
)
def test_a_long_quotation_is_searched_unchanged(publish: Publish, query: str, has_forms: bool) -> None:
    """Or each claim would be compared with the forms of all the words, in twenty languages."""
    publish(make_claim("The bridges are new."))
    assert ("'en:bridg'" in parse_search(query).query) == has_forms


def test_reading_knows_about_how_much_matches(publish: Publish) -> None:
    """By the statistics of PostgreSQL: what it does not know is rare."""
    for name in ("bridge", "bridges", "bridge and ferry", "ferry"):
        publish(make_claim(f"The {name} of the town."))
    load_frequencies.cache_clear()
    assert parse_search("bridge").match_count == 0
    update_statistics("claims_publication")
    assert parse_search("bridge").match_count == 0  # as a process believes for a while
    load_frequencies.cache_clear()
    expected = {
        "bridge": 3,
        "ferry": 2,
        "bridge ferry": 2,  # 3/4 of 2/4 of 4, rounded
        '"bridge of"': 3,
        "bridge or ferry": 4,
        "bridge -ferry": 3,
        "-ferry": 4,
        "volcano": 0,
        "bridge volcano": 0,
    }
    assert {query: parse_search(query).match_count for query in expected} == expected
    load_frequencies.cache_clear()


def test_a_text_of_a_megabyte_and_no_end_is_published(publish: Publish) -> None:
    """A tsvector holds one megabyte. Of longer texts, the beginning is searched."""
    letters = [chr(code) for code in range(0x4E00, 0x9FFF)]
    endless = "".join(letters[i] + letters[-i * 7 % len(letters)] for i in range(len(letters))) * 3
    claim = publish(make_claim("The harbour is closed."), explanation="Volcano. " + endless)
    assert found("volcano") == [claim.pk]


def test_texts_are_stemmed_by_their_first_languages() -> None:
    assert choose_stemmers(["de-AT", "en", "de", "xx", "nb", "fr"]) == ["de", "en", "no"]
    assert choose_stemmers(["zh", "ko"]) == []


def test_scripts_without_spaces_are_cut_into_pairs() -> None:
    assert make_searchable("a 東京都b") == "a  東京 京都 都 b"
    assert build_websearch("東京都 -京都 “東京都 b” tower") == '"東京 京都" -"京都" "東京 京都 都 b" "tower"'


def test_parts_of_a_query_know_excluded_words() -> None:
    text = straighten_quotes('new “long bridge” - or -old -"far away" or covid-19')
    assert [(text[p.start : p.end], p.is_phrase, p.is_excluded) for p in split_pieces(text)] == [
        ("new", False, False),
        ("long bridge", True, False),
        ("-", False, False),
        ("or", False, False),
        ("old", False, True),
        ("far away", True, True),
        ("or", False, False),
        ("covid-19", False, False),
    ]
    assert [text[start:end] for start, end in find_wanted_words(text)] == [
        "new",
        "long",
        "bridge",
        "covid",
        "19",
    ]


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(
        st.one_of(st.sampled_from("\"-'\\:*&|!()<> or“橋ば한aßé"), st.characters(exclude_categories=["Cs"])),
        max_size=60,
    )
)
def test_every_query_is_parsed(text: str) -> None:
    reading = parse_search(text)
    assert not Publication.objects.current().count_matches(reading)
