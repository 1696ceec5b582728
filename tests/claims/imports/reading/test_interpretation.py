import pickle
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.validators import URLValidator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.imports.reading.interpretation import read_review
from claims.imports.reading.mappings.conventions import Conventions
from claims.imports.reading.raw_record import FIELDS, RawRecord, RecordLocation, Refusal
from claims.imports.reading.review_record import Label, Outlet, Person, Review
from claims.models import Claimant, RatingClass
from factcheck.database.model_fields import LANGUAGE_TAG
from tests.helpers.sweeps import sweep

PLACE = RecordLocation("claims.csv", "row 2")


def found(**fields: Any) -> RawRecord:
    return RawRecord(
        PLACE, {"statement": "The bridge in Anytown was closed for a year.", "language": "en"} | fields
    )


def read(conventions: Conventions | None = None, **fields: Any) -> Any:
    return read_review(found(**fields), conventions or Conventions())


def codes(review):
    return [(remark.field, remark.code) for remark in review.remarks]


@pytest.mark.parametrize(
    ("context", "kept"),
    [
        ("", "Boatos de redes sociais"),
        ("The bridge is old.", "The bridge is old.\n\nBoatos de redes sociais"),
        ("Seen in boatos de redes sociais.", "Seen in boatos de redes sociais."),
    ],
)
def test_words_for_many_at_once_are_no_claimant_and_kept_in_the_context(context, kept):
    review = read(claimant="Boatos de redes sociais", claimant_kind="Person", context=context)
    assert (review.claimant, review.context, review.remarks) == (None, kept, ())


def test_words_that_find_no_room_in_the_context_are_reported():
    review = read(claimant="Facebook posts", context="The bridge. " * 833)
    assert (review.claimant, codes(review)) == (None, [("claimant", "too long")])
    assert review.context == ("The bridge. " * 833).strip()


def test_an_empty_claimant_adds_nothing_to_the_context():
    assert read(claimant="Unknown", context="The bridge is old.").context == "The bridge is old."


def test_a_whole_review():
    record = found(
        id=812,
        claimant={"name": "Ada Moss"},
        claimant_kind="Person",
        claimant_title="mayor",
        claimant_same_as="https://example.org/ada",
        claimed_on="3 May 2019",
        context="<p>She spoke in the council.</p><p>The bridge is old.</p>",
        appearances=["https://example.org/video", "https://example.org/video"],
        topics="transport,Anytown",
        publisher="Snopes.com",
        rating="mostly-false",
        rating_value="2",
        review_url="https://www.snopes.com/fact-check/bridge/",
        title="Was the bridge closed?",
        summary="It was closed for a month.",
        byline=["Ben Orr", "Cy Dale"],
        reviewed_on="2019-05-07T23:30:00-07:00",
        review_language="en_US",
    )
    assert read_review(record) == Review(
        location=PLACE,
        statement="The bridge in Anytown was closed for a year.",
        language="en",
        publisher=Outlet("Snopes", "snopes.com", "https://snopes.com/", "US", "en"),
        rating=Label("mostly-false", "Mostly False", "mostly_false", "Snopes ratings", "en"),
        claimant=Person("Ada Moss", "person", "mayor", ("https://example.org/ada",)),
        claimed_on=date(2019, 5, 3),
        context="She spoke in the council.\n\nThe bridge is old.",
        appearances=("https://example.org/video",),
        topics=("transport", "Anytown"),
        id="812",
        url="https://www.snopes.com/fact-check/bridge/",
        title="Was the bridge closed?",
        summary="It was closed for a month.",
        byline="Ben Orr, Cy Dale",
        reviewed_on=date(2019, 5, 7),
        review_language="en-US",
    )


def test_a_statement_in_a_language_is_enough():
    assert read() == Review(PLACE, "The bridge in Anytown was closed for a year.", "en")


@sweep(
    "statement, code",
    [
        (None, "no statement"),
        ("", "no statement"),
        ("  ", "no statement"),
        ("N/A", "no statement"),
        ([], "no statement"),
        ({"@type": "Claim"}, "no statement"),
        ("\x00\u200b", "no statement"),
        ("<p></p>", "no statement"),
        ("https://example.org/a", "statement is an address"),
        ("www.example.org/a", "statement is an address"),
        ("2019", "statement without words"),
        ("?! … 7 %", "statement without words"),
        ("word " * 2001, "statement too long"),
        ("x" * 1_000_000, "statement too long"),
    ],
)
def test_a_record_without_a_usable_statement_is_refused(statement, code):
    record = found(statement=statement, publisher="Snopes", rating="False")
    refusal = read_review(record)
    assert isinstance(refusal, Refusal)
    assert (refusal.location, refusal.field, refusal.code, refusal.found) == (
        PLACE,
        "statement",
        code,
        record,
    )
    assert refusal.reason.endswith(".")
    assert len(refusal.reason) < 200


def test_a_statement_keeps_its_quotation_marks_and_loses_its_markup():
    assert read(statement="“No <i>bridge</i> &amp; no\nferry”").statement == "“No bridge & no ferry”"
    assert read(statement='"No bridge," he said.').statement == '"No bridge," he said.'
    assert read(statement='"The ""old"" bridge"').statement == 'The "old" bridge'
    assert read(statement='The ""old"" bridge').statement == 'The ""old"" bridge'
    assert read(statement="x" * 10_000).statement == "x" * 10_000


def test_a_verdict_needs_a_publisher():
    refusal = read(rating="False")
    assert (refusal.field, refusal.code) == ("publisher", "no publisher")
    assert read(rating="False", review_url="https://www.facebook.com/1").code == "no publisher"
    assert read(rating="False", review_url="https://www.snopes.com/1/").publisher.name == "Snopes"


def test_without_a_rating_the_publisher_stays_or_may_be_missing():
    review = read(publisher="Snopes", review_url="https://www.snopes.com/1/")
    assert (review.rating, review.publisher.name, review.url) == (None, "Snopes", "https://www.snopes.com/1/")
    assert codes(read(publisher="x " * 200)) == [("publisher", "publisher too long")]
    assert codes(read(publisher="facebook.com")) == [("publisher", "no publisher")]


def test_a_text_in_place_of_a_label_is_refused():
    refusal = read(publisher="Snopes", rating="It is a long story. " * 20)
    assert (refusal.field, refusal.code) == ("rating", "label too long")


def test_words_are_taken_before_numbers():
    review = read(publisher="Snopes", rating="True", rating_value=1, rating_best=5, rating_worst=1)
    assert review.rating.rating_class == "true"


def test_a_number_without_words():
    review = read(publisher="Snopes", rating="", rating_value="2", rating_best=5, rating_worst=1)
    assert review.rating == Label("2", "2 (1 = worst, 5 = best)")
    review = read(publisher="Snopes", rating_value="-1", rating_best=5, rating_worst=1)
    assert (review.rating, codes(review)) == (None, [("rating_value", "rating is not a number on its scale")])


def test_a_person_in_place_of_the_publisher_is_the_byline():
    review = read(
        publisher="Ada Moss", publisher_url="https://africacheck.org/authors/ada", rating="Incorrect"
    )
    assert (review.publisher.name, review.byline) == ("Africa Check", "Ada Moss")
    review = read(publisher="Ada Moss", publisher_url="https://africacheck.org/authors/ada", byline="Ben Orr")
    assert review.byline == "Ben Orr"


def test_the_publisher_is_not_the_claimant():
    review = read(publisher="afp", rating="False", claimant="AFP Fact Check")
    assert (review.claimant, codes(review)) == (None, [("claimant", "claimant is the publisher")])


@sweep(
    "fields, expected",
    [
        ({"language": "ko"}, "ko"),
        ({"language": "mul"}, "en"),
        ({"language": None}, "en"),
        ({"language": "", "statement": "Die Brücke in der Stadt war ein ganzes Jahr lang gesperrt."}, "de"),
        ({"language": "und", "statement": "Xyzzy", "review_language": "fr"}, "fr"),
        ({"language": "und", "statement": "Xyzzy", "publisher": "Pagella Politica"}, "it"),
    ],
)
def test_the_language(fields, expected):
    assert read(**fields).language == expected


def test_a_language_that_cannot_be_recognised_is_refused():
    refusal = read(language="und", statement="Xyzzy")
    assert (refusal.field, refusal.code) == ("language", "language unknown")
    assert refusal.reason == "The language of “Xyzzy” cannot be detected; name the language."


def test_skipped_values_are_reported():
    review = read(
        claimed_on="03/04/2019",
        reviewed_on="May 2019",
        appearances=["javascript:x", "https://example.org/a"],
        review_url=["https://example.org/1", "https://example.org/2"],
        summary=5,
        byline="x" * 201,
        topics=["y" * 101],
        claimant="z" * 201,
        id="i" * 501,
    )
    assert (review.claimed_on, review.reviewed_on, review.summary, review.byline) == (None, None, "", "")
    assert (review.appearances, review.url) == (("https://example.org/a",), "https://example.org/1")
    assert sorted(codes(review)) == [
        ("appearances", "not a web address"),
        ("byline", "too long"),
        ("claimant", "claimant name too long"),
        ("claimed_on", "ambiguous date"),
        ("id", "too long"),
        ("review_url", "several addresses"),
        ("reviewed_on", "incomplete date"),
        ("summary", "no words"),
        ("topics", "topic too long"),
    ]


def test_facts_known_about_a_file():
    conventions = Conventions(
        constants={"publisher": "The Anytown Bugle", "language": "en", "claimant": "Ada Moss"},
        date_order={"": "dmy"},
        ratings={"0": "False", "1": "True"},
        languages={"2": "de", "en": ""},
    )
    review = read(conventions, rating=0, reviewed_on="03/04/2019", language="2", claimant="Ben Orr")
    assert review.publisher == Outlet("The Anytown Bugle")
    assert review.rating == Label("0", "False", "false", "", "en")
    assert review.reviewed_on == date(2019, 4, 3)
    assert review.language == "de"
    assert review.claimant == Person("Ben Orr")
    assert read(conventions, claimant="", language=None).claimant == Person("Ada Moss")
    assert (
        read(conventions, language="en", statement="Die Brücke in der Stadt war lange gesperrt.").language
        == "de"
    )


JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(st.characters(codec=None), max_size=30),
        st.sampled_from(
            [
                "False",
                "pants-fire",
                "-1",
                "5",
                "03/04/2019",
                "2019-02-30",
                "3 May 2019",
                "https://example.org/a",
                "www.example.org",
                "@politifact",
                "mul",
                "pt_BR",
                "Unknown",
                "<p>x</p>",
                "&amp;lt;",
                "a,b;c",
                "The bridge was closed.",
                "x" * 300,
                "word " * 2500,
                "\x00",
                "\ud800",
            ]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["name", "@value", "url", "@id", "x", "text"]), inner, max_size=3),
    ),
    max_leaves=6,
)
RECORDS = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JUNK)).flatmap(
    lambda fields: st.sampled_from(
        [fields, {"statement": "The bridge was closed.", "language": "en"} | fields]
    )
)


@pytest.mark.slow
@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(RECORDS)
def test_every_record_can_be_stored_or_is_refused(fields):
    result = read_review(RawRecord(PLACE, fields))
    if isinstance(result, Refusal):
        assert result.field in ("statement", "publisher", "rating", "language")
        assert result.reason
        assert result.code
        return
    assert_storable(result)
    assert pickle.loads(pickle.dumps(result)) == result  # noqa: S301  # our own bytes


def assert_storable(review):
    texts = [review.statement, review.context, review.summary, review.byline, review.id, *review.topics]
    texts += [remark.reason for remark in review.remarks]
    assert 0 < len(review.statement) <= 10_000
    assert re.fullmatch(LANGUAGE_TAG, review.language)
    assert review.review_language == "" or re.fullmatch(LANGUAGE_TAG, review.review_language)
    assert len(review.byline) <= 200
    assert all(0 < len(topic) <= 100 for topic in review.topics)
    assert len({topic.casefold() for topic in review.topics}) == len(review.topics)
    if outlet := review.publisher:
        assert 0 < len(outlet.name) <= 200
        assert len(outlet.domain) <= 253
        assert len(outlet.url) <= 500
        texts += [outlet.name, outlet.domain, outlet.url]
    if label := review.rating:
        assert review.publisher
        assert 0 < len(label.text) <= 200
        assert len(label.raw) <= 200
        assert label.rating_class in ("", *RatingClass.values)
        texts += [label.text, label.raw]
    if person := review.claimant:
        assert 0 < len(person.name) <= 200
        assert len(person.job_title) <= 200
        assert person.kind in Claimant.Kind.values
        assert all(len(address) <= 500 for address in person.same_as)
        texts += [person.name, person.job_title]
    for address in (*review.appearances, *filter(None, [review.url])):
        URLValidator(["http", "https"])(address)
        assert len(address) <= 2000
    for day in filter(None, (review.claimed_on, review.reviewed_on)):
        assert date(1900, 1, 1) <= day <= datetime.now(UTC).date() + timedelta(days=2)
    for text in texts:
        assert "\x00" not in text
        text.encode()


def test_a_guessed_language_is_reported():
    """Short Portuguese statements look Spanish to the detector; where the file is Portuguese they are not."""
    statement = "Deputado vota contra hospital"
    guessed = read(Conventions(language="pt"), language=None, statement=statement)
    assert (guessed.language, [(one.field, one.code) for one in guessed.remarks]) == (
        "pt",
        [("language", "language guessed")],
    )
    stated = read(Conventions(language="pt"), language="es", statement=statement)
    assert (stated.language, stated.remarks) == ("es", ())
